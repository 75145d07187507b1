//! Callers that wait for a verdict.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::{mpsc, oneshot};

use crate::domain::ledger::{Input, Verdict};

/// Inputs that may wait.
pub const QUEUE: usize = 4_096;
/// Postings of a batch.
const MOST_INPUTS: usize = 1_000;
/// Legs of a batch.
const MOST_LEGS: usize = 2_000;
/// Bytes of texts of a batch.
const MOST_TEXT_BYTES: usize = 512 * 1024;

/// Why there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// Too many wait. Nothing was applied.
    #[error("too many payments wait just now")]
    Busy,
    /// Nobody leads, or somebody else does. Nothing was applied.
    #[error("this instance does not lead")]
    NoLeader {
        /// Where the leader is reached, when it is known.
        leader_url: Option<String>,
    },
    /// The database is away. Nothing was applied.
    #[error("the ledger is away")]
    Away,
    /// The commit is not reported yet: the same id asked again tells the outcome.
    #[error("the outcome is not known yet")]
    OutcomePending,
}

/// What this instance is to the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Nothing is known yet.
    Starting,
    /// It writes.
    Leading {
        /// The number of its leadership.
        epoch: i64,
    },
    /// Another one writes.
    Following {
        /// Where that is reached.
        leader_url: Option<String>,
    },
    /// The database does not answer.
    Away,
    /// The server would lose what it acknowledged; it says which setting.
    Unsafe(String),
    /// A batch was refused twice: a fault of ours. It stays so until somebody looks.
    Stopped,
}

const QUEUED: u8 = 0;
const TAKEN: u8 = 1;
const GIVEN_UP: u8 = 2;

/// An input that waits in the queue, until it is taken or its caller gives up; never both.
#[derive(Debug)]
pub struct Entry {
    pub input: Input,
    reply: oneshot::Sender<Result<Verdict, NotNow>>,
    stage: Arc<AtomicU8>,
}

/// The caller's side of an entry.
#[derive(Debug)]
pub struct Wait {
    pub reply: oneshot::Receiver<Result<Verdict, NotNow>>,
    stage: Arc<AtomicU8>,
}

impl Entry {
    pub fn new(input: Input) -> (Self, Wait) {
        let (sender, reply) = oneshot::channel();
        let stage = Arc::new(AtomicU8::new(QUEUED));
        (Self { input, reply: sender, stage: stage.clone() }, Wait { reply, stage })
    }

    /// Takes it out of its caller's hands; false when the caller is gone.
    fn take(&self) -> bool {
        !self.reply.is_closed() && self.move_on(TAKEN)
    }

    fn move_on(&self, to: u8) -> bool {
        self.stage.compare_exchange(QUEUED, to, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Answers; the caller may have gone meanwhile.
    pub fn answer(self, answer: Result<Verdict, NotNow>) {
        drop(self.reply.send(answer));
    }
}

impl Wait {
    /// Gives up, unless the input was taken already; whether it did.
    pub fn give_up(&self) -> bool {
        self.stage.compare_exchange(QUEUED, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }
}

/// The leader's side of the queue.
#[derive(Debug)]
pub struct Queue {
    entries: mpsc::Receiver<Entry>,
    /// The first that did not fit into the last batch.
    next: Option<Entry>,
}

impl Queue {
    pub fn new() -> (mpsc::Sender<Entry>, Self) {
        let (sender, entries) = mpsc::channel(QUEUE);
        (sender, Self { entries, next: None })
    }

    /// Waits for an entry, then takes all that wait and fit, in their order; none when no caller is left.
    pub async fn batch(&mut self) -> Option<Vec<Entry>> {
        loop {
            let first = match self.next.take() {
                Some(entry) => entry,
                None => self.entries.recv().await?,
            };
            if first.take() {
                return Some(self.fill(first));
            }
        }
    }

    fn fill(&mut self, first: Entry) -> Vec<Entry> {
        let (mut legs, mut text) = (first.input.legs(), first.input.text_bytes());
        let mut taken = vec![first];
        while taken.len() < MOST_INPUTS {
            let Ok(entry) = self.entries.try_recv() else { break };
            legs += entry.input.legs();
            text += entry.input.text_bytes();
            if legs > MOST_LEGS || text > MOST_TEXT_BYTES {
                self.next = Some(entry);
                break;
            }
            if entry.take() {
                taken.push(entry);
            }
        }
        taken
    }

    /// Sends away everybody who waits; the queue stays open.
    pub fn refuse(&mut self, reason: &NotNow) {
        let next = self.next.take().into_iter();
        for entry in next.chain(std::iter::from_fn(|| self.entries.try_recv().ok())) {
            if entry.take() {
                entry.answer(Err(reason.clone()));
            }
        }
    }

    /// Whether no caller can come any more.
    pub fn is_closed(&self) -> bool {
        self.entries.is_closed() && self.entries.is_empty()
    }
}
