//! Where a payment through a provider is: what the ledger claims say and what became of its refunds, and before that what
//! the provider said.

use city_contracts::payments::{ProviderPaymentState, RefundState};

use super::{arrival, outcome};
use crate::domain::refund::version;

/// All that decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// Whole dong that it is about.
    pub amount: i64,
    /// How the claim on the order ends it.
    pub claim: Option<i16>,
    /// Where its money went.
    pub arrival: Option<i16>,
    /// What became of refunds of its money.
    pub refunds: Refunds,
    /// What the provider said while no money had arrived.
    pub ended: Option<ProviderPaymentState>,
}

/// What became of all refunds of a payment's money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Refunds {
    /// One is decided on and has not ended.
    pub under_way: bool,
    /// One has ended, whichever way.
    pub ended: bool,
    /// How the last one to end did.
    pub last: Option<RefundState>,
    /// Whole dong that are back with the payer.
    pub back: i64,
    /// How far they have come, all together.
    pub steps: i64,
}

/// Why a payment waits for officers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewReason {
    /// The provider doubts its payer.
    PayerDoubted,
    /// An officer refused to give back what nobody could take.
    RefundRefused,
    /// A refund of it ended without giving it back.
    RefundFailed,
    /// A part of it is back.
    RefundedInPart,
}

impl ReviewReason {
    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PayerDoubted => "PAYER_DOUBTED",
            Self::RefundRefused => "REFUND_REFUSED",
            Self::RefundFailed => "REFUND_FAILED",
            Self::RefundedInPart => "REFUNDED_IN_PART",
        }
    }
}

impl Refunds {
    /// Of these in the order in which they were asked for, each with its state and amount.
    pub fn of(all: impl IntoIterator<Item = (RefundState, i64)>) -> Self {
        all.into_iter().fold(Self::default(), |sum, (state, amount)| {
            let sum = Self { steps: sum.steps + version(state), ..sum };
            match state {
                RefundState::Requested => sum,
                RefundState::Approved
                | RefundState::Held
                | RefundState::Sent
                | RefundState::Unknown => Self { under_way: true, ..sum },
                RefundState::Done => {
                    Self { ended: true, last: Some(state), back: sum.back + amount, ..sum }
                }
                RefundState::Refused | RefundState::Failed | RefundState::Suspense => {
                    Self { ended: true, last: Some(state), ..sum }
                }
            }
        })
    }
}

impl Facts {
    /// Whether its money went where it was meant for.
    pub const fn is_credited(self) -> bool {
        matches!(self.claim, Some(outcome::CREDITED))
    }

    /// Whether its money arrived and did not go where it was meant for.
    pub const fn is_aside(self) -> bool {
        self.arrival.is_some() && !self.is_credited()
    }

    /// Where the payment is.
    ///
    /// Several refunds can be of one payment, one after the other or of a part each: while one is under way it is
    /// refunding; when all is back, refunded; and otherwise what it was before: paid, or aside until officers decide. Money
    /// that nobody could take goes back by itself, until a refund of it ended without giving it back.
    pub const fn state(self) -> ProviderPaymentState {
        let Some(arrived) = self.arrival else {
            return match self.ended {
                Some(said) => said,
                None => ProviderPaymentState::Awaiting,
            };
        };
        if self.refunds.under_way {
            ProviderPaymentState::Refunding
        } else if self.refunds.back > 0 && self.refunds.back >= self.amount {
            ProviderPaymentState::Refunded
        } else if self.is_credited() {
            ProviderPaymentState::Paid
        } else if arrived == arrival::SUSPENDED && !self.refunds.ended {
            ProviderPaymentState::Refunding
        } else {
            ProviderPaymentState::Review
        }
    }

    /// How many of these facts are there: none is ever taken back, so it grows whenever the payment changes.
    pub fn version(self) -> i64 {
        let known = [self.claim.is_some(), self.arrival.is_some(), self.ended.is_some()];
        known.into_iter().map(i64::from).sum::<i64>() + self.refunds.steps
    }

