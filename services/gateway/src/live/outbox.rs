//! One connection's operations and what waits to be sent for them. Bounded: a reader who is too slow is closed, never fed
//! from growing memory.
//!
//! Lock order: groups, then an outbox. Nothing here calls back while its lock is held.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::groups::Membership;
use super::protocol::{self, Close};

const MOST_FRAMES: usize = 64;
const MOST_BYTES: usize = 256 * 1024;
/// Operations a connection may run at once.
pub const MOST_OPERATIONS: usize = 20;

/// Names an operation of this connection; never given twice, unlike the client's id.
pub type Serial = u64;

/// What the connection's writer has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    Text(String),
    Ping,
    Close(Close),
}

/// Why an operation cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Crowded {
    IdInUse,
    TooManyOperations,
}

/// An operation that is over. Drop it while no lock is held: it may leave its group.
#[must_use = "drop it outside of any lock"]
#[derive(Debug)]
pub struct Over {
    _cancel: DropGuard,
    _membership: Option<Membership>,
}

#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Frame>,
    bytes: usize,
    operations: Vec<Operation>,
    last_serial: Serial,
    close: Option<Close>,
}

#[derive(Debug)]
struct Frame {
    /// The operation whose pending update a newer one replaces.
    update_of: Option<Serial>,
    /// The operation it belongs to; dropped when the client completes it.
    of: Option<Serial>,
    text: String,
    is_ping: bool,
}

#[derive(Debug)]
struct Operation {
    serial: Serial,
    id: String,
    cancel: DropGuard,
    membership: Option<Membership>,
}

impl Outbox {
    /// Begins an operation: its serial, and the token that is cancelled when it is over.
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn begin(&self, id: &str) -> Result<(Serial, CancellationToken), Crowded> {
        let mut state = self.lock();
        if state.operations.iter().any(|operation| operation.id == id) {
            return Err(Crowded::IdInUse);
        }
        if state.operations.len() >= MOST_OPERATIONS {
            return Err(Crowded::TooManyOperations);
        }
        state.last_serial += 1;
        let (serial, over) = (state.last_serial, CancellationToken::new());
        let cancel = over.clone().drop_guard();
        state.operations.push(Operation { serial, id: id.to_owned(), cancel, membership: None });
        Ok((serial, over))
    }

    /// Ties an operation to its group; gives the membership back if the operation is over already.
    pub fn attach(&self, serial: Serial, membership: Membership) -> Option<Membership> {
        let mut state = self.lock();
        match state.operations.iter_mut().find(|operation| operation.serial == serial) {
            Some(operation) => operation.membership.replace(membership),
            None => Some(membership),
        }
    }

    /// A frame of the protocol itself.
    pub fn push(&self, text: String) {
        self.enqueue(&mut self.lock(), Frame { update_of: None, of: None, text, is_ping: false });
    }

    /// A WebSocket ping.
    pub fn ping(&self) {
        self.enqueue(
            &mut self.lock(),
            Frame { update_of: None, of: None, text: String::new(), is_ping: true },
        );
    }

    /// The result of a query or mutation, and the end of it.
    pub fn answer(&self, serial: Serial, result: &str) -> Option<Over> {
        self.end(serial, |id| vec![protocol::next(id, result), protocol::complete(id)])
    }

    /// A result of a subscription; it replaces one that still waits.
    pub fn update(&self, serial: Serial, result: &str) {
        let mut state = self.lock();
        let Some(text) = state.id(serial).map(|id| protocol::next(id, result)) else { return };
        state.drop_frames(|frame| frame.update_of == Some(serial));
        self.enqueue(
            &mut state,
            Frame { update_of: Some(serial), of: Some(serial), text, is_ping: false },
        );
    }

    /// The operation failed: its `errors`.
    pub fn fail(&self, serial: Serial, errors: &Value) -> Option<Over> {
        self.end(serial, |id| vec![protocol::error(id, errors)])
    }

    /// There will be no more results.
    pub fn complete(&self, serial: Serial) -> Option<Over> {
        self.end(serial, |id| vec![protocol::complete(id)])
    }

    /// The client completed an operation: nothing more is sent for it, not even what waits.
    pub fn forget(&self, id: &str) -> Option<Over> {
        let mut state = self.lock();
        let index = state.operations.iter().position(|operation| operation.id == id)?;
        let operation = state.operations.swap_remove(index);
        state.drop_frames(|frame| frame.of == Some(operation.serial));
        Some(operation.over())
    }

    /// Closes the connection; the first reason counts.
    pub fn close(&self, reason: Close) {
        self.lock().close.get_or_insert(reason);
        self.wake.notify_one();
    }

