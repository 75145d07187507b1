//! Merchants: taken in by officers, paid by residents, with and without an order.

use city_clock::Clock as _;
use city_testkit::{Answer, run};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::shop::{balance, draft, earned, particulars, pay, paying, shop};
use crate::subject::Payments;
use crate::town::{Town, available, finance, new_id, one, person, quote, rich, told};

fn payee_bears(bps: i32, fixed: i64) -> Value {
    json!({ "bps": bps, "fixed": fixed.to_string(), "borneBy": "PAYEE" })
}

fn payer_bears(bps: i32, fixed: i64) -> Value {
    json!({ "bps": bps, "fixed": fixed.to_string(), "borneBy": "PAYER" })
}

#[test]
fn a_payment_to_a_merchant_costs_the_merchant_in_the_same_posting() {
    run::<Payments>(async |city: &Town| {
        let (payer, wallet) = rich(city, 500_000).await;
        let shop = shop(city, Some(payee_bears(110, 500))).await;
        let body = json!({ "payeeId": shop.id, "amount": "100000", "note": "hai ký chè" });
        let body = paying(city, &payer, &new_id(city), &body).await;

        let sends = (0..10).map(|_| payer.post("/internal/v1/pay-merchant", &body));
        let paid: Vec<_> = join_all(sends).await.into_iter().map(Answer::ok).collect();

        assert!(paid.iter().all(|answer| *answer == paid[0]));
        assert_eq!(
            (&paid[0]["state"], &paid[0]["amount"], &paid[0]["fee"], &paid[0]["purpose"]),
            (&json!("SUCCEEDED"), &json!("100000"), &json!("0"), &json!("GOODS"))
        );
        assert_eq!(paid[0]["payee"], "Chợ Đông Ba quầy 126");
        assert_eq!(paid[0]["note"], "hai ký chè");
        assert_eq!(available(&payer).await, 400_000);
        assert_eq!((balance(city, &shop).await, earned(city).await), (98_400, 1_600));
        assert_eq!(one(city, "select count(distinct posting) from payments.ledger_transfer where purpose in (2, 17)").await, 1);
        let events = told(city, "PaymentSucceeded").await;
        assert_eq!(events.len(), 1);
        assert_eq!(
            (&events[0]["wallet"], &events[0]["merchant"]),
            (&json!(wallet), &json!(shop.id))
        );
        let statement = payer
            .post("/internal/v1/wallet-statement", &json!({ "page": { "first": 1 } }))
            .await
            .ok();
        assert_eq!(statement["edges"][0]["node"]["counterparty"], "Chợ Đông Ba quầy 126");
        city.settle().await;
    });
}

#[test]
fn a_fee_the_payer_bears_is_quoted_limited_and_taken_on_top() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, Some(payer_bears(100, 1_000))).await;
        let what = json!({ "payeeId": shop.id, "amount": "90000" });
        let mut asked = what.clone();
        asked["idempotencyKey"] = new_id(city).into();

        let offer = quote(&payer, &asked).await;
        let paid = pay(city, &payer, &what).await.ok();
        let broke = pay(city, &payer, &json!({ "payeeId": shop.id, "amount": "8000" })).await;

        assert_eq!(
            (&offer["amount"], &offer["fee"], &offer["total"], &offer["operation"]),
            (&json!("90000"), &json!("1900"), &json!("91900"), &json!("payMerchant"))
        );
        assert_eq!(
            (&offer["payee"]["id"], &offer["payee"]["person"]),
            (&json!(shop.id), &json!(false))
        );
        assert_eq!((&paid["amount"], &paid["fee"]), (&json!("90000"), &json!("1900")));
        assert_eq!(broke.code(), "INSUFFICIENT_FUNDS", "8100 are there, 9080 are wanted");
        assert_eq!(available(&payer).await, 8_100);
        assert_eq!((balance(city, &shop).await, earned(city).await), (90_000, 1_900));
        // The limit is about what leaves the wallet.
        let (other, _) = rich(city, 60_000_000).await;
        let most = pay(city, &other, &json!({ "payeeId": shop.id, "amount": "49999999" })).await;
        assert_eq!(
            (most.code().as_str(), &most.json()["details"]["rule"]),
            ("LIMIT_EXCEEDED", &json!("SINGLE"))
        );
        city.settle().await;
    });
}