    /// Why it waits for officers; none while it does not.
    pub fn waits_because(self) -> Option<ReviewReason> {
        let waits = self.state() == ProviderPaymentState::Review;
        waits.then_some(match self.refunds.last {
            None => ReviewReason::PayerDoubted,
            Some(RefundState::Refused) => ReviewReason::RefundRefused,
            Some(RefundState::Done) => ReviewReason::RefundedInPart,
            Some(_) => ReviewReason::RefundFailed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RefundState::{Approved, Done, Failed, Held, Refused, Requested, Sent, Unknown};

    use ProviderPaymentState as State;

    #[test]
    fn money_beats_what_was_said() {
        let failed = Facts { ended: Some(State::Failed), amount: 9, ..Facts::default() };
        let credited = Facts { claim: Some(outcome::CREDITED), ..failed };

        for (facts, state) in [
            (Facts::default(), State::Awaiting),
            (failed, State::Failed),
            (Facts { arrival: Some(arrival::DOUBTED), ..failed }, State::Review),
            (Facts { arrival: Some(arrival::SUSPENDED), ..failed }, State::Refunding),
            (Facts { arrival: Some(arrival::DOUBTED), ..credited }, State::Paid),
            (Facts { arrival: Some(arrival::CREDITED), ..credited }, State::Paid),
        ] {
            assert_eq!(facts.state(), state, "{facts:?}");
        }
    }

    #[test]
    fn of_several_refunds_one_under_way_decides_and_then_what_is_back() {
        let of = |arrival, claim, refunds: &[(RefundState, i64)]| {
            let refunds = Refunds::of(refunds.iter().copied());
            Facts { amount: 9, claim, arrival: Some(arrival), refunds, ended: None }.state()
        };
        let credited = |refunds: &[_]| of(arrival::CREDITED, Some(outcome::CREDITED), refunds);
        let suspended = |refunds: &[_]| of(arrival::SUSPENDED, Some(outcome::REFUNDED), refunds);
        let doubted = |refunds: &[_]| of(arrival::DOUBTED, None, refunds);

        // refunds, then the state of money that was credited, that nobody could take, and of a doubted payer.
        for (refunds, paid, aside, in_doubt) in [
            (&[(Requested, 9)][..], State::Paid, State::Refunding, State::Review),
            (&[(Refused, 9)], State::Paid, State::Review, State::Review),
            (&[(Approved, 9)], State::Refunding, State::Refunding, State::Refunding),
            (&[(Failed, 9)], State::Paid, State::Review, State::Review),
            (&[(Failed, 9), (Requested, 9)], State::Paid, State::Review, State::Review),
            (&[(Failed, 9), (Held, 9)], State::Refunding, State::Refunding, State::Refunding),
            (&[(Failed, 9), (Sent, 4)], State::Refunding, State::Refunding, State::Refunding),
            (&[(Failed, 9), (Done, 9)], State::Refunded, State::Refunded, State::Refunded),
            (&[(Done, 4)], State::Paid, State::Review, State::Review),
            (&[(Done, 4), (Unknown, 5)], State::Refunding, State::Refunding, State::Refunding),
            (&[(Done, 4), (Failed, 5)], State::Paid, State::Review, State::Review),
            (&[(Done, 4), (Done, 5)], State::Refunded, State::Refunded, State::Refunded),
        ] {
            let states = (credited(refunds), suspended(refunds), doubted(refunds));
            assert_eq!(states, (paid, aside, in_doubt), "{refunds:?}");
        }
    }

    #[test]
    fn whatever_becomes_of_a_payment_raises_its_version() {
        let ended = Facts { ended: Some(State::Expired), amount: 9, ..Facts::default() };
        let aside = Facts { arrival: Some(arrival::DOUBTED), ..ended };
        let paid = Facts { claim: Some(outcome::CREDITED), ..aside };
        let back = |refunds: &[(RefundState, i64)]| Facts {
            refunds: Refunds::of(refunds.iter().copied()),
            ..paid
        };

        let way = [
            Facts::default(),
            ended,
            aside,
            paid,
            back(&[(Requested, 4)]),
            back(&[(Approved, 4)]),
            back(&[(Held, 4)]),
            back(&[(Sent, 4)]),
            back(&[(Done, 4)]),
            back(&[(Done, 4), (Requested, 5)]),
            back(&[(Done, 4), (Refused, 5)]),
            back(&[(Done, 4), (Refused, 5), (Unknown, 5)]),
            back(&[(Done, 4), (Refused, 5), (Failed, 5)]),
        ];

        let versions: Vec<_> = way.iter().map(|facts| facts.version()).collect();
        assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
    }

    #[test]
    fn what_waits_for_officers_says_why() {
        use ReviewReason::{PayerDoubted, RefundFailed, RefundRefused, RefundedInPart};
        let why = |arrival, refunds: &[(RefundState, i64)]| {
            let refunds = Refunds::of(refunds.iter().copied());
            let arrival = Some(arrival);
            Facts { amount: 9, claim: None, arrival, refunds, ended: None }.waits_because()
        };

        for (refunds, aside, in_doubt) in [
            (&[][..], None, Some(PayerDoubted)),
            (&[(Requested, 9)], None, Some(PayerDoubted)),
            (&[(Refused, 9)], Some(RefundRefused), Some(RefundRefused)),
            (&[(Refused, 9), (Failed, 9)], Some(RefundFailed), Some(RefundFailed)),
            (&[(Failed, 9), (Requested, 9)], Some(RefundFailed), Some(RefundFailed)),
            (&[(Failed, 9), (Held, 9)], None, None),
            (&[(Failed, 9), (Done, 4)], Some(RefundedInPart), Some(RefundedInPart)),
            (&[(Done, 9)], None, None),
        ] {
            let whys = (why(arrival::SUSPENDED, refunds), why(arrival::DOUBTED, refunds));
            assert_eq!(whys, (aside, in_doubt), "{refunds:?}");
        }
    }
}
