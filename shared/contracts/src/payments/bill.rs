//! Bills.

use chrono::NaiveDate;
use city_ids::{AccountId, BillId, BillerId, PostingId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::PaymentPurpose;

/// Where a bill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillState {
    /// It waits for money.
    Open,
    /// It still does, past its day.
    Overdue,
    /// It is paid, for ever.
    Paid,
    /// Another revision took its place just now: read it again.
    Replaced,
    /// It is no longer wanted.
    Cancelled,
}

/// Who wants money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillerView {
    /// The biller.
    pub id: BillerId,
    /// Its code, such as an agency's.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What its bills are for.
    pub purpose: PaymentPurpose,
    /// Grows with each change.
    pub version: i64,
}

/// A line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillHeadView {
    /// The fee.
    pub code: String,
    /// What it is for.
    pub name: String,
    /// How much.
    pub amount: Vnd,
}

/// A bill, to those who may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillView {
    /// The bill.
    pub id: BillId,
    /// Who wants the money.
    pub biller: BillerView,
    /// The number people quote.
    pub number: String,
    /// What the biller knows the customer by, such as a dossier's code.
    pub customer_code: Option<String>,
    /// Whose it is; none when nobody has an account.
    pub account: Option<AccountId>,
    /// Who it is addressed to, as the biller masked it.
    pub holder: Option<String>,
    /// What it is for, in the biller's words, such as a month.
    pub period: Option<String>,
    /// What it consists of.
    pub heads: Vec<BillHeadView>,
    /// Taken off today for paying early; what was taken off when it was paid.
    pub rebate: Vnd,
    /// Added today for paying late; what was added when it was paid.
    pub penalty: Vnd,
    /// To be paid today; what was due when it was paid.
    pub due: Vnd,
    /// Until when.
    pub due_date: NaiveDate,
    /// Where it is.
    pub state: BillState,
    /// What paid it.
    pub payment: Option<PostingId>,
    /// Text of a `VietQR` code with which any bank pays it; none when its biller takes none.
    pub qr: Option<String>,
    /// Grows with each revision, and when it is paid or cancelled.
    pub version: i64,
}

/// `POST /internal/v1/bill`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct BillById {
    /// The bill.
    pub id: BillId,
}

/// `POST /internal/v1/pay-bill`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PayBill {
    /// A UUIDv7 made within the last 24 hours: the id of the payment for ever.
    pub idempotency_key: String,
    /// The bill.
    pub bill_id: BillId,
    /// What the person saw as due.
    pub amount: Vnd,
    /// The confirmation by PIN; a repetition of a finished payment needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up_token: Option<String>,
}

impl std::fmt::Debug for PayBill {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PayBill({})", self.bill_id)
    }
}
