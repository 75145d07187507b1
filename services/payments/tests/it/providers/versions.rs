//! The version of a payment through a provider: whatever becomes of it raises it.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::paid::{bill, through};
use super::{Started, happens, pass, start, view};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{REASON, Town, approve, approver, finance, new_id, person, rich};

/// Notes how it is seen now; looking twice shows the same.
async fn look(who: &Character, of: &Started, seen: &mut Vec<Value>) {
    let now = view(who, of).await;
    assert_eq!(view(who, of).await, now);
    seen.push(now);
}

/// What was seen one after the other, by its states; each time the version is higher.
fn states(seen: &[Value]) -> Vec<&str> {
    let version = |of: &Value| of["version"].as_i64().expect("it has a version");
    let versions: Vec<_> = seen.iter().map(version).collect();
    assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
    seen.iter().map(|of| of["state"].as_str().expect("a state")).collect()
}

#[test]
fn whatever_becomes_of_a_payment_through_a_provider_raises_its_version() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        let started = through(city, &who, "MOMO", &bill(city, &who, 75_000).await).await;
        let mut seen = Vec::new();
        look(&who, &started, &mut seen).await;

        happens(city, &started, "paid").await;
        simulator(city).step().await;
        pass(city, [0, 1]).await;
        look(&who, &started, &mut seen).await;
        let body = json!({ "payment": seen[1]["payment"], "legs": [], "reason": REASON });
        let path = "/admin/v1/payments/refunds";
        let asked = finance(city).post_once(path, &new_id(city), &body).await.ok();
        look(&who, &started, &mut seen).await;
        drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok());
        look(&who, &started, &mut seen).await;
        pass(city, [0, 1, 3, 10, 16]).await;
        look(&who, &started, &mut seen).await;

        // Asked for, a refund is seen at the payment, and the state is what it was.
        assert_eq!(states(&seen), ["AWAITING", "PAID", "PAID", "REFUNDING", "REFUNDED"]);
        city.settle().await;
    });
}

#[test]
fn a_payment_that_failed_has_a_higher_version_also_when_its_money_comes_all_the_same() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 30_000).await;
        let mut seen = Vec::new();
        look(&who, &started, &mut seen).await;

        happens(city, &started, "paid_after_fail").await;
        for minute in [0, 5] {
            pass(city, [minute]).await;
            look(&who, &started, &mut seen).await;
        }

        assert_eq!(states(&seen), ["AWAITING", "FAILED", "PAID"]);
        city.settle().await;
    });
}
