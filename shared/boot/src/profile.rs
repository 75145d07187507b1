//! Development or production: what a profile refuses is decided where the part is built, never by a missing variable.

use serde::Deserialize;

/// The profile named by `CITY_ENV`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// For trying out and for work on the code: messages can be read at `/dev/outbox`, demo staff exist.
    Development,
    /// For a city: nothing of the above starts.
    Production,
}

impl Profile {
    /// Whether this is the development profile.
    pub const fn is_development(self) -> bool {
        matches!(self, Self::Development)
    }
}
