//! The moves: each takes the dossier, and gives it back as it now is with what happened. Pure: no clock, no I/O.

mod bills;
mod finish;
mod intake;
mod passage;
mod rating;
mod rounds;
mod timers;
mod work;

use serde_json::Value;

use city_clock::Timestamp;

use super::actor::Actor;
use super::event::{EventKind, Happening};
use super::moves::{self, Action};
use super::refusal::{Refusal, WrongStatus};
use super::state::Dossier;
use super::status::Status;

pub use rounds::Supply;

/// A dossier after a move, and what happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub dossier: Dossier,
    pub happenings: Vec<Happening>,
}

impl Step {
    const fn begin(dossier: Dossier) -> Self {
        Self { dossier, happenings: Vec::new() }
    }

    /// A move of the table, with its first happening.
    fn moved(
        dossier: Dossier,
        action: Action,
        by: Actor,
        at: Timestamp,
    ) -> Result<Self, WrongStatus> {
        let (from, to) = (dossier.status, moves::after(dossier.status, action)?);
        let mut step = Self::begin(dossier);
        step.dossier.status = to;
        let mut happening = Happening::new(action.happens(), by, at);
        (happening.from, happening.to) = (Some(from), Some(to));
        step.record(happening);
        Ok(step)
    }

    /// Adds a happening under the next number.
    fn record(&mut self, mut happening: Happening) {
        self.dossier.happenings += 1;
        happening.seq = self.dossier.happenings;
        self.happenings.push(happening);
    }

    fn record_all(&mut self, happenings: Vec<Happening>) {
        for happening in happenings {
            self.record(happening);
        }
    }

    /// What is said with the move itself.
    fn say(&mut self, data: Value, public_note: Option<&str>) {
        if let Some(first) = self.happenings.first_mut() {
            first.data = data;
            first.public_note = public_note.map(str::to_owned);
        }
    }
}

impl Action {
    const fn happens(self) -> EventKind {
        match self {
            Self::Submit => EventKind::Submit,
            Self::Accept => EventKind::Accept,
            Self::Refuse => EventKind::Refuse,
            Self::Start => EventKind::Start,
            Self::Ask => EventKind::Ask,
            Self::Supplement => EventKind::Supplement,
            Self::DropRound => EventKind::DropRound,
            Self::AskPayment => EventKind::AskPayment,
            Self::Paid => EventKind::Paid,
            Self::Waive => EventKind::Waive,
            Self::Stop => EventKind::Stop,
            Self::Resume => EventKind::Resume,
            Self::Close => EventKind::Close,
            Self::Finish => EventKind::Finish,
            Self::HandOver => EventKind::HandOver,
            Self::Withdraw => EventKind::Withdraw,
        }
    }
}

impl Dossier {
    /// Refuses what is done to dossiers that are accepted and not ended.
    fn require_under_way(&self, attempted: &'static str) -> Result<(), Refusal> {
        match self.status {
            Status::Accepted
            | Status::Processing
            | Status::SupplementRequired
            | Status::PaymentRequired
            | Status::Suspended => Ok(()),
            status => Err(WrongStatus { status, attempted }.into()),
        }
    }
}
