//! ZaloPay's side of the protocol.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use city_clock::Timestamp;
use city_contracts::payments::Provider;
use city_http::Json;
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::book::{Flaw, Order, Refund, State as Became};
use crate::scenario::Scenario;
use crate::sign::sha256;
use crate::{Settings, Simulator};

type Body = Map<String, Value>;

fn text(body: &Body, name: &str) -> String {
    match body.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn number(body: &Body, name: &str) -> i64 {
    body.get(name).and_then(Value::as_i64).unwrap_or_default()
}

fn is_signed(settings: &Settings, body: &Body, names: &[&str]) -> bool {
    let values: Vec<_> = names.iter().map(|name| text(body, name)).collect();
    sha256(&settings.zalopay_key1, &values.join("|")) == text(body, "mac")
}

fn reply(code: i64, sub: i64) -> Json<Value> {
    Json(json!({ "return_code": code, "sub_return_code": sub, "return_message": "simulator" }))
}

fn our_ref(name: &str) -> String {
    name.split_once('_').map_or("", |(_, rest)| rest).to_owned()
}

/// `POST /v2/create`
pub async fn create(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    let signed = ["app_id", "app_trans_id", "app_user", "amount", "app_time", "embed_data", "item"];
    if !is_signed(simulator.settings(), &body, &signed) {
        return reply(2, -402).into_response();
    }
    let (name, now) = (text(&body, "app_trans_id"), simulator.now());
    let our_ref = our_ref(&name);
    let wished = |scenario| simulator.book().is_wished(Provider::Zalopay, &our_ref, scenario);
    if wished(Scenario::Refused) {
        return reply(2, -401).into_response();
    }
    let embedded: Value = serde_json::from_str(&text(&body, "embed_data")).unwrap_or_default();
    {
        let mut book = simulator.book();
        if book.orders.contains_key(&(Provider::Zalopay, our_ref.clone())) {
            return reply(2, -68).into_response();
        }
        let order = Order {
            provider: Provider::Zalopay,
            our_ref: our_ref.clone(),
            name,
            request: String::new(),
            amount: number(&body, "amount"),
            text: text(&body, "description"),
            notices: text(&body, "callback_url"),
            back: embedded["redirecturl"].as_str().unwrap_or_default().to_owned(),
            state: Became::Unpaid,
            txn_no: book.number(),
            paid_at: now,
        };
        book.open(order, now);
    }
    if wished(Scenario::CreateTimeout) {
        return std::future::pending().await;
    }
    if wished(Scenario::IpnBeforeCreateAnswer) {
        simulator.step().await;
    }
    let url = format!("{}/sim/pay/ZALOPAY/{our_ref}", simulator.url());
    Json(json!({ "return_code": 1, "sub_return_code": 1, "order_url": url, "zp_trans_token": "simulator" })).into_response()
}

/// A notice; none but of money that arrived.
pub fn notice(settings: &Settings, order: &Order, flaw: Flaw, now: Timestamp) -> Option<Value> {
    if order.state != Became::Paid {
        return None;
    }
    let data = json!({
        "app_id": settings.zalopay_app_id.parse::<i64>().unwrap_or_default(), "app_trans_id": order.name,
        "app_time": now.timestamp_millis(), "amount": order.amount, "zp_trans_id": order.txn_no,
        "server_time": now.timestamp_millis(), "channel": 38,
    });
    let data = data.to_string();
    let mut body = json!({ "data": data, "type": 1 });
    match flaw {
        Flaw::Unsigned => {}
        Flaw::Forged => body["mac"] = json!(sha256(&settings.zalopay_key1, &data)),
        _ => body["mac"] = json!(sha256(&settings.zalopay_key2, &data)),
    }
    Some(body)
}

/// `POST /v2/query`
pub async fn query(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    let settings = simulator.settings();
    let name = text(&body, "app_trans_id");
    let line = format!("{}|{name}|{}", settings.zalopay_app_id, settings.zalopay_key1);
    if sha256(&settings.zalopay_key1, &line) != text(&body, "mac") {
        return reply(2, -402).into_response();
    }
    let our_ref = our_ref(&name);
    let wished = |scenario| simulator.book().is_wished(Provider::Zalopay, &our_ref, scenario);
    if wished(Scenario::Query5xx) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if wished(Scenario::QuerySilent) {
        return std::future::pending().await;
    }
    let order = simulator.book().orders.get(&(Provider::Zalopay, our_ref.clone())).cloned();
    let Some(order) = order else { return reply(2, -101).into_response() };
    let (code, sub) = match order.state {
        Became::Paid => (1, 1),
        Became::Unpaid | Became::Doubted => (3, 3),
        Became::Refused | Became::Cancelled => (2, -63),
        Became::Expired => (2, -54),
    };
    if wished(Scenario::QueryUnsigned) {
        // Its answers carry no signature: what makes one worthless is that it names no amount of ours.
        return Json(json!({ "return_code": 1, "zp_trans_id": order.txn_no })).into_response();
    }
    Json(json!({
        "return_code": code, "sub_return_code": sub, "amount": order.amount, "zp_trans_id": order.txn_no,
        "server_time": order.paid_at.timestamp_millis(),
    }))
    .into_response()
}

/// `POST /v2/refund`: it always runs for a while; `/v2/query_refund` tells.
pub async fn refund(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    let signed = ["app_id", "zp_trans_id", "amount", "description", "timestamp"];
    if !is_signed(simulator.settings(), &body, &signed) {
        return reply(2, -402).into_response();
    }
    let (now, asked) = (simulator.now(), number(&body, "amount"));
    let key = (Provider::Zalopay, text(&body, "m_refund_id"));
    let of = {
        let mut book = simulator.book();
        if book.refunds.contains_key(&key) {
            return reply(2, -68).into_response();
        }
        let txn = text(&body, "zp_trans_id");
        let order = book
            .orders
            .values()
            .find(|order| order.provider == Provider::Zalopay && order.txn_no.to_string() == txn);
        let Some(order) = order.cloned() else { return reply(2, -101).into_response() };
        let wished = |scenario| book.is_wished(Provider::Zalopay, &order.our_ref, scenario);
        let refused =
            wished(Scenario::RefundRefused) || asked > order.amount || order.state != Became::Paid;
        let lasts = if wished(Scenario::RefundRunning) { 30 } else { 0 };
        let done_at = now + chrono::Duration::minutes(lasts);
        let txn_no = book.number();
        let refund = Refund { amount: asked, txn_no, refused, done_at, of: order.our_ref.clone() };
        book.refunds.insert(key, refund);
        order.our_ref
    };
    let wished = |scenario| simulator.book().is_wished(Provider::Zalopay, &of, scenario);
    if wished(Scenario::RefundTimeout) {
        return std::future::pending().await;
    }
    if wished(Scenario::RefundUnsigned) {
        return "not what was asked for".into_response();
    }
    reply(3, 3).into_response()
}

/// `POST /v2/query_refund`
pub async fn query_refund(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    if !is_signed(simulator.settings(), &body, &["app_id", "m_refund_id", "timestamp"]) {
        return reply(2, -402).into_response();
    }
    let now = simulator.now();
    let book = simulator.book();
    match book.refunds.get(&(Provider::Zalopay, text(&body, "m_refund_id"))) {
        None => reply(2, -101),
        Some(refund) if refund.refused => reply(2, -13),
        Some(refund) if refund.done_at <= now => reply(1, 1),
        Some(_) => reply(3, 3),
    }
    .into_response()
}
