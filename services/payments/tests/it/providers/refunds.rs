//! Money that goes back through a provider: once, and only when it is certain.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::reconciliation::{breaks, classes};
use super::{ALL, SUSPENSE, Started, happens, net, pass, start, state, view};
use crate::subject::Payments;
use crate::town::{
    REASON, Town, approve, approver, available, finance, new_id, one, person, rich, told,
};

/// Freezes a wallet: from now on it takes nothing.
async fn freeze(city: &Town, wallet: &str) {
    let body = json!({ "mode": "FROZEN", "reason": REASON });
    let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
    drop(finance(city).post_once(&path, &new_id(city), &body).await.ok());
}

/// All refunds, as officers see them.
async fn refunds(officer: &Character) -> Vec<Value> {
    let page = officer.get("/admin/v1/payments/refunds?first=100").await.ok();
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// The state of the refund of so much.
async fn refund_of(officer: &Character, amount: i64) -> String {
    let all = refunds(officer).await;
    let amount = amount.to_string();
    let found = all.iter().find(|refund| refund["amount"] == amount);
    found.map_or("none", |refund| refund["state"].as_str().expect("a state")).to_owned()
}

#[test]
fn a_refund_ends_once_and_only_by_a_certain_answer() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let mut all: Vec<(Started, &str, i64)> = Vec::new();
        let mut amount = 30_000;
        for provider in ALL {
            for name in [
                "refund_ok",
                "refund_running",
                "refund_refused",
                "refund_timeout",
                "refund_unsigned",
            ] {
                amount += 1_000;
                let started = start(city, &who, provider, amount).await;
                happens(city, &started, name).await;
                happens(city, &started, "paid_ipn_x10").await;
                all.push((started, name, amount));
            }
        }
        freeze(city, &wallet).await;
        let officer = finance(city);

        pass(city, [0]).await;

        for (started, name, amount) in &all {
            let at_first = match (started.provider, *name) {
                (_, "refund_timeout" | "refund_unsigned") => "UNKNOWN",
                ("MOMO", "refund_ok") => "DONE",
                ("VNPAY" | "MOMO", "refund_refused") => "FAILED",
                _ => "SENT", // ZaloPay tells only who asks
            };
            assert_eq!(refund_of(&officer, *amount).await, at_first, "{} {name}", started.provider);
        }

        pass(city, [1, 3, 10, 16]).await;
        for (started, name, amount) in &all {
            let then = match *name {
                "refund_running" => "SENT",
                "refund_refused" => "FAILED",
                _ => "DONE",
            };
            assert_eq!(refund_of(&officer, *amount).await, then, "{} {name}", started.provider);
        }
        pass(city, [44, 104, 1440, 2880]).await;

        let mut refused = 0;
        for (started, name, amount) in &all {
            let (refund, order) = match *name {
                "refund_refused" => ("FAILED", "REVIEW"),
                _ => ("DONE", "REFUNDED"),
            };
            refused += if *name == "refund_refused" { *amount } else { 0 };
            assert_eq!(refund_of(&officer, *amount).await, refund, "{} {name}", started.provider);
            assert_eq!(state(&who, started).await, order, "{} {name}", started.provider);
        }
        // What a provider refused to give back waits aside; the rest is with the payers again.
        assert_eq!((net(city, SUSPENSE).await, available(&who).await), (refused, 0));
        let clearing = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 11";
        assert_eq!(one(city, clearing).await, -refused);
        assert_eq!(
            (told(city, "RefundDone").await.len(), told(city, "RefundFailed").await.len()),
            (12, 3)
        );
        assert!(
            told(city, "RefundDone")
                .await
                .iter()
                .all(|event| event["account"] == json!(who.account()))
        );
        let to_ask = "select count(*) from payments.provider_refund where ask_at is not null";
        assert_eq!(one(city, to_ask).await, 0);
    });
}

#[test]
fn much_money_goes_back_only_after_an_officers_yes() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 5_000_001).await;
        let small = start(city, &who, "MOMO", 5_000_000).await;
        freeze(city, &wallet).await;
        happens(city, &started, "paid_ipn_x10").await;
        happens(city, &small, "paid").await;
        let officer = finance(city);

        pass(city, [0, 1, 3, 60]).await;

        assert_eq!(refund_of(&officer, 5_000_000).await, "DONE");
        assert_eq!(refund_of(&officer, 5_000_001).await, "REQUESTED");
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REFUNDING", 5_000_001)
        );
        let waiting = approver(city).get("/admin/v1/payments/approvals").await.ok();
        assert_eq!(waiting["edges"].as_array().map(Vec::len), Some(1));
        drop(approve(&approver(city), &waiting["edges"][0]["node"]).await.ok());
        pass(city, [1]).await;
        assert_eq!(refund_of(&officer, 5_000_001).await, "DONE");
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REFUNDED", 0)
        );
    });
}

