//! Where a payment through a provider is: what the ledger claims say, and before that what the provider said.

use city_contracts::payments::ProviderPaymentState;

use super::{arrival, outcome};
use crate::domain::ledger::HoldState;

/// All that decides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// How the claim on the order ends it.
    pub claim: Option<i16>,
    /// Where its money went.
    pub arrival: Option<i16>,
    /// Of the hold that took the claim, if one did.
    pub hold: Option<HoldState>,
    /// What the provider said while no money had arrived.
    pub ended: Option<ProviderPaymentState>,
}

impl Facts {
    /// Where the payment is.
    pub const fn state(self) -> ProviderPaymentState {
        match (self.claim, self.arrival) {
            (Some(outcome::CREDITED), _) => ProviderPaymentState::Paid,
            (Some(_), _) => match self.hold {
                Some(HoldState::Captured) => ProviderPaymentState::Refunded,
                _ => ProviderPaymentState::Refunding,
            },
            (None, Some(arrival::DOUBTED)) => ProviderPaymentState::Review,
            (None, Some(_)) => ProviderPaymentState::Refunding,
            (None, None) => match self.ended {
                Some(said) => said,
                None => ProviderPaymentState::Awaiting,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_beats_what_was_said() {
        use ProviderPaymentState as State;
        let failed = Facts { ended: Some(State::Failed), ..Facts::default() };
        let (credited, refunded) = (Some(outcome::CREDITED), Some(outcome::REFUNDED));

        for (facts, state) in [
            (Facts::default(), State::Awaiting),
            (failed, State::Failed),
            (Facts { arrival: Some(arrival::DOUBTED), ..failed }, State::Review),
            (Facts { arrival: Some(arrival::SUSPENDED), ..failed }, State::Refunding),
            (Facts { claim: credited, arrival: Some(arrival::DOUBTED), ..failed }, State::Paid),
            (Facts { claim: refunded, hold: Some(HoldState::Open), ..failed }, State::Refunding),
            (Facts { claim: refunded, hold: Some(HoldState::Captured), ..failed }, State::Refunded),
        ] {
            assert_eq!(facts.state(), state, "{facts:?}");
        }
    }
}
