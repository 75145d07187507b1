//! Money without an owner yet: how it gets out when nothing of ours waits for it.

use city_ids::{PostingId, WalletId};
use city_receipt::derive;
use uuid::Uuid;

use super::ledger::{Claim, Count};
use super::refund;

/// How the claim on money that was put aside ends it.
const RELEASED: i16 = 1;

/// A leg that put money aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its posting.
    pub posting: PostingId,
    /// Its place in it.
    pub leg: i16,
}

impl Place {
    /// What is claimed when its money gets out. It follows from the leg, so that whoever asks how often, it gets out once.
    pub fn subject(self) -> Uuid {
        derive(&format!("suspense.release.{}", self.leg), self.posting.as_uuid())
    }

    /// The claim itself.
    pub fn claim(self) -> Claim {
        Claim { subject: self.subject(), outcome: RELEASED }
    }

    /// All of it gets out: a refund that gave back a part of this leg, or would, raises the same sum.
    pub fn count(self, amount: i64) -> Count {
        let key = refund::counter(self.posting.as_uuid(), self.leg);
        Count { key, win: 0, add: amount, cap: Some(amount) }
    }
}

/// Where money that was put aside goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlet {
    /// To a person.
    Wallet(WalletId),
    /// Back to the provider that it came from, which is paid outside the ledger.
    Provider,
}

impl Outlet {
    /// Its name in the database and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wallet(_) => "WALLET",
            Self::Provider => "PROVIDER",
        }
    }

    /// The wallet it leads to.
    pub const fn wallet(self) -> Option<WalletId> {
        match self {
            Self::Wallet(wallet) => Some(wallet),
            Self::Provider => None,
        }
    }

    /// The way out of a name.
    pub fn restore(name: &str, wallet: Option<WalletId>) -> Option<Self> {
        match (name, wallet) {
            ("WALLET", Some(wallet)) => Some(Self::Wallet(wallet)),
            ("PROVIDER", None) => Some(Self::Provider),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leg_gets_out_by_a_claim_of_its_own() {
        let posting =
            PostingId::restore(Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0001));
        let (first, second) = (Place { posting, leg: 0 }, Place { posting, leg: 1 });

        assert_eq!(first.subject(), Place { posting, leg: 0 }.subject());
        assert_ne!(first.subject(), second.subject());
        assert_ne!(first.count(5).key, second.count(5).key);
    }

    #[test]
    fn a_way_out_is_read_as_it_was_written() {
        let wallet = WalletId::restore(Uuid::nil());
        for to in [Outlet::Wallet(wallet), Outlet::Provider] {
            assert_eq!(Outlet::restore(to.name(), to.wallet()), Some(to));
        }
        assert_eq!(Outlet::restore("WALLET", None), None);
        assert_eq!(Outlet::restore("PROVIDER", Some(wallet)), None);
    }
}