#[test]
fn a_changed_fee_begins_at_midnight_because_quotes_hold_until_then() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let path = format!("/admin/v1/payments/merchants/{}/fees", shop.id);
        let set = shop.officer.send(Method::PUT, &path, Some(&payer_bears(0, 700)), &[]).await.ok();
        let what = json!({ "payeeId": shop.id, "amount": "1000" });

        let today = pay(city, &payer, &what).await.ok();
        let late = paying(city, &payer, &new_id(city), &what).await;
        city.clock().advance(chrono::Duration::hours(15));
        payer.principal.auth_at = None;
        let tomorrow = pay(city, &payer, &what).await.ok();
        let late = payer.post("/internal/v1/pay-merchant", &late).await;

        assert_eq!(
            (&set["from"], &today["fee"], &tomorrow["fee"]),
            (&json!("2026-03-05"), &json!("0"), &json!("700"))
        );
        assert_eq!(late.code(), "AMOUNT_CHANGED", "whatever the quote was of then");
        city.settle().await;
    });
}

#[test]
fn of_many_who_pay_an_order_one_does() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-1", 30_000, "AUTO").await;
        let what = json!({ "orderId": order["id"] });
        let mut payers = Vec::new();
        for _ in 0..5 {
            payers.push(rich(city, 100_000).await.0);
        }

        let answers = join_all(payers.iter().map(|payer| pay(city, payer, &what))).await;

        let paid: Vec<_> = answers.iter().filter(|answer| answer.code().is_empty()).collect();
        assert_eq!(paid.len(), 1);
        let winner = paid[0].json()["id"].clone();
        for refused in answers.iter().filter(|answer| !answer.code().is_empty()) {
            assert_eq!(refused.code(), "ALREADY_RESOLVED");
            assert_eq!(refused.json()["details"], json!({ "outcome": "PAID", "winner": winner }));
        }
        assert_eq!(balance(city, &shop).await, 30_000);
        let path = format!("/merchant/v1/orders/{}", order["id"].as_str().unwrap());
        let order = shop.get(city, &path).await.ok();
        assert_eq!((&order["state"], &order["payment"]), (&json!("PAID"), &winner));
        let offer = json!({ "idempotencyKey": new_id(city), "orderId": order["id"] });
        let problems = quote(&payers[0], &offer).await["problems"].clone();
        assert_eq!(problems[0]["code"], "ALREADY_RESOLVED");
        city.settle().await;
    });
}

#[test]
fn an_order_is_paid_with_its_own_amount_within_its_time_and_with_a_fitting_proof() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let order = shop.order(city, "DH-1", 30_000, "AUTO").await;
        let id = new_id(city);
        let good = paying(city, &payer, &id, &json!({ "orderId": order["id"] })).await;
        let with = |changes: Value| {
            let mut body = good.clone();
            for (key, value) in changes.as_object().unwrap() {
                body[key] = value.clone();
            }
            body
        };
        let path = "/internal/v1/pay-merchant";

        for (changes, code) in [
            (json!({ "amount": "29999" }), "AMOUNT_CHANGED"),
            (json!({ "amount": "0" }), "INPUT"),
            (json!({ "payeeId": shop.id }), "INPUT"),
            (json!({ "orderId": null }), "INPUT"),
            (json!({ "orderId": null, "payeeId": shop.id }), "STEP_UP_MISMATCH"),
            (json!({ "note": "x" }), "STEP_UP_MISMATCH"),
            (json!({ "idempotencyKey": new_id(city) }), "STEP_UP_MISMATCH"),
            (json!({ "stepUpToken": null }), "STEP_UP_REQUIRED"),
            (json!({ "orderId": "ord_019a00000001700080000000000000ff" }), "NOT_FOUND"),
            (
                json!({ "orderId": null, "payeeId": "mer_019a00000001700080000000000000ff" }),
                "NOT_FOUND",
            ),
        ] {
            assert_eq!(payer.post(path, &with(changes.clone())).await.code(), code, "{changes}");
        }
        assert_eq!(person(city).post(path, &good).await.code(), "WALLET_REQUIRED");
        city.clock().advance(chrono::Duration::minutes(15));
        payer.principal.auth_at = Some(city.clock().now());
        let late = pay(city, &payer, &json!({ "orderId": order["id"] })).await;

        assert_eq!(late.code(), "OFFER_EXPIRED");
        let path = format!("/merchant/v1/orders/{}", order["id"].as_str().unwrap());
        assert_eq!(shop.get(city, &path).await.ok()["state"], "EXPIRED");
        assert_eq!((available(&payer).await, balance(city, &shop).await), (100_000, 0));
        city.settle().await;
    });
}

