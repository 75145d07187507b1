//! The handle that use cases hold.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use city_auth::internal::Identity;
use city_boot::{Check, Tasks};
use city_clock::SharedClock;
use city_receipt::{BackingStatement, HeadKey, PublishedKeys, SignedBacking};
use sqlx::PgPool;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

use super::forward::Forward;
use super::leader::{Leader, News};
use super::queue::{Entry, NotNow, Queue, Status};
use super::safety::Durability;
use crate::domain::backing::Backing;
use crate::domain::ledger::{
    Command, ForeignId, Head, Input, Needs, Posting, State, Verdict, check_new_id,
};
use crate::domain::working_days::younger_than;
use crate::error::{Error, fault};
use crate::store::ledger as store;

/// How long an input waits in the queue before its caller gives up.
const QUEUE_PATIENCE: Duration = Duration::from_secs(5);
/// How long a caller waits for a commit before it is told that the outcome is pending.
const COMMIT_PATIENCE: Duration = Duration::from_secs(10);

/// How a ledger is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How safe an acknowledged payment must be.
    pub durability: Durability,
    /// Where other instances reach this one when it leads.
    pub own_url: Option<String>,
    /// Working days for which what a provider owes backs the wallets.
    pub backing_days: i32,
    /// The key that signs the heads of batches.
    pub key: Arc<HeadKey>,
    /// The client with which a standby asks whether the leader is alive, and forwards to it.
    pub http: reqwest::Client,
    /// Who this process is towards the leader.
    pub identity: Identity,
}

/// The ledger, to those who post to it. When the last handle is gone, its leadership ends.
#[derive(Debug, Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Entry>,
    status: watch::Receiver<Status>,
    forward: Forward,
    db: PgPool,
    clock: SharedClock,
    key: Arc<HeadKey>,
    keys: Arc<PublishedKeys>,
    backing: watch::Receiver<Option<Backing>>,
    backing_days: i32,
}

impl Ledger {
    /// Starts the sequencer of this instance over the database of a pool, on a connection of its own.
    pub fn start(db: &PgPool, clock: SharedClock, settings: Settings) -> Self {
        let (queue, waiting) = Queue::new();
        let (announce, status) = watch::channel(Status::Starting);
        let (tell_backing, backing) = watch::channel(None);
        let options = db.connect_options();
        let forward = Forward {
            own_url: settings.own_url.clone(),
            http: settings.http.clone(),
            identity: settings.identity.clone(),
        };
        let (key, backing_days) = (settings.key.clone(), settings.backing_days);
        let keys = Arc::new(key.published());
        let news = News { status: announce, backing: tell_backing };
        let leader = Leader::new(&options, clock.clone(), settings, waiting, news);
        // It ends with the last handle. Whatever is not acknowledged then may be lost, and nothing else can be, so
        // shutdown has nothing to wait for.
        Tasks::new().spawn(leader.run());
        Self { queue, status, forward, db: db.clone(), clock, key, keys, backing, backing_days }
    }

    /// Posts, and answers once the verdict is on the disk. The same posting again gets the same answer. An instance that
    /// does not lead forwards it, once.
    ///
    /// The caller has [`Posting::check`]ed it, and an id from outside with [`Ledger::answered`]. Cancelling the wait does
    /// not take back what was taken.
    ///
    /// # Errors
    /// [`NotNow`]: nothing was applied, or with [`NotNow::OutcomePending`] the same id tells the outcome.
    pub async fn post(&self, posting: Posting) -> Result<Verdict, NotNow> {
        self.ask(Input::Posting(posting)).await
    }

    /// Has a command carried out.
    ///
    /// # Errors
    /// As [`Ledger::post`].
    pub async fn command(&self, command: Command) -> Result<Verdict, NotNow> {
        self.ask(Input::Command(command)).await
    }

    /// Whether a posting or command of this id was answered, after all that was asked before: what was on its way to the
    /// disk has arrived there by then, or never will.
    ///
    /// # Errors
    /// [`NotNow`]: it cannot be said now.
    pub async fn knows(&self, id: Uuid) -> Result<bool, NotNow> {
        Ok(self.ask(Input::Lookup { id }).await? == Verdict::Known)
    }

    /// What another instance forwarded; it is never forwarded again.
    ///
    /// # Errors
    /// As [`Ledger::post`].
    pub async fn take(&self, input: Input) -> Result<Verdict, NotNow> {
        let begun = Instant::now();
        self.admitted(begun + QUEUE_PATIENCE).await?;
        self.wait(input, begun).await
    }

