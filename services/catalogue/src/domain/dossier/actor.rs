//! Who acts.

use city_ids::AccountId;

/// Who acts on a dossier, as the history shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The resident whose dossier it is.
    Resident(AccountId),
    /// A helper with a resident's consent, or an officer in an assisted session.
    Helper { account: AccountId, acting_for: AccountId },
    /// A member of staff.
    Staff(AccountId),
    /// The service by itself: a payment arrived, a term passed.
    City,
}

impl Actor {
    /// The person who acts; none for the service.
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Resident(account) | Self::Staff(account) | Self::Helper { account, .. } => {
                Some(account)
            }
            Self::City => None,
        }
    }

    /// For whom, when it is somebody else.
    pub const fn acting_for(self) -> Option<AccountId> {
        match self {
            Self::Helper { acting_for, .. } => Some(acting_for),
            Self::Resident(_) | Self::Staff(_) | Self::City => None,
        }
    }
}
