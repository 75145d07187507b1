//! The sequencer's decisions, without its network: what to do next after each thing that can happen.
//!
//! Invariant: inputs are answered only after their batch is known to be committed, or to be impossible. Whatever a lost
//! connection hides is settled by taking the lead again (which makes a batch in flight visible or impossible) and then
//! judging the same inputs again: those that were committed are known by their ids and get their first answer.

use std::sync::Arc;

use city_clock::Timestamp;
use city_receipt::HeadKey;
use uuid::Uuid;

use super::{Found, Head, Input, Needs, Room, Sealed, State, Verdict, Writes, apply};

/// What the sequencer has to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// Take the lead: lock, bump the epoch, read the head and the newest id. Then [`Engine::led`].
    Lead,
    /// Look these up, then [`Engine::loaded`].
    Load(Needs),
    /// Write this in one transaction. Then [`Engine::committed`], [`Engine::refused`] or [`Engine::lost`].
    Commit(Box<(Writes, Sealed)>),
    /// Answer the inputs, in their order; then wait for more and [`Engine::take`] them.
    Answer(Vec<Verdict>),
    /// The same batch was refused twice: nothing of it is applied. Lead no more, raise an alarm.
    Stop,
}

/// The decisions of one sequencer.
#[derive(Debug)]
pub struct Engine {
    key: Arc<HeadKey>,
    room: Room,
    epoch: i64,
    state: State,
    inputs: Vec<Input>,
    verdicts: Vec<Verdict>,
    hash: [u8; 32],
    refused_before: bool,
}

impl Engine {
    /// A sequencer that has not led yet.
    pub fn new(key: Arc<HeadKey>, room: Room) -> Self {
        let state = State::at(Head::default());
        let (inputs, verdicts) = (Vec::new(), Vec::new());
        Self { key, room, epoch: 0, state, inputs, verdicts, hash: [0; 32], refused_before: false }
    }

    /// The epoch of its last leadership; 0 before the first.
    pub const fn epoch(&self) -> i64 {
        self.epoch
    }

    /// The inputs that were taken and are not answered yet.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// The lead was taken, and `newest` is the greatest id of an answered posting: everything in RAM is forgotten, and
    /// inputs that wait are judged from the beginning.
    pub fn led(&mut self, epoch: i64, head: Head, newest: Uuid) -> Task {
        self.epoch = epoch;
        self.state = State::knowing_above(head, newest);
        if self.inputs.is_empty() { Task::Answer(Vec::new()) } else { self.load() }
    }

    /// Takes the next batch.
    pub fn take(&mut self, inputs: Vec<Input>) -> Task {
        self.inputs = inputs;
        self.load()
    }

    fn load(&self) -> Task {
        Task::Load(Needs::of(&self.inputs, &self.state))
    }

    /// What was needed is here.
    pub fn loaded(&mut self, found: Found, now: Timestamp) -> Task {
        self.state.learn(found);
        let (verdicts, writes) = apply(&mut self.state, &self.inputs, now);
        self.verdicts = verdicts;
        if writes.is_empty() {
            return self.answer();
        }
        let sealed = writes.seal(self.epoch, &self.key);
        self.hash = sealed.hash;
        Task::Commit(Box::new((writes, sealed)))
    }

    /// The batch is on the disk.
    pub fn committed(&mut self) -> Task {
        self.state.head.hash = self.hash;
        self.answer()
    }

    fn answer(&mut self) -> Task {
        self.refused_before = false;
        self.state.forget(self.room);
        self.inputs.clear();
        Task::Answer(std::mem::take(&mut self.verdicts))
    }

    /// The database refused the batch as a whole: RAM was wrong, or somebody else leads.
    pub fn refused(&mut self) -> Task {
        if self.refused_before {
            return Task::Stop;
        }
        self.refused_before = true;
        Task::Lead
    }

    /// Nobody knows what became of the last task.
    pub const fn lost() -> Task {
        Task::Lead
    }

    /// Somebody else leads by now, so that what is committed of our inputs is visible and the rest can never be: their
    /// first answers, or none for those that were not applied. They are ours no more.
    pub fn hand_over(&mut self, found: Found) -> Vec<Option<Verdict>> {
        self.state = State::at(Head::default());
        self.state.learn(found);
        self.verdicts.clear();
        self.refused_before = false;
        let inputs = std::mem::take(&mut self.inputs);
        inputs.iter().map(|input| self.state.first_answer(input)).collect()
    }
}
