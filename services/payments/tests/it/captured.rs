//! What was captured of a reserve goes back up to what its merchant got, and no further.

use city_testkit::run;
use serde_json::json;

use crate::shop::{balance, earned, pay, shop};
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, available, finance, new_id, rich};

#[test]
fn a_fee_that_the_payer_bore_is_none_of_the_merchants_to_give_back() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let fee = json!({ "bps": 1000, "fixed": "0", "borneBy": "PAYER" });
        let shop = shop(city, Some(fee)).await;
        // The merchant has other money, of other people.
        let (other, _) = rich(city, 100_000).await;
        drop(pay(city, &other, &json!({ "payeeId": shop.id, "amount": "50000" })).await.ok());
        let order = shop.order(city, "DH-1", 30_000, "MANUAL").await;
        let held = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
        let path =
            |verb: &str| format!("/merchant/v1/payments/{}/{verb}", held["id"].as_str().unwrap());
        let capture = json!({ "id": new_id(city), "amount": "20000" });
        drop(shop.post(city, &path("capture"), &capture).await.ok());
        assert_eq!((available(&payer).await, balance(city, &shop).await), (78_000, 70_000));
        let back = async |amount: &str| {
            let body = json!({ "id": new_id(city), "amount": amount, "reason": "trả lại hàng" });
            shop.post(city, &path("refunds"), &body).await.ok()["state"].clone()
        };

        // 22,000 left the wallet, 2,000 of them for the city.
        let states = [back("15000").await, back("5001").await, back("5000").await, back("1").await];

        assert_eq!(states, [json!("DONE"), json!("FAILED"), json!("DONE"), json!("FAILED")]);
        assert_eq!((available(&payer).await, balance(city, &shop).await), (98_000, 50_000));
        assert_eq!(earned(city).await, 7_000);
        city.settle().await;
    });
}

#[test]
fn officers_give_back_as_much_of_a_captured_reserve_and_no_more() {
    run::<Payments>(async |city: &Town| {
        for (who_bears, left) in [("PAYER", 22_000), ("PAYEE", 20_000)] {
            let (payer, _) = rich(city, 100_000).await;
            let fee = json!({ "bps": 1000, "fixed": "0", "borneBy": who_bears });
            let shop = shop(city, Some(fee)).await;
            let (other, _) = rich(city, 100_000).await;
            drop(pay(city, &other, &json!({ "payeeId": shop.id, "amount": "50000" })).await.ok());
            let order = shop.order(city, "DH-1", 30_000, "MANUAL").await;
            let held = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
            let path = format!("/merchant/v1/payments/{}/capture", held["id"].as_str().unwrap());
            let capture = json!({ "id": new_id(city), "amount": "20000" });
            drop(shop.post(city, &path, &capture).await.ok());
            assert_eq!(available(&payer).await, 100_000 - left);
            let officer = finance(city);
            let ask = async |legs: serde_json::Value| {
                let body = json!({ "payment": held["id"], "legs": legs, "reason": REASON });
                officer.post_once("/admin/v1/payments/refunds", &new_id(city), &body).await
            };

            let more = ask(json!([{ "leg": 0, "amount": "20001" }])).await;
            let all = ask(json!([])).await.ok();
            let approved = approve(&approver(city), &json!({ "id": all["approval"] })).await.ok();

            assert_eq!(more.fields(), ["/legs/0/amount"], "{who_bears}");
            assert_eq!((&all["amount"], &approved["state"]), (&json!("20000"), &json!("DONE")));
            assert_eq!(available(&payer).await, 120_000 - left, "{who_bears}");
        }
        city.settle().await;
    });
}
