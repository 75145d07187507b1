//! The loop that carries out what the engine decides.

use std::time::Duration;

use city_clock::SharedClock;
use sqlx::PgConnection;
use sqlx::error::DatabaseError;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use super::backing::BackingWatch;
use super::election::{self, Attempt, STATEMENT_PATIENCE, within};
use super::ledger::Settings;
use super::plans::Plans;
use super::queue::{Entry, NotNow, Queue, Status};
use crate::domain::backing::Backing;
use crate::domain::ledger::{Engine, Found, Needs, Room, Sealed, Task, Verdict, Writes};
use crate::store::ledger as store;

/// Pause between two attempts to lead.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a leader may be silent before a standby ends its connection.
const SILENCE: Duration = Duration::from_secs(10);
/// How long a leader that nobody asks for anything goes on believing that it leads.
const LOOK: Duration = Duration::from_secs(1);

/// What a sequencer tells whoever looks.
pub struct News {
    /// What it is.
    pub status: watch::Sender<Status>,
    /// What backs the wallets, while it writes.
    pub backing: watch::Sender<Option<Backing>>,
}

/// The sequencer of one instance.
pub struct Leader {
    options: PgConnectOptions,
    clock: SharedClock,
    settings: Settings,
    queue: Queue,
    status: watch::Sender<Status>,
    watch: BackingWatch,
    engine: Engine,
    /// The callers of the engine's inputs.
    waiting: Vec<Entry>,
    /// When the leader last said that it is alive, or was first asked.
    heard: Option<Instant>,
    /// The server's process behind our last leading connection.
    backend: Option<i32>,
}

impl Leader {
    pub fn new(
        options: &PgConnectOptions,
        clock: SharedClock,
        settings: Settings,
        queue: Queue,
        news: News,
    ) -> Self {
        let engine = Engine::new(settings.key.clone(), Room::LEADER);
        let options = election::options(options);
        Self {
            options,
            clock,
            watch: BackingWatch::new(news.backing, settings.backing_days),
            settings,
            queue,
            status: news.status,
            engine,
            waiting: Vec::new(),
            heard: None,
            backend: None,
        }
    }

    /// Leads, or waits to, until no handle is left or the ledger refuses itself.
    pub async fn run(mut self) {
        while !self.queue.is_closed() {
            let attempt = election::attempt(&self.options, &self.settings, self.clock.now()).await;
            match attempt {
                Ok(Attempt::Leads { db, writer, newest, backend }) => {
                    (self.heard, self.backend) = (None, Some(backend));
                    self.watch.forget(); // before anybody hears of the new epoch: no sums of another go with it
                    tracing::info!(ledger.epoch = writer.epoch, "Leads the ledger");
                    let task = self.engine.led(writer.epoch, writer.head, newest);
                    self.announce(Status::Leading { epoch: writer.epoch });
                    if self.lead(db, task).await.is_break() {
                        return;
                    }
                    continue; // at once: callers wait for what the lost connection hides
                }
                Ok(Attempt::Follows(db, writer)) => {
                    if self.follow(db, writer).await {
                        continue;
                    }
                }
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
        let mut plans = Plans::new();
        self.watch.begin(&mut db, self.clock.now()).await;
        loop {
            task = match task {
                Task::Lead => return Continue(()), // the connection closes, and the lock with it
                Task::Load(needs) => self.load(&mut db, &needs).await,
                Task::Commit(mut batch) => {
                    let backing = self.watch.judge(&mut batch.0, &batch.1);
                    let next = self.commit(&mut db, &batch.0, &batch.1).await;
                    if matches!(next, Task::Answer(_)) {
                        self.watch.keep(backing);
                    }
                    next
                }
                Task::Answer(verdicts) => {
                    self.answer(verdicts.into_iter().map(Some).collect());
                    if plans.outgrown()
                        && let Err(error) =
                            within(STATEMENT_PATIENCE, store::forget_plans(&mut db)).await
                    {
                        task = Self::lost("planning anew", &error);
                        continue;
                    }
                    let entries = match self.next(&mut db).await {
                        Ok(Some(entries)) => entries,
                        Ok(None) => return Break(()),
                        Err(lost) => {
                            task = lost;
                            continue;
                        }
                    };
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

    /// The next that are asked for, none when no caller is left; or what to do instead, when it leads no more. While nobody asks it
    /// looks whether the connection lives, and with it the lock, and whether nobody took the lead over: what is written finds that
    /// out by itself, and whoever believes what this instance says of itself does not.
    async fn next(&mut self, db: &mut PgConnection) -> Result<Option<Vec<Entry>>, Task> {
        loop {
            if let Ok(entries) = timeout(LOOK, self.queue.batch()).await {
                return Ok(entries);
            }
            match within(STATEMENT_PATIENCE, store::epoch(db)).await {
                Ok(epoch) if epoch == self.engine.epoch() => {}
                Ok(epoch) => {
                    tracing::warn!(ledger.epoch = epoch, "Another instance took the lead");
                    return Err(Engine::lost());
                }
                Err(error) => return Err(Self::lost("looking whether it leads", &error)),
            }
        }
    }

    async fn load(&mut self, db: &mut PgConnection, needs: &Needs) -> Task {
        if needs.is_empty() {
            return self.engine.loaded(Found::default(), self.clock.now());
        }
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

    /// Somebody else leads: settles what our last batch came to, and watches over the leader. Whether it ended the leader's
    /// connection, so that the lead may be free.
    async fn follow(&mut self, mut db: PgConnection, writer: store::Writer) -> bool {
        if let Some(backend) = self.backend.take() {
            // We lost our connection without the server noticing: the lock that we meet may be our own.
            let ended = within(STATEMENT_PATIENCE, store::end_leader(&mut db, Some(backend))).await;
            if matches!(ended, Ok(true)) {
                tracing::warn!("Ended our own lost connection, which still held the lock");
                return true;
            }
        }
        let asked = Instant::now();
        let alive = match &writer.leader_url {
            Some(url) => election::is_alive(&self.settings.http, url).await,
            None => true, // it told no address, so its lock is all that is known
        };
        let overtaken = writer.epoch > self.engine.epoch();
        if overtaken || self.waiting.is_empty() {
            // Whoever is forwarded to a leader that says nothing would wait for it too.
            self.announce(Status::Following { leader_url: writer.leader_url.filter(|_| alive) });
        }
        if overtaken && !self.waiting.is_empty() {
            // The other has taken over, so our batch is visible or can never be.
            let nothing = crate::domain::ledger::State::at(writer.head);
            let needs = Needs::of(self.engine.inputs(), &nothing);
            match within(STATEMENT_PATIENCE, store::load(&mut db, &needs)).await {
                Ok(found) => {
                    let verdicts = self.engine.hand_over(found);
                    self.answer(verdicts);
                }
                Err(error) => _ = Self::lost("settling a batch", &error),
            }
        }
        let heard = self.heard.get_or_insert(asked);
        if alive {
            *heard = asked;
            return false;
        }
        if heard.elapsed() < SILENCE {
            return false;
        }
        self.heard = None;
        let ended = within(STATEMENT_PATIENCE, store::end_leader(&mut db, None)).await;
        tracing::error!(ended = ?ended.as_ref().ok(), "Ended the connection of a leader silent for 10 s");
        matches!(ended, Ok(true))
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