#[test]
fn a_doubted_payer_gets_the_money_back_when_two_officers_say_so() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        let officer = finance(city);
        let path = |verb: &str| {
            format!("/admin/v1/payments/reviews/{}/{verb}", started.id.as_str().unwrap())
        };
        let (key, body) = (new_id(city), json!({ "reason": REASON }));
        assert_eq!(approver(city).post_once(&path("refund"), &key, &body).await.code(), "SCOPE");

        let asked = officer.post_once(&path("refund"), &key, &body).await.ok();
        let again = officer.post_once(&path("refund"), &key, &body).await.ok();
        pass(city, [1, 3]).await;

        assert_eq!((&asked["state"], &asked["id"]), (&json!("REQUESTED"), &again["id"]));
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REVIEW", 80_000)
        );
        drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok());
        assert_eq!(state(&who, &started).await, "REFUNDING");
        assert_eq!(officer.post(&path("credit"), &body).await.code(), "STATE");
        pass(city, [0, 1, 3]).await;
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REFUNDED", 0)
        );
        assert_eq!(available(&who).await, 0);
        let states: Vec<_> = told(city, "ProviderPaymentChanged")
            .await
            .iter()
            .map(|it| it["state"].clone())
            .collect();
        assert_eq!(states, ["REVIEW", "REFUNDING", "REFUNDED"]);
    });
}

#[test]
fn doubted_money_that_was_credited_does_not_go_back_as_well() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        let officer = finance(city);
        let path = |verb: &str| {
            format!("/admin/v1/payments/reviews/{}/{verb}", started.id.as_str().unwrap())
        };
        let body = json!({ "reason": REASON });
        let asked = officer.post_once(&path("refund"), &new_id(city), &body).await.ok();

        drop(officer.post(&path("credit"), &body).await.ok());
        drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await);
        pass(city, [0, 1]).await;

        assert_eq!(refund_of(&officer, 80_000).await, "FAILED");
        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("PAID", 80_000));
        assert_eq!(officer.post_once(&path("refund"), &new_id(city), &body).await.code(), "STATE");
    });
}

#[test]
fn of_two_who_pay_a_bill_through_providers_one_gets_the_money_back() {
    run::<Payments>(async |city: &Town| {
        let ((first, _), (second, _)) = (rich(city, 0).await, rich(city, 0).await);
        let bill = super::paid::bill(city, &first, 75_000).await;
        let mut started = Vec::new();
        for (who, provider) in [(&first, "VNPAY"), (&second, "MOMO")] {
            started.push(super::paid::through(city, who, provider, &bill).await);
        }

        for started in &started {
            happens(city, started, "paid_ipn_x10").await;
        }
        pass(city, [0, 1, 3, 10]).await;

        let states = (state(&first, &started[0]).await, state(&second, &started[1]).await);
        assert_eq!(states, ("PAID".to_owned(), "REFUNDED".to_owned()));
        assert_eq!((net(city, SUSPENSE).await, told(city, "BillPaid").await.len()), (0, 1));
        let agency = "select sum(credits_posted) from payments.ledger_account where class = 22";
        assert_eq!(one(city, agency).await, 75_000);
        let clearing = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 11";
        assert_eq!(one(city, clearing).await, -75_000);
    });
}

#[test]
fn a_refund_is_not_done_because_another_of_the_same_amount_was() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 0).await;
        let owed = crate::treasury::bill(city, &payer, "HUE-STP", &[("A", 40_000)]).await;
        let paid = crate::treasury::pay_outside(city, &payer, &owed).await;
        let (officer, second) = (finance(city), approver(city));
        let give_back_some = async || {
            let legs = json!([{ "leg": 0, "amount": "7000" }]);
            let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
            let path = "/admin/v1/payments/refunds";
            let asked = officer.post_once(path, &new_id(city), &body).await.ok();
            drop(approve(&second, &json!({ "id": asked["approval"] })).await.ok());
            asked["id"].as_str().expect("an id").to_owned()
        };
        let one = give_back_some().await;
        city.settle().await;
        city.clock().advance(chrono::Duration::minutes(2));
        city.settle().await;
        let other = give_back_some().await;
        // It was noted that it is sent, and the process died before it was: VNPAY knows of the first alone.
        let id = other.rsplit('_').next().expect("a UUID");
        let noted = format!(
            "update payments.refund set sent = 'SENT', sent_at = requested_at where id = '{id}'"
        );
        crate::treasury::sql(city, &noted).await;
        city.settle().await;

        let state = async |id: &str| {
            officer.get(&format!("/admin/v1/payments/refunds/{id}")).await.ok()["state"].clone()
        };
        assert_eq!((state(&one).await, state(&other).await), (json!("DONE"), json!("UNKNOWN")));
        assert_eq!(told(city, "RefundDone").await.len(), 1);
        assert!(!classes(&breaks(&officer, false).await).contains(&"UNRESOLVED".to_owned()));
        for _ in 0..2 {
            city.clock().advance(chrono::Duration::days(7));
            city.settle().await;
        }
        assert!(classes(&breaks(&officer, false).await).contains(&"UNRESOLVED".to_owned()));
        assert_eq!(state(&other).await, "UNKNOWN", "the hold stays");
    });
}