#[test]
fn reserved_money_is_captured_in_part_with_the_fee_of_that_part() {
    run::<Payments>(async |city: &Town| {
        for (fee, held, free, got, shown) in [
            (None, 30_000, 80_000, 20_000, json!(["20000", "0"])),
            (Some(payee_bears(1_000, 0)), 30_000, 80_000, 18_000, json!(["20000", "2000"])),
            (Some(payer_bears(1_000, 0)), 33_000, 78_000, 20_000, json!(["20000", "0"])),
        ] {
            let before = earned(city).await;
            let (payer, _) = rich(city, 100_000).await;
            let shop = shop(city, fee).await;
            let order = shop.order(city, "DH-1", 30_000, "MANUAL").await;

            let reserved = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
            let payment = reserved["id"].as_str().unwrap();
            assert_eq!(
                (&reserved["state"], &reserved["amount"]),
                (&json!("AUTHORISED"), &json!("30000"))
            );
            assert_eq!(reserved["fee"], (held - 30_000).to_string());
            assert_eq!((available(&payer).await, balance(city, &shop).await), (100_000 - held, 0));

            let path = format!("/merchant/v1/payments/{payment}/capture");
            let too_much = json!({ "id": new_id(city), "amount": "30001" });
            assert_eq!(shop.post(city, &path, &too_much).await.code(), "CAPTURE_TOO_LARGE");
            let part = json!({ "id": new_id(city), "amount": "20000" });
            let captured = shop.post(city, &path, &part).await.ok();
            let again = shop.post(city, &path, &part).await.ok();
            let second = json!({ "id": new_id(city), "amount": "1000" });
            let second = shop.post(city, &path, &second).await;

            assert_eq!(captured, again);
            assert_eq!(json!([captured["captured"], captured["fee"]]), shown);
            assert_eq!(second.code(), "HOLD_RESOLVED");
            assert_eq!((available(&payer).await, balance(city, &shop).await), (free, got));
            assert_eq!(earned(city).await - before, 100_000 - free - got);
            let seen = payer.post("/internal/v1/payment", &json!({ "id": payment })).await.ok();
            assert_eq!((&seen["state"], &seen["captured"]), (&json!("CAPTURED"), &json!("20000")));
            assert_eq!(seen["fee"], (80_000 - free).to_string());
        }
        assert_eq!(told(city, "PaymentAuthorised").await.len(), 3);
        assert_eq!(told(city, "PaymentCaptured").await.len(), 3);
        city.settle().await;
    });
}

#[test]
fn reserved_money_that_is_voided_or_forgotten_is_free_again() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, wallet) = rich(city, 100_000).await;
        let shop = shop(city, Some(payer_bears(1_000, 0))).await;
        let (mut orders, mut payments) = (Vec::new(), Vec::new());
        for order in ["DH-1", "DH-2"] {
            let order = shop.order(city, order, 10_000, "MANUAL").await;
            let paid = pay(city, &payer, &json!({ "orderId": order["id"] })).await.ok();
            payments.push(paid["id"].as_str().unwrap().to_owned());
            orders.push(order["id"].clone());
        }
        assert_eq!(available(&payer).await, 78_000);

        let void = json!({ "id": new_id(city) });
        let path = format!("/merchant/v1/payments/{}/void", payments[0]);
        let voided = shop.post(city, &path, &void).await.ok();
        assert_eq!(voided, shop.post(city, &path, &void).await.ok());
        city.clock().advance(chrono::Duration::days(7));
        payer.principal.auth_at = None;
        city.settle().await;
        let path = format!("/merchant/v1/payments/{}/capture", payments[1]);
        let capture = json!({ "id": new_id(city), "amount": "10000" });
        let late = shop.post(city, &path, &capture).await;

        assert_eq!(voided["state"], "VOIDED");
        let freed = told(city, "PaymentVoided").await;
        assert_eq!((freed.len(), &freed[0]["payment"]), (1, &json!(payments[0])));
        assert_eq!(
            (&freed[0]["account"], &freed[0]["wallet"], &freed[0]["amount"]),
            (&json!(payer.account()), &json!(wallet), &json!("10000")),
            "without the payer's fee of 1,000"
        );
        assert_eq!((&freed[0]["merchant"], &freed[0]["order"]), (&json!(shop.id), &orders[0]));
        assert_eq!(late.code(), "HOLD_RESOLVED");
        assert_eq!((available(&payer).await, balance(city, &shop).await), (100_000, 0));
        let seen = payer.post("/internal/v1/payment", &json!({ "id": payments[1] })).await.ok();
        assert_eq!(seen["state"], "EXPIRED");
        city.settle().await;
        let events = shop.get(city, "/merchant/v1/events").await.ok();
        let kinds = events["events"].as_array().unwrap().iter();
        let mut kinds: Vec<_> = kinds.map(|event| event["type"].as_str().unwrap()).collect();
        kinds.sort_unstable();
        let both = ["payment.authorised"; 2];
        assert_eq!(kinds, [&both[..], &["payment.expired", "payment.voided"]].concat());
    });
}

