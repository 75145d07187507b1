//! The development channel: keeps what it would send, so that whoever tries the city out can read their code.

use async_trait::async_trait;
use city_boot::Profile;
use city_clock::SharedClock;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Item, Kind, MessageChannel, Outcome, Unavailable};
use crate::store;

/// The table `dev_outbox`.
#[derive(Debug)]
pub struct DevOutbox {
    db: PgPool,
    clock: SharedClock,
}

impl DevOutbox {
    /// The channel; none outside the development profile.
    pub fn open(profile: Profile, db: PgPool, clock: SharedClock) -> Option<Self> {
        profile.is_development().then_some(Self { db, clock })
    }
}

#[async_trait]
impl MessageChannel for DevOutbox {
    fn name(&self) -> &'static str {
        "outbox"
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Sms]
    }

    async fn send(&self, _batch: Uuid, items: &[Item]) -> Result<Vec<Outcome>, Unavailable> {
        let unavailable =
            |error: sqlx::Error| Unavailable { side: self.name(), reason: error.to_string() };
        let mut tx = self.db.begin().await.map_err(unavailable)?;
        for item in items {
            store::dev_outbox::insert(&mut tx, item, self.clock.now())
                .await
                .map_err(unavailable)?;
        }
        tx.commit().await.map_err(unavailable)?;
        Ok(vec![Outcome::Accepted(None); items.len()])
    }
}
