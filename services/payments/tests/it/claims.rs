//! What is paid, cancelled, credited or wired once is so by a claim, and a claim that somebody takes away is missed: its bill,
//! order or settlement could be paid again.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use crate::ledger::checking::{found_after, no_claim_goes_unseen};
use crate::providers::{our_ref, pass, wish};
use crate::settlement::{midnight, settled};
use crate::shop::{pay as buy, shop};
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, rich};
use crate::treasury::{bill, head_keys, pay, pay_outside, the_books_agree};

/// Starts a top-up through VNPAY to which something is going to happen.
async fn top_up(city: &Town, who: &Character, amount: i64, name: &str) -> Value {
    let id = new_id(city);
    let body = json!({ "idempotencyKey": id, "provider": "VNPAY", "amount": amount.to_string() });
    let started = who.post("/internal/v1/start-provider-payment", &body).await.ok();
    let page = started["payUrl"].as_str().expect("somewhere to pay").to_owned();
    drop(city_http::client().get(page).send().await.expect("the simulator answers"));
    wish(city, "VNPAY", &our_ref(&id), name).await;
    started
}

async fn state(who: &Character, started: &Value) -> Value {
    let seen = who.post("/internal/v1/provider-payment", &json!({ "id": started["id"] })).await;
    seen.ok()["state"].clone()
}

#[test]
fn no_claim_on_a_bill_or_an_order_goes_unseen() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 500_000).await;
        let (frozen, wallet) = rich(city, 0).await;
        drop(pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 30_000)]).await).await);
        drop(
            pay_outside(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 40_000)]).await).await,
        );
        drop(bill(city, &payer, "HUE-STP", &[("A", 50_000)]).await); // nobody pays it
        let shop = shop(city, None).await;
        for (order_ref, capture) in [("DH-1", "AUTO"), ("DH-2", "MANUAL")] {
            let order = shop.order(city, order_ref, 20_000, capture).await;
            drop(buy(city, &payer, &json!({ "orderId": order["id"] })).await.ok());
        }
        let order = shop.order(city, "DH-3", 20_000, "AUTO").await;
        let cancel = format!("/merchant/v1/orders/{}/cancel", order["id"].as_str().unwrap());
        drop(shop.post(city, &cancel, &json!({})).await.ok());
        let credited = top_up(city, &payer, 60_000, "paid").await;
        let doubted = top_up(city, &payer, 70_000, "suspicious").await;
        let back = top_up(city, &frozen, 80_000, "paid").await;
        let freeze = json!({ "mode": "FROZEN", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &freeze).await.ok());
        pass(city, [0, 1, 3, 60]).await;
        let path = format!("/admin/v1/payments/reviews/{}/credit", doubted["id"].as_str().unwrap());
        drop(finance(city).post(&path, &json!({ "reason": REASON })).await.ok());
        city.settle().await;
        assert_eq!(state(&payer, &credited).await, "PAID");
        assert_eq!(state(&payer, &doubted).await, "PAID");
        assert_eq!(state(&frozen, &back).await, "REFUNDED");
        the_books_agree(city).await;

        let keys = head_keys(city).await;
        let claims = no_claim_goes_unseen(city.db(), &keys, "true").await;

        // Bills 1 + 4, orders of the shop 3, and three each of what came through a provider.
        assert_eq!(claims, 17);
        let unpaid = "select id from payments.bill_revision where id not in (select subject from payments.ledger_claim)";
        let first = "select posting from payments.ledger_transfer where seq = 1";
        let forgery =
            format!("insert into payments.ledger_claim values (({unpaid}), ({first}), 1)");
        let found = found_after(city.db(), &keys, &forgery).await;
        assert!(found.contains("is not what legs and commands say"), "{found:?}");
        the_books_agree(city).await;
    });
}

#[test]
fn no_claim_on_a_settlement_goes_unseen() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        for (agency, amount) in [("HUE-STP", 50_000), ("HUE-SGD", 7_000)] {
            drop(pay(city, &payer, &bill(city, &payer, agency, &[("A", amount)]).await).await);
        }
        midnight(city);
        city.settle().await;
        let officer = finance(city);
        let closed = settled(&officer).await;
        let of = |name: &str| {
            let found = closed.iter().find(|it| it["name"] == name).expect("it was settled");
            format!("/admin/v1/payments/settlements/{}", found["id"].as_str().expect("an id"))
        };
        let body = json!({ "bankRef": "FT26064-77", "reason": REASON });
        let path = format!("{}/paid", of("HUE-STP"));
        let asked = officer.post_once(&path, &new_id(city), &body).await.ok();
        assert_eq!(approve(&approver(city), &asked).await.ok()["state"], "DONE");
        let path = format!("{}/returned", of("HUE-SGD"));
        drop(officer.post(&path, &json!({ "reason": REASON })).await.ok());
        the_books_agree(city).await;

        let of_settlements = "subject in (select id from payments.settlement)";
        let claims = no_claim_goes_unseen(city.db(), &head_keys(city).await, of_settlements).await;

        assert_eq!(claims, 2);
        the_books_agree(city).await;
    });
}
