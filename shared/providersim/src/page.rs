//! Where a payer pays: a page with two buttons.

use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use city_contracts::payments::Provider;
use city_http::{Kind, Path, Problem};

use crate::Simulator;
use crate::book::Order;
use crate::scenario::Scenario;

/// The page of an order. What it shows is the city's own text or digits, so nothing needs escaping but the reference.
pub fn html(order: &Order) -> Html<String> {
    let (provider, our_ref) = (name(order.provider), plain(&order.our_ref));
    let (amount, text) = (order.amount, plain(&order.text));
    Html(format!(
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><title>{provider} simulator</title>\
         <h1>{provider}: simulator, no real money</h1><p>{text}<p>{amount} VND\
         <form method=\"post\" action=\"/sim/pay/{provider}/{our_ref}/paid\"><button>Pay</button></form>\
         <form method=\"post\" action=\"/sim/pay/{provider}/{our_ref}/cancelled\"><button>Cancel</button></form>"
    ))
}

fn plain(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || " .:_-".contains(*letter))
        .collect()
}

/// A provider as it is named in URLs.
pub const fn name(of: Provider) -> &'static str {
    match of {
        Provider::Vnpay => "VNPAY",
        Provider::Momo => "MOMO",
        Provider::Zalopay => "ZALOPAY",
    }
}

fn missing() -> Problem {
    Problem::new(Kind::NotFound, "NOT_FOUND", "there is no such order")
}

/// `GET /sim/pay/{provider}/{our_ref}`
pub async fn show(
    State(simulator): State<Simulator>,
    Path(key): Path<(Provider, String)>,
) -> Result<Html<String>, Problem> {
    simulator.book().orders.get(&key).map(html).ok_or_else(missing)
}

/// `POST /sim/pay/{provider}/{our_ref}/{name}`: the payer decides, and is sent back.
pub async fn choose(
    State(simulator): State<Simulator>,
    Path((provider, our_ref, wish)): Path<(Provider, String, String)>,
) -> Result<Response, Problem> {
    let Some(scenario @ (Scenario::Paid | Scenario::Cancelled)) = Scenario::parse(&wish) else {
        return Err(missing());
    };
    let now = simulator.now();
    let mut book = simulator.book();
    let back = book.orders.get(&(provider, our_ref.clone())).map(|order| order.back.clone());
    let back = back.ok_or_else(missing)?;
    book.wish(provider, &our_ref, scenario, now);
    Ok(Redirect::to(&back).into_response())
}
