//! Receipts: what a stranger proves with them, and what is refused.

use city_payments::ledger::Purpose;
use city_receipt::{Leaf, PublishedKeys, Unproven, sha256, verify};
use city_testkit::run;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::subject::Payments;
use crate::town::{Town, finance, new_id, one, person, rich, send, sending};

/// The published keys.
pub async fn keys(city: &Town) -> PublishedKeys {
    let answer = city.anonymous().get("/.well-known/payment-receipt-keys.json").await;
    PublishedKeys::parse(&String::from_utf8_lossy(answer.bytes())).expect("it is a JWK set")
}

#[test]
fn a_receipt_proves_payee_and_amount_offline_and_nothing_else_passes() {
    run::<Payments>(async |city: &Town| {
        let ((payer, from), (receiver, to)) = (rich(city, 90_000).await, rich(city, 0).await);
        let mut bodies = Vec::new();
        for n in 1..=12 {
            bodies.push(sending(city, &payer, &new_id(city), &to, n * 1_000).await);
        }
        let sends = bodies.iter().map(|body| payer.post("/internal/v1/send-money", body));
        let answers = join_all(sends).await;
        let paid: Vec<_> = answers
            .into_iter()
            .map(|answer| answer.json())
            .filter(|json| json["id"].is_string())
            .collect();
        assert_eq!(paid.len(), 12, "90,000 dong are enough for 78,000");
        let keys = keys(city).await;

        for payment in &paid {
            let path = format!("/v1/payments/{}/receipt.json", payment["id"].as_str().unwrap());
            let file = receiver.get(&path).await;
            assert!(
                file.header("content-disposition")
                    .starts_with("attachment; filename=\"receipt-pay_")
            );
            let text = String::from_utf8_lossy(file.bytes()).into_owned();
            let proven = verify(&text, &keys).unwrap();
            let Leaf::Leg(leg) = proven.leaf else { panic!("a payment is a leg") };
            let doc: Value = serde_json::from_str(proven.doc.as_deref().unwrap()).unwrap();
            assert_eq!(leg.amount.to_string(), payment["amount"].as_str().unwrap());
            assert_eq!(leg.purpose, Purpose::Person.number().cast_unsigned());
            assert_eq!(
                (&doc["payee"], &doc["payment"], &doc["amount"]),
                (&json!(to), &payment["id"], &payment["amount"])
            );
            assert!(!text.contains(&payer.account().to_string()), "no payer in it");

            let mut forged: Value = serde_json::from_str(&text).unwrap();
            let claim = doc.to_string().replace(payment["amount"].as_str().unwrap(), "99000");
            forged["doc"] = claim.into();
            assert!(matches!(verify(&forged.to_string(), &keys), Err(Unproven::False(_))));
        }
        assert!(
            one(city, "select count(*) from payments.ledger_batch").await < 13,
            "some shared a batch"
        );
        let other = city_receipt::HeadKey::from_seed(&sha256(&[b"another"])).published();
        let path = json!({ "id": paid[0]["id"] });
        let receipt = payer.post("/internal/v1/payment-receipt", &path).await.ok().to_string();
        assert!(matches!(verify(&receipt, &other), Err(Unproven::UnknownKey(_))));
        assert_ne!(from, to);
        city.settle().await;
    });
}

#[test]
fn a_batch_with_refusals_and_commands_proves_its_payments_too() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (poor, poor_wallet)) = (rich(city, 9_000).await, rich(city, 0).await);
        let officer = finance(city);
        let (_, third) = rich(city, 0).await;
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for _ in 0..20 {
            good.push(sending(city, &payer, &new_id(city), &third, 10).await);
            bad.push(sending(city, &poor, &new_id(city), &third, 10).await);
        }
        let freeze = json!({ "mode": "FROZEN", "reason": "asked for by letter 17" });
        let path = format!("/admin/v1/payments/wallets/{poor_wallet}/freeze");
        let key = new_id(city);

        let pairs = good.iter().zip(&bad).map(async |(good, bad)| {
            let path = "/internal/v1/send-money";
            tokio::join!(payer.post(path, good), poor.post(path, bad))
        });
        let freezing = officer.post_once(&path, &key, &freeze);
        let (answers, frozen) = tokio::join!(join_all(pairs), freezing);
        let (paid, refused): (Vec<_>, Vec<_>) = answers.into_iter().unzip();

        let codes = ["INSUFFICIENT_FUNDS", "ACCOUNT_FROZEN"];
        for answer in &refused {
            assert!(codes.contains(&&*answer.code()), "{}", answer.json());
        }
        assert_eq!(frozen.ok()["state"], "FROZEN");
        let keys = keys(city).await;
        for payment in paid {
            let id = json!({ "id": payment.ok()["id"] });
            let receipt = payer.post("/internal/v1/payment-receipt", &id).await.ok().to_string();
            assert!(verify(&receipt, &keys).is_ok());
        }
        let mixed =
            "select count(*) from payments.ledger_batch where transfers > 0 and rejections > 0";
        assert!(one(city, mixed).await > 0, "payments shared batches with refusals");
        city.settle().await;
    });
}

#[test]
fn only_who_has_a_part_in_a_payment_gets_its_receipt() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 9_000).await, rich(city, 0).await);
        let paid = send(city, &payer, &to, 10).await.ok();
        let path = format!("/v1/payments/{}/receipt.json", paid["id"].as_str().unwrap());
        let unknown = "/v1/payments/pay_00000000000070008000000000000007/receipt.json";

        assert_eq!(person(city).get(&path).await.code(), "NOT_FOUND");
        assert_eq!(payer.get(unknown).await.code(), "NOT_FOUND");
        assert_eq!(finance(city).get(&path).await.code(), "FORBIDDEN");
        assert_eq!(city.anonymous().get(&path).await.code(), "SIGN_IN_REQUIRED");
        city.settle().await;
    });
}
