//! The operations of payments for every character of the admin table: only the administrator sees the ledger, and not even
//! they approve what they asked for. The roles of finance are proved beside the service.

use serde_json::{Value, json};

use super::admin::{Row, SCOPE, SIGN_IN, STAFF_ONLY, UNSEEN, no_body};

/// Where the operations are tried: no such wallet, payment or request is there, and nobody learns that.
pub const PLACES: [(&str, &str); 3] = [
    ("wallets/{id}", "wallets/wal_01890000000070008000000000000001"),
    ("postings/{id}", "postings/pay_01890000000070008000000000000001"),
    ("approvals/{id}", "approvals/01890000-0000-7000-8000-000000000001"),
];

const fn row(operation: &'static str, body: fn(i64) -> Value, administrator: &'static str) -> Row {
    Row {
        operation,
        query: "",
        body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, administrator],
    }
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
    row("readPosting", no_body, UNSEEN),
    row("readLedgerStatus", no_body, "200"),
];

const ACCOUNT: &str = "acc_01890000000070008000000000000001";
const WALLET: &str = "wal_01890000000070008000000000000001";
const REASON: &str = "the matrix asks for it";