#[test]
fn a_draft_cannot_be_paid_and_a_suspended_or_closed_merchant_no_more() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (_, drafted) = draft(city, "Nháp").await;
        let id = new_id(city);
        let body = json!({ "idempotencyKey": id, "payeeId": drafted, "amount": "1000" });
        assert_eq!(payer.post("/internal/v1/payment-quote", &body).await.code(), "NOT_FOUND");
        assert_eq!(payer.post("/internal/v1/pay-merchant", &body).await.code(), "NOT_FOUND");

        let shop = shop(city, None).await;
        let what = json!({ "payeeId": shop.id, "amount": "1000" });
        drop(pay(city, &payer, &what).await.ok());
        assert_eq!(shop.becomes(city, "SUSPENDED").await.ok()["state"], "SUSPENDED");
        assert_eq!(pay(city, &payer, &what).await.code(), "ACCOUNT_FROZEN");
        let order = json!({ "orderRef": "X", "amount": "1000" });
        assert_eq!(shop.post(city, "/merchant/v1/orders", &order).await.code(), "STATE");
        assert_eq!(shop.becomes(city, "CLOSED").await.code(), "STATE", "there is money on it");
        assert_eq!(shop.becomes(city, "DRAFT").await.code(), "STATE");
        assert_eq!(shop.becomes(city, "ACTIVE").await.ok()["state"], "ACTIVE");
        drop(pay(city, &payer, &what).await.ok());
        city.settle().await;
    });
}

#[test]
fn officers_keep_merchants_and_what_they_type_is_checked() {
    run::<Payments>(async |city: &Town| {
        let (officer, id) = draft(city, "Cà phê Muối").await;
        let root = "/admin/v1/payments/merchants";
        let key = new_id(city);
        city.clock().advance(chrono::Duration::seconds(1));
        let body = particulars("Bún bò Mệ Kéo", "DAILY");
        let first = officer.post_once(root, &key, &body).await.ok();
        assert_eq!(first, officer.post_once(root, &key, &body).await.ok());
        assert_eq!(
            officer.post_once(root, &key, &particulars("khác", "DAILY")).await.code(),
            "KEY_REUSED"
        );

        let bad = json!({ "name": " ", "taxCode": "33", "mcc": "5a11", "bankBin": "97043", "bankAccount": "", "settle": "DAILY" });
        let refused = officer.post_once(root, &new_id(city), &bad).await;
        let changed = particulars("Cà phê Muối Huế", "WEEKLY");
        let path = format!("{root}/{id}");
        let edited = officer.send(Method::PUT, &path, Some(&changed), &[]).await.ok();
        let listed = officer.get(&format!("{root}?first=1")).await.ok();
        let cursor = listed["edges"][0]["cursor"].as_str().unwrap();
        let next = officer.get(&format!("{root}?first=1&after={cursor}")).await.ok();

        assert_eq!(refused.fields(), ["/name", "/taxCode", "/mcc", "/bankBin", "/bankAccount"]);
        assert_eq!(
            (&edited["name"], &edited["settle"], &edited["state"]),
            (&json!("Cà phê Muối Huế"), &json!("WEEKLY"), &json!("DRAFT"))
        );
        assert_eq!(officer.get(&path).await.ok(), edited);
        assert_eq!(
            (&listed["edges"][0]["node"]["id"], &listed["hasNextPage"]),
            (&json!(id), &json!(true))
        );
        assert_eq!(
            (&next["edges"][0]["node"]["id"], &next["hasNextPage"]),
            (&first["id"], &json!(false))
        );
        for stranger in [city.officer("roads"), city.coordinator()] {
            assert_eq!(stranger.get(root).await.code(), "SCOPE");
            assert_eq!(
                stranger.send(Method::PUT, &path, Some(&changed), &[]).await.code(),
                "SCOPE"
            );
        }
        assert_eq!(person(city).get(root).await.code(), "FORBIDDEN");
        let store = json!({ "code": "A", "name": "Quầy A" });
        let (stores, key) = (format!("{path}/stores"), new_id(city));
        let opened = officer.post_once(&stores, &key, &store).await.ok();
        assert_eq!(opened, officer.post_once(&stores, &key, &store).await.ok());
        assert_eq!(finance(city).post_once(&stores, &new_id(city), &store).await.code(), "STATE");
        assert_eq!(officer.get(&stores).await.ok(), json!([opened]));
        city.settle().await;
    });
}

