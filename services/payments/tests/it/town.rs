//! People with wallets, and how they confirm, for the tests above the ledger.

use city_auth::step_up::{Operation, OperationDigest, StepUpClaims};
use city_auth::{Principal, Scope};
use city_clock::Clock as _;
use city_contracts::event::Envelope;
use city_ids::{EventId, ServiceName};
use city_testkit::{Answer, Character, City};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::neighbour;
use crate::subject::Payments;

pub type Town = City<Payments>;

/// Why officers do things here.
pub const REASON: &str = "asked for by letter 17";

/// A new id of a payment.
pub fn new_id(city: &Town) -> String {
    city.infra().ids.uuid(city.clock().now()).to_string()
}

/// A resident whose identity is proven.
pub fn person(city: &Town) -> Character {
    let mut person = city.resident();
    person.principal.identity_level = 2;
    person
}

/// Opens the wallet of a resident, and gives its id.
pub async fn open(city: &Town, who: &Character) -> String {
    let body = json!({ "idempotencyKey": new_id(city), "termsAccepted": true });
    let wallet = who.post("/internal/v1/open-wallet", &body).await.ok();
    wallet["id"].as_str().expect("a wallet has an id").to_owned()
}

/// The officer who asks, and the one who approves.
pub fn finance(city: &Town) -> Character {
    city.staff().with_role("FINANCE", Scope::City)
}

pub fn approver(city: &Town) -> Character {
    city.staff().with_role("FINANCE_APPROVER", Scope::City)
}

/// Two officers put money into a wallet.
pub async fn fund(city: &Town, wallet: &str, amount: i64) {
    let body = json!({ "wallet": wallet, "amount": amount.to_string(), "reason": REASON });
    let asked = finance(city);
    let asked = asked.post_once("/admin/v1/payments/adjustments", &new_id(city), &body).await.ok();
    let done = approve(&approver(city), &asked).await.ok();
    assert_eq!(done["state"], "DONE", "{done}");
}

/// A second officer approves a request.
pub async fn approve(officer: &Character, request: &Value) -> Answer {
    let id = request["id"].as_str().expect("a request has an id");
    officer.post(&format!("/admin/v1/payments/approvals/{id}/approve"), &json!({})).await
}

/// A resident with so much money, and the id of their wallet.
pub async fn rich(city: &Town, amount: i64) -> (Character, String) {
    let who = person(city);
    let wallet = open(city, &who).await;
    if amount > 0 {
        fund(city, &wallet, amount).await;
    }
    (who, wallet)
}

/// What can be spent from a resident's wallet.
pub async fn available(who: &Character) -> i64 {
    let wallet = who.post("/internal/v1/my-wallet", &json!({})).await.ok();
    wallet["available"].as_str().expect("money is text").parse().expect("of digits")
}

/// Asks what a payment would be.
pub async fn quote(who: &Character, body: &Value) -> Value {
    who.post("/internal/v1/payment-quote", body).await.ok()
}

/// What accounts signs when a person enters the PIN for a quote.
pub fn confirm(city: &Town, who: &Character, quote: &Value) -> String {
    let digest = quote["operationDigest"].as_str().and_then(OperationDigest::parse);
    token(city, &who.principal, &quote["operation"], digest.expect("a quote has a digest"))
}

/// The same for any operation and digest.
pub fn token(city: &Town, who: &Principal, name: &Value, digest: OperationDigest) -> String {
    let now = city.clock().now();
    let operation = Operation {
        audience: ServiceName::Payments,
        account: who.account.expect("a person"),
        session: who.session.expect("with a session"),
        name: name.as_str().expect("a name"),
        digest,
    };
    StepUpClaims::new(&operation, new_id(city), now).sign(&neighbour::key())
}

/// To send money, confirmed.
pub async fn sending(city: &Town, who: &Character, id: &str, payee: &str, amount: i64) -> Value {
    let mut body = json!({ "idempotencyKey": id, "payeeId": payee, "amount": amount.to_string() });
    let quote = quote(who, &body).await;
    body["stepUpToken"] = confirm(city, who, &quote).into();
    body
}

/// Sends money, confirmed.
pub async fn send(city: &Town, who: &Character, payee: &str, amount: i64) -> Answer {
    let body = sending(city, who, &new_id(city), payee, amount).await;
    who.post("/internal/v1/send-money", &body).await
}

/// The bodies of the events of a kind, in their order.
pub async fn told(city: &Town, kind: &str) -> Vec<Value> {
    let sql = format!("select body from payments.outbox where kind = '{kind}' order by seq");
    let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(city.db()).await.expect("it reads");
    rows.iter().map(|row| sqlx::Row::get::<Value, _>(row, 0)).collect()
}

/// A number from the database.
pub async fn one(city: &Town, sql: &str) -> i64 {
    let sql = format!("select ({sql})::bigint");
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(city.db()).await.expect("it reads");
    sqlx::Row::get(&row, 0)
}

/// The catalogue says something.
pub async fn catalogue_says(city: &Town, kind: &str, body: Value) -> Envelope<Value> {
    let now = city.clock().now();
    let id: EventId = city.infra().ids.next(now);
    let event = Envelope::new(id, kind, now, body);
    repeat(city, &event).await;
    event
}

/// It says the same once more.
pub async fn repeat(city: &Town, event: &Envelope<Value>) {
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key("city.catalogue")).arg("*").arg("envelope");
    command.arg(serde_json::to_string(event).expect("an envelope is JSON"));
    let _: String = redis.run(&command).await.expect("Redis answers");
}
