//! How often billers are settled: as officers say, every account of theirs alike.

use city_testkit::{Answer, run};
use http::Method;
use serde_json::{Value, json};

use crate::billers::{by_code, import, pay, water};
use crate::settlement::{midnight, settled};
use crate::subject::Payments;
use crate::town::{Town, finance, new_id, one, rich};
use crate::treasury::the_books_agree;

const SETTLEMENTS: &str = "/admin/v1/payments/settlements";

/// An officer changes the water company.
async fn change(city: &Town, version: i64, with: Value) -> Answer {
    let mut body = json!({
        "version": version, "name": "Cấp nước Huế", "agencyCode": "HUE-STC", "purpose": "WATER",
    });
    body.as_object_mut().expect("an object").extend(with.as_object().expect("another").clone());
    let path = "/admin/v1/payments/billers/HUEWACO";
    let key = new_id(city);
    finance(city).send(Method::PUT, path, Some(&body), &[("idempotency-key", &key)]).await
}

/// Somebody pays a bill with money for the heads NUOC and PHI; PHI has no account of its own.
async fn is_paid(city: &Town, biller: &Value, number: &str) {
    let (payer, _) = rich(city, 10_000).await;
    let lines = format!(
        "{number},KH-{number},,,2026-04-20,NUOC,Tiền nước,1000,,,,\n{number},KH-{number},,,2026-04-20,PHI,Phí,500,,,,\n"
    );
    import(city, &lines).await;
    let bill = by_code(&payer, biller, &format!("KH-{number}")).await.remove(0);
    drop(pay(city, &payer, &bill).await.ok());
}

/// What was settled so far, newest first.
async fn nets(city: &Town) -> Vec<String> {
    let all = settled(&finance(city)).await;
    all.iter().map(|one| one["net"].as_str().expect("money is text").to_owned()).collect()
}

async fn days(city: &Town, count: usize) {
    for _ in 0..count {
        midnight(city);
        city.settle().await;
    }
}

#[test]
fn a_biller_is_settled_daily_weekly_or_by_hand_as_an_officer_says() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await; // on a Wednesday
        assert_eq!(biller["settle"], "DAILY");
        city.settle().await;
        is_paid(city, &biller, "A").await;
        days(city, 1).await;
        assert_eq!(nets(city).await.len(), 2, "unless somebody says otherwise, every midnight");

        let weekly = change(city, 1, json!({ "settle": "WEEKLY" })).await.ok();
        assert_eq!((&weekly["settle"], &weekly["version"]), (&json!("WEEKLY"), &json!(2)));
        is_paid(city, &biller, "B").await;
        days(city, 3).await;
        assert_eq!(nets(city).await.len(), 2, "it is Sunday");
        days(city, 1).await;
        assert_eq!(nets(city).await.len(), 4, "it is Monday, and both accounts are settled");

        let manual = change(city, 2, json!({ "settle": "MANUAL" })).await.ok();
        is_paid(city, &biller, "C").await;
        days(city, 8).await;
        assert_eq!(nets(city).await.len(), 4, "nobody asked");
        let accounts = manual["accounts"].as_array().unwrap();
        let heads: Vec<_> = accounts.iter().map(|account| account["head"].clone()).collect();
        assert_eq!(heads, ["", "NUOC", "VAT"]);
        let ask = async |payee: &Value| {
            let body = json!({ "payee": payee });
            finance(city).post_once(SETTLEMENTS, &new_id(city), &body).await
        };
        assert_eq!(ask(&biller["id"]).await.ok()["net"], "500", "the account for all others");
        assert_eq!(ask(&accounts[1]["payee"]).await.ok()["net"], "1000");
        assert_eq!(ask(&accounts[2]["payee"]).await.code(), "NOTHING_TO_SETTLE");

        let daily = change(city, 3, json!({ "settle": "DAILY" })).await.ok();
        assert_eq!(ask(&biller["id"]).await.code(), "STATE");
        assert_eq!(daily["settle"], "DAILY");
        is_paid(city, &biller, "D").await;
        days(city, 1).await;
        assert_eq!(nets(city).await.len(), 8);
        the_books_agree(city).await;
    });
}

#[test]
fn a_rhythm_stays_until_it_is_changed_also_for_accounts_that_come_later() {
    run::<Payments>(async |city: &Town| {
        let body = json!({
            "code": "HUEWACO", "name": "Cấp nước Huế", "agencyCode": "HUE-STC", "purpose": "WATER", "settle": "MANUAL",
        });
        let path = "/admin/v1/payments/billers";
        let biller = finance(city).post_once(path, &new_id(city), &body).await.ok();
        assert_eq!(biller["settle"], "MANUAL");
        city.settle().await;

        let changed = change(city, 1, json!({ "heads": ["NUOC"] })).await.ok();

        assert_eq!((&changed["settle"], &changed["heads"]), (&json!("MANUAL"), &json!(["NUOC"])));
        is_paid(city, &biller, "A").await;
        days(city, 8).await;
        assert!(nets(city).await.is_empty(), "the account of the new head is like the other");
        let unknown = change(city, 2, json!({ "settle": "HOURLY" })).await;
        assert_eq!(unknown.code(), "INPUT");
        assert_eq!(change(city, 1, json!({ "settle": "DAILY" })).await.code(), "STALE");
        let rhythms = "select count(*) from payments.settlement_rhythm where rhythm <> 'MANUAL'";
        assert_eq!(one(city, rhythms).await, 0);
        city.settle().await;
    });
}
