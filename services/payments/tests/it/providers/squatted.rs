//! Clients choose ids. Whoever chooses the one that a step of the city would have, or that of somebody's order, gains nothing and
//! stops nothing.

use city_receipt::derive;
use city_testkit::run;
use serde_json::json;
use uuid::Uuid;

use super::{SUSPENSE, begin, happens, net, pass, state, to_start};
use crate::shop::{balance, pay, shop};
use crate::subject::Payments;
use crate::town::{REASON, Town, available, finance, new_id, rich, sending};
use crate::treasury::the_books_agree;

/// The UUID behind a prefixed id.
fn bare(id: &serde_json::Value) -> Uuid {
    let id = id.as_str().expect("an id is text");
    Uuid::parse_str(id.rsplit('_').next().expect("something")).expect("a UUID")
}

#[test]
fn a_top_up_named_like_an_order_of_a_merchant_pays_no_order() {
    run::<Payments>(async |city: &Town| {
        let (thief, _) = rich(city, 0).await;
        let (payer, _) = rich(city, 600_000).await;
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-1", 500_000, "AUTO").await;
        let id = bare(&order["id"]).to_string();

        let started = begin(&thief, "VNPAY", &to_start(&id, "VNPAY", 10_000), &id).await;
        happens(city, &started, "paid").await;
        pass(city, [0, 1]).await;

        assert_eq!(
            (state(&thief, &started).await.as_str(), available(&thief).await),
            ("PAID", 10_000)
        );
        let path = format!("/merchant/v1/orders/{}", order["id"].as_str().unwrap());
        let seen = shop.get(city, &path).await.ok();
        assert_eq!((&seen["state"], &seen["payment"]), (&json!("OPEN"), &json!(null)));
        drop(pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok());
        assert_eq!((balance(city, &shop).await, available(&payer).await), (500_000, 100_000));
        assert_eq!(shop.get(city, &path).await.ok()["state"], "PAID");
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn money_arrives_although_the_ids_of_its_steps_are_taken() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 10_000).await;
        let (_, friend) = rich(city, 0).await;
        let (good, aside) = (new_id(city), new_id(city));
        for (id, label) in [
            (&good, "order.credit"),
            (&aside, "order.credit"),
            (&aside, "order.suspense"),
            (&aside, "order.release"),
        ] {
            let taken = derive(label, Uuid::parse_str(id).unwrap()).to_string();
            let body = sending(city, &who, &taken, &friend, 1_000).await;
            drop(who.post("/internal/v1/send-money", &body).await.ok());
        }

        let credited = begin(&who, "VNPAY", &to_start(&good, "VNPAY", 80_000), &good).await;
        happens(city, &credited, "paid_ipn_x10").await;
        pass(city, [0, 1]).await;
        assert_eq!(
            (state(&who, &credited).await.as_str(), available(&who).await),
            ("PAID", 86_000)
        );
        let started = begin(&who, "VNPAY", &to_start(&aside, "VNPAY", 70_000), &aside).await;
        let freeze = json!({ "mode": "FROZEN", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &freeze).await.ok());
        happens(city, &started, "paid_ipn_x10").await;
        pass(city, [0, 1, 3, 60]).await;

        assert_eq!(state(&who, &started).await, "REFUNDED");
        assert_eq!((available(&who).await, net(city, SUSPENSE).await), (86_000, 0));
        the_books_agree(city).await;
    });
}

#[test]
fn doubted_money_is_credited_once_its_wallet_takes_money_again() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let id = new_id(city);
        let started = begin(&who, "VNPAY", &to_start(&id, "VNPAY", 80_000), &id).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        let (officer, at) = (finance(city), format!("/admin/v1/payments/wallets/{wallet}"));
        let freeze = json!({ "mode": "FROZEN", "reason": REASON });
        drop(officer.post_once(&format!("{at}/freeze"), &new_id(city), &freeze).await.ok());
        let credit = format!("/admin/v1/payments/reviews/{}/credit", started.id.as_str().unwrap());
        let body = json!({ "reason": REASON });

        assert_eq!(officer.post(&credit, &body).await.code(), "ACCOUNT_FROZEN");
        assert_eq!(officer.post(&credit, &body).await.code(), "ACCOUNT_FROZEN");
        let asked = officer.post_once(&format!("{at}/unfreeze"), &new_id(city), &body).await.ok();
        drop(crate::town::approve(&crate::town::approver(city), &asked).await.ok());
        let (one, other) = tokio::join!(officer.post(&credit, &body), officer.post(&credit, &body));

        assert_eq!(
            (one.ok()["state"].clone(), other.ok()["state"].clone()),
            (json!("PAID"), json!("PAID"))
        );
        assert_eq!((available(&who).await, net(city, SUSPENSE).await), (80_000, 0));
        city.settle().await;
        the_books_agree(city).await;
    });
}
