//! Typed identifiers: UUIDv7 in the database, `<prefix>_<32 hex digits>` on the wire.
//!
//! [`registry`] is the one list of prefixes, with the service that owns each. [`Ids`] makes new ones; its randomness is
//! the machine's in production and seeded in tests.
#![deny(missing_docs)]

mod generator;
mod registry;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

pub use generator::Ids;
pub use registry::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// What an id may name: the prefix on the wire and the service that owns the entity.
pub trait Entity {
    /// Three lower-case letters, unique in the city.
    const PREFIX: &'static str;
    /// The owner, which is the only one to make such ids.
    const SERVICE: ServiceName;
}

/// The id of one entity of kind `E`.
pub struct Id<E>(Uuid, PhantomData<fn() -> E>);

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that begins with {expected}_")]
pub struct IdError {
    /// The prefix that was expected.
    pub expected: &'static str,
}

impl<E> Id<E> {
    /// Wraps a UUID that is known to be of this kind: a database row or a new id.
    pub const fn restore(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The UUID, for binding into SQL.
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl<E: Entity> Id<E> {
    /// Reads the wire form.
    ///
    /// # Errors
    /// [`IdError`] for another prefix or anything but 32 lower-case hex digits behind it.
    pub fn parse(raw: &str) -> Result<Self, IdError> {
        let error = IdError { expected: E::PREFIX };
        let hex =
            raw.strip_prefix(E::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(error)?;
        let canonical = hex.len() == 32
            && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if !canonical {
            return Err(error);
        }
        Uuid::try_parse(hex).map(Self::restore).map_err(|_| error)
    }
}

impl<E> Clone for Id<E> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<E> Copy for Id<E> {}
impl<E> PartialEq for Id<E> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<E> Eq for Id<E> {}
impl<E> PartialOrd for Id<E> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<E> Ord for Id<E> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<E> Hash for Id<E> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<E: Entity> fmt::Display for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", E::PREFIX, self.0.simple())
    }
}
impl<E: Entity> fmt::Debug for Id<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl<E: Entity> FromStr for Id<E> {
    type Err = IdError;

    fn from_str(raw: &str) -> Result<Self, IdError> {
        Self::parse(raw)
    }
}
impl<E: Entity> Serialize for Id<E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de, E: Entity> Deserialize<'de> for Id<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&raw).map_err(de::Error::custom)
    }
}

#[cfg(feature = "sqlx")]
impl<E> sqlx::Type<sqlx::Postgres> for Id<E> {
    fn type_info() -> sqlx::postgres::PgTypeInfo {
        <Uuid as sqlx::Type<sqlx::Postgres>>::type_info()
    }
}

#[cfg(feature = "sqlx")]
impl<'r, E> sqlx::Decode<'r, sqlx::Postgres> for Id<E> {
    fn decode(value: sqlx::postgres::PgValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        <Uuid as sqlx::Decode<sqlx::Postgres>>::decode(value).map(Self::restore)
    }
}

#[cfg(feature = "sqlx")]
impl<E> sqlx::Encode<'_, sqlx::Postgres> for Id<E> {
    fn encode_by_ref(
        &self,
        buffer: &mut sqlx::postgres::PgArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        <Uuid as sqlx::Encode<sqlx::Postgres>>::encode_by_ref(&self.0, buffer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_of_another_kind_or_shape_is_refused() {
        let good = ReportId::restore(Uuid::from_u128(7)).to_string();

        assert_eq!(good, "rpt_00000000000000000000000000000007");
        assert!(AccountId::parse(&good).is_err());
        for raw in [
            "rpt_",
            "rpt",
            "",
            "rpt_00000000-0000-0000-0000-000000000007",
            "rpt_0000000000000000000000000000000A",
        ] {
            assert!(ReportId::parse(raw).is_err(), "{raw:?}");
        }
    }

    #[test]
    fn prefixes_are_unique() {
        let mut prefixes: Vec<_> = PREFIXES.iter().map(|(prefix, _)| prefix).collect();
        prefixes.sort_unstable();
        prefixes.dedup();
        assert_eq!(prefixes.len(), PREFIXES.len());
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(raw: u128) {
            let id = AccountId::restore(Uuid::from_u128(raw));
            prop_assert_eq!(AccountId::parse(&id.to_string()), Ok(id));
            let json = serde_json::to_string(&id).expect("an id is a string");
            prop_assert_eq!(serde_json::from_str::<AccountId>(&json).expect("it is"), id);
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(ReportId::parse(&raw).is_err() || raw.starts_with("rpt_"));
        }
    }
}
