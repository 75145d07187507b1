//! Merchants: what they can do, what a payment to them costs, how an order of theirs ends.

use city_contracts::payments::SettlementRhythm;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::ledger::{AccountNo, Class, Leg, Purpose, flags};

/// How the claim on an order ends it.
pub mod outcome {
    /// Paid, or the money reserved.
    pub const TAKEN: i16 = 1;
    /// No longer wanted.
    pub const CANCELLED: i16 = 2;
}

/// What a merchant can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MerchantState {
    /// It is being set up: no money can reach it.
    Draft,
    /// It is paid.
    Active,
    /// It is paid no more for now.
    Suspended,
    /// It is paid no more, for ever.
    Closed,
}

impl MerchantState {
    /// What the flags of its account mean; none for a merchant that has no account yet.
    pub const fn of(of: Option<i32>) -> Self {
        match of {
            None => Self::Draft,
            Some(of) if of & flags::CLOSED != 0 => Self::Closed,
            Some(of) if of & flags::NO_CREDIT != 0 => Self::Suspended,
            Some(_) => Self::Active,
        }
    }

    /// The flags of its account in this state; none for a draft, which has no account.
    pub const fn flags(self) -> Option<i32> {
        match self {
            Self::Draft => None,
            Self::Active => Some(Class::Merchant.flags()),
            Self::Suspended => Some(Class::Merchant.flags() | flags::NO_CREDIT),
            Self::Closed => Some(Class::Merchant.flags() | flags::CLOSED),
        }
    }
}

/// How often a payee's money is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Settle {
    /// Each civil day.
    Daily,
    /// Each week.
    Weekly,
    /// When an officer says so.
    Manual,
}

impl Settle {
    /// Its name, also in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Manual => "MANUAL",
        }
    }

    /// The same for settlements.
    pub const fn rhythm(self) -> SettlementRhythm {
        match self {
            Self::Daily => SettlementRhythm::Daily,
            Self::Weekly => SettlementRhythm::Weekly,
            Self::Manual => SettlementRhythm::Manual,
        }
    }

    /// The rhythm of a name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Daily, Self::Weekly, Self::Manual].into_iter().find(|one| one.name() == name)
    }
}

/// When the money of an order moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Capture {
    /// With the payment.
    #[default]
    Auto,
    /// When the merchant says so; until then it is reserved.
    Manual,
}

impl Capture {
    /// Its name, also in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "AUTO",
            Self::Manual => "MANUAL",
        }
    }

    /// The one of a name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Auto, Self::Manual].into_iter().find(|one| one.name() == name)
    }
}

/// Who bears a fee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BorneBy {
    /// Whoever gets the money.
    Payee,
    /// Whoever pays, on top.
    Payer,
}

impl BorneBy {
    /// Its name, also in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payee => "PAYEE",
            Self::Payer => "PAYER",
        }
    }

    /// The one of a name.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Payee, Self::Payer].into_iter().find(|one| one.name() == name)
    }
}

/// What payments to a merchant cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeRule {
    /// Hundredths of a percent of the amount, half up.
    pub bps: i32,
    /// Dong on top.
    pub fixed: i64,
    /// Who bears it.
    pub borne_by: BorneBy,
}

/// A fee of one payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// What the payer pays on top.
    pub payer: i64,
    /// What the payee pays out of what they get.
    pub payee: i64,
}

impl FeeRule {
    /// The fee of an amount from 1 on. A payee never pays more than they get.
    pub fn of(&self, amount: i64) -> Fee {
        let share = (i128::from(amount) * i128::from(self.bps) + 5_000) / 10_000;
        let fee = i64::try_from(share).unwrap_or(i64::MAX).saturating_add(self.fixed);
        match self.borne_by {
            BorneBy::Payee => Fee { payer: 0, payee: fee.min(amount) },
            BorneBy::Payer => Fee { payer: fee, payee: 0 },
        }
    }
}

/// The fee of an amount where there may be no rule.
pub fn fee(rule: Option<&FeeRule>, amount: i64) -> Fee {
    rule.map(|rule| rule.of(amount)).unwrap_or_default()
}

/// The legs of a fee that follow the one that moves the money.
pub fn fee_legs(
    from: AccountNo,
    to: AccountNo,
    income: AccountNo,
    fee: Fee,
    reference: Option<Uuid>,
) -> Vec<Leg> {
    [(from, fee.payer), (to, fee.payee)]
        .into_iter()
        .filter(|(_, amount)| *amount > 0)
        .map(|(bearer, amount)| Leg {
            reference,
            ..Leg::post(bearer, income, amount, Purpose::Fee)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn flags_and_states_name_each_other() {
        use MerchantState::{Active, Closed, Draft, Suspended};
        for state in [Draft, Active, Suspended, Closed] {
            assert_eq!(MerchantState::of(state.flags()), state);
        }
    }

    #[test]
    fn a_fee_is_rounded_half_up_and_a_payee_keeps_nothing_below_zero() {
        let rule = |bps, fixed, borne_by| FeeRule { bps, fixed, borne_by };

        assert_eq!(rule(50, 0, BorneBy::Payee).of(100), Fee { payer: 0, payee: 1 });
        assert_eq!(rule(50, 0, BorneBy::Payee).of(99), Fee { payer: 0, payee: 0 });
        assert_eq!(rule(110, 1_650, BorneBy::Payer).of(150_000), Fee { payer: 3_300, payee: 0 });
        assert_eq!(rule(0, 1_000, BorneBy::Payee).of(400), Fee { payer: 0, payee: 400 });
    }

    proptest! {
        #[test]
        fn a_part_never_costs_more_than_the_whole(
            whole in 1_i64..=100_000_000_000, share in 1_i64..=1_000, bps in 0..=1_000, fixed in 0_i64..=1_000_000,
        ) {
            let part = (whole / 1_000 * share).clamp(1, whole);
            let rule = FeeRule { bps, fixed, borne_by: BorneBy::Payer };
            prop_assert!(part + rule.of(part).payer <= whole + rule.of(whole).payer);
            let rule = FeeRule { borne_by: BorneBy::Payee, ..rule };
            prop_assert!((0..=part).contains(&rule.of(part).payee));
        }
    }
}