/// Officers ask that a part of a payment go back and approve it; the refund's id.
async fn give_back(city: &Town, payment: &Value, amount: i64) -> Value {
    let body = json!({
        "payment": payment, "legs": [{ "leg": 0, "amount": amount.to_string() }], "reason": REASON,
    });
    let officer = finance(city);
    let asked = officer.post_once("/admin/v1/payments/refunds", &new_id(city), &body).await.ok();
    drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok());
    asked["id"].clone()
}

/// The states that were told of a payment through a provider, in their order.
async fn states_told(city: &Town, of: &Started) -> Vec<Value> {
    let told = told(city, "ProviderPaymentChanged").await;
    let told = told.iter().filter(|event| event["providerPayment"] == of.id);
    told.map(|event| event["state"].clone()).collect()
}

#[test]
fn what_a_provider_refused_to_give_back_waits_for_officers_who_ask_again() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &started, "refund_refused").await;
        happens(city, &started, "paid").await;
        freeze(city, &wallet).await;
        pass(city, [0, 1]).await;
        let seen = (state(&who, &started).await, net(city, SUSPENSE).await);
        assert_eq!(seen, ("REVIEW".to_owned(), 80_000));
        let officer = finance(city);
        let path = |verb: &str| {
            format!("/admin/v1/payments/reviews/{}/{verb}", started.id.as_str().unwrap())
        };
        let (key, body) = (new_id(city), json!({ "reason": REASON }));

        let asked = officer.post_once(&path("refund"), &key, &body).await.ok();
        assert_eq!(state(&who, &started).await, "REVIEW", "nobody decided yet");
        assert_eq!(officer.post(&path("credit"), &body).await.code(), "STATE");
        drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok());
        assert_eq!(state(&who, &started).await, "REFUNDING");
        happens(city, &started, "refund_ok").await;
        pass(city, [0, 1, 3]).await;

        let again = officer.post_once(&path("refund"), &key, &body).await.ok();
        assert_eq!((&again["id"], &again["state"]), (&asked["id"], &json!("DONE")));
        let seen = (state(&who, &started).await, net(city, SUSPENSE).await);
        assert_eq!((seen.0.as_str(), seen.1, available(&who).await), ("REFUNDED", 0, 0));
        let states = states_told(city, &started).await;
        assert_eq!(states, ["REFUNDING", "REFUNDING", "REVIEW", "REFUNDING", "REFUNDED"]);
        let more = officer.post_once(&path("refund"), &new_id(city), &body).await.ok();
        drop(approve(&approver(city), &json!({ "id": more["approval"] })).await.ok());
        assert_eq!(state(&who, &started).await, "REFUNDED", "there is no more to give back");
        city.settle().await;
    });
}

#[test]
fn several_refunds_of_one_payment_show_where_it_is() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        let bill = super::paid::bill(city, &who, 75_000).await;
        let started = super::paid::through(city, &who, "MOMO", &bill).await;
        happens(city, &started, "paid").await;
        happens(city, &started, "refund_refused").await;
        pass(city, [0, 1]).await;
        let payment = view(&who, &started).await["payment"].clone();
        let refunded = async || {
            let seen = who.post("/internal/v1/payment", &json!({ "id": payment })).await.ok();
            (state(&who, &started).await, seen["refunded"].clone())
        };
        let is = |state: &str, back: &str| (state.to_owned(), json!(back));
        assert_eq!(refunded().await, is("PAID", "0"));

        drop(give_back(city, &payment, 20_000).await);
        assert_eq!(refunded().await, is("REFUNDING", "0"));
        pass(city, [0, 1]).await;
        assert_eq!(refund_of(&finance(city), 20_000).await, "FAILED");
        assert_eq!(refunded().await, is("PAID", "0"), "as before");
        happens(city, &started, "refund_ok").await;
        drop(give_back(city, &payment, 30_000).await);
        pass(city, [0, 1]).await;
        assert_eq!(refunded().await, is("PAID", "30000"), "the most of it is still paid");
        happens(city, &started, "refund_running").await;
        drop(give_back(city, &payment, 45_000).await);
        pass(city, [0, 1]).await;
        assert_eq!(refunded().await, is("REFUNDING", "30000"));
        assert_eq!(view(&who, &started).await["payment"], payment, "it stays that payment");
        pass(city, [60, 1440]).await;
        assert_eq!(refunded().await, is("REFUNDED", "75000"));

        // One dong more than was paid is refused, and changes nothing.
        drop(give_back(city, &payment, 1).await);
        pass(city, [0]).await;
        assert_eq!(refund_of(&finance(city), 1).await, "FAILED");
        assert_eq!(refunded().await, is("REFUNDED", "75000"));
        let states = states_told(city, &started).await;
        let wanted =
            ["PAID", "REFUNDING", "PAID", "REFUNDING", "PAID", "REFUNDING", "REFUNDED", "REFUNDED"];
        assert_eq!(states, wanted);
        let agency = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 22";
        assert_eq!((one(city, agency).await, net(city, SUSPENSE).await), (0, 0));
    });
}
