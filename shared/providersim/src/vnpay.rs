//! VNPAY's side of the protocol.

use std::collections::BTreeMap;

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse as _, Response};
use city_clock::{Timestamp, hue_offset};
use city_contracts::payments::Provider;
use city_http::Json;
use http::StatusCode;
use serde_json::{Map, Value, json};
use url::form_urlencoded::{byte_serialize, parse};

use crate::book::{Flaw, Order, Refund, State as Became};
use crate::scenario::Scenario;
use crate::sign::sha512;
use crate::{Settings, Simulator, page};

fn civil(at: Timestamp) -> String {
    at.with_timezone(&hue_offset()).format("%Y%m%d%H%M%S").to_string()
}

fn encoded(members: &BTreeMap<&str, String>) -> String {
    let one = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pairs: Vec<_> =
        members.iter().map(|(name, value)| format!("{}={}", one(name), one(value))).collect();
    pairs.join("&")
}

/// `GET /paymentv2/vpcpay.html`: the payer comes with our signed query.
pub async fn page(State(simulator): State<Simulator>, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let Some((signed, given)) = query.rsplit_once("&vnp_SecureHash=") else {
        return (StatusCode::BAD_REQUEST, Html("unsigned")).into_response();
    };
    if sha512(&simulator.settings().vnpay_secret, signed) != given {
        return (StatusCode::BAD_REQUEST, Html("wrong signature")).into_response();
    }
    let members: BTreeMap<String, String> = parse(signed.as_bytes()).into_owned().collect();
    let text = |name: &str| members.get(name).cloned().unwrap_or_default();
    let now = simulator.now();
    let our_ref = text("vnp_TxnRef");
    let order = {
        let mut book = simulator.book();
        let order = Order {
            provider: Provider::Vnpay,
            our_ref: our_ref.clone(),
            name: our_ref.clone(),
            request: String::new(),
            amount: text("vnp_Amount").parse::<i64>().unwrap_or_default() / 100,
            text: text("vnp_OrderInfo"),
            notices: simulator.settings().vnpay_ipn_url.clone(),
            back: text("vnp_ReturnUrl"),
            state: Became::Unpaid,
            txn_no: book.number(),
            paid_at: now,
        };
        book.open(order.clone(), now);
        order
    };
    page::html(&order).into_response()
}

/// A notice: the query of a GET.
pub fn notice(settings: &Settings, order: &Order, flaw: Flaw) -> String {
    let (code, status) = match order.state {
        Became::Paid => ("00", "00"),
        Became::Doubted => ("07", "00"),
        Became::Cancelled => ("24", "02"),
        Became::Expired => ("11", "02"),
        Became::Refused | Became::Unpaid => ("51", "02"),
    };
    let members = BTreeMap::from([
        ("vnp_Amount", (order.amount * 100).to_string()),
        ("vnp_BankCode", "NCB".to_owned()),
        ("vnp_BankTranNo", format!("VNP{}", order.txn_no)),
        ("vnp_CardType", "ATM".to_owned()),
        ("vnp_OrderInfo", order.text.clone()),
        ("vnp_PayDate", civil(order.paid_at)),
        ("vnp_ResponseCode", code.to_owned()),
        ("vnp_TmnCode", settings.vnpay_tmn_code.clone()),
        ("vnp_TransactionNo", order.txn_no.to_string()),
        ("vnp_TransactionStatus", status.to_owned()),
        ("vnp_TxnRef", order.name.clone()),
    ]);
    let query = encoded(&members);
    let hash = match flaw {
        Flaw::Unsigned => return query,
        Flaw::Forged => sha512("a guess", &query),
        _ => sha512(&settings.vnpay_secret, &query),
    };
    format!("{query}&vnp_SecureHash={hash}")
}

const QUERY: [&str; 9] = [
    "RequestId",
    "Version",
    "Command",
    "TmnCode",
    "TxnRef",
    "TransactionDate",
    "CreateDate",
    "IpAddr",
    "OrderInfo",
];
const REFUND: [&str; 13] = [
    "RequestId",
    "Version",
    "Command",
    "TmnCode",
    "TransactionType",
    "TxnRef",
    "Amount",
    "TransactionNo",
    "TransactionDate",
    "CreateBy",
    "CreateDate",
    "IpAddr",
    "OrderInfo",
];