#[test]
fn a_merchant_is_settled_in_the_rhythm_that_an_officer_set() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, _) = rich(city, 100_000).await;
        payer.principal.auth_at = None;
        let shop = shop(city, None).await;
        drop(pay(city, &payer, &json!({ "payeeId": shop.id, "amount": "7000" })).await.ok());
        city.clock().advance(chrono::Duration::days(1));
        city.settle().await;
        assert_eq!(balance(city, &shop).await, 7_000, "when an officer says so");

        let daily = particulars("Chợ Đông Ba", "DAILY");
        let path = format!("/admin/v1/payments/merchants/{}", shop.id);
        drop(shop.officer.send(Method::PUT, &path, Some(&daily), &[]).await.ok());
        city.clock().advance(chrono::Duration::days(1));
        city.settle().await;

        assert_eq!(balance(city, &shop).await, 0);
        let events = shop.get(city, "/merchant/v1/events").await.ok();
        let last = &events["events"][1];
        assert_eq!(
            (&last["type"], &last["data"]["amount"]),
            (&json!("settlement.closed"), &json!("7000"))
        );
        let settlement = last["data"]["settlement"].as_str().unwrap();
        let closed =
            shop.officer.get("/admin/v1/payments/settlements").await.ok()["edges"][0]["node"]
                .clone();
        assert_eq!(
            (closed["id"].as_str(), &closed["name"]),
            (Some(settlement), &json!("Chợ Đông Ba"))
        );
    });
}

#[test]
fn what_a_bank_sends_back_waits_until_its_merchant_takes_money_again() {
    run::<Payments>(async |city: &Town| {
        let (mut payer, _) = rich(city, 100_000).await;
        payer.principal.auth_at = None;
        let shop = shop(city, None).await;
        drop(pay(city, &payer, &json!({ "payeeId": shop.id, "amount": "7000" })).await.ok());
        let path = format!("/admin/v1/payments/merchants/{}", shop.id);
        let daily = particulars("Chợ Đông Ba", "DAILY");
        drop(shop.officer.send(Method::PUT, &path, Some(&daily), &[]).await.ok());
        city.clock().advance(chrono::Duration::days(1));
        city.settle().await;
        let officer = finance(city);
        let page = officer.get("/admin/v1/payments/settlements").await.ok();
        let id = page["edges"][0]["node"]["id"].as_str().expect("it was settled").to_owned();
        let (path, reason) = (
            format!("/admin/v1/payments/settlements/{id}/returned"),
            json!({ "reason": crate::town::REASON }),
        );

        drop(shop.becomes(city, "SUSPENDED").await.ok());
        let refused = [officer.post(&path, &reason).await, officer.post(&path, &reason).await];
        drop(shop.becomes(city, "ACTIVE").await.ok());
        let (one, other) = tokio::join!(officer.post(&path, &reason), officer.post(&path, &reason));

        assert!(refused.iter().all(|answer| answer.code() == "ACCOUNT_FROZEN"));
        assert_eq!(
            (one.ok()["state"].clone(), other.ok()["state"].clone()),
            (json!("RETURNED"), json!("RETURNED"))
        );
        assert_eq!(balance(city, &shop).await, 7_000);
        city.settle().await;
    });
}
