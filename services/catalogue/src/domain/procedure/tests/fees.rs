//! What it costs.

use city_contracts::catalogue::procedure::{Certainty, FeeQuote};
use city_money::Vnd;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::{Edition, quote};
use super::sample::{self, edition, now};

fn late(more: Value) -> Value {
    let mut answers = json!({ "child": { "birthDate": "2025-12-01" }, "requester": {} });
    answers["requester"] = more;
    answers
}

fn procedure(fees: Value, exemptions: Value) -> Edition {
    let mut body = sample::seed()["draft"]["body"].clone();
    body["fees"] = fees;
    body["exemptions"] = exemptions;
    edition(body)
}

fn fee(amount: &str) -> Value {
    json!({ "code": "f", "name": { "vi": "Lệ phí" }, "type": 1, "collect": 1, "amountVnd": amount })
}

fn exemption(code: &str, percent: u8) -> Value {
    json!({ "code": code, "name": { "vi": code }, "fees": ["f"], "percent": percent, "condition": { "eq": [format!("/{code}"), true] } })
}

fn dues(quote: &FeeQuote) -> Vec<Option<i64>> {
    quote.lines.iter().map(|line| line.due.map(Vnd::dong)).collect()
}

#[test]
fn an_amount_nobody_knows_gives_no_total_but_its_basis() {
    let none = json!({ "meritFamily": false, "poorHousehold": false, "disabled": false });

    let quote = quote(&sample::birth(), &late(none), now());

    assert_eq!((quote.total, dues(&quote)), (None, vec![None]));
    assert!(quote.lines[0].basis.is_some());
    assert!(quote.applied.is_empty() && quote.possible.is_empty());
}

#[test]
fn whoever_is_exempt_pays_nothing_of_an_amount_nobody_knows() {
    let quote = quote(&sample::birth(), &late(json!({ "meritFamily": true })), now());

    assert_eq!((quote.total, dues(&quote)), (Some(Vnd::ZERO), vec![Some(0)]));
    assert_eq!(quote.lines[0].exemption.as_deref(), Some("merit"));
    assert!(quote.lines[0].basis.is_some());
    let possible: Vec<_> = quote.possible.iter().map(|line| line.code.as_str()).collect();
    assert_eq!(possible, ["poor", "disabled"]);
}

#[test]
fn a_fee_is_possible_until_the_answers_decide() {
    let unborn = quote(&sample::birth(), &json!({}), now());
    let in_time = quote(&sample::birth(), &sample::answers(), now());

    assert_eq!(unborn.lines[0].certainty, Certainty::Possible);
    assert_eq!(unborn.total, Some(Vnd::ZERO));
    assert!(in_time.lines.is_empty() && in_time.possible.is_empty());
}

#[test]
fn the_larger_of_two_exemptions_applies_never_their_sum() {
    let edition =
        procedure(json!([fee("100001")]), json!([exemption("a", 30), exemption("b", 50)]));

    let quote = quote(&edition, &json!({ "a": true, "b": true }), now());

    assert_eq!(quote.lines[0].exemption.as_deref(), Some("b"));
    assert_eq!(dues(&quote), [Some(50_000)], "100,001 × 50 % is rounded down to whole dong");
    assert_eq!(quote.applied.len(), 2);
}

#[test]
fn three_thousand_million_dong_survive_the_wire() {
    let quote = quote(&procedure(json!([fee("3000000000")]), json!([])), &json!({}), now());

    let wire = serde_json::to_value(&quote).unwrap();

    assert_eq!(wire["total"], "3000000000");
    assert_eq!(wire["lines"][0]["due"], "3000000000");
}

#[test]
fn units_are_counted_from_the_answers_and_nothing_is_guessed() {
    let per_unit = json!({ "code": "f", "name": { "vi": "Bản sao" }, "type": 1, "collect": 4, "perUnit": "8000", "unitsPointer": "/copies" });
    let edition = procedure(json!([per_unit]), json!([]));
    let total = |answers: Value| quote(&edition, &answers, now()).total.map(Vnd::dong);

    assert_eq!(total(json!({ "copies": 3 })), Some(24_000));
    assert_eq!(total(json!({ "copies": 3.0 })), Some(24_000));
    for unusable in [
        json!({}),
        json!({ "copies": 2.5 }),
        json!({ "copies": -1 }),
        json!({ "copies": "3" }),
        json!({ "copies": i64::MAX }),
    ] {
        assert_eq!(total(unusable.clone()), None, "{unusable}");
    }
}

#[test]
fn a_quote_stands_for_a_day_or_to_the_end_of_force() {
    let mut edition = sample::birth();
    let a_day = quote(&edition, &json!({}), now()).valid_until;
    edition.in_force_to = chrono::NaiveDate::from_ymd_opt(2026, 3, 4);

    let to_the_end = quote(&edition, &json!({}), now()).valid_until;

    assert_eq!(a_day - now(), chrono::Duration::hours(24));
    assert_eq!(
        to_the_end,
        "2026-03-05T00:00:00+07:00".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
    );
}

proptest! {
    #[test]
    fn no_exemption_makes_it_dearer_or_less_than_nothing(amount in 0..=i64::MAX, first in 1_u8..=100, second in 1_u8..=100) {
        let edition = procedure(json!([fee(&amount.to_string())]), json!([exemption("a", first), exemption("b", second)]));

        let due = dues(&quote(&edition, &json!({ "a": true, "b": true }), now()))[0].unwrap();

        let largest = i128::from(first.max(second));
        prop_assert_eq!(i128::from(due), i128::from(amount) * (100 - largest) / 100);
    }
}
