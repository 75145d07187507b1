//! However a provider says that it was paid: one credit.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::{ALL, Started, answers, happens, pass, start, start_as, state, view};
use crate::billers::{by_code, import, water};
use crate::subject::Payments;
use crate::town::{Town, available, catalogue_says, new_id, one, person, rich, told};

/// Minutes at which something happens in a week.
const WEEK: [i64; 13] = [0, 1, 3, 5, 10, 16, 20, 60, 120, 1440, 1445, 2880, 10080];

#[test]
fn f08_whatever_way_it_is_told_it_is_credited_once() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let mut all: Vec<(Started, &str, i64)> = Vec::new();
        let mut amount = 20_000;
        for provider in ALL {
            for name in [
                "paid",
                "paid_ipn_x10",
                "paid_no_ipn",
                "paid_ipn_24h",
                "fail_after_paid",
                "paid_after_fail",
                "paid_after_expiry",
            ] {
                amount += 1_000;
                let started = start(city, &who, provider, amount).await;
                happens(city, &started, name).await;
                all.push((started, name, amount));
            }
            if provider != "VNPAY" {
                amount += 1_000;
                let name = "ipn_before_create_answer";
                pass(city, [0]).await; // what else is due does not keep the payer waiting
                let started = start_as(city, &who, provider, amount, Some(name)).await;
                assert_eq!(started.view["state"], "PAID", "{provider}");
                all.push((started, name, amount));
            }
        }

        pass(city, WEEK).await;

        for (started, name, amount) in &all {
            let seen = view(&who, started).await;
            assert_eq!(seen["state"], "PAID", "{} {name}", started.provider);
            let payment =
                who.post("/internal/v1/payment", &json!({ "id": seen["payment"] })).await.ok();
            assert_eq!(
                (&payment["amount"], &payment["purpose"]),
                (&json!(amount.to_string()), &json!("TOP_UP"))
            );
        }
        let sum: i64 = all.iter().map(|(.., amount)| amount).sum();
        assert_eq!(available(&who).await, sum);
        let legs = "select count(*) from payments.ledger_transfer where purpose = 14";
        assert_eq!(one(city, legs).await, i64::try_from(all.len()).unwrap());
        let succeeded = told(city, "TopUpSucceeded").await;
        assert_eq!(succeeded.len(), all.len());
        assert!(succeeded.iter().all(|event| event["wallet"] == wallet));
        let proofs = "select count(*) from payments.provider_txn";
        assert_eq!(one(city, proofs).await, i64::try_from(all.len()).unwrap());

        // A failure after the money is only noted, and where it is told twice it is known.
        let noted =
            "select count(*) from payments.provider_break where class = 'FAILED_AFTER_PAID'";
        assert_eq!(one(city, noted).await, 2, "ZaloPay tells of no failure");
        let of = |provider: &str, wanted: &str| {
            let found = all.iter().find(|(of, name, _)| of.provider == provider && *name == wanted);
            found.expect("it was started").0.clone()
        };
        let ten = answers(city, &of("VNPAY", "paid_ipn_x10"));
        assert!(ten.len() >= 10);
        // Ten at once: whom a busy city cannot take in now it asks to come again.
        let answered = ["\"00\"", "\"02\"", "\"99\""];
        assert!(ten.iter().all(|it| answered.iter().any(|code| it.contains(code))), "{ten:?}");
        assert!(answers(city, &of("VNPAY", "paid_ipn_24h"))[0].contains(r#""02""#));
        assert!(answers(city, &of("VNPAY", "fail_after_paid"))[1].contains(r#""02""#));
        assert_eq!(answers(city, &of("MOMO", "paid")), ["204"]);
        assert_eq!(
            answers(city, &of("ZALOPAY", "paid")),
            [r#"200 {"return_code":1,"return_message":"success"}"#]
        );
        assert!(answers(city, &of("MOMO", "paid_no_ipn")).is_empty());
    });
}

#[test]
fn a_week_old_paid_order_is_asked_about_no_more() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 50_000).await;
        happens(city, &started, "paid").await;
        pass(city, [0, 1]).await;

        let to_ask = "select count(*) from payments.provider_order where next_poll_at is not null";
        assert_eq!(one(city, to_ask).await, 0);
        assert_eq!(state(&who, &started).await, "PAID");
    });
}

/// A bill that is nobody's.
pub async fn bill(city: &Town, who: &Character, amount: i64) -> Value {
    let now = city_clock::Clock::now(city.clock());
    let bill_ref = city.infra().ids.uuid(now).to_string();
    let line = json!({ "code": "LPHT", "name": "Lệ phí hộ tịch", "amount": amount.to_string() });
    let body = json!({
        "billRef": bill_ref, "dossier": "dos_00000000000070008000000000000007", "code": "H57.26-0017",
        "payer": null, "purpose": "INTAKE", "amount": amount.to_string(), "payeeAgency": "HUE-STP",
        "deadline": "2026-03-10", "lines": [line],
    });
    catalogue_says(city, "DossierFeeRequested", body).await;
    city.settle().await;
    let opened = told(city, "BillOpened").await;
    let id = &opened.last().expect("it was told")["bill"];
    who.post("/internal/v1/bill", &json!({ "id": id })).await.ok()
}

