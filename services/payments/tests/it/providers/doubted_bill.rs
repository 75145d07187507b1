//! Bills whose payer a provider doubts, and whose money has to go back in the end.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::paid::{bill, through};
use super::{CLEARING_VNPAY, SUSPENSE, Started, happens, net, pass, state, view};
use crate::billers::pay;
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, available, finance, new_id, one, rich, told};

fn review(started: &Started, verb: &str) -> String {
    format!("/admin/v1/payments/reviews/{}/{verb}", started.id.as_str().expect("an id"))
}

/// A bill that somebody doubted began to pay, and that was paid from a wallet meanwhile.
async fn doubted_and_paid_otherwise(city: &Town) -> (Character, Started, Value) {
    let (who, _) = rich(city, 100_000).await;
    let bill = bill(city, &who, 75_000).await;
    let started = through(city, &who, "VNPAY", &bill).await;
    happens(city, &started, "suspicious").await;
    pass(city, [0]).await;
    assert_eq!(state(&who, &started).await, "REVIEW");
    let paid = pay(city, &who, &bill).await.ok();
    (who, started, paid)
}

/// Two officers have it given back, and the provider does.
async fn give_back(city: &Town, started: &Started) {
    let (officer, body) = (finance(city), json!({ "reason": REASON }));
    let asked = officer.post_once(&review(started, "refund"), &new_id(city), &body).await.ok();
    assert_eq!(asked["state"], "REQUESTED");
    let approved = approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok();
    assert_eq!(approved["state"], "DONE");
    pass(city, [0, 1, 3]).await;
}

/// The bill was paid once, from the wallet, and all else is back where it came from.
async fn paid_once_and_the_rest_is_back(city: &Town, who: &Character, paid: &Value) {
    assert_eq!(available(who).await, 25_000);
    let bill = who.post("/internal/v1/bill", &json!({ "id": paid["bill"] })).await.ok();
    assert_eq!((&bill["state"], &bill["payment"]), (&json!("PAID"), &paid["id"]));
    assert_eq!(told(city, "BillPaid").await.len(), 1);
    let agency =
        "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 22";
    assert_eq!(one(city, agency).await, 75_000);
    assert_eq!((net(city, SUSPENSE).await, net(city, CLEARING_VNPAY).await), (0, 0));
}

#[test]
fn money_for_a_bill_that_was_paid_otherwise_cannot_be_credited_and_goes_back() {
    run::<Payments>(async |city: &Town| {
        let (who, started, paid) = doubted_and_paid_otherwise(city).await;
        let (officer, body) = (finance(city), json!({ "reason": REASON }));

        for _ in 0..2 {
            let refused = officer.post(&review(&started, "credit"), &body).await;
            assert_eq!(
                (refused.status().as_str(), refused.code().as_str()),
                ("409 Conflict", "ALREADY_RESOLVED")
            );
        }
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REVIEW", 75_000)
        );
        give_back(city, &started).await;

        assert_eq!(state(&who, &started).await, "REFUNDED");
        assert_eq!(officer.post(&review(&started, "credit"), &body).await.code(), "STATE");
        paid_once_and_the_rest_is_back(city, &who, &paid).await;
    });
}

#[test]
fn it_waits_for_officers_also_when_the_doubt_ends() {
    run::<Payments>(async |city: &Town| {
        let (who, started, paid) = doubted_and_paid_otherwise(city).await;

        happens(city, &started, "paid").await;
        pass(city, [0, 1]).await;

        let list = finance(city).get("/admin/v1/payments/reviews").await.ok();
        assert_eq!(
            (&list["edges"][0]["node"]["id"], &list["edges"][0]["node"]["reason"]),
            (&started.id, &json!("PAYER_DOUBTED"))
        );
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REVIEW", 75_000)
        );
        give_back(city, &started).await;
        assert_eq!(state(&who, &started).await, "REFUNDED");
        paid_once_and_the_rest_is_back(city, &who, &paid).await;
    });
}

#[test]
fn what_was_credited_after_a_review_goes_back_through_its_provider() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let bill = bill(city, &who, 75_000).await;
        let started = through(city, &who, "VNPAY", &bill).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        let (officer, body) = (finance(city), json!({ "reason": REASON }));
        drop(officer.post(&review(&started, "credit"), &body).await.ok());
        let payment = view(&who, &started).await["payment"].clone();
        assert_eq!(state(&who, &started).await, "PAID");
        let ask = async |amount: i64| {
            let legs = json!([{ "leg": 0, "amount": amount.to_string() }]);
            let body = json!({ "payment": payment, "legs": legs, "reason": REASON });
            officer.post_once("/admin/v1/payments/refunds", &new_id(city), &body).await
        };
        let agency = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 22";

        assert_eq!(ask(75_001).await.fields(), ["/legs/0/amount"]);
        let part = ask(30_000).await.ok();
        assert_eq!(part["target"], "PROVIDER");
        drop(approve(&approver(city), &json!({ "id": part["approval"] })).await.ok());
        assert_eq!(state(&who, &started).await, "REFUNDING");
        pass(city, [0, 1, 3]).await;
        assert_eq!(
            (state(&who, &started).await.as_str(), one(city, agency).await),
            ("PAID", 45_000)
        );
        let rest = ask(45_000).await.ok();
        drop(approve(&approver(city), &json!({ "id": rest["approval"] })).await.ok());
        pass(city, [0, 1, 3]).await;
        let more = ask(1).await.ok();
        let more = approve(&approver(city), &json!({ "id": more["approval"] })).await.ok();

        assert_eq!(more["failure"], "REFUND_TOO_LARGE");
        assert_eq!(
            (state(&who, &started).await.as_str(), one(city, agency).await),
            ("REFUNDED", 0)
        );
        assert_eq!((net(city, SUSPENSE).await, net(city, CLEARING_VNPAY).await), (0, 0));
        assert_eq!(told(city, "RefundDone").await.len(), 2);
        city.settle().await;
    });
}
