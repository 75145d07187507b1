//! What accounts asks payments about a person, with the shapes that all services share.

use serde::{Deserialize, Serialize};

pub use crate::catalogue::dossier::{
    Blocker, ErasureReceipt, PrivacyPrecheck, PrivacySubject, Retained,
};

/// The answer to `export`: the file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletExport {
    /// Where it is in the object store.
    pub key: String,
    /// How many movements it holds.
    pub movements: u64,
}
