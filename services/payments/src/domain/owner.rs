//! Whose a key, an event or an endpoint is.

use city_ids::{BillerId, MerchantId};
use serde::Serialize;
use uuid::Uuid;

/// Whose it is: one merchant's or one biller's, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Owner {
    Merchant(MerchantId),
    Biller(BillerId),
}

impl Owner {
    /// The one of two; none when a row names both or neither.
    pub const fn of(merchant: Option<MerchantId>, biller: Option<BillerId>) -> Option<Self> {
        match (merchant, biller) {
            (Some(merchant), None) => Some(Self::Merchant(merchant)),
            (None, Some(biller)) => Some(Self::Biller(biller)),
            _ => None,
        }
    }

    /// As two columns of which one is null.
    pub const fn split(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Merchant(id) => (Some(id.as_uuid()), None),
            Self::Biller(id) => (None, Some(id.as_uuid())),
        }
    }

    /// As one column.
    pub const fn as_uuid(self) -> Uuid {
        match self {
            Self::Merchant(id) => id.as_uuid(),
            Self::Biller(id) => id.as_uuid(),
        }
    }
}
