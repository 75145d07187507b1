//! The loop that carries out what the engine decides.

use std::time::Duration;

use city_clock::SharedClock;
use sqlx::PgConnection;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::election::{self, Attempt, STATEMENT_PATIENCE, within};
use super::ledger::Settings;
use super::queue::{Entry, NotNow, Queue, Status};
use crate::domain::ledger::{Engine, Needs, Sealed, Task, Verdict, Writes};
use crate::store::ledger as store;

/// Pause between two attempts to lead.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a leader may be silent before a standby ends its connection.
const SILENCE: Duration = Duration::from_secs(10);

/// The sequencer of one instance.
pub struct Leader {
    options: PgConnectOptions,
    clock: SharedClock,
    settings: Settings,
    queue: Queue,
    status: watch::Sender<Status>,
    engine: Engine,
    /// The callers of the engine's inputs.
    waiting: Vec<Entry>,
    /// Since when the leader has not answered.
    silent_since: Option<Instant>,
}

impl Leader {
    pub fn new(
        options: &PgConnectOptions,
        clock: SharedClock,
        settings: Settings,
        queue: Queue,
        status: watch::Sender<Status>,
    ) -> Self {
        let engine = Engine::new(settings.key.clone());
        let options = election::options(options);
        let (waiting, silent_since) = (Vec::new(), None);
        Self { options, clock, settings, queue, status, engine, waiting, silent_since }
    }

    /// Leads, or waits to, until no handle is left or the ledger refuses itself.
    pub async fn run(mut self) {
        while !self.queue.is_closed() {
            let attempt = election::attempt(&self.options, &self.settings, self.clock.now()).await;
            match attempt {
                Ok(Attempt::Leads(db, writer)) => {
                    self.silent_since = None;
                    tracing::info!(ledger.epoch = writer.epoch, "Leads the ledger");
                    let task = self.engine.led(writer.epoch, writer.head);
                    self.announce(Status::Leading { epoch: writer.epoch });
                    if self.lead(db, task).await.is_break() {
                        return;
                    }
                    continue; // at once: callers wait for what the lost connection hides
                }
                Ok(Attempt::Follows(db, writer)) => self.follow(db, writer).await,
                Ok(Attempt::Unsafe(reason)) => {
                    tracing::error!(reason, "Refuses to lead: {reason}");
                    self.announce(Status::Unsafe(reason));
                }
                Err(error) => {
                    let chain = city_http::chain(&error);
                    tracing::warn!(error.chain = chain, "The ledger's database is away");
                    self.announce(Status::Away);
                }
            }
            self.send_away();
            sleep(PAUSE).await;
        }
    }

    /// Tells what this instance is.
    fn announce(&self, status: Status) {
        self.status.send_if_modified(|present| {
            let news = *present != status;
            *present = status;
            news
        });
    }

    /// Whoever waits in the queue of an instance that does not lead has had nothing applied.
    fn send_away(&mut self) {
        let reason = match &*self.status.borrow() {
            Status::Following { leader_url } => NotNow::NoLeader { leader_url: leader_url.clone() },
            Status::Starting | Status::Leading { .. } => return,
            Status::Away => NotNow::Away,
            Status::Unsafe(_) | Status::Stopped => NotNow::NoLeader { leader_url: None },
        };
        self.queue.refuse(&reason);
    }

