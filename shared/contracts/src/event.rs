//! The envelope of a public event. Bodies carry ids, codes, numbers and dates; never text, phone, position or token.

use chrono::{DateTime, Utc};
use city_ids::EventId;
use serde::{Deserialize, Serialize};

/// A public event on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Envelope<B> {
    /// Unique; consumers apply it once.
    pub id: EventId,
    /// The name its publisher's spec gives it, such as `ReportFiled`.
    pub kind: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The W3C trace it belongs to; set from the present request when it is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// What happened.
    pub body: B,
}

impl<B> Envelope<B> {
    /// A new event.
    pub fn new(id: EventId, kind: &str, at: DateTime<Utc>, body: B) -> Self {
        Self { id, kind: kind.to_owned(), at, trace: None, body }
    }
}
