//! Money in through providers, over HTTP with the simulator of all three.

mod answers;
mod awaiting;
mod breaks;
mod differs;
mod doubted_bill;
mod ended;
mod late;
mod messages;
mod numbers;
mod paid;
mod paid_back;
mod races;
mod reconciliation;
mod refunds;
mod review;
mod slow;
mod squatted;
mod start;
mod statement_refunds;
mod statements;
mod strangers;
mod versions;

use chrono::Duration;
use city_testkit::{Answer, Character};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::till::simulator;
use crate::town::{Town, new_id};

const ALL: [&str; 3] = ["VNPAY", "MOMO", "ZALOPAY"];

/// A payment that was started: its id, its provider, our reference there.
#[derive(Debug, Clone)]
pub struct Started {
    id: Value,
    provider: &'static str,
    our_ref: String,
    view: Value,
}

/// Our reference of an order: Crockford's base 32 of its id.
pub fn our_ref(id: &str) -> String {
    let bits = Uuid::parse_str(id).expect("a UUID").as_u128();
    let digits = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let index = |place: u32| usize::try_from(bits >> (5 * place) & 31).expect("five bits");
    let chars = (0..26).rev().map(|place| char::from(digits[index(place)]));
    std::iter::once('T').chain(chars).collect()
}

pub fn to_start(id: &str, provider: &str, amount: i64) -> Value {
    json!({ "idempotencyKey": id, "provider": provider, "amount": amount.to_string() })
}

pub async fn try_start(who: &Character, body: &Value) -> Answer {
    who.post("/internal/v1/start-provider-payment", body).await
}

/// Starts a top-up; the payer opens the page.
pub async fn start(city: &Town, who: &Character, provider: &'static str, amount: i64) -> Started {
    start_as(city, who, provider, amount, None).await
}

/// The same, with something wished for it beforehand.
async fn start_as(
    city: &Town,
    who: &Character,
    provider: &'static str,
    amount: i64,
    wished: Option<&str>,
) -> Started {
    let id = new_id(city);
    if let Some(name) = wished {
        wish(city, provider, &our_ref(&id), name).await;
    }
    begin(who, provider, &to_start(&id, provider, amount), &id).await
}

async fn begin(who: &Character, provider: &'static str, body: &Value, id: &str) -> Started {
    let view = try_start(who, body).await.ok();
    if let Some(url) = view["payUrl"].as_str() {
        let page = city_http::client().get(url).send().await.expect("the simulator answers");
        let page = page.text().await.expect("with a page");
        assert!(page.contains("simulator, no real money"), "{page}");
    }
    Started { id: view["id"].clone(), provider, our_ref: our_ref(id), view }
}

/// Wishes something for an order.
pub async fn wish(city: &Town, provider: &str, our_ref: &str, name: &str) {
    let body = json!({ "provider": provider, "our_ref": our_ref, "name": name });
    let url = format!("{}/sim/scenario", simulator(city).url());
    let answer = city_http::client().post(url).json(&body).send().await;
    let answer = answer.expect("the simulator answers");
    assert!(answer.status().is_success(), "{name}: {}", answer.status());
}

pub async fn happens(city: &Town, to: &Started, name: &str) {
    wish(city, to.provider, &to.our_ref, name).await;
}

/// Goes through the minutes, one after the other: what is due at the providers and here happens at each.
pub async fn pass(city: &Town, minutes: impl IntoIterator<Item = i64>) {
    let mut now = 0;
    for minute in minutes {
        city.clock().advance(Duration::minutes(minute - now));
        now = minute;
        simulator(city).step().await;
        city.settle().await;
    }
}

async fn view(who: &Character, of: &Started) -> Value {
    who.post("/internal/v1/provider-payment", &json!({ "id": of.id })).await.ok()
}

pub async fn state(who: &Character, of: &Started) -> String {
    view(who, of).await["state"].as_str().expect("it has a state").to_owned()
}

/// What the simulator's notices of an order were answered.
pub fn answers(city: &Town, of: &Started) -> Vec<String> {
    simulator(city).answers(&of.our_ref)
}

/// Net of an account that exists once, by its public id.
async fn net(city: &Town, ext: &str) -> i64 {
    let sql = format!(
        "select credits_posted - debits_posted from payments.ledger_account where ext = '{ext}'"
    );
    crate::town::one(city, &sql).await
}

const SUSPENSE: &str = "01950000-0025-7000-8000-000000000025";
const CLEARING_VNPAY: &str = "01950000-0011-7000-8000-000000000001";
const CLEARING_MOMO: &str = "01950000-0011-7000-8000-000000000002";
const CLEARING_ZALOPAY: &str = "01950000-0011-7000-8000-000000000003";
