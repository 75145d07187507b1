//! Ids as text, in what one instance sends to another.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// An id that is written as text.
#[derive(Clone, Copy)]
pub struct TextId(pub Uuid);

impl Serialize for TextId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TextId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Uuid::try_parse(&text).map(Self).map_err(de::Error::custom)
    }
}

/// For `#[serde(with)]`: an id.
pub mod one {
    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer, TextId, Uuid};

    pub fn serialize<S: Serializer>(id: &Uuid, to: S) -> Result<S::Ok, S::Error> {
        TextId(*id).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Uuid, D::Error> {
        TextId::deserialize(from).map(|id| id.0)
    }
}

/// For `#[serde(with)]`: an id or none.
pub mod maybe {
    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer, TextId, Uuid};

    #[expect(clippy::ref_option, reason = "serde hands the field over as it is")]
    pub fn serialize<S: Serializer>(id: &Option<Uuid>, to: S) -> Result<S::Ok, S::Error> {
        id.map(TextId).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Uuid>, D::Error> {
        Option::<TextId>::deserialize(from).map(|id| id.map(|id| id.0))
    }
}

/// For `#[serde(with)]`: a counter, by key and window, or none.
pub mod counter {
    use super::{Deserialize as _, Deserializer, Serialize as _, Serializer, TextId, Uuid};

    type Counter = Option<(Uuid, i32)>;

    pub fn serialize<S: Serializer>(counter: &Counter, to: S) -> Result<S::Ok, S::Error> {
        counter.map(|(key, win)| (TextId(key), win)).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Counter, D::Error> {
        let counter = Option::<(TextId, i32)>::deserialize(from)?;
        Ok(counter.map(|(key, win)| (key.0, win)))
    }
}
