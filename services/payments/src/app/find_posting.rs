//! An officer looks a posting up.

use city_ids::PostingId;

use crate::app::App;
use crate::error::{Error, fault};
use crate::store::ledger::{self as store, StoredPosting};

/// The posting of an id, as the ledger keeps it.
///
/// # Errors
/// [`Error::NotFound`] when the ledger never answered it.
pub async fn find_posting(app: &App, id: PostingId) -> Result<StoredPosting, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    store::find_posting(&mut db, id.as_uuid()).await?.ok_or(Error::NotFound)
}
