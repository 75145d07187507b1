//! MoMo's side of the protocol.

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

/// Whether a body is signed over these members in this order, the key's name first.
fn is_signed(settings: &Settings, body: &Body, names: &[&str]) -> bool {
    let mut pairs = vec![format!("accessKey={}", settings.momo_access_key)];
    pairs.extend(names.iter().map(|name| format!("{name}={}", text(body, name))));
    sha256(&settings.momo_secret, &pairs.join("&")) == text(body, "signature")
}

fn reply(body: &Body, code: i64, more: Value) -> Json<Value> {
    let mut answer = json!({
        "partnerCode": body.get("partnerCode"), "orderId": body.get("orderId"),
        "requestId": body.get("requestId"), "resultCode": code, "message": "simulator",
    });
    if let (Some(answer), Value::Object(more)) = (answer.as_object_mut(), more) {
        answer.extend(more);
    }
    Json(answer)
}

/// `POST /v2/gateway/api/create`
pub async fn create(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    let signed = [
        "amount",
        "extraData",
        "ipnUrl",
        "orderId",
        "orderInfo",
        "partnerCode",
        "redirectUrl",
        "requestId",
        "requestType",
    ];
    if !is_signed(simulator.settings(), &body, &signed) {
        return reply(&body, 13, json!({})).into_response();
    }
    let (our_ref, now) = (text(&body, "orderId"), simulator.now());
    let wished = |scenario| simulator.book().is_wished(Provider::Momo, &our_ref, scenario);
    if wished(Scenario::Refused) {
        return reply(&body, 1017, json!({})).into_response();
    }
    {
        let mut book = simulator.book();
        if book.orders.contains_key(&(Provider::Momo, our_ref.clone())) {
            return reply(&body, 41, json!({})).into_response();
        }
        let order = Order {
            provider: Provider::Momo,
            our_ref: our_ref.clone(),
            name: our_ref.clone(),
            request: text(&body, "requestId"),
            amount: body.get("amount").and_then(Value::as_i64).unwrap_or_default(),
            text: text(&body, "orderInfo"),
            notices: text(&body, "ipnUrl"),
            back: text(&body, "redirectUrl"),
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
    let url = format!("{}/sim/pay/MOMO/{our_ref}", simulator.url());
    let amount = body.get("amount").cloned().unwrap_or_default();
    reply(&body, 0, json!({ "payUrl": url, "amount": amount })).into_response()
}

const fn code(of: Became) -> i64 {
    match of {
        Became::Paid => 0,
        Became::Unpaid => 1000,
        Became::Refused => 1001,
        Became::Cancelled => 1006,
        Became::Expired => 1005,
        Became::Doubted => 9000,
    }
}

/// A notice.
pub fn notice(settings: &Settings, order: &Order, flaw: Flaw, now: Timestamp) -> Value {
    let (code, at) = (code(order.state), now.timestamp_millis());
    let line = format!(
        "accessKey={}&amount={}&extraData=&message=Simulator.&orderId={}&orderInfo={}&orderType=momo_wallet&partnerCode={}\
         &payType=qr&requestId={}&responseTime={at}&resultCode={code}&transId={}",
        settings.momo_access_key,
        order.amount,
        order.name,
        order.text,
        settings.momo_partner_code,
        order.request,
        order.txn_no,
    );
    let mut body = json!({
        "partnerCode": settings.momo_partner_code, "orderId": order.name, "requestId": order.request,
        "amount": order.amount, "orderInfo": order.text, "orderType": "momo_wallet", "transId": order.txn_no,
        "resultCode": code, "message": "Simulator.", "payType": "qr", "responseTime": at, "extraData": "",
    });
    match flaw {
        Flaw::Unsigned => {}
        Flaw::Forged => body["signature"] = json!(sha256("a guess", &line)),
        _ => body["signature"] = json!(sha256(&settings.momo_secret, &line)),
    }
    body
}

/// `POST /v2/gateway/api/query`: about an order or a refund.
pub async fn query(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    if !is_signed(simulator.settings(), &body, &["orderId", "partnerCode", "requestId"]) {
        return reply(&body, 13, json!({})).into_response();
    }
    let (our_ref, now) = (text(&body, "orderId"), simulator.now());
    let key = (Provider::Momo, our_ref.clone());
    let refund = simulator.book().refunds.get(&key).cloned();
    if let Some(refund) = refund {
        let code = if refund.refused {
            1088
        } else if refund.done_at <= now {
            0
        } else {
            7002
        };
        return reply(&body, code, json!({ "amount": refund.amount })).into_response();
    }
    if simulator.book().is_put_off(&key) {
        return reply(&body, 1080, json!({})).into_response();
    }
    let wished = |scenario| simulator.book().is_wished(Provider::Momo, &our_ref, scenario);
    if wished(Scenario::Query5xx) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    if wished(Scenario::QuerySilent) {
        return std::future::pending().await;
    }
    let order = simulator.book().orders.get(&key).cloned();
    let Some(order) = order else { return reply(&body, 42, json!({})).into_response() };
    let mut more = json!({
        "amount": order.amount, "transId": order.txn_no, "responseTime": order.paid_at.timestamp_millis(),
    });
    if wished(Scenario::QueryUnsigned) {
        // Its answers carry no signature: what makes one worthless is that it is about nobody's order.
        more["orderId"] = json!("SOMEBODY-ELSES");
    }
    reply(&body, code(order.state), more).into_response()
}

/// `POST /v2/gateway/api/refund`
pub async fn refund(State(simulator): State<Simulator>, Json(body): Json<Body>) -> Response {
    let signed = ["amount", "description", "orderId", "partnerCode", "requestId", "transId"];
    if !is_signed(simulator.settings(), &body, &signed) {
        return reply(&body, 13, json!({})).into_response();
    }
    let (now, asked) =
        (simulator.now(), body.get("amount").and_then(Value::as_i64).unwrap_or_default());
    let key = (Provider::Momo, text(&body, "orderId"));
    let (code, of) = {
        let mut book = simulator.book();
        if book.refunds.contains_key(&key) {
            return reply(&body, 41, json!({})).into_response();
        }
        let txn = text(&body, "transId");
        let order = book
            .orders
            .values()
            .find(|order| order.provider == Provider::Momo && order.txn_no.to_string() == txn);
        let Some(order) = order.cloned() else {
            return reply(&body, 42, json!({})).into_response();
        };
        let wished = |scenario| book.is_wished(Provider::Momo, &order.our_ref, scenario);
        let refused =
            wished(Scenario::RefundRefused) || asked > order.amount || order.state != Became::Paid;
        let running = wished(Scenario::RefundRunning);
        if wished(Scenario::RefundLater) && !book.waited(&key, now) {
            return reply(&body, 1080, json!({})).into_response();
        }
        let done_at = now + chrono::Duration::minutes(if running { 30 } else { 0 });
        let txn_no = book.number();
        let refund = Refund { amount: asked, txn_no, refused, done_at, of: order.our_ref.clone() };
        book.refunds.insert(key, refund);
        (
            if refused {
                1088
            } else if running {
                7002
            } else {
                0
            },
            order.our_ref,
        )
    };
    let wished = |scenario| simulator.book().is_wished(Provider::Momo, &of, scenario);
    if wished(Scenario::RefundTimeout) {
        return std::future::pending().await;
    }
    let mut more = json!({ "amount": asked });
    if wished(Scenario::RefundUnsigned) {
        more["orderId"] = json!("SOMEBODY-ELSES");
    }
    reply(&body, code, more).into_response()
}
