//! Wallets: what the flags of their account mean.

use city_contracts::payments::WalletState;
use city_ids::WalletId;

use super::ledger::{Class, flags};

/// What a wallet with these flags can do.
pub const fn state(of: i32) -> WalletState {
    if of & flags::CLOSED != 0 {
        WalletState::Closed
    } else if of & flags::NO_DEBIT == 0 {
        WalletState::Open
    } else if of & flags::NO_CREDIT == 0 {
        WalletState::NoDebit
    } else {
        WalletState::Frozen
    }
}

/// The flags of a wallet in a state.
pub const fn flags_of(state: WalletState) -> i32 {
    Class::Wallet.flags()
        | match state {
            WalletState::Open => 0,
            WalletState::NoDebit => flags::NO_DEBIT,
            WalletState::Frozen => flags::NO_DEBIT | flags::NO_CREDIT,
            WalletState::Closed => flags::CLOSED,
        }
}

/// Whether going from one state to another takes something away and gives nothing back: one officer may do that.
pub const fn is_stricter(from: WalletState, to: WalletState) -> bool {
    matches!(
        (from, to),
        (WalletState::Open, WalletState::NoDebit | WalletState::Frozen)
            | (WalletState::NoDebit, WalletState::Frozen)
    )
}

/// What keeps a wallet from being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocker {
    /// There is money in it.
    WalletNotEmpty,
    /// A reserve is open that would take money out of it or put some in.
    HoldOpen,
    /// A provider was asked to put money in and has not said what became of it.
    OrderOpen,
    /// A refund of one of its payments is under way.
    RefundOpen,
}

impl Blocker {
    /// Its name on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::WalletNotEmpty => "WALLET_NOT_EMPTY",
            Self::HoldOpen => "HOLD_OPEN",
            Self::OrderOpen => "ORDER_OPEN",
            Self::RefundOpen => "REFUND_OPEN",
        }
    }
}

/// What another person is shown of a wallet whose owner they need not know: the end of its id.
pub fn label(wallet: WalletId) -> String {
    let id = wallet.as_uuid().simple().to_string();
    format!("Ví ••••{}", &id[id.len() - 4..])
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn flags_and_states_name_each_other() {
        for one in
            [WalletState::Open, WalletState::NoDebit, WalletState::Frozen, WalletState::Closed]
        {
            assert_eq!(state(flags_of(one)), one);
        }
    }

    #[test]
    fn a_label_shows_four_digits() {
        assert_eq!(label(WalletId::restore(Uuid::from_u128(0x1a2b))), "Ví ••••1a2b");
    }
}
