//! Versions of payments and their refunds: each change raises them, and looking again does not.

use chrono::Duration;
use city_testkit::{Answer, Character, run};
use serde_json::{Value, json};

use crate::shop::{Shop, pay as pay_shop, shop};
use crate::subject::Payments;
use crate::town::{REASON, Town, approver, finance, new_id, rich};
use crate::treasury::{bill, pay, payment};

const REFUNDS: &str = "/admin/v1/payments/refunds";

fn version(of: &Value) -> i64 {
    of["version"].as_i64().expect("it has a version")
}

/// Notes how a payment is seen now; looking twice shows the same.
async fn look(who: &Character, of: &Value, seen: &mut Vec<Value>) {
    let now = payment(who, of).await;
    assert_eq!(payment(who, of).await, now);
    seen.push(now);
}

/// What was seen one after the other, by its states; each time the version is higher.
fn states(seen: &[Value]) -> Vec<&str> {
    let versions: Vec<_> = seen.iter().map(version).collect();
    assert!(versions.is_sorted_by(|one, next| one < next), "{versions:?}");
    seen.iter().map(|of| of["state"].as_str().expect("a state")).collect()
}

/// A payment to a shop of which the money is reserved.
async fn reserve(city: &Town, payer: &Character, shop: &Shop, order_ref: &str) -> Value {
    let order = shop.order(city, order_ref, 10_000, "MANUAL").await;
    pay_shop(city, payer, &json!({ "orderId": order["id"] })).await.ok()
}

#[test]
fn a_reserve_that_ends_has_a_higher_version() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let mut taken = vec![reserve(city, &payer, &shop, "DH-1").await];
        let mut given_up = vec![reserve(city, &payer, &shop, "DH-2").await];
        let mut forgotten = vec![reserve(city, &payer, &shop, "DH-3").await];
        let end = async |of: &Value, verb: &str, mut body: Value| -> Answer {
            body["id"] = new_id(city).into();
            let id = of["id"].as_str().expect("a payment has an id");
            shop.post(city, &format!("/merchant/v1/payments/{id}/{verb}"), &body).await
        };

        drop(end(&taken[0], "capture", json!({ "amount": "10000" })).await.ok());
        let (held, freed) = (taken[0].clone(), given_up[0].clone());
        look(&payer, &held, &mut taken).await;
        let back = json!({ "amount": "4000", "reason": "trả lại hàng" });
        drop(end(&held, "refunds", back).await.ok());
        look(&payer, &held, &mut taken).await;
        drop(end(&freed, "void", json!({})).await.ok());
        look(&payer, &freed, &mut given_up).await;
        city.clock().advance(Duration::days(7));
        payer.principal.auth_at = None;
        city.settle().await;
        let left = forgotten[0].clone();
        look(&payer, &left, &mut forgotten).await;

        assert_eq!(states(&taken), ["AUTHORISED", "CAPTURED", "CAPTURED"]);
        assert_eq!(taken[2]["refunded"], "4000");
        assert_eq!(states(&given_up), ["AUTHORISED", "VOIDED"]);
        assert_eq!(states(&forgotten), ["AUTHORISED", "EXPIRED"]);
    });
}

#[test]
fn each_step_of_a_refund_raises_its_version_and_that_of_its_payment() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 50_000)]).await;
        let paid = pay(city, &payer, &bill).await;
        let mut seen = Vec::new();
        look(&payer, &paid, &mut seen).await;
        let (officer, second) = (finance(city), approver(city));

        for decision in ["refuse", "approve"] {
            let legs = json!([{ "leg": 0, "amount": "20000" }]);
            let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
            let asked = officer.post_once(REFUNDS, &new_id(city), &body).await.ok();
            look(&payer, &paid, &mut seen).await;
            let id = asked["approval"].as_str().expect("a second officer is asked");
            let path = format!("/admin/v1/payments/approvals/{id}/{decision}");
            drop(second.post(&path, &json!({})).await.ok());
            look(&payer, &paid, &mut seen).await;
            city.clock().advance(Duration::seconds(1)); // the second is the later one
        }

        assert_eq!(states(&seen), ["SUCCEEDED"; 5]);
        let of = |at: usize, place: usize| seen[at]["refunds"][place].clone();
        assert_eq!(states(&[of(1, 0), of(2, 0)]), ["REQUESTED", "REFUSED"]);
        assert_eq!(states(&[of(3, 1), of(4, 1)]), ["REQUESTED", "DONE"]);
        assert_eq!(of(4, 0), of(2, 0), "the first is as it was");
        city.settle().await;
    });
}
