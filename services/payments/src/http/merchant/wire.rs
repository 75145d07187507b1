//! What merchants' systems send and are shown: nothing of who pays.

use city_clock::Timestamp;
use city_ids::{MerchantOrderId, PostingId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};

use crate::app::merchant::{NewOrder, PrintedOrder};
use crate::domain::ledger::HoldState;
use crate::domain::merchant::{Capture, outcome};
use crate::store::merchant_order::Order;
use crate::store::merchant_payment::Sale;

/// To have an order paid.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrderRequest {
    order_ref: String,
    amount: Vnd,
    #[serde(default)]
    capture: Capture,
    /// Code of the store.
    #[serde(default)]
    store: Option<String>,
}

impl OrderRequest {
    /// For the use case.
    pub fn wanted(&self) -> NewOrder<'_> {
        NewOrder {
            order_ref: &self.order_ref,
            amount: self.amount,
            capture: self.capture,
            store: self.store.as_deref(),
        }
    }
}

/// To take reserved money.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureRequest {
    /// A UUIDv7 of the merchant's.
    pub id: String,
    /// What the merchant gets.
    pub amount: Vnd,
}

/// To give reserved money back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoidRequest {
    /// A UUIDv7 of the merchant's.
    pub id: String,
}

/// To give money of a sale back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// A UUIDv7 of the merchant's.
    pub id: String,
    /// How much; none for all.
    #[serde(default)]
    pub amount: Option<Vnd>,
    /// Why, 10 to 500 characters.
    pub reason: String,
}

/// Where an order is.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderState {
    Open,
    Expired,
    Cancelled,
    Paid,
    Authorised,
    Captured,
    Voided,
}

/// An order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    id: MerchantOrderId,
    order_ref: String,
    amount: Vnd,
    capture: Capture,
    state: OrderState,
    /// What paid or reserved it.
    payment: Option<PostingId>,
    /// The text of its code; only of a single order.
    #[serde(skip_serializing_if = "Option::is_none")]
    qr: Option<String>,
    at: Timestamp,
    expires_at: Timestamp,
}

impl OrderView {
    /// An order at an instant.
    pub fn of(order: Order, now: Timestamp) -> Self {
        let state = match (order.claim, order.hold.and_then(HoldState::of)) {
            (None, _) if now >= order.expires_at => OrderState::Expired,
            (None, _) => OrderState::Open,
            (Some((outcome::CANCELLED, _)), _) => OrderState::Cancelled,
            (Some(_), None) => OrderState::Paid,
            (Some(_), Some(HoldState::Open)) => OrderState::Authorised,
            (Some(_), Some(HoldState::Captured)) => OrderState::Captured,
            (Some(_), Some(HoldState::Voided)) => OrderState::Voided,
            (Some(_), Some(HoldState::Expired)) => OrderState::Expired,
        };
        let paid = order.claim.filter(|(how, _)| *how == outcome::TAKEN);
        Self {
            id: order.id,
            order_ref: order.order_ref,
            amount: Vnd::new(order.amount),
            capture: order.capture,
            state,
            payment: paid.map(|(_, posting)| PostingId::restore(posting)),
            qr: None,
            at: order.at,
            expires_at: order.expires_at,
        }
    }

    /// The same with its code.
    pub fn printed(printed: PrintedOrder, now: Timestamp) -> Self {
        Self { qr: printed.code, ..Self::of(printed.order, now) }
    }
}

/// Where a payment is.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SaleState {
    Succeeded,
    Authorised,
    Captured,
    Voided,
    Expired,
}

/// A payment to the merchant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SaleView {
    id: PostingId,
    state: SaleState,
    /// What the merchant gets, its own fee not taken off; of a reserve what it would get.
    amount: Vnd,
    /// What it got of a reserve.
    captured: Option<Vnd>,
    /// What the city charged the merchant.
    fee: Vnd,
    order: Option<MerchantOrderId>,
    order_ref: Option<String>,
    at: Timestamp,
    expires_at: Option<Timestamp>,
}

impl From<Sale> for SaleView {
    fn from(sale: Sale) -> Self {
        let state = match sale.hold {
            None => SaleState::Succeeded,
            Some((HoldState::Open, _)) => SaleState::Authorised,
            Some((HoldState::Captured, _)) => SaleState::Captured,
            Some((HoldState::Voided, _)) => SaleState::Voided,
            Some((HoldState::Expired, _)) => SaleState::Expired,
        };
        let (passed, received) = (sale.passed(), sale.received());
        let amount = if sale.hold.is_some() { sale.ordered } else { None };
        let (order, order_ref) = sale.order.unzip();
        Self {
            id: sale.id,
            state,
            amount: Vnd::new(amount.unwrap_or(sale.gross)),
            captured: sale.hold.map(|_| Vnd::new(received)),
            fee: Vnd::new(sale.fee - passed),
            order,
            order_ref,
            at: sale.at,
            expires_at: sale.expires_at,
        }
    }
}