/// `POST /merchant_webapi/api/transaction`: a question or a refund.
pub async fn transaction(
    State(simulator): State<Simulator>,
    Json(body): Json<Map<String, Value>>,
) -> Response {
    let text =
        |name: &str| body.get(&format!("vnp_{name}")).and_then(Value::as_str).unwrap_or_default();
    let is_refund = text("Command") == "refund";
    let names: &[&str] = if is_refund { &REFUND } else { &QUERY };
    let values: Vec<_> = names.iter().map(|name| text(name)).collect();
    let settings = simulator.settings();
    let answer = |values: Vec<String>| reply(settings, text("RequestId"), text("Command"), values);
    let with = |code: &str| {
        let (tmn, txn_ref) = (settings.vnpay_tmn_code.clone(), text("TxnRef").to_owned());
        answer(vec![code.to_owned(), "Simulator".to_owned(), tmn, txn_ref])
    };
    if sha512(&settings.vnpay_secret, &values.join("|")) != text("SecureHash") {
        return Json(with("97")).into_response();
    }
    let our_ref = text("TxnRef").to_owned();
    let wished = |scenario| simulator.book().is_wished(Provider::Vnpay, &our_ref, scenario);
    if !is_refund {
        if wished(Scenario::Query5xx) {
            return StatusCode::BAD_GATEWAY.into_response();
        }
        if wished(Scenario::QuerySilent) {
            return std::future::pending().await;
        }
    }
    let order = simulator.book().orders.get(&(Provider::Vnpay, our_ref.clone())).cloned();
    let Some(order) = order else { return Json(with("91")).into_response() };
    let now = simulator.now();
    let (amount, txn_no, kind, status) = if is_refund {
        let asked = text("Amount").parse::<i64>().unwrap_or_default() / 100;
        let refunded = refund(&simulator, &order, text("RequestId"), asked, now);
        let Some((refund, first)) = refunded else { return Json(with("95")).into_response() };
        if !first {
            return Json(with("94")).into_response();
        }
        if wished(Scenario::RefundTimeout) {
            return std::future::pending().await;
        }
        (asked, refund.txn_no, text("TransactionType"), "05")
    } else {
        let book = simulator.book();
        let last = book.refunds.values().rfind(|refund| refund.of == order.our_ref);
        match last {
            Some(refund) => {
                let status = if refund.refused {
                    "09"
                } else if refund.done_at <= now {
                    "00"
                } else {
                    "05"
                };
                let kind = if refund.amount == order.amount { "02" } else { "03" };
                (refund.amount, refund.txn_no, kind, status)
            }
            None => (order.amount, order.txn_no, "01", status(order.state)),
        }
    };
    let mut body = answer(vec![
        "00".to_owned(),
        "Success".to_owned(),
        settings.vnpay_tmn_code.clone(),
        our_ref.clone(),
        (amount * 100).to_string(),
        "NCB".to_owned(),
        civil(order.paid_at),
        txn_no.to_string(),
        kind.to_owned(),
        status.to_owned(),
        order.text.clone(),
    ]);
    let unsigned = if is_refund { Scenario::RefundUnsigned } else { Scenario::QueryUnsigned };
    if wished(unsigned) {
        body.as_object_mut().and_then(|body| body.remove("vnp_SecureHash"));
    }
    Json(body).into_response()
}

const fn status(of: Became) -> &'static str {
    match of {
        Became::Paid => "00",
        Became::Doubted => "07",
        Became::Unpaid | Became::Expired => "01",
        Became::Refused | Became::Cancelled => "02",
    }
}

/// Gives money back, once a request; none when it is refused.
fn refund(
    simulator: &Simulator,
    order: &Order,
    request: &str,
    amount: i64,
    now: Timestamp,
) -> Option<(Refund, bool)> {
    let mut book = simulator.book();
    let key = (Provider::Vnpay, request.to_owned());
    if let Some(refund) = book.refunds.get(&key) {
        return (!refund.refused).then(|| (refund.clone(), false));
    }
    let refused = order.state != Became::Paid && order.state != Became::Doubted
        || amount > order.amount
        || book.is_wished(Provider::Vnpay, &order.our_ref, Scenario::RefundRefused);
    let lasts = if book.is_wished(Provider::Vnpay, &order.our_ref, Scenario::RefundRunning) {
        30
    } else {
        0
    };
    let done_at = now + chrono::Duration::minutes(lasts);
    let txn_no = book.number();
    let refund = Refund { amount, txn_no, refused, done_at, of: order.our_ref.clone() };
    book.refunds.insert(key, refund.clone());
    (!refused).then_some((refund, true))
}

/// A signed answer: the code and what follows it in the order of the protocol; what is missing is empty.
fn reply(settings: &Settings, request: &str, command: &str, values: Vec<String>) -> Value {
    let names = [
        "ResponseId",
        "Command",
        "ResponseCode",
        "Message",
        "TmnCode",
        "TxnRef",
        "Amount",
        "BankCode",
        "PayDate",
        "TransactionNo",
        "TransactionType",
        "TransactionStatus",
        "OrderInfo",
        "PromotionCode",
        "PromotionAmount",
    ];
    let signed = if command == "refund" { 13 } else { 15 };
    let before = [format!("RSP{request}"), command.to_owned()];
    let empty = std::iter::repeat(String::new());
    let values: Vec<_> = before.into_iter().chain(values).chain(empty).take(signed).collect();
    let hash = sha512(&settings.vnpay_secret, &values.join("|"));
    let members =
        names.iter().zip(&values).map(|(name, value)| (format!("vnp_{name}"), json!(value)));
    let mut body: Map<String, Value> = members.collect();
    body.insert("vnp_SecureHash".to_owned(), json!(hash));
    Value::Object(body)
}