    /// The first answer to a posting whose id came from outside, or none when it is new and may be posted. Any instance
    /// can say so.
    ///
    /// # Errors
    /// [`Error::IdTime`] when a new id is timed outside the window, [`Error::NotAnId`] when it is no UUIDv7, and when the
    /// database is away.
    pub async fn answered(&self, posting: &Posting) -> Result<Option<Verdict>, Error> {
        let input = Input::Posting(posting.clone());
        let mut state = State::at(Head::default());
        let needs = Needs::of(std::slice::from_ref(&input), &state);
        let mut db = self.db.acquire().await.map_err(fault("connecting"))?;
        let found = store::load(&mut db, &needs).await.map_err(fault("looking up a payment"))?;
        state.learn(found);
        let first = state.first_answer(&input);
        if first.is_none() {
            let now = self.clock.now();
            check_new_id(posting.id, now).map_err(|refusal| match refusal {
                ForeignId::NotV7 => Error::NotAnId,
                ForeignId::OutOfTime => Error::IdTime { now },
            })?;
        }
        Ok(first)
    }

    /// The public half of the key that signs batches.
    pub fn keys(&self) -> &PublishedKeys {
        &self.keys
    }

    /// What backs the wallets after the last batch; none on an instance that does not write.
    pub fn backing(&self) -> Option<Backing> {
        self.backing.borrow().clone().filter(|_| self.is_leading())
    }

    /// The first day on which what came in through providers backs the wallets today.
    pub fn backed_since(&self, today: NaiveDate) -> NaiveDate {
        younger_than(today, self.backing_days)
    }

    /// Signs a statement of what backs the wallets.
    pub fn sign_backing(&self, statement: BackingStatement) -> SignedBacking {
        statement.sign(&self.key)
    }

    /// Whether this instance writes the ledger.
    pub fn is_leading(&self) -> bool {
        matches!(*self.status.borrow(), Status::Leading { .. })
    }

    /// What this instance is to the ledger.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Waits until this instance leads.
    pub async fn leads(&self) {
        let mut status = self.status.clone();
        let leading = status.wait_for(|status| matches!(status, Status::Leading { .. })).await;
        drop(leading); // an error means that the sequencer ended; asking then says so
    }

    /// Ready while somebody leads: this instance, or another that it knows of.
    pub fn check(&self) -> Check {
        let ledger = self.clone();
        Check::new("ledger", move || {
            let status = ledger.status();
            let runs = !ledger.queue.is_closed(); // what ended unexpectedly says nothing any more
            async move { runs && matches!(status, Status::Leading { .. } | Status::Following { .. }) }
        })
    }

    async fn ask(&self, input: Input) -> Result<Verdict, NotNow> {
        let begun = Instant::now();
        match self.admitted(begun + QUEUE_PATIENCE).await {
            Ok(()) => self.wait(input, begun).await,
            Err(refusal) => match self.forward.leader(&refusal) {
                Some(leader_url) => self.forward.send(leader_url, &input).await,
                None => Err(refusal),
            },
        }
    }

    async fn wait(&self, input: Input, begun: Instant) -> Result<Verdict, NotNow> {
        let (entry, mut wait) = Entry::new(input);
        self.queue.try_send(entry).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => NotNow::Busy,
            mpsc::error::TrySendError::Closed(_) => NotNow::Away,
        })?;
        if let Ok(answered) = timeout_at(begun + QUEUE_PATIENCE, &mut wait.reply).await {
            return answered.unwrap_or(Err(NotNow::OutcomePending));
        }
        if wait.give_up() {
            return Err(NotNow::Busy); // it was never taken, so it never will be
        }
        match timeout_at(begun + COMMIT_PATIENCE, &mut wait.reply).await {
            Ok(answered) => answered.unwrap_or(Err(NotNow::OutcomePending)),
            Err(_) => Err(NotNow::OutcomePending),
        }
    }

    /// Waits until it is known who leads; a refusal when it is not this instance.
    async fn admitted(&self, until: Instant) -> Result<(), NotNow> {
        let mut status = self.status.clone();
        let known = timeout_at(until, status.wait_for(|status| *status != Status::Starting)).await;
        let status = match known {
            Ok(Ok(status)) => status.clone(),
            Ok(Err(_)) | Err(_) => Status::Away,
        };
        match status {
            Status::Leading { .. } => Ok(()),
            Status::Following { leader_url } => Err(NotNow::NoLeader { leader_url }),
            Status::Unsafe(_) | Status::Stopped => Err(NotNow::NoLeader { leader_url: None }),
            Status::Starting | Status::Away => Err(NotNow::Away),
        }
    }
}
