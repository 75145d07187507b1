//! Billers, the bills found by what a biller knows its customer by, and watching for new ones.

use city_ids::BillerId;
use serde::{Deserialize, Serialize};

use super::{BillerView, PaymentPurpose};
use crate::common::PageArgs;
use crate::key::IdempotencyKey;

/// `POST /internal/v1/billers`: who sends bills, by name.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct ListBillers {
    /// Only those whose bills are for this; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PaymentPurpose>,
}

/// `POST /internal/v1/bills-by-code`: the bills of one customer of a biller, newest first. Bills that belong to a person are
/// not among them, and the number of codes a resident may ask for is bounded.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillsByCode {
    /// The biller.
    pub biller_id: BillerId,
    /// What the biller knows the customer by, as it stands on its letters: 1 to 64 characters.
    pub customer_code: String,
    /// Which part: 1 to 50 bills.
    pub page: PageArgs,
}

impl std::fmt::Debug for BillsByCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BillsByCode({}, [redacted])", self.biller_id)
    }
}

/// `POST /internal/v1/set-bill-watch`: bills of a customer's code are to be among the resident's own, or no longer.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetBillWatch {
    /// Makes it happen once.
    pub idempotency_key: IdempotencyKey,
    /// The biller.
    pub biller_id: BillerId,
    /// What the biller knows the customer by: 1 to 64 characters.
    pub customer_code: String,
    /// Whether to watch from now on.
    pub on: bool,
}

impl std::fmt::Debug for SetBillWatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SetBillWatch({}, [redacted], {})", self.biller_id, self.on)
    }
}

/// The answer: what is watched now.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillWatchView {
    /// The biller.
    pub biller: BillerView,
    /// What the biller knows the customer by, as it is compared: upper case, without spaces around it.
    pub customer_code: String,
    /// Whether it is watched.
    pub on: bool,
}

impl std::fmt::Debug for BillWatchView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BillWatchView({}, [redacted], {})", self.biller.id, self.on)
    }
}
