//! Frees reserves whose time is over.
//!
//! Idempotent: the id of an expiry follows from its hold, so a step that is repeated posts once; and a hold ends once, whatever
//! the id. The ledger itself refuses to capture a hold from its last instant on; this only gives the money back.

use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};
use city_contracts::payments::PaymentExpired;
use city_ids::PostingId;
use city_money::Vnd;
use city_receipt::{derive, sha256};
use futures_util::future::join_all;
use uuid::Uuid;

use crate::app::{App, wire_purpose};
use crate::domain::ledger::{Action, Leg, Posting, Purpose, Verdict};
use crate::error::{Error, broken, fault};
use crate::events;
use crate::store::ledger as store;

/// Holds of a step: they share a batch.
const MOST: i64 = 200;

/// Posts the expiry of holds.
#[derive(Debug)]
pub struct ExpireHolds(pub App);

impl ExpireHolds {
    async fn expire_some(&self) -> Result<Progress, Error> {
        if !self.0.ledger.is_leading() {
            return Ok(Progress::Idle); // the instance that leads does it
        }
        let now = self.0.clock.now();
        let mut db = self.0.db.acquire().await.map_err(fault("connecting"))?;
        let due = store::due_holds(&mut db, now, MOST).await?;
        drop(db); // the ledger has its own connection
        let answers = join_all(due.iter().map(|hold| self.expire(hold)));
        let mut freed = 0;
        for (hold, answer) in due.iter().zip(answers.await) {
            match answer? {
                Verdict::Created(_) => freed += 1,
                // Captured or voided since it was looked up, or the ledger's clock is behind ours.
                Verdict::Refused(_) | Verdict::TooEarly => {}
                other => {
                    tracing::error!(hold.id = %hold.posting, answer = ?other, "A hold does not end");
                }
            }
        }
        if freed > 0 {
            tracing::info!(holds.expired = freed, "Freed {freed} reserves whose time was over");
        }
        Ok(if freed > 0 { Progress::Worked } else { Progress::Idle })
    }

    /// Ends a hold. Clients choose the ids of their payments, so one of them may have used the id that follows from the hold:
    /// then any other does.
    async fn expire(&self, due: &store::DueHold) -> Result<Verdict, Error> {
        let verdict =
            self.0.ledger.post(self.expiry(due, derive("hold.expire", due.posting))?).await?;
        if verdict != Verdict::KeyReused {
            return Ok(verdict);
        }
        let other = self.0.ids.uuid(self.0.clock.now());
        Ok(self.0.ledger.post(self.expiry(due, other)?).await?)
    }

    fn expiry(&self, due: &store::DueHold, id: Uuid) -> Result<Posting, Error> {
        let hold = due.posting;
        let purpose = Purpose::of(due.purpose);
        let purpose = purpose.ok_or_else(|| {
            broken("reading a hold", format!("there is no purpose {}", due.purpose))
        })?;
        let leg = Leg { action: Action::Expire { hold }, purpose, reference: due.reference };
        let told = PaymentExpired {
            payment: PostingId::restore(hold),
            account: due.owner,
            amount: Vnd::new(due.amount),
            purpose: wire_purpose(purpose),
        };
        let event_id = self.0.ids.uuid(self.0.clock.now());
        let event = events::event(event_id, events::PAYMENT_EXPIRED, &told);
        let req_hash = sha256(&[b"hold.expire", hold.as_bytes()]);
        let expiry = Posting::new(id, req_hash, vec![leg]);
        Ok(Posting { events: vec![event], ..expiry })
    }
}

#[async_trait]
impl Worker for ExpireHolds {
    fn name(&self) -> &'static str {
        "expire-holds"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        self.expire_some().await.map_err(|error| WorkerError::new("freeing reserves", error))
    }

    /// A hold that is over can no longer be captured; its money is back soon enough.
    async fn idle(&self) {
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
}