    /// Ends all operations, for a connection that is gone.
    pub fn clear(&self) {
        let operations = {
            let mut state = self.lock();
            state.close.get_or_insert(Close::OurFault);
            state.drop_frames(|_| true);
            std::mem::take(&mut state.operations)
        };
        drop(operations);
    }

    /// Waits for what is to be sent next.
    pub async fn next(&self) -> Outgoing {
        loop {
            let woken = self.wake.notified();
            if let Some(outgoing) = self.take() {
                return outgoing;
            }
            woken.await;
        }
    }

    fn take(&self) -> Option<Outgoing> {
        let mut state = self.lock();
        if let Some(reason) = state.close {
            return Some(Outgoing::Close(reason));
        }
        let frame = state.frames.pop_front()?;
        state.bytes -= frame.text.len();
        Some(if frame.is_ping { Outgoing::Ping } else { Outgoing::Text(frame.text) })
    }

    fn end(&self, serial: Serial, last_words: impl FnOnce(&str) -> Vec<String>) -> Option<Over> {
        let mut state = self.lock();
        let index = state.operations.iter().position(|operation| operation.serial == serial)?;
        let operation = state.operations.swap_remove(index);
        for text in last_words(&operation.id) {
            self.enqueue(&mut state, Frame { update_of: None, of: None, text, is_ping: false });
        }
        Some(operation.over())
    }

    fn enqueue(&self, state: &mut State, frame: Frame) {
        state.bytes += frame.text.len();
        state.frames.push_back(frame);
        // A single answer may be longer than the bound; it is a queue of them that shows a slow reader.
        if state.frames.len() > MOST_FRAMES || (state.bytes > MOST_BYTES && state.frames.len() > 1)
        {
            state.close.get_or_insert(Close::SlowReader);
            state.drop_frames(|_| true);
        }
        self.wake.notify_one();
    }

    /// A thread that died while holding the lock leaves a queue that is at worst incomplete.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn id(&self, serial: Serial) -> Option<&str> {
        self.operations
            .iter()
            .find(|operation| operation.serial == serial)
            .map(|operation| operation.id.as_str())
    }

    fn drop_frames(&mut self, unwanted: impl Fn(&Frame) -> bool) {
        self.frames.retain(|frame| !unwanted(frame));
        self.bytes = self.frames.iter().map(|frame| frame.text.len()).sum();
    }
}

impl Operation {
    fn over(self) -> Over {
        Over { _cancel: self.cancel, _membership: self.membership }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(outbox: &Outbox) -> Vec<Outgoing> {
        std::iter::from_fn(|| outbox.take().filter(|next| !matches!(next, Outgoing::Close(_))))
            .collect()
    }

    #[test]
    fn a_newer_update_replaces_the_one_that_waits() {
        let outbox = Outbox::default();
        let (serial, _over) = outbox.begin("a").unwrap();

        outbox.update(serial, "1");
        outbox.update(serial, "2");

        assert_eq!(waiting(&outbox), [Outgoing::Text(protocol::next("a", "2"))]);
    }

    #[test]
    fn nothing_is_sent_after_the_client_completed() {
        let outbox = Outbox::default();
        let (serial, over) = outbox.begin("a").unwrap();
        outbox.update(serial, "1");

        drop(outbox.forget("a"));
        outbox.update(serial, "2");
        assert!(outbox.complete(serial).is_none());

        assert_eq!(waiting(&outbox), []);
        assert!(over.is_cancelled());
        assert!(outbox.begin("a").is_ok(), "the id is free again");
    }

    #[test]
    fn an_id_in_use_and_one_operation_too_many_are_refused() {
        let outbox = Outbox::default();
        for id in 0..MOST_OPERATIONS {
            outbox.begin(&id.to_string()).unwrap();
        }

        assert_eq!(outbox.begin("0").unwrap_err(), Crowded::IdInUse);
        assert_eq!(outbox.begin("more").unwrap_err(), Crowded::TooManyOperations);
    }

    #[test]
    fn a_reader_who_falls_behind_is_closed_and_holds_no_memory() {
        for (text, frames) in [("x".to_owned(), MOST_FRAMES + 1), ("x".repeat(100_000), 3)] {
            let outbox = Outbox::default();
            for _ in 0..frames {
                outbox.push(text.clone());
            }

            assert_eq!(outbox.take(), Some(Outgoing::Close(Close::SlowReader)));
            assert_eq!(outbox.lock().frames.len(), 0);
        }
    }
}
