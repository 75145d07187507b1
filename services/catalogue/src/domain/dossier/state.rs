//! A dossier with all that its rules look at.

use chrono::NaiveDate;
use city_calendar::{Calendar, Due};
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use serde_json::json;

use super::actor::Actor;
use super::bill::{Bill, BillState};
use super::clock::{Segment, SegmentKind, Term, Timer};
use super::code::DossierCode;
use super::event::{EventKind, Happening};
use super::refusal::Refusal;
use super::request::{Closing, Round};
use super::status::Status;
use super::transfer::{Transfer, TransferState};

/// How it was filed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// 1: in person.
    InPerson,
    /// 2: online.
    Online,
    /// 3: by public post.
    Post,
}

/// How it was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    Granted,
    Refused,
}

/// A dossier. Rows of `store/` are trusted to keep its rules, since only its transitions write them.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    pub id: DossierId,
    pub version: i32,
    pub code: Option<DossierCode>,
    pub account: Option<AccountId>,
    pub channel: Channel,
    pub status: Status,
    pub procedure: String,
    /// Empty in a draft.
    pub receiving: String,
    /// Empty in a draft.
    pub competent: String,
    pub ward: Option<String>,
    pub assignee: Option<AccountId>,
    pub outcome: Option<Outcome>,
    pub term: Option<Term>,
    pub submitted_at: Option<Timestamp>,
    pub accepted_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub first_due_at: Option<Timestamp>,
    pub remaining: Option<i32>,
    pub promised_on: Option<NaiveDate>,
    pub late_flagged_at: Option<Timestamp>,
    pub due_soon_at: Option<Timestamp>,
    pub processed_at: Option<Timestamp>,
    pub returned_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub refund_due: bool,
    pub resumable: Option<bool>,
    pub segments: Vec<Segment>,
    pub bills: Vec<Bill>,
    pub rounds: Vec<Round>,
    /// The transfer under way, if any.
    pub transfer: Option<Transfer>,
    /// The number of the last happening.
    pub happenings: i32,
}

impl Channel {
    pub const fn code(self) -> i16 {
        match self {
            Self::InPerson => 1,
            Self::Online => 2,
            Self::Post => 3,
        }
    }

    pub fn from_code(code: i16) -> Option<Self> {
        [Self::InPerson, Self::Online, Self::Post]
            .into_iter()
            .find(|channel| channel.code() == code)
    }
}

impl Outcome {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Granted => "GRANTED",
            Self::Refused => "REFUSED",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Granted, Self::Refused].into_iter().find(|outcome| outcome.as_str() == word)
    }
}

impl Dossier {
    /// What the due date is computed from; none before it was accepted.
    pub fn timer(&self) -> Option<Timer> {
        let (term, accepted_at) = (self.term.as_ref()?, self.accepted_at?);
        Some(Timer::new(term.rule, accepted_at, &self.segments))
    }

    /// The round that waits for an answer.
    pub fn open_round(&self) -> Option<&Round> {
        self.rounds.iter().find(|round| round.open())
    }

    /// Computes the due date anew: after each stop's beginning and end.
    pub(super) fn settle_due(&mut self, calendar: &Calendar) -> Result<(), Refusal> {
        let Some(timer) = self.timer() else { return Ok(()) };
        let due = timer.due(calendar)?;
        self.take_due(due);
        Ok(())
    }

    pub(super) fn take_due(&mut self, due: Due) {
        let at = due.at();
        if at != self.due_at {
            self.due_soon_at = None; // another due date, another warning
        }
        self.due_at = at;
        self.remaining = due.remaining().map(|left| i32::try_from(left).unwrap_or(i32::MAX));
    }

    /// Ends the open segment and begins one of another kind; of the same kind it goes on.
    pub(super) fn switch_clock(&mut self, kind: SegmentKind, at: Timestamp) {
        if self.segments.last().is_some_and(|last| last.ended_at.is_none() && last.kind == kind) {
            return;
        }
        let at = self.stop_segment(at);
        let seq = self.segments.last().map_or(1, |last| last.seq + 1);
        let cause_seq = self.happenings;
        self.segments.push(Segment { seq, kind, started_at: at, ended_at: None, cause_seq });
    }

    /// Ends the open segment; not before it began.
    pub(super) fn stop_segment(&mut self, at: Timestamp) -> Timestamp {
        match self.segments.last_mut().filter(|last| last.ended_at.is_none()) {
            Some(last) => {
                let at = at.max(last.started_at);
                last.ended_at = Some(at);
                at
            }
            None => at,
        }
    }

    pub(super) fn close_round(&mut self, at: Timestamp, how: Closing) {
        if let Some(round) = self.rounds.iter_mut().find(|round| round.open()) {
            round.closed = Some((at, how));
        }
    }

    /// Cancels every bill that still waits for money, and says so for each.
    pub(super) fn cancel_bills(&mut self, by: Actor, at: Timestamp) -> Vec<Happening> {
        let mut cancelled = Vec::new();
        for bill in self.bills.iter_mut().filter(|bill| bill.unpaid()) {
            (bill.state, bill.settled_at) = (BillState::Cancelled, Some(at));
            cancelled.push(Happening::new(EventKind::BillCancelled, by, at).with(
                json!({ "billRef": bill.bill_ref.to_string(), "purpose": bill.purpose.as_str() }),
            ));
        }
        cancelled
    }

    /// Ends it: the clock stands, nothing is asked for any more. Returns the bills that were cancelled.
    pub(super) fn end(&mut self, by: Actor, at: Timestamp) -> Vec<Happening> {
        self.ended_at = Some(at);
        self.resumable = None;
        self.stop_segment(at);
        self.close_round(at, Closing::Withdrawn);
        self.cancel_bills(by, at)
    }

    pub(super) fn transfer_under_way(&self) -> Option<&Transfer> {
        self.transfer.as_ref().filter(|transfer| transfer.state == TransferState::Sent)
    }
}
