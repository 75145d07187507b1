//! Messages of providers: JSON objects of texts and whole numbers, in which no member occurs twice.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDateTime, TimeZone as _, Utc};
use city_clock::{Timestamp, hue_offset};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;

/// The members of a message, each as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members(BTreeMap<String, String>);

impl Members {
    /// Reads an object; none for anything else, and when a member occurs twice.
    pub fn read(raw: &[u8]) -> Option<Self> {
        serde_json::from_slice(raw).ok()
    }

    /// Takes pairs; none when a name occurs twice.
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Option<Self> {
        let mut members = BTreeMap::new();
        for (name, value) in pairs {
            if members.insert(name, value).is_some() {
                return None;
            }
        }
        Some(Self(members))
    }

    /// A member as text; none when it is missing.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A member as text; empty when it is missing, as all providers sign it then.
    pub fn text(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// A whole number from 0 on.
    pub fn number(&self, name: &str) -> Option<i64> {
        let text = self.find(name)?;
        (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())?;
        text.parse().ok()
    }

    /// A result code: a whole number.
    pub fn code(&self, name: &str) -> Option<i64> {
        self.find(name)?.parse().ok()
    }

    /// An instant in milliseconds since 1970.
    pub fn millis(&self, name: &str) -> Option<Timestamp> {
        DateTime::from_timestamp_millis(self.number(name)?)
    }

    /// A number or name of a transaction; none for an empty one and for 0, which stand for none.
    pub fn txn_no(&self, name: &str) -> Option<String> {
        self.find(name)
            .filter(|no| !no.is_empty() && *no != "0" && no.len() <= 64)
            .map(str::to_owned)
    }
}

/// An instant as `yyyyMMddHHmmss` of Hue's clock.
pub fn civil(at: Timestamp) -> String {
    at.with_timezone(&hue_offset()).format("%Y%m%d%H%M%S").to_string()
}

/// The same read back; none for anything else.
pub fn read_civil(text: &str) -> Option<Timestamp> {
    let civil = NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok()?;
    Some(hue_offset().from_local_datetime(&civil).single()?.with_timezone(&Utc))
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            let text = match value {
                Value::String(text) => text,
                Value::Null => String::new(),
                other => other.to_string(),
            };
            if members.insert(name, text).is_some() {
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(Members(members))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_member_that_occurs_twice_makes_a_message_unreadable() {
        assert!(Members::read(br#"{"amount":1,"amount":1}"#).is_none());
        assert!(Members::read(b"[1]").is_none());
        let read =
            Members::read(br#"{"amount":150000,"extraData":"","fee":1.0,"n":null}"#).unwrap();
        assert_eq!((read.number("amount"), read.number("fee")), (Some(150_000), None));
        assert_eq!(
            (read.find("extraData"), read.find("none"), read.text("n")),
            (Some(""), None, "")
        );
    }

    #[test]
    fn instants_are_of_hues_clock() {
        let at = Utc.with_ymd_and_hms(2026, 11, 21, 10, 13, 0).unwrap();
        assert_eq!(civil(at), "20261121171300");
        assert_eq!(read_civil("20261121171300"), Some(at));
        assert_eq!(read_civil("20261321171300"), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(raw: Vec<u8>, text: String) {
            let _read = Members::read(&raw);
            let _at = read_civil(&text);
        }
    }
}
