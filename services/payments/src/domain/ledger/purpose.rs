//! What money is for.

use serde::{Deserialize, Serialize};

/// What a leg is for; its number, from 1, stands in the ledger and in receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(i16)]
pub enum Purpose {
    /// To a person.
    Person = 1,
    /// Goods and services of a merchant.
    Goods,
    /// A fee of the administration.
    PublicFee,
    /// Electricity.
    Electricity,
    /// Water.
    Water,
    /// Telephone, internet, television.
    Telecom,
    /// Traffic fines and fees.
    Traffic,
    /// Tuition.
    Tuition,
    /// Hospital fees.
    Hospital,
    /// Insurance.
    Insurance,
    /// A debt to a bank.
    BankDebt,
    /// Sanitation.
    Sanitation,
    /// Transport.
    Transport,
    /// Money in through a provider.
    TopUp,
    /// Money back.
    Refund,
    /// A payee's period closed.
    Settlement,
    /// A fee of ours.
    Fee,
    /// Provider accounts brought together.
    Reconciliation,
    /// A correction by two officers.
    Adjustment,
}

impl Purpose {
    /// All, in the order of their numbers.
    pub const ALL: [Self; 19] = [
        Self::Person,
        Self::Goods,
        Self::PublicFee,
        Self::Electricity,
        Self::Water,
        Self::Telecom,
        Self::Traffic,
        Self::Tuition,
        Self::Hospital,
        Self::Insurance,
        Self::BankDebt,
        Self::Sanitation,
        Self::Transport,
        Self::TopUp,
        Self::Refund,
        Self::Settlement,
        Self::Fee,
        Self::Reconciliation,
        Self::Adjustment,
    ];

    /// Its number.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// The purpose of a number.
    pub fn of(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.number() == number)
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "PERSON",
            Self::Goods => "GOODS",
            Self::PublicFee => "PUBLIC_FEE",
            Self::Electricity => "ELECTRICITY",
            Self::Water => "WATER",
            Self::Telecom => "TELECOM",
            Self::Traffic => "TRAFFIC",
            Self::Tuition => "TUITION",
            Self::Hospital => "HOSPITAL",
            Self::Insurance => "INSURANCE",
            Self::BankDebt => "BANK_DEBT",
            Self::Sanitation => "SANITATION",
            Self::Transport => "TRANSPORT",
            Self::TopUp => "TOP_UP",
            Self::Refund => "REFUND",
            Self::Settlement => "SETTLEMENT",
            Self::Fee => "FEE",
            Self::Reconciliation => "RECONCILIATION",
            Self::Adjustment => "ADJUSTMENT",
        }
    }
}
