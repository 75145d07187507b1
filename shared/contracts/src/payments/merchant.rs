//! Paying merchants.

use std::fmt;
use std::str::FromStr;

use city_ids::{IdError, MerchantId, MerchantOrderId, WalletId};
use city_money::Vnd;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Whom money may go to without a bill: a person by their wallet, or a merchant. On the wire one text, told apart by its
/// prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PayeeId {
    /// A person's wallet, `wal_…`.
    Wallet(WalletId),
    /// A merchant, `mer_…`.
    Merchant(MerchantId),
}

impl fmt::Display for PayeeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wallet(id) => id.fmt(f),
            Self::Merchant(id) => id.fmt(f),
        }
    }
}

impl FromStr for PayeeId {
    type Err = IdError;

    fn from_str(raw: &str) -> Result<Self, IdError> {
        MerchantId::parse(raw)
            .map(Self::Merchant)
            .or_else(|_| WalletId::parse(raw).map(Self::Wallet))
    }
}

impl Serialize for PayeeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PayeeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        raw.parse().map_err(de::Error::custom)
    }
}

/// `POST /internal/v1/pay-merchant`: a merchant, the person saying how much; or an order of theirs. Exactly one of the two.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayMerchant {
    /// A UUIDv7 made within the last 24 hours: the id of the payment for ever.
    pub idempotency_key: String,
    /// The merchant; or
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_id: Option<MerchantId>,
    /// the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<MerchantOrderId>,
    /// What the merchant is to get; of an order what the person saw. A fee the payer bears comes on top, as quoted.
    pub amount: Vnd,
    /// The payer's words, at most 140 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The confirmation by PIN; a repetition of a finished payment needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up_token: Option<String>,
}

impl fmt::Debug for PayMerchant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PayMerchant([redacted])")
    }
}
