//! The table of moves: what leads from which status to which. Everything else is refused; whose a move is, is decided
//! where it is asked for.

use super::refusal::WrongStatus;
use super::status::Status;

/// A move from one status to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Submit,
    Accept,
    Refuse,
    Start,
    Ask,
    Supplement,
    /// The officer takes a round of questions back.
    DropRound,
    AskPayment,
    /// The bill of the round was paid.
    Paid,
    /// The officer goes on without the payment.
    Waive,
    Stop,
    Resume,
    Close,
    Finish,
    HandOver,
    Withdraw,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct MoveRule {
    pub action: Action,
    pub from: &'static [Status],
    pub to: Status,
}

use Status::{
    Accepted, Draft, PaymentRequired, Processed, Processing, RefusedAtIntake, Registered, Returned,
    SupplementRequired, Suspended, Withdrawn,
};

/// Every move there is.
pub const MOVES: [MoveRule; 16] = [
    row(Action::Submit, &[Draft], Registered),
    row(Action::Accept, &[Registered], Accepted),
    row(Action::Refuse, &[Registered], RefusedAtIntake),
    row(Action::Start, &[Accepted], Processing),
    row(Action::Ask, &[Accepted, Processing], SupplementRequired),
    row(Action::Supplement, &[SupplementRequired], Processing),
    row(Action::DropRound, &[SupplementRequired], Processing),
    row(Action::AskPayment, &[Accepted, Processing], PaymentRequired),
    row(Action::Paid, &[PaymentRequired], Processing),
    row(Action::Waive, &[PaymentRequired], Processing),
    row(Action::Stop, &[Accepted, Processing, SupplementRequired, PaymentRequired], Suspended),
    row(Action::Resume, &[Suspended], Processing),
    row(Action::Close, &[Suspended], RefusedAtIntake),
    row(Action::Finish, &[Accepted, Processing], Processed),
    row(Action::HandOver, &[Processed], Returned),
    row(
        Action::Withdraw,
        &[Registered, Accepted, Processing, SupplementRequired, PaymentRequired, Suspended],
        Withdrawn,
    ),
];

const fn row(action: Action, from: &'static [Status], to: Status) -> MoveRule {
    MoveRule { action, from, to }
}

/// Where a move leads.
///
/// # Errors
/// [`WrongStatus`] for a move that the table does not have.
pub fn after(from: Status, action: Action) -> Result<Status, WrongStatus> {
    MOVES
        .iter()
        .find(|rule| rule.action == action && rule.from.contains(&from))
        .map(|rule| rule.to)
        .ok_or(WrongStatus { status: from, attempted: action.as_str() })
}

impl Action {
    /// Its name in routes and refusals.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Accept => "accept",
            Self::Refuse => "refuse",
            Self::Start => "start",
            Self::Ask => "ask",
            Self::Supplement => "supplement",
            Self::DropRound => "drop-round",
            Self::AskPayment => "ask-payment",
            Self::Paid => "bill-paid",
            Self::Waive => "paid",
            Self::Stop => "stop",
            Self::Resume => "resume",
            Self::Close => "close",
            Self::Finish => "finish",
            Self::HandOver => "hand-over",
            Self::Withdraw => "withdraw",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transitions of the national list, as its third-party source gives them.
    const LIST: [(i16, &[i16]); 10] = [
        (1, &[2, 3, 7]),
        (2, &[4, 5, 6, 7, 8, 9]),
        (4, &[5, 6, 7, 8, 9]),
        (5, &[4, 7, 8]),
        (6, &[4, 7, 8]),
        (8, &[3, 4, 7]),
        (9, &[10]),
        (3, &[]),
        (7, &[]),
        (10, &[]),
    ];

    #[test]
    fn the_table_reaches_exactly_what_the_national_list_allows() {
        for (from, targets) in LIST {
            let status = Status::from_code(from).expect("a code of the list");
            let mut reached: Vec<_> = MOVES
                .iter()
                .filter(|rule| rule.from.contains(&status))
                .map(|rule| rule.to.code())
                .collect();
            reached.sort_unstable();
            reached.dedup();
            assert_eq!(reached, targets, "from {from}");
        }
    }

    #[test]
    fn nothing_leaves_an_end_but_the_handing_over() {
        for rule in MOVES {
            for from in rule.from {
                assert!(!from.ended() || rule.action == Action::HandOver);
            }
        }
    }
}
