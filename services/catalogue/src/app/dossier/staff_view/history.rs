//! What happened to a dossier, row by row.

use city_clock::Timestamp;
use city_ids::AccountId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::store::dossier::event::EventRow;

/// A page of a dossier's history.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// What happened, oldest first.
    pub items: Vec<HistoryRow>,
    /// Whether every row up to the last one shown is as it was written.
    pub intact: bool,
    /// The first row that is not.
    pub broken_at: Option<i32>,
}

/// Something that happened.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// Counts up from 1.
    pub seq: i32,
    /// When.
    #[schema(value_type = String)]
    pub at: Timestamp,
    /// What, such as `ACCEPT`.
    pub kind: String,
    /// Who; none for the city by itself.
    #[schema(value_type = Option<String>)]
    pub actor: Option<AccountId>,
    /// For whom, when it was somebody else.
    #[schema(value_type = Option<String>)]
    pub acting_for: Option<AccountId>,
    /// The status before.
    pub from: Option<i16>,
    /// The status after.
    pub to: Option<i16>,
    /// What the applicant reads.
    pub public_note: Option<String>,
    /// What staff read.
    pub internal_note: Option<String>,
    /// Codes, dates and numbers.
    #[schema(value_type = Object)]
    pub data: Value,
    /// The hash of the row and all before it, in hex.
    pub hash: String,
}

impl HistoryRow {
    pub fn of(row: EventRow) -> Self {
        Self {
            seq: row.seq,
            at: row.at,
            kind: row.kind,
            actor: row.actor.map(AccountId::restore),
            acting_for: row.acting_for.map(AccountId::restore),
            from: row.from_status,
            to: row.to_status,
            public_note: row.public_note,
            internal_note: row.internal_note,
            data: row.data,
            hash: hex::encode(row.hash),
        }
    }
}
