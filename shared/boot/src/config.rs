//! Configuration from the environment, with documented defaults. The doc comments of a `Config` are its documentation:
//! `city config` prints them.

use std::path::Path;

use confique::Config;
use confique::toml::FormatOptions;
use secrecy::SecretString;

use crate::process::BootError;

/// Reads a configuration from the environment.
///
/// # Errors
/// One line that names the variable which is missing or does not parse.
pub fn load<C: Config>() -> Result<C, BootError> {
    C::builder().env().load().map_err(|error| BootError::Config(error.to_string()))
}

/// A configuration's fields, variables and defaults, as a commented text.
pub fn describe<C: Config>() -> String {
    confique::toml::template::<C>(FormatOptions::default())
}

/// A secret given as a value or, better, as the path of a file (`…_FILE`).
///
/// # Errors
/// When both are given, or the file cannot be read.
pub fn secret(
    name: &str,
    value: Option<SecretString>,
    file: Option<&Path>,
) -> Result<Option<SecretString>, BootError> {
    match (value, file) {
        (Some(_), Some(_)) => {
            Err(BootError::Config(format!("set either {name} or {name}_FILE, not both")))
        }
        (Some(value), None) => Ok(Some(value)),
        (None, Some(path)) => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(SecretString::from(text.trim_end().to_owned()))),
            Err(error) => {
                Err(BootError::Config(format!("{name}_FILE {}: {error}", path.display())))
            }
        },
        (None, None) => Ok(None),
    }
}

/// Whether a variable is set to something: for parts that are optional as a whole.
#[expect(clippy::disallowed_methods, reason = "this crate is the one that reads the environment")]
pub fn is_set(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| !value.is_empty())
}
