//! Payments: what it tells the world.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Body of `BillOpened`, `BillPaid` and `BillCancelled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillEvent {
    /// The number people quote.
    pub bill_no: String,
    /// What the bill was asked for with, such as the `billRef` of `DossierFeeRequested`; none for a biller's own bill.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ref: Option<String>,
    /// When it was paid, which may lie before the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<DateTime<Utc>>,
}