/// Starts to pay what is due of a bill; the payer opens the page.
pub async fn through(
    city: &Town,
    who: &Character,
    provider: &'static str,
    bill: &Value,
) -> Started {
    let id = new_id(city);
    let body = json!({
        "idempotencyKey": id, "provider": provider, "amount": bill["due"], "billId": bill["id"],
    });
    super::begin(who, provider, &body, &id).await
}

#[test]
fn a_bill_is_paid_by_somebody_without_a_wallet() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        let bill = bill(city, &who, 75_000).await;
        let id = new_id(city);
        let mut body = super::to_start(&id, "VNPAY", 74_999);
        body["billId"] = bill["id"].clone();
        assert_eq!(super::try_start(&who, &body).await.code(), "AMOUNT_CHANGED");
        body["amount"] = json!("75000");
        let started = super::begin(&who, "VNPAY", &body, &id).await;

        happens(city, &started, "paid_ipn_x10").await;
        pass(city, [0, 1, 3]).await;

        let seen = view(&who, &started).await;
        assert_eq!((&seen["state"], &seen["bill"]), (&json!("PAID"), &bill["id"]));
        let paid = who.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await.ok();
        assert_eq!((&paid["state"], &paid["payment"]), (&json!("PAID"), &seen["payment"]));
        assert_eq!(told(city, "BillPaid").await.len(), 1);
        let told_payer = told(city, "PaymentSucceeded").await;
        let one_payment = json!({
            "payment": seen["payment"], "account": who.account(), "purpose": "PUBLIC_FEE", "amount": "75000",
            "bill": bill["id"],
        });
        assert_eq!(told_payer, [one_payment], "who paid, without a wallet");
        assert!(told(city, "TopUpSucceeded").await.is_empty());
        let agency = "select sum(credits_posted) from payments.ledger_account where class = 22";
        assert_eq!(one(city, agency).await, 75_000);
        assert_eq!(super::net(city, super::CLEARING_VNPAY).await, -75_000);

        let again = super::to_start(&new_id(city), "MOMO", 75_000);
        let again = json!({ "billId": bill["id"], "idempotencyKey": again["idempotencyKey"], "provider": "MOMO", "amount": "75000" });
        let again = super::try_start(&who, &again).await;
        assert_eq!(
            (again.code().as_str(), &again.json()["details"]["outcome"]),
            ("ALREADY_RESOLVED", &json!("PAID"))
        );
    });
}

#[test]
fn who_paid_a_bill_through_a_provider_has_the_payment_and_nobody_else() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (payer, follower, stranger) = (person(city), person(city), person(city));
        import(city, "W1,KH-07,Trần Thị Bình,03/2026,2026-03-20,NUOC,Tiền nước,75000,,,,\n").await;
        let bill = by_code(&payer, &biller, "KH-07").await.remove(0);
        let watch = json!({
            "idempotencyKey": new_id(city), "billerId": biller["id"], "customerCode": "KH-07", "on": true,
        });
        drop(follower.post("/internal/v1/set-bill-watch", &watch).await.ok());
        // Another who began to pay it and did not.
        let unpaid = through(city, &stranger, "MOMO", &bill).await;
        let started = through(city, &payer, "VNPAY", &bill).await;
        happens(city, &started, "paid_ipn_x10").await;
        pass(city, [0, 1, 3]).await;

        let order = view(&payer, &started).await;
        let id = json!({ "id": order["payment"] });
        let payment = payer.post("/internal/v1/payment", &id).await.ok();
        assert_eq!(
            (&payment["id"], &payment["state"], &payment["amount"], &payment["bill"]),
            (&order["payment"], &json!("SUCCEEDED"), &json!("75000"), &bill["id"])
        );
        assert_eq!(
            (&payment["payee"], &payment["purpose"]),
            (&json!("Cấp nước Huế"), &json!("WATER"))
        );
        let path = format!("/v1/payments/{}/receipt.json", order["payment"].as_str().unwrap());
        let receipt = payer.get(&path).await.ok().to_string();
        let proven = city_receipt::verify(&receipt, &crate::receipts::keys(city).await).unwrap();
        let doc: Value = serde_json::from_str(proven.doc.as_deref().unwrap()).unwrap();
        assert_eq!((&doc["billNumber"], &doc["amount"]), (&json!("W1"), &json!("75000")));
        let read = json!({ "ids": [bill["id"], order["payment"]] });
        let both = payer.post("/internal/v1/nodes:batch", &read).await.ok();
        assert_eq!(both[0]["node"]["payment"], order["payment"]);
        assert_eq!(both[1]["node"], payment);

        for other in [&follower, &stranger] {
            let both = other.post("/internal/v1/nodes:batch", &read).await.ok();
            assert_eq!((&both[0]["node"]["state"], &both[1]), (&json!("PAID"), &Value::Null));
            assert_eq!(by_code(other, &biller, "KH-07").await[0]["state"], "PAID");
            assert_eq!(other.post("/internal/v1/payment", &id).await.code(), "NOT_FOUND");
            assert_eq!(other.get(&path).await.code(), "NOT_FOUND");
            let order = json!({ "id": started.id });
            let order = other.post("/internal/v1/provider-payment", &order).await;
            assert_eq!(order.code(), "NOT_FOUND");
        }
        assert_eq!(view(&stranger, &unpaid).await["payment"], Value::Null);
    });
}
