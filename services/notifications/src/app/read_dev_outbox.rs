//! Whoever tries the city out reads what would have been sent.

use city_contracts::notifications::{DevMessage, ReadDevOutbox};

use super::App;
use crate::error::{Error, fault};
use crate::store;

const LIMIT: i64 = 50;

/// The latest messages the development channel kept for a number or address, newest first.
pub async fn read_dev_outbox(app: &App, input: &ReadDevOutbox) -> Result<Vec<DevMessage>, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    store::dev_outbox::list(&mut db, &input.to, LIMIT)
        .await
        .map_err(fault("reading the development outbox"))
}
