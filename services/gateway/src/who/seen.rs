//! Which refresh numbers came in with access tokens: accounts then knows that a rotated token arrived. Told in batches,
//! never in the way of a request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use city_auth::Principal;
use city_boot::{Progress, Worker, WorkerError};
use city_clients::{Accounts, Call};
use city_contracts::accounts::SessionSeen;
use city_contracts::common::Locale;
use city_ids::{ServiceName, SessionId};

/// Sessions remembered; beyond it the memory starts anew and some are told twice, which does no harm.
const MOST: usize = 100_000;
const BATCH: usize = 500;
const PATIENCE: Duration = Duration::from_secs(2);

/// What was seen and not told yet.
#[derive(Debug, Default)]
pub struct Seen(Mutex<Notes>);

#[derive(Debug, Default)]
struct Notes {
    newest: HashMap<SessionId, u32>,
    waiting: HashMap<SessionId, u32>,
}

impl Seen {
    /// Notes that a token with this refresh number was verified.
    pub fn note(&self, sid: SessionId, rn: u32) {
        let mut notes = self.lock();
        if notes.newest.get(&sid).is_some_and(|newest| *newest >= rn) {
            return;
        }
        if notes.newest.len() >= MOST {
            notes.newest.clear();
        }
        notes.newest.insert(sid, rn);
        if notes.waiting.len() < MOST {
            notes.waiting.insert(sid, rn);
        }
    }

    fn take(&self) -> Vec<SessionSeen> {
        let mut notes = self.lock();
        let batch: Vec<_> = notes
            .waiting
            .iter()
            .take(BATCH)
            .map(|(sid, rn)| SessionSeen { sid: *sid, rn: *rn })
            .collect();
        for seen in &batch {
            notes.waiting.remove(&seen.sid);
        }
        batch
    }

    fn put_back(&self, batch: &[SessionSeen]) {
        let mut notes = self.lock();
        for seen in batch {
            let waiting = notes.waiting.entry(seen.sid).or_insert(seen.rn);
            *waiting = (*waiting).max(seen.rn);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells accounts what was seen. Idempotent: the numbers only grow.
#[derive(Debug)]
pub struct SeenTeller {
    pub seen: Arc<Seen>,
    pub accounts: Accounts,
}

#[async_trait]
impl Worker for SeenTeller {
    fn name(&self) -> &'static str {
        "gateway.seen"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let batch = self.seen.take();
        if batch.is_empty() {
            return Ok(Progress::Idle);
        }
        let call = Call::new(Principal::service(ServiceName::Gateway), Locale::Vi, PATIENCE);
        match self.accounts.sessions_seen(&call, &batch).await {
            Ok(()) => Ok(Progress::Worked),
            Err(error) => {
                self.seen.put_back(&batch);
                Err(WorkerError::new("telling which refresh numbers were seen", error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use city_ids::Ids;

    use super::*;

    #[test]
    fn a_number_is_told_once_and_a_higher_one_again() {
        let at = Utc.with_ymd_and_hms(2026, 3, 4, 2, 0, 0).unwrap();
        let (seen, sid) = (Seen::default(), Ids::seeded(1).next(at));
        let told = || seen.take().into_iter().map(|seen| seen.rn).collect::<Vec<_>>();
        seen.note(sid, 1);
        seen.note(sid, 1);

        assert_eq!(told(), [1]);
        seen.note(sid, 1);
        assert_eq!(told(), [0; 0]);
        seen.note(sid, 2);
        assert_eq!(told(), [2]);
    }
}
