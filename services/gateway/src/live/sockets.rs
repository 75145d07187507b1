//! Who holds sockets open: the process's cap, five an account, and which session keeps which socket alive.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use city_auth::session::{SessionChanged, SessionStatus};
use city_auth::{Principal, PrincipalKind};
use city_boot::{Progress, Worker, WorkerError};
use city_ids::{AccountId, SessionId};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::outbox::Outbox;
use super::protocol::Close;
use crate::who::{Denied, Who};

/// Sockets of one process.
const MOST: usize = 10_000;
/// Sockets of one account.
const MOST_OF_ACCOUNT: usize = 5;
/// How long a step waits for an announcement; also how long shutdown waits for this worker.
const WAIT: std::time::Duration = std::time::Duration::from_secs(1);

/// All open sockets.
#[derive(Debug, Default)]
pub struct Sockets(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    open: usize,
    last: u64,
    by_account: HashMap<AccountId, usize>,
    by_session: HashMap<SessionId, HashMap<u64, Holder>>,
}

#[derive(Debug)]
struct Holder {
    outbox: Arc<Outbox>,
    principal: Principal,
}

/// An open socket's place; closing is dropping it.
#[derive(Debug)]
pub struct Place {
    sockets: Arc<Sockets>,
    number: u64,
    owner: Option<(AccountId, SessionId)>,
}

impl Sockets {
    /// A place for one more socket, if the process has one.
    pub fn open(self: &Arc<Self>) -> Option<Place> {
        let mut state = self.lock();
        if state.open >= MOST {
            return None;
        }
        state.open += 1;
        state.last += 1;
        let number = state.last;
        drop(state);
        Some(Place { sockets: Arc::clone(self), number, owner: None })
    }

    /// Closes what a changed session kept alive: all of an ended one, and staff whose grants may have changed.
    fn learn(&self, change: SessionChanged) {
        let state = self.lock();
        for holder in state.by_session.get(&change.sid).into_iter().flat_map(HashMap::values) {
            match (change.status, holder.principal.kind) {
                (SessionStatus::Ended, _) => holder.outbox.close(Close::SessionEnded),
                (SessionStatus::Active, PrincipalKind::Staff) => {
                    holder.outbox.close(Close::GrantsChanged);
                }
                (SessionStatus::Active, _) => {}
            }
        }
    }

    /// One principal of each session.
    fn principals(&self) -> Vec<Principal> {
        let state = self.lock();
        state
            .by_session
            .values()
            .filter_map(|holders| Some(holders.values().next()?.principal.clone()))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ties the socket to its owner's session.
    ///
    /// # Errors
    /// [`Close::TooManyConnections`].
    pub fn sign_in(&mut self, principal: &Principal, outbox: &Arc<Outbox>) -> Result<(), Close> {
        let (Some(account), Some(session)) = (principal.account, principal.session) else {
            return Ok(());
        };
        let mut state = self.sockets.lock();
        let count = state.by_account.entry(account).or_default();
        if *count >= MOST_OF_ACCOUNT {
            return Err(Close::TooManyConnections);
        }
        *count += 1;
        let holder = Holder { outbox: Arc::clone(outbox), principal: principal.clone() };
        state.by_session.entry(session).or_default().insert(self.number, holder);
        self.owner = Some((account, session));
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.sockets.lock();
        state.open -= 1;
        let Some((account, session)) = self.owner else { return };
        if let Some(count) = state.by_account.get_mut(&account) {
            *count -= 1;
            if *count == 0 {
                state.by_account.remove(&account);
            }
        }
        if let Some(holders) = state.by_session.get_mut(&session) {
            holders.remove(&self.number);
            if holders.is_empty() {
                state.by_session.remove(&session);
            }
        }
    }
}

/// Ends sockets with the session that keeps them, at once. Idempotent: closing twice is closing.
pub struct SessionWatch {
    sockets: Arc<Sockets>,
    who: Arc<Who>,
    changes: tokio::sync::Mutex<broadcast::Receiver<SessionChanged>>,
}

impl SessionWatch {
    pub fn new(sockets: Arc<Sockets>, who: Arc<Who>) -> Self {
        let changes = tokio::sync::Mutex::new(who.changes());
        Self { sockets, who, changes }
    }

    /// Announcements were missed: every session is looked at anew.
    async fn look_at_all(&self) {
        for principal in self.sockets.principals() {
            let is_over = matches!(self.who.again(&principal).await, Err(Denied::SessionEnded));
            if let (true, Some(sid)) = (is_over, principal.session) {
                self.sockets.learn(SessionChanged { sid, rev: 0, status: SessionStatus::Ended });
            }
        }
    }
}

#[async_trait]
impl Worker for SessionWatch {
    fn name(&self) -> &'static str {
        "gateway.sockets"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let mut changes = self.changes.lock().await;
        match tokio::time::timeout(WAIT, changes.recv()).await {
            Ok(Ok(change)) => self.sockets.learn(change),
            Ok(Err(RecvError::Lagged(_))) => self.look_at_all().await,
            Ok(Err(RecvError::Closed)) | Err(_) => return Ok(Progress::Idle),
        }
        Ok(Progress::Worked)
    }

    /// The step itself waits.
    async fn idle(&self) {
        tokio::task::yield_now().await;
    }
}
