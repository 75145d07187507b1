//! Removes what the four common tables no longer need.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};
use city_clock::SharedClock;
use sqlx::PgPool;

const BATCH: i64 = 1_000;
/// Longer than any consumer may be away and any stream be rebuilt.
const OUTBOX_DAYS: i32 = 14;
/// Longer than the outbox keeps, so that a replay is always recognised.
const INBOX_DAYS: i32 = 30;

/// Prunes one service's tables, hourly, in batches.
#[derive(Debug)]
pub struct Pruner {
    db: PgPool,
    clock: SharedClock,
    idempotency_days: i32,
}

impl Pruner {
    /// A pruner that keeps idempotency keys for this many days.
    pub fn new(db: PgPool, clock: SharedClock, idempotency_days: i32) -> Self {
        Self { db, clock, idempotency_days }
    }
}

#[async_trait]
impl Worker for Pruner {
    fn name(&self) -> &'static str {
        "pruner"
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the tables are the service's own by search path; see the crate docs"
    )]
    async fn step(&self) -> Result<Progress, WorkerError> {
        let now = self.clock.now();
        let statements = [
            (
                "delete from outbox where seq in (select seq from outbox where stream_ms is not null
                 and at < $1 - make_interval(days => $2) order by seq limit $3)",
                OUTBOX_DAYS,
            ),
            (
                "delete from inbox where (consumer, event_id) in (select consumer, event_id from inbox
                 where at < $1 - make_interval(days => $2) limit $3)",
                INBOX_DAYS,
            ),
            (
                "delete from idempotency where (caller, key) in (select caller, key from idempotency
                 where created_at < $1 - make_interval(days => $2) limit $3)",
                self.idempotency_days,
            ),
        ];
        let mut removed = 0;
        for (statement, days) in statements {
            let done =
                sqlx::query(statement).bind(now).bind(days).bind(BATCH).execute(&self.db).await;
            removed += done.map_err(|error| WorkerError::new("pruning", error))?.rows_affected();
        }
        Ok(if removed > 0 { Progress::Worked } else { Progress::Idle })
    }

    async fn idle(&self) {
        tokio::time::sleep(Duration::from_hours(1)).await;
    }
}
