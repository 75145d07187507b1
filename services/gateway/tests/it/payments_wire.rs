//! What payments answers, as it words it.

use city_contracts::payments::{
    BillView, NodeView, PaymentQuote, PaymentView, ProviderPaymentView, QrPayeeView, WalletView,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub const WALLET: &str = "wal_01890000000070008000000000000011";
pub const PAYMENT: &str = "pay_01890000000070008000000000000012";
pub const BILL: &str = "bil_01890000000070008000000000000013";
pub const BILLER: &str = "blr_01890000000070008000000000000014";
pub const PROVIDER_PAYMENT: &str = "pvo_01890000000070008000000000000015";
pub const REFUND: &str = "rfd_01890000000070008000000000000016";
pub const MERCHANT: &str = "mer_01890000000070008000000000000017";
pub const ORDER: &str = "ord_01890000000070008000000000000018";
pub const AT: &str = "2026-03-04T02:00:00Z";

/// The value, once it was read as the contract's type.
fn checked<T: DeserializeOwned>(value: Value) -> Value {
    serde_json::from_value::<T>(value.clone())
        .map(drop)
        .expect("the recorded answer fits the contract");
    value
}

pub fn wallet(version: i64) -> Value {
    let limit = json!({
        "code": "MONTH", "window": "MONTH", "max": "100000000", "used": "0", "resetsAt": AT, "excludes": ["PUBLIC_FEE"],
    });
    checked::<WalletView>(json!({
        "id": WALLET, "account": crate::wire::ACCOUNT, "state": "OPEN", "available": "3000000000", "held": "0",
        "limits": [limit], "openedAt": AT, "version": version,
    }))
}

pub fn payment() -> Value {
    checked::<PaymentView>(json!({
        "id": PAYMENT, "state": "SUCCEEDED", "amount": "75000", "captured": null, "fee": "0", "refunded": "0",
        "purpose": "PUBLIC_FEE", "payee": "Sở Tư pháp", "note": null, "bill": BILL, "at": AT, "expiresAt": null,
        "refunds": [refund()], "version": 4,
    }))
}

pub fn bill() -> Value {
    checked::<BillView>(json!({
        "id": BILL, "biller": biller(), "holder": "N• V• A•", "period": "2026-03", "rebate": "0", "penalty": "0",
        "qr": null, "version": 2,
        "number": "26-000017", "customerCode": "H57.26-0017", "account": crate::wire::ACCOUNT,
        "heads": [{ "code": "LPHT", "name": "Lệ phí hộ tịch", "amount": "75000" }], "due": "75000",
        "dueDate": "2026-03-10", "state": "PAID", "payment": PAYMENT,
    }))
}

pub fn payee() -> Value {
    json!({ "id": WALLET, "name": "N••• A•", "person": true })
}

pub fn quote() -> Value {
    checked::<PaymentQuote>(json!({
        "payee": { "id": BILLER, "name": "Sở Tư pháp", "person": false }, "amount": "75000", "fee": "0",
        "total": "75000", "stepUp": "PIN", "operation": "payBill", "operationDigest": "d".repeat(43), "validUntil": AT,
        "problems": [{ "field": "/amount", "code": "INSUFFICIENT_FUNDS", "message": "there is not enough" }],
    }))
}

pub fn line(payment: &str) -> Value {
    json!({
        "id": "17", "at": AT, "amount": "-75000", "balanceAfter": "25000", "counterparty": "Sở Tư pháp",
        "payment": payment, "purpose": "PUBLIC_FEE",
    })
}

pub fn biller() -> Value {
    json!({ "id": BILLER, "code": "HUE-STP", "name": "Sở Tư pháp", "purpose": "PUBLIC_FEE", "version": 1 })
}

pub fn refund() -> Value {
    json!({ "id": REFUND, "amount": "5000", "state": "HELD", "at": AT, "version": 3 })
}

pub fn watch() -> Value {
    json!({ "biller": biller(), "customerCode": "PC01", "on": true })
}

pub fn qr() -> Value {
    checked::<QrPayeeView>(
        json!({ "payee": { "id": BILLER, "name": "Sở Tư pháp", "person": false }, "amount": "75000", "bill": bill() }),
    )
}

pub fn provider_payment() -> Value {
    checked::<ProviderPaymentView>(json!({
        "id": PROVIDER_PAYMENT, "provider": "VNPAY", "state": "PAID", "amount": "75000", "payUrl": null, "bill": BILL,
        "payment": PAYMENT, "version": 7,
    }))
}

/// A node of `nodes:batch`.
pub fn node(kind: &str, view: &Value) -> Value {
    checked::<NodeView>(json!({ "kind": kind, "node": view }))
}
