//! A person sees how much is new.

use city_contracts::notifications::UnreadCount;
use city_ids::AccountId;

use super::App;
use crate::error::{Error, fault};
use crate::store;

/// How many messages a person has neither read nor archived.
pub async fn count_unread(app: &App, who: AccountId) -> Result<UnreadCount, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let unread_count = store::message::count_unread(&mut db, who).await?;
    Ok(UnreadCount { unread_count })
}
