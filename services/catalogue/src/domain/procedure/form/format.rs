//! The formats that are admitted, each of which really is checked.

use chrono::{DateTime, NaiveTime};
use serde_json::Value;

use super::super::condition;

/// A format of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Date,
    Time,
    DateTime,
    Email,
    Uri,
    Uuid,
}

impl Format {
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "date" => Self::Date,
            "time" => Self::Time,
            "date-time" => Self::DateTime,
            "email" => Self::Email,
            "uri" => Self::Uri,
            "uuid" => Self::Uuid,
            _ => return None,
        })
    }

    pub fn admits(self, value: &Value) -> bool {
        let Some(text) = value.as_str() else { return true };
        match self {
            Self::Date => condition::date(value).is_some(),
            // A time of day as people write it; RFC 3339 with its offset is for date-time.
            Self::Time => ["%H:%M", "%H:%M:%S"]
                .iter()
                .any(|shape| NaiveTime::parse_from_str(text, shape).is_ok()),
            Self::DateTime => DateTime::parse_from_rfc3339(text).is_ok(),
            Self::Email => is_email(text),
            Self::Uri => text.len() <= 2_000 && url::Url::parse(text).is_ok(),
            Self::Uuid => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
        }
    }
}

/// One @ between a name and a host with a dot; whether it exists only a message to it can tell.
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c == '@');
    text.len() <= 254
        && plain(name)
        && plain(host)
        && host.contains('.')
        && host.split('.').all(|label| !label.is_empty())
}
