//! What accounts asks about a person, to tell them what is held and to forget them.

use chrono::NaiveDate;
use city_ids::AccountId;
use serde::{Deserialize, Serialize};

/// `POST /internal/v1/privacy/{request}/{precheck,export,erase}`: accounts asks about a person.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PrivacySubject {
    /// The person.
    pub account: AccountId,
}

/// Something that keeps a person from being forgotten for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// `DOSSIER_OPEN`.
    pub code: String,
    /// The dossier.
    pub subject: String,
    /// What people quote.
    pub label: Option<String>,
}

/// The answer to `precheck`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyPrecheck {
    /// Empty: nothing stands in the way.
    pub blockers: Vec<Blocker>,
}

/// The answer to `export`: the file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyExport {
    /// Where it is in the object store.
    pub key: String,
    /// How many dossiers it holds.
    pub dossiers: u64,
}

/// The answer to `erase`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipt {
    /// Rows that are gone.
    pub deleted: u64,
    /// Rows that no longer say whose they were.
    pub pseudonymised: u64,
    /// What stays, and why.
    pub retained: Vec<Retained>,
}

/// Something that stays after an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// What.
    pub what: String,
    /// Why.
    pub basis: String,
    /// Until when, where that is fixed.
    pub until: Option<NaiveDate>,
}
