//! The daily statement of what backs the wallets, and how a stranger verifies it.

use serde::{Deserialize, Serialize};

use crate::wire::Writer;
use crate::{Hash, HeadKey, PublishedKeys, Unproven, sha256};

/// The version of the form.
const VERSION: u8 = 1;
/// What stands before the hash in the signed bytes, so that no other signature of the key fits.
const DOMAIN: &[u8] = b"city.pay.backing.v1";

/// What backs the wallets at the end of a civil day. Amounts are whole dong, days are `yyyymmdd` in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackingStatement {
    /// The civil day that ended.
    pub day: u32,
    /// What all wallets hold.
    #[serde(with = "dong")]
    pub wallets: i64,
    /// What the bank accounts that back them hold, by the ledger.
    #[serde(with = "dong")]
    pub guarantee: i64,
    /// What providers owe since less than three working days.
    #[serde(with = "dong")]
    pub transit: i64,
    /// The last balance that the bank told; none while it told none.
    pub bank: Option<BankBalance>,
    /// The last batch of the ledger that is counted.
    pub batch: u64,
    /// Its hash.
    #[serde(with = "crate::receipt::base64url")]
    pub batch_hash: Hash,
    /// When the statement was made, microseconds since 1970.
    pub at: i64,
}

/// What a bank told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BankBalance {
    /// Of the end of which day.
    pub day: u32,
    /// Whole dong.
    #[serde(with = "dong")]
    pub amount: i64,
}

/// A statement with its signature, as it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedBacking {
    /// Version of this form: 1.
    pub v: u8,
    /// What is said.
    pub backing: BackingStatement,
    /// Signature of its hash.
    #[serde(with = "crate::receipt::base64url_bytes")]
    pub sig: Vec<u8>,
    /// Name of the key that signed.
    pub kid: String,
}

impl BackingStatement {
    /// The hash that is signed.
    pub fn hash(&self) -> Hash {
        let mut out = Writer::default();
        out.bytes(DOMAIN).u32(self.day);
        out.i64(self.wallets).i64(self.guarantee).i64(self.transit);
        let bank = self.bank.unwrap_or(BankBalance { day: 0, amount: 0 });
        out.u8(u8::from(self.bank.is_some())).u32(bank.day).i64(bank.amount);
        out.u64(self.batch).bytes(&self.batch_hash).i64(self.at);
        sha256(&[&out.into_bytes()])
    }

    /// By how much the wallets hold more than what backs them; 0 when they do not.
    pub fn shortfall(&self) -> i64 {
        let backed = self.guarantee.saturating_add(self.transit);
        self.wallets.saturating_sub(backed).max(0)
    }

    /// The statement with its signature.
    pub fn sign(self, key: &HeadKey) -> SignedBacking {
        let sig = key.sign_in(DOMAIN, &self.hash()).to_vec();
        SignedBacking { v: VERSION, backing: self, sig, kid: key.kid().to_owned() }
    }
}

/// Verifies a statement against the published keys.
///
/// # Errors
/// [`Unproven`] says that it is false, or that it or its key cannot be read.
pub fn verify_backing(json: &str, keys: &PublishedKeys) -> Result<BackingStatement, Unproven> {
    let signed: SignedBacking = serde_json::from_str(json).map_err(|_| Unproven::Unreadable)?;
    if signed.v != VERSION {
        return Err(Unproven::Unreadable);
    }
    let judged = keys.verify_in(DOMAIN, &signed.kid, &signed.backing.hash(), &signed.sig);
    if judged.ok_or_else(|| Unproven::UnknownKey(signed.kid.clone()))? {
        Ok(signed.backing)
    } else {
        Err(Unproven::False("the signature is not over this statement"))
    }
}

/// Dong as a decimal string: JSON numbers end before money does.
mod dong {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands the field over as it is")]
    pub(super) fn serialize<S: Serializer>(amount: &i64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(amount)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
        let text = String::deserialize(from)?;
        let amount: i64 = text.parse().map_err(D::Error::custom)?;
        if amount.to_string() == text { Ok(amount) } else { Err(D::Error::custom("not canonical")) }
    }
}
