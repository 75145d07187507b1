//! Words of the wire as they stand in columns.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, broken};

/// Reads a word.
pub fn read<T: DeserializeOwned>(word: String, doing: &'static str) -> Result<T, Error> {
    serde_json::from_value(Value::String(word)).map_err(|error| broken(doing, error))
}

/// The word of a value; nothing for what is no word.
pub fn write(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}
