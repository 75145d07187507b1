//! Every root field of payments, and of the PIN they are confirmed with, for nobody, for a resident and for another one.
//! What is asked for by an id belongs to nobody of them: each of them learns as little about it as about what does not
//! exist.

use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;

use super::graphql::{Row, SIGN_IN, mutation, query};
use crate::phone::key;

const WALLET: &str = "wal_01890000000070008000000000000001";
const PAYMENT: &str = "pay_01890000000070008000000000000001";
const BILL: &str = "bil_01890000000070008000000000000001";
const BILLER: &str = "blr_01890000000070008000000000000001";
const MERCHANT: &str = "mer_01890000000070008000000000000001";
const ORDERED: &str = "pvo_01890000000070008000000000000001";

/// Of people who sign in to find nothing.
const NOTHING: [&str; 3] = [SIGN_IN, "null", "null"];
/// Of people who would pay and have no wallet.
const NO_WALLET: [&str; 3] = [SIGN_IN, "refused WALLET_REQUIRED", "refused WALLET_REQUIRED"];

/// The key of a payment: a UUID of version 7.
pub fn payment_key() -> String {
    Ids::random().uuid(SystemClock.now()).to_string()
}

fn pays(field: &str, more: &str) -> String {
    let input = format!("{{ idempotencyKey: {:?}{more} }}", payment_key());
    format!("{field}(input: {input}) {{ payment {{ id }} userErrors {{ code }} }}")
}

/// In the order they are asked: wallets are opened at last.
pub const ROWS: &[Row] = &[
    query("myWallet", |_| "myWallet { id }".to_owned(), NOTHING),
    query("payeeByPhone", |_| "payeeByPhone(phone: \"0999999999\") { id }".to_owned(), NOTHING),
    query(
        "paymentQuote",
        |_| {
            let input = format!("{{ idempotencyKey: {:?}, billId: {BILL:?} }}", payment_key());
            format!("paymentQuote(input: {input}) {{ total }}")
        },
        [SIGN_IN, "CONFLICT", "CONFLICT"],
    ),
    query("payment", |_| format!("payment(id: {PAYMENT:?}) {{ id }}"), NOTHING),
    query("bill", |_| format!("bill(id: {BILL:?}) {{ id }}"), NOTHING),
    query(
        "myBills",
        |_| "myBills { edges { node { id } } }".to_owned(),
        [SIGN_IN, "0 entries", "0 entries"],
    ),
    query(
        "billsByCode",
        |_| {
            format!(
                "billsByCode(billerId: {BILLER:?}, customerCode: \"PC01\") {{ edges {{ cursor }} }}"
            )
        },
        NOTHING,
    ),
    query("billers", |_| "billers { id }".to_owned(), [SIGN_IN, "", ""]),
    query("providerPayment", |_| format!("providerPayment(id: {ORDERED:?}) {{ id }}"), NOTHING),
    query(
        "qrPayee",
        |_| "qrPayee(payload: \"x\") { qrPayee { amount } userErrors { code } }".to_owned(),
        [SIGN_IN, "refused QR_INVALID", "refused QR_INVALID"],
    ),
    mutation(
        "sendMoney",
        |_| pays("sendMoney", &format!(", payeeId: {WALLET:?}, amount: \"1000\"")),
        NO_WALLET,
    ),
    mutation(
        "payBill",
        |_| pays("payBill", &format!(", billId: {BILL:?}, amount: \"1000\"")),
        [SIGN_IN, "refused NOT_FOUND", "refused NOT_FOUND"],
    ),
    mutation(
        "payMerchant",
        |_| pays("payMerchant", &format!(", payeeId: {MERCHANT:?}, amount: \"1000\"")),
        NO_WALLET,
    ),
    mutation(
        "startProviderPayment",
        |_| {
            let input = format!(
                "{{ idempotencyKey: {:?}, provider: MOMO, amount: \"50000\" }}",
                payment_key()
            );
            format!(
                "startProviderPayment(input: {input}) {{ providerPayment {{ id }} userErrors {{ code }} }}"
            )
        },
        [SIGN_IN, "refused WALLET_REQUIRED", "refused WALLET_REQUIRED"],
    ),
    mutation(
        "setBillWatch",
        |_| {
            let input = format!(
                "{{ idempotencyKey: {:?}, billerId: {BILLER:?}, customerCode: \"PC01\", on: true }}",
                key()
            );
            format!("setBillWatch(input: {input}) {{ watch {{ on }} userErrors {{ code }} }}")
        },
        [SIGN_IN, "refused NOT_FOUND", "refused NOT_FOUND"],
    ),
    mutation(
        "setWalletPin",
        |_| {
            let input = format!("{{ idempotencyKey: {:?}, pin: \"111111\" }}", key());
            format!("setWalletPin(input: {input}) {{ viewer {{ id }} userErrors {{ code }} }}")
        },
        [SIGN_IN, "refused PIN_WEAK", "refused PIN_WEAK"],
    ),
    mutation(
        "createStepUp",
        |_| {
            let input = format!(
                "{{ idempotencyKey: {:?}, operation: \"payBill\", digest: \"x\", pin: \"111111\" }}",
                key()
            );
            format!("createStepUp(input: {input}) {{ token userErrors {{ code }} }}")
        },
        [SIGN_IN, "refused DIGEST_SHAPE", "refused DIGEST_SHAPE"],
    ),
    mutation(
        "closeWallet",
        |_| {
            let input = format!("{{ idempotencyKey: {:?} }}", payment_key());
            format!("closeWallet(input: {input}) {{ wallet {{ id }} userErrors {{ code }} }}")
        },
        NO_WALLET,
    ),
    mutation(
        "openWallet",
        |_| {
            let input = format!("{{ idempotencyKey: {:?}, termsAccepted: true }}", key());
            format!("openWallet(input: {input}) {{ wallet {{ id }} userErrors {{ code }} }}")
        },
        [SIGN_IN, "FORBIDDEN", "FORBIDDEN"],
    ),
];
