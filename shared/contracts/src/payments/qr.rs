//! QR codes that people scan to pay.

use chrono::{DateTime, Utc};
use city_ids::MerchantOrderId;
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use super::{BillView, PayeeView};

/// `POST /internal/v1/qr-payee`. Refused with `QR_INVALID` (`details.offset`, in bytes), `QR_NOT_SUPPORTED` or
/// `QR_PAYEE_UNKNOWN`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct QrPayeeRequest {
    /// The text of the code.
    pub payload: String,
}

/// What a code asks to be paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QrPayeeView {
    /// A merchant or a biller.
    pub payee: PayeeView,
    /// How much; none when the payer types it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Vnd>,
    /// The order to be paid with `payMerchant`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<MerchantOrderId>,
    /// The bill to be paid with `payBill`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<BillView>,
    /// Until when the order can be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}
