//! How often a provider was asked to give money back, by its own books: once a refund, whatever got lost on the way.

use chrono::NaiveDate;
use city_contracts::payments::Provider;
use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::{ALL, Started, happens, pass, state};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{REASON, Town, approve, approver, finance, new_id, one, person};
use crate::treasury::{sql, the_books_agree};

/// The amounts that a provider gave back on the first day, by its own statement.
fn given_back(city: &Town, provider: &str) -> Vec<i64> {
    let provider = match provider {
        "VNPAY" => Provider::Vnpay,
        "MOMO" => Provider::Momo,
        _ => Provider::Zalopay,
    };
    let day = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
    let csv = simulator(city).statement(provider, day);
    let cells = csv.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let refunds = cells.filter(|cells| cells[2].eq_ignore_ascii_case("refund"));
    let mut amounts: Vec<_> = refunds.map(|cells| cells[3].parse().expect("digits")).collect();
    amounts.sort_unstable();
    amounts
}

/// A bill that was paid through a provider, and its payment.
async fn paid(city: &Town, who: &Character, provider: &'static str) -> (Started, Value) {
    let bill = super::paid::bill(city, who, 75_000).await;
    let started = super::paid::through(city, who, provider, &bill).await;
    happens(city, &started, "paid").await;
    simulator(city).step().await;
    pass(city, [0, 1]).await;
    assert_eq!(state(who, &started).await, "PAID", "{provider}");
    let payment = super::view(who, &started).await["payment"].clone();
    (started, payment)
}

/// Officers ask for a part of it and approve; nothing is sent yet. The refund's id.
async fn asked(city: &Town, payment: &Value, amount: i64) -> String {
    let legs = json!([{ "leg": 0, "amount": amount.to_string() }]);
    let body = json!({ "payment": payment, "legs": legs, "reason": REASON });
    let path = "/admin/v1/payments/refunds";
    let asked = finance(city).post_once(path, &new_id(city), &body).await.ok();
    drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok());
    asked["id"].as_str().expect("a refund has an id").to_owned()
}

async fn refund_state(city: &Town, id: &str) -> Value {
    let path = format!("/admin/v1/payments/refunds/{id}");
    finance(city).get(&path).await.ok()["state"].clone()
}

#[test]
fn a_refund_that_never_arrived_is_sent_again_under_its_name_and_paid_once() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        for provider in ALL {
            let (_, payment) = paid(city, &who, provider).await;
            let id = asked(city, &payment, 7_000).await;
            // It was noted that it is sent, and the process died before it was.
            let bare = id.trim_start_matches("rfd_");
            sql(
                city,
                &format!(
                    "update payments.refund set sent = 'SENT', sent_at = requested_at where id = '{bare}'"
                ),
            )
            .await;
            assert_eq!(given_back(city, provider), [0_i64; 0], "{provider}");

            pass(city, [0, 1, 3, 10, 16, 60]).await;

            assert_eq!(refund_state(city, &id).await, "DONE", "{provider}");
            assert_eq!(given_back(city, provider), [7_000], "{provider}");
        }
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn a_refund_that_came_to_nothing_is_asked_for_again_in_an_hour_and_paid_once() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        let (started, payment) = paid(city, &who, "MOMO").await;
        happens(city, &started, "refund_later").await;
        let id = asked(city, &payment, 7_000).await;

        pass(city, [0, 1, 3, 10, 16, 59]).await; // whoever sends it meanwhile waits anew
        assert_eq!(refund_state(city, &id).await, "SENT");
        assert_eq!(given_back(city, "MOMO"), [0_i64; 0]);
        pass(city, [1]).await;

        assert_eq!(refund_state(city, &id).await, "DONE");
        assert_eq!(given_back(city, "MOMO"), [7_000]);
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn a_refund_whose_answer_got_lost_is_paid_once_also_by_the_providers_books() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        let mut ids = Vec::new();
        for provider in ALL {
            for (name, amount) in
                [("refund_timeout", 7_000), ("refund_unsigned", 8_000), ("refund_running", 9_000)]
            {
                let (started, payment) = paid(city, &who, provider).await;
                happens(city, &started, name).await;
                ids.push((provider, name, asked(city, &payment, amount).await));
            }
        }

        pass(city, [0, 1, 3, 10, 16, 60, 120, 240]).await;

        for (provider, name, id) in &ids {
            assert_eq!(refund_state(city, id).await, "DONE", "{provider} {name}");
        }
        for provider in ALL {
            assert_eq!(given_back(city, provider), [7_000, 8_000, 9_000], "{provider}");
        }
        let back = "select sum(t.amount) from payments.ledger_transfer t where t.kind = 3";
        assert_eq!(one(city, back).await, 3 * 24_000, "and by ours");
        city.settle().await;
        the_books_agree(city).await;
    });
}
