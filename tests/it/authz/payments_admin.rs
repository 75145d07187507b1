//! The operations of payments for every character of the admin table: only the administrator sees the ledger, and not even
//! they approve what they asked for. The roles of finance are proved beside the service.

use serde_json::{Value, json};

use super::admin::{Row, SCOPE, SIGN_IN, STAFF_ONLY, UNSEEN, no_body};

/// Where the operations are tried: no such wallet, payment or request is there, and nobody learns that.
pub const PLACES: [(&str, &str); 12] = [
    ("wallets/{id}", "wallets/wal_01890000000070008000000000000001"),
    ("postings/{id}", "postings/pay_01890000000070008000000000000001"),
    ("approvals/{id}", "approvals/01890000-0000-7000-8000-000000000001"),
    ("merchants/{id}", "merchants/mer_01890000000070008000000000000001"),
    ("keys/{key}", "keys/key_01890000000070008000000000000001"),
    ("refunds/{id}", "refunds/rfd_01890000000070008000000000000001"),
    ("settlements/{id}", "settlements/set_01890000000070008000000000000001"),
    ("breaks/{id}", "breaks/brk_01890000000070008000000000000001"),
    ("reviews/{order}", "reviews/pvo_01890000000070008000000000000001"),
    ("suspense/{posting}", "suspense/pay_01890000000070008000000000000001"),
    ("billers/{code}/bills/{number}", "billers/NONE/bills/1"),
    ("billers/{code}", "billers/NONE"),
];

const fn row(operation: &'static str, body: fn(i64) -> Value, administrator: &'static str) -> Row {
    Row {
        operation,
        query: "",
        body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, administrator],
    }
}

fn merchant(_: i64) -> Value {
    json!({
        "name": "x", "taxCode": "3300100001", "mcc": "5411", "bankBin": "970436", "bankAccount": "0123456789",
        "settle": "DAILY",
    })
}

pub const ROWS: &[Row] = &[
    row("findWallet", |_| json!({ "account": ACCOUNT, "reason": REASON }), UNSEEN),
    Row {
        operation: "readWalletStatement",
        query: "?reason=asked%20by%20the%20matrix",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, UNSEEN],
    },
    row("freezeWallet", |_| json!({ "mode": "NO_DEBIT", "reason": REASON }), UNSEEN),
    row("unfreezeWallet", |_| json!({ "reason": REASON }), UNSEEN),
    row(
        "adjustWallet",
        |_| json!({ "wallet": WALLET, "amount": "1000", "reason": REASON }),
        UNSEEN,
    ),
    row("listPaymentApprovals", no_body, SCOPE),
    row("approvePaymentRequest", no_body, SCOPE),
    row("refusePaymentRequest", no_body, SCOPE),
    row("listMerchants", no_body, "200"),
    row("createMerchant", merchant, "200"),
    row("readMerchant", no_body, UNSEEN),
    row("editMerchant", merchant, UNSEEN),
    row("setMerchantState", |_| json!({ "state": "ACTIVE", "reason": REASON }), UNSEEN),
    row("listStores", no_body, UNSEEN),
    row("openStore", |_| json!({ "code": "S1", "name": "x" }), UNSEEN),
    row("listMerchantKeys", no_body, UNSEEN),
    row("issueMerchantKey", no_body, UNSEEN),
    row("revokeMerchantKey", no_body, UNSEEN),
    row("readMerchantFee", no_body, UNSEEN),
    row("setMerchantFee", |_| json!({ "bps": 0, "fixed": "0", "borneBy": "PAYEE" }), UNSEEN),
    Row {
        operation: "drawStoreCode",
        query: "?store=sto_01890000000070008000000000000001",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, UNSEEN],
    },
    row("listBillers", no_body, "200"),
    row("createBiller", |_| json!({ "code": "X", "name": "x", "purpose": "WATER" }), "200"),
    row("listBillerKeys", no_body, UNSEEN),
    row("issueBillerKey", no_body, UNSEEN),
    row("revokeBillerKey", no_body, UNSEEN),
    row("setBillerQrTarget", |_| json!({}), UNSEEN),
    row("changeBiller", |_| json!({ "version": 1, "name": "x", "purpose": "WATER" }), UNSEEN),
    row("importBills", no_body, "415 CONTENT_TYPE"),
    row("readBillImport", no_body, UNSEEN),
    row("cancelBill", |_| json!({ "reason": REASON }), UNSEEN),
    row("listRefunds", no_body, "200"),
    row("readRefund", no_body, UNSEEN),
    row("requestRefund", |_| json!({ "payment": PAYMENT, "reason": REASON }), UNSEEN),
    row("listPaymentReviews", no_body, "200"),
    row("creditPaymentReview", |_| json!({ "reason": REASON }), UNSEEN),
    row("refundPaymentReview", |_| json!({ "reason": REASON }), UNSEEN),
    Row {
        operation: "importProviderStatement",
        query: "?provider=MOMO&day=2026-03-03",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, "422 INPUT"],
    },
    row("listReconciliationRuns", no_body, "200"),
    row("listBreaks", no_body, "200"),
    row("resolveBreak", |_| json!({ "reason": REASON }), UNSEEN),
    row("listSuspense", no_body, "200"),
    row("releaseSuspense", |_| json!({ "leg": 0, "to": "PROVIDER", "reason": REASON }), UNSEEN),
    row("readLimits", no_body, "200"),
    row("proposeLimits", |_| json!({ "rules": [], "reason": REASON }), "422 INPUT"),
    row("listSettlements", no_body, "200"),
    row("settlePayee", |_| json!({ "payee": "mer_01890000000070008000000000000001" }), UNSEEN),
    row("readSettlement", no_body, UNSEEN),
    row("settlementPaid", |_| json!({ "bankRef": "FT1", "reason": REASON }), UNSEEN),
    row("settlementReturned", |_| json!({ "reason": REASON }), UNSEEN),
    row("readBacking", no_body, "200"),
    row("enterBankBalance", |_| json!({ "day": "2026-03-03", "amount": "0" }), "200"),
    row("readPosting", no_body, UNSEEN),
    Row {
        operation: "searchPayments",
        query: "?q=HD-1",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, "200"],
    },
    row("readLedgerStatus", no_body, "200"),
];

const ACCOUNT: &str = "acc_01890000000070008000000000000001";
const WALLET: &str = "wal_01890000000070008000000000000001";
const PAYMENT: &str = "pay_01890000000070008000000000000001";
const REASON: &str = "the matrix asks for it";
