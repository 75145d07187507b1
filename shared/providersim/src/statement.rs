//! The day's statement of a provider, as the city's column map reads it.

use std::fmt::Write as _;

use axum::extract::State;
use axum::response::IntoResponse;
use chrono::NaiveDate;
use city_clock::hue_day;
use city_contracts::payments::Provider;
use city_http::Path;
use http::header;

use crate::Simulator;
use crate::book::{Book, Order, Refund, State as Became};
use crate::scenario::Scenario;

const HEADER: &str = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n";

/// The payments and refunds of a civil day; what was wished for a line of a payment is wrong with it.
pub fn csv(book: &Book, provider: Provider, day: NaiveDate) -> String {
    let mut text = HEADER.to_owned();
    let mut line = |order: &Order, our_ref: &str, txn_no: u64, amount: i64, fee: i64| {
        let at = order.paid_at.to_rfc3339();
        let settled = day.succ_opt().unwrap_or(day);
        writeln!(text, "{txn_no},{our_ref},pay,{amount},{fee},done,{at},{settled}")
            .unwrap_or_default();
    };
    let paid = book.orders.values().filter(|order| {
        order.provider == provider
            && matches!(order.state, Became::Paid | Became::Doubted)
            && hue_day(order.paid_at) == day
    });
    for order in paid {
        let wished = |scenario| book.is_wished(provider, &order.our_ref, scenario);
        let amount = order.amount + if wished(Scenario::StatementAmount) { 1_000 } else { 0 };
        let fee = if wished(Scenario::StatementFee) { 3_300 } else { 0 };
        if !wished(Scenario::StatementMissing) {
            line(order, &order.our_ref, order.txn_no, amount, fee);
        }
        if wished(Scenario::StatementDuplicate) {
            line(order, &order.our_ref, order.txn_no, amount, fee);
        }
        if wished(Scenario::StatementExtra) {
            line(order, &order.our_ref.replace('T', "U"), order.txn_no + 500_000, amount, fee);
        }
    }
    let settled = day.succ_opt().unwrap_or(day);
    let refunds = book.refunds.iter().filter(|((of, _), refund)| {
        *of == provider && !refund.refused && hue_day(refund.done_at) == day
    });
    for ((_, name), Refund { txn_no, amount, done_at, .. }) in refunds {
        let our_ref = name.rsplit('_').next().unwrap_or(name); // ZaloPay's name has the day and the city before it
        let at = done_at.to_rfc3339();
        writeln!(text, "{txn_no},{our_ref},refund,{amount},0,done,{at},{settled}")
            .unwrap_or_default();
    }
    text
}

/// `GET /sim/statement/{provider}/{day}`
pub async fn get(
    State(simulator): State<Simulator>,
    Path((provider, day)): Path<(Provider, NaiveDate)>,
) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], simulator.statement(provider, day))
}