    /// Carries out one task after another; broken off for ever when no caller is left or the ledger refused itself.
    async fn lead(&mut self, mut db: PgConnection, first: Task) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        let mut task = first;
        loop {
            task = match task {
                Task::Lead => return Continue(()), // the connection closes, and the lock with it
                Task::Load(needs) => self.load(&mut db, &needs).await,
                Task::Commit(batch) => self.commit(&mut db, &batch.0, &batch.1).await,
                Task::Answer(verdicts) => {
                    self.answer(verdicts.into_iter().map(Some).collect());
                    let Some(entries) = self.queue.batch().await else { return Break(()) };
                    let inputs = entries.iter().map(|entry| entry.input.clone()).collect();
                    self.waiting = entries;
                    self.engine.take(inputs)
                }
                Task::Stop => {
                    tracing::error!(
                        "The ledger refused a batch twice; this instance leads no more"
                    );
                    self.announce(Status::Stopped);
                    let nobody = vec![None; self.waiting.len()];
                    self.answer(nobody);
                    self.send_away();
                    return Break(());
                }
            };
        }
    }

    async fn load(&mut self, db: &mut PgConnection, needs: &Needs) -> Task {
        match within(STATEMENT_PATIENCE, store::load(db, needs)).await {
            Ok(found) => self.engine.loaded(found, self.clock.now()),
            Err(error) => Self::lost("looking up a batch", &error),
        }
    }

    async fn commit(&mut self, db: &mut PgConnection, writes: &Writes, sealed: &Sealed) -> Task {
        let epoch = self.engine.epoch();
        match within(STATEMENT_PATIENCE, store::commit(db, writes, sealed, epoch)).await {
            Ok(()) => self.engine.committed(),
            Err(error) if is_refusal(&error) => {
                let chain = city_http::chain(&error);
                tracing::error!(
                    error.chain = chain,
                    batch = writes.n,
                    "The database refused a batch"
                );
                self.engine.refused()
            }
            Err(error) => Self::lost("writing a batch", &error),
        }
    }

    fn lost(doing: &'static str, error: &sqlx::Error) -> Task {
        let chain = city_http::chain(error);
        tracing::warn!(error.chain = chain, doing, "Lost the ledger's connection while {doing}");
        Engine::lost()
    }

    /// Answers the callers of the engine's inputs; those without a verdict had nothing applied.
    fn answer(&mut self, verdicts: Vec<Option<Verdict>>) {
        let leader_url = match &*self.status.borrow() {
            Status::Following { leader_url } => leader_url.clone(),
            _ => None,
        };
        for (entry, verdict) in self.waiting.drain(..).zip(verdicts) {
            let nobody = NotNow::NoLeader { leader_url: leader_url.clone() };
            entry.answer(verdict.ok_or(nobody));
        }
    }

    /// Somebody else leads: settles what our last batch came to, and watches over the leader.
    async fn follow(&mut self, mut db: PgConnection, writer: store::Writer) {
        let url = writer.leader_url.clone();
        if writer.epoch > self.engine.epoch() || self.waiting.is_empty() {
            self.announce(Status::Following { leader_url: url.clone() });
        }
        if writer.epoch > self.engine.epoch() && !self.waiting.is_empty() {
            // The other has taken over, so our batch is visible or can never be.
            let needs =
                Needs::of(self.engine.inputs(), &crate::domain::ledger::State::at(writer.head));
            match within(STATEMENT_PATIENCE, store::load(&mut db, &needs)).await {
                Ok(found) => {
                    let verdicts = self.engine.hand_over(found);
                    self.answer(verdicts);
                }
                Err(error) => _ = Self::lost("settling a batch", &error),
            }
        }
        let alive = match &url {
            Some(url) => election::is_alive(&self.settings.http, url).await,
            None => true, // it told no address, so its lock is all that is known
        };
        if alive {
            self.silent_since = None;
            return;
        }
        let since = *self.silent_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= SILENCE {
            let ended = within(STATEMENT_PATIENCE, store::end_leader(&mut db)).await;
            tracing::error!(ended = ?ended.ok(), "Ended the connection of a leader silent for 10 s");
            self.silent_since = None;
        }
    }
}

/// Whether the database refused the batch itself, so that RAM was wrong. Any other error may hide a commit, or is the lost
/// fence (LG004): in both cases whoever leads next settles it.
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| {
        ["22", "23", "42", "LG003", "P0"].iter().any(|class| code.starts_with(class))
    })
}
