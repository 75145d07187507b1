//! What payments is asked to collect.

use city_clock::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// What a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Fees collected at intake.
    Intake,
    /// Fees collected with a request for more.
    Round,
    /// A financial duty that came out of the decision.
    Duty,
    /// Fees collected with the result.
    Result,
}

/// Where a bill stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BillState {
    Requested,
    Open,
    Paid,
    Cancelled,
}

/// A bill of a dossier.
#[expect(clippy::struct_field_names, reason = "the names of events and columns")]
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    pub bill_ref: Uuid,
    pub bill_no: Option<String>,
    pub purpose: Purpose,
    /// Whole dong, above 0.
    pub amount: i64,
    /// What it consists of, for the payer.
    pub lines: Value,
    pub state: BillState,
    pub requested_at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// A bill to be asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewBill {
    pub bill_ref: Uuid,
    /// Whole dong, above 0.
    pub amount: i64,
    pub lines: Value,
}

impl Purpose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "INTAKE",
            Self::Round => "ROUND",
            Self::Duty => "DUTY",
            Self::Result => "RESULT",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Intake, Self::Round, Self::Duty, Self::Result]
            .into_iter()
            .find(|purpose| purpose.as_str() == word)
    }
}

impl BillState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "REQUESTED",
            Self::Open => "OPEN",
            Self::Paid => "PAID",
            Self::Cancelled => "CANCELLED",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        [Self::Requested, Self::Open, Self::Paid, Self::Cancelled]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

impl Bill {
    /// Whether it still waits for money.
    pub const fn unpaid(&self) -> bool {
        matches!(self.state, BillState::Requested | BillState::Open)
    }
}

impl NewBill {
    /// The bill as it is asked for.
    pub fn requested(self, purpose: Purpose, at: Timestamp) -> Bill {
        Bill {
            bill_ref: self.bill_ref,
            bill_no: None,
            purpose,
            amount: self.amount,
            lines: self.lines,
            state: BillState::Requested,
            requested_at: at,
            settled_at: None,
        }
    }
}
