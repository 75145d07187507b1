//! An officer sees what a provider said about the money of a posting.

use std::collections::BTreeMap;

use city_clock::Timestamp;
use city_ids::PostingId;
use city_receipt::sha256;

use super::App;
use crate::domain::provider::shown;
use crate::error::Error;
use crate::hex;
use crate::store;
use crate::store::provider::Kept;

/// The most messages that are shown: an order is asked about some forty times, and a notice comes ten times at most.
const MOST: i64 = 200;

/// What a provider said.
///
/// Privacy: the bytes stay where they are, since they may name a payer's account or telephone; what is shown of a proven
/// message are results, numbers, amounts and times, and its digest, so that the provider's own copy can be compared. What is
/// not proven is a stranger's text: nothing of it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Whose it is.
    pub provider: String,
    /// `IN` for a notice, `ANSWER` for the answer to a question of ours.
    pub direction: String,
    /// When it came.
    pub at: Timestamp,
    /// Whether it is proven to come from the provider.
    pub verified: bool,
    /// What became of it; none while it is judged.
    pub outcome: Option<String>,
    /// Its members that name nobody.
    pub said: BTreeMap<&'static str, String>,
    /// How long it is.
    pub bytes: usize,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

/// The messages about the provider's order behind a posting, oldest first; none when there is no such order. A refused posting
/// has none: the order's money is with another.
///
/// # Errors
/// When the database is away.
pub async fn posting_messages(app: &App, id: PostingId) -> Result<Vec<Message>, Error> {
    let mut db = app.connection().await?;
    let kept = store::provider::behind(&mut db, id.as_uuid(), MOST).await?;
    Ok(kept.into_iter().map(message).collect())
}

fn message(kept: Kept) -> Message {
    let Kept { provider, direction, at, raw, verified, outcome } = kept;
    let said = if verified { shown(&raw) } else { BTreeMap::new() };
    let (bytes, sha256) = (raw.len(), hex::text(&sha256(&[&raw])));
    Message { provider, direction, at, verified, outcome, said, bytes, sha256 }
}
