//! Bills, accounts and postings, for the tests of what officers do with money.

use city_ids::ServiceName;
use city_payments::ledger::{AccountNo, Class, Code, Command, Input, Posting, Verdict};
use city_receipt::PublishedKeys;
use city_testkit::{Answer, Character};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::providers::{our_ref, wish};
use crate::till::simulator;
use crate::town::{Town, catalogue_says, confirm, new_id, quote, told};

/// A new account of the ledger, and its public id.
pub async fn account(city: &Town, class: Class) -> (AccountNo, Uuid) {
    let ext = city.infra().ids.uuid(city_clock::Clock::now(city.clock()));
    let mut db = city.db().acquire().await.expect("the database answers");
    let no = city_payments::open_account(&mut db, ext, class, None).await.expect("it opens");
    (no, ext)
}

/// The account of a biller's heads.
pub async fn biller_account(city: &Town, code: &str) -> AccountNo {
    let sql = format!(
        "select h.account from payments.biller_head h join payments.biller b on b.id = h.biller
         where b.code = '{code}' and h.head_code = ''"
    );
    AccountNo(crate::town::one(city, &sql).await)
}

/// The account of a wallet.
pub async fn wallet_account(city: &Town, wallet: &str) -> AccountNo {
    let id = city_ids::WalletId::parse(wallet).expect("a wallet's id").as_uuid();
    let sql = format!("select account from payments.wallet where id = '{id}'");
    AccountNo(crate::town::one(city, &sql).await)
}

/// What an instance of payments forwards to the one that leads.
async fn ask(city: &Town, input: Input) -> Verdict {
    let body = serde_json::to_value(input).expect("an input is JSON");
    let peer = city.service(ServiceName::Payments);
    let verdict = peer.post("/internal/v1/ledger/inputs", &body).await.ok();
    serde_json::from_value(verdict).expect("a verdict")
}

/// Posts, and gives what it was refused with.
pub async fn post(city: &Town, posting: Posting) -> Option<Code> {
    match ask(city, Input::Posting(posting)).await {
        Verdict::Refused(refused) => Some(refused.code),
        verdict => {
            assert!(matches!(verdict, Verdict::Created(_)), "{verdict:?}");
            None
        }
    }
}

/// Has a command carried out.
pub async fn command(city: &Town, command: Command) {
    let verdict = ask(city, Input::Command(command)).await;
    assert!(matches!(verdict, Verdict::Commanded { .. }), "{verdict:?}");
}

/// A bill of an agency for somebody, as the resident sees it: heads with their codes and amounts.
pub async fn bill(city: &Town, payer: &Character, agency: &str, heads: &[(&str, i64)]) -> Value {
    let bill_ref = city.infra().ids.uuid(city_clock::Clock::now(city.clock()));
    let lines: Vec<_> = heads
        .iter()
        .map(|(code, amount)| json!({ "code": code, "name": code, "amount": amount.to_string() }))
        .collect();
    let amount = heads.iter().map(|(_, amount)| amount).sum::<i64>().to_string();
    let asked = json!({
        "billRef": bill_ref.to_string(), "dossier": "dos_00000000000070008000000000000007",
        "code": "H57.26-0017", "payer": payer.account(), "purpose": "INTAKE", "amount": amount,
        "payeeAgency": agency, "deadline": "2030-03-10", "lines": lines,
    });
    catalogue_says(city, "DossierFeeRequested", asked).await;
    city.settle().await;
    let opened = told(city, "BillOpened").await;
    let id = &opened.last().expect("a bill was opened")["bill"];
    payer.post("/internal/v1/bill", &json!({ "id": id })).await.ok()
}

/// Pays a bill, and gives the payment.
pub async fn pay(city: &Town, payer: &Character, bill: &Value) -> Value {
    let id = new_id(city);
    let offer = quote(payer, &json!({ "idempotencyKey": id, "billId": bill["id"] })).await;
    let token = confirm(city, payer, &offer);
    let body = json!({
        "idempotencyKey": id, "billId": bill["id"], "amount": bill["due"], "stepUpToken": token,
    });
    payer.post("/internal/v1/pay-bill", &body).await.ok()
}

/// Pays a bill through VNPAY, and gives the payment.
pub async fn pay_outside(city: &Town, payer: &Character, bill: &Value) -> Value {
    let id = new_id(city);
    let body = json!({
        "idempotencyKey": id, "provider": "VNPAY", "amount": bill["due"], "billId": bill["id"],
    });
    let started = payer.post("/internal/v1/start-provider-payment", &body).await.ok();
    let page = started["payUrl"].as_str().expect("somewhere to pay").to_owned();
    drop(city_http::client().get(page).send().await.expect("the simulator answers"));
    wish(city, "VNPAY", &our_ref(&id), "paid").await;
    simulator(city).step().await;
    let paid = payer.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await.ok();
    assert_eq!(paid["state"], "PAID", "{paid}");
    json!({ "id": paid["payment"] })
}

/// What a payment is now.
pub async fn payment(who: &Character, payment: &Value) -> Value {
    who.post("/internal/v1/payment", &json!({ "id": payment["id"] })).await.ok()
}

/// What an account holds.
pub async fn balance(city: &Town, account: AccountNo) -> i64 {
    let sql = format!(
        "select credits_posted - debits_posted from payments.ledger_account where id = {}",
        account.0
    );
    crate::town::one(city, &sql).await
}

/// Runs a statement.
pub async fn sql(city: &Town, statement: &str) {
    let statement = statement.to_owned();
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(city.db()).await.expect("it runs");
}

/// An answer's code and the fields it names.
pub fn refusal(answer: &Answer) -> (String, Vec<String>) {
    (answer.code(), answer.fields())
}

/// The published keys of the ledger.
pub async fn head_keys(city: &Town) -> PublishedKeys {
    let keys = city.anonymous().get("/.well-known/payment-receipt-keys.json").await.ok();
    PublishedKeys::parse(&keys.to_string()).expect("keys")
}

/// Every leg, balance, counter and signature of the ledger is replayed and agrees.
pub async fn the_books_agree(city: &Town) {
    let mut db = city.db().acquire().await.expect("the database answers");
    let checked = city_payments::check::check(&mut db, &head_keys(city).await, 1, |_, _| {}).await;
    checked.expect("the books agree");
}

/// A while goes by in which providers are asked.
pub async fn later(city: &Town) {
    for _ in 0..4 {
        city.settle().await;
        city.clock().advance(chrono::Duration::minutes(20));
        simulator(city).step().await;
    }
    city.settle().await;
}
