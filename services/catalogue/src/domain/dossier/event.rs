//! What happened to a dossier: the rows of its history.

use city_clock::Timestamp;
use serde_json::{Value, json};

use super::actor::Actor;
use super::status::Status;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    Submit,
    Accept,
    Refuse,
    Start,
    Ask,
    Supplement,
    DropRound,
    AskPayment,
    Paid,
    Waive,
    Stop,
    Resume,
    Close,
    Finish,
    HandOver,
    Withdraw,
    Assign,
    Unassign,
    Apologise,
    TransferSent,
    TransferReceived,
    TransferReturned,
    BillRequested,
    BillOpened,
    BillPaid,
    BillCancelled,
    RefundCleared,
    Late,
    DueSoon,
    Reminder,
    ClockRecalc,
    Rated,
}

/// A row of a dossier's history before it is hashed.
#[derive(Debug, Clone, PartialEq)]
pub struct Happening {
    /// Counts up from 1 in the dossier.
    pub seq: i32,
    pub at: Timestamp,
    pub by: Actor,
    pub kind: EventKind,
    pub from: Option<Status>,
    pub to: Option<Status>,
    /// For the applicant to read.
    pub public_note: Option<String>,
    /// For staff.
    pub internal_note: Option<String>,
    /// Codes, dates and numbers of it.
    pub data: Value,
}

impl Happening {
    /// A happening that nothing more is said about yet.
    pub fn new(kind: EventKind, by: Actor, at: Timestamp) -> Self {
        Self {
            seq: 0,
            at,
            by,
            kind,
            from: None,
            to: None,
            public_note: None,
            internal_note: None,
            data: json!({}),
        }
    }

    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    #[must_use]
    pub fn saying(mut self, public_note: Option<&str>) -> Self {
        self.public_note = public_note.map(str::to_owned);
        self
    }
}

impl EventKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "SUBMIT",
            Self::Accept => "ACCEPT",
            Self::Refuse => "REFUSE",
            Self::Start => "START",
            Self::Ask => "ASK",
            Self::Supplement => "SUPPLEMENT",
            Self::DropRound => "DROP_ROUND",
            Self::AskPayment => "ASK_PAYMENT",
            Self::Paid => "PAID",
            Self::Waive => "WAIVE",
            Self::Stop => "STOP",
            Self::Resume => "RESUME",
            Self::Close => "CLOSE",
            Self::Finish => "FINISH",
            Self::HandOver => "HAND_OVER",
            Self::Withdraw => "WITHDRAW",
            Self::Assign => "ASSIGN",
            Self::Unassign => "UNASSIGN",
            Self::Apologise => "APOLOGISE",
            Self::TransferSent => "TRANSFER_SENT",
            Self::TransferReceived => "TRANSFER_RECEIVED",
            Self::TransferReturned => "TRANSFER_RETURNED",
            Self::BillRequested => "BILL_REQUESTED",
            Self::BillOpened => "BILL_OPENED",
            Self::BillPaid => "BILL_PAID",
            Self::BillCancelled => "BILL_CANCELLED",
            Self::RefundCleared => "REFUND_CLEARED",
            Self::Late => "LATE",
            Self::DueSoon => "DUE_SOON",
            Self::Reminder => "REMINDER",
            Self::ClockRecalc => "CLOCK_RECALC",
            Self::Rated => "RATED",
        }
    }
}
