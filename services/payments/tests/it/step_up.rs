//! The confirmation by PIN: only for exactly this payment.

use city_auth::step_up::{Operation, OperationDigest, StepUpClaims};
use city_clock::Clock as _;
use city_ids::ServiceName;
use city_testkit::run;
use serde_json::{Value, json};

use crate::billers::{by_code, import, paying, water};
use crate::closing::{close, closing};
use crate::neighbour;
use crate::subject::Payments;
use crate::town::{Town, available, confirm, new_id, one, quote, rich, token};

#[test]
fn a_confirmation_counts_for_one_payment_of_one_session_and_no_other() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (other, to)) = (rich(city, 9_000).await, rich(city, 0).await);
        let (_, third) = rich(city, 0).await;
        let (id, path) = (new_id(city), "/internal/v1/send-money");
        let body = json!({ "idempotencyKey": id, "payeeId": to, "amount": "500", "note": "a" });
        let offer = quote(&payer, &body).await;
        let (name, digest) = (
            &offer["operation"],
            OperationDigest::parse(offer["operationDigest"].as_str().unwrap()).unwrap(),
        );
        let good = confirm(city, &payer, &offer);
        let with = |changes: Value, token: &str| {
            let mut body = body.clone();
            for (key, value) in changes.as_object().unwrap() {
                body[key] = value.clone();
            }
            body["stepUpToken"] = token.into();
            body
        };
        let mut elsewhere = payer.principal.clone();
        elsewhere.session = other.principal.session;
        let operation = Operation {
            audience: ServiceName::Accounts,
            account: payer.account(),
            session: payer.principal.session.unwrap(),
            name: "sendMoney",
            digest,
        };
        let audience = StepUpClaims::new(&operation, "x".into(), city.clock().now());
        let forged = audience.sign(&city_auth::SigningKey::from_seed(&[1; 32]));

        for (body, why) in [
            (with(json!({ "amount": "501" }), &good), "another amount"),
            (with(json!({ "payeeId": third }), &good), "another payee"),
            (with(json!({ "note": "b" }), &good), "another note"),
            (with(json!({ "idempotencyKey": new_id(city) }), &good), "another payment"),
            (with(json!({}), &token(city, &other.principal, name, digest)), "another person"),
            (with(json!({}), &token(city, &elsewhere, name, digest)), "another session"),
            (
                with(json!({}), &token(city, &payer.principal, &json!("payBill"), digest)),
                "another operation",
            ),
            (with(json!({}), &audience.sign(&neighbour::key())), "another service"),
            (with(json!({}), &forged), "another key"),
            (with(json!({}), "a.b.c"), "no token"),
        ] {
            let refused = payer.post(path, &body).await;
            assert_eq!(
                (refused.status().as_str(), refused.code().as_str()),
                ("409 Conflict", "STEP_UP_MISMATCH"),
                "{why}"
            );
        }
        city.clock().advance(chrono::Duration::seconds(125));
        let late = payer.post(path, &with(json!({}), &good)).await;
        assert_eq!(late.code(), "STEP_UP_EXPIRED");
        assert_eq!(one(city, "select count(*) from payments.ledger_rejection").await, 0);

        let fresh = confirm(city, &payer, &offer);
        drop(payer.post(path, &with(json!({}), &fresh)).await.ok());
        drop(payer.post(path, &with(json!({}), &fresh)).await.ok());
        assert_eq!(available(&payer).await, 8_500, "a token has one effect");
        city.settle().await;
    });
}

#[test]
fn a_confirmation_of_a_bill_pays_that_revision_for_that_person_and_nothing_else() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let ((payer, _), (other, _)) = (rich(city, 9_000).await, rich(city, 9_000).await);
        let line = |number: &str, period: &str| {
            format!("{number},KH-1,,{period},2026-03-20,NUOC,Tiền nước,1000,,,,\n")
        };
        import(city, &(line("W1", "01/2026") + &line("W2", "01/2026"))).await;
        let bills = by_code(&payer, &biller, "KH-1").await;
        let of = |number: &str| bills.iter().find(|bill| bill["number"] == number).unwrap();
        let path = "/internal/v1/pay-bill";
        let good = paying(city, &payer, of("W1")).await;
        let offer = json!({ "idempotencyKey": good["idempotencyKey"], "billId": of("W1")["id"] });
        let offer = quote(&payer, &offer).await;
        let digest = offer["operationDigest"].as_str().and_then(OperationDigest::parse).unwrap();
        let mut elsewhere = payer.principal.clone();
        elsewhere.session = other.principal.session;
        let with = |member: &str, value: Value| {
            let mut body = good.clone();
            body[member] = value;
            body
        };
        let signed = |who, name: &str| token(city, who, &json!(name), digest);

        for (who, body, code) in [
            (&payer, with("billId", of("W2")["id"].clone()), "STEP_UP_MISMATCH"),
            (&payer, with("idempotencyKey", new_id(city).into()), "STEP_UP_MISMATCH"),
            (&other, good.clone(), "STEP_UP_MISMATCH"),
            (
                &payer,
                with("stepUpToken", signed(&payer.principal, "sendMoney").into()),
                "STEP_UP_MISMATCH",
            ),
            (&payer, with("stepUpToken", signed(&elsewhere, "payBill").into()), "STEP_UP_MISMATCH"),
            (
                &payer,
                with("stepUpToken", signed(&other.principal, "payBill").into()),
                "STEP_UP_MISMATCH",
            ),
            (&payer, with("stepUpToken", Value::Null), "STEP_UP_REQUIRED"),
            (&payer, with("amount", json!("999")), "AMOUNT_CHANGED"),
        ] {
            let refused = who.post(path, &body).await;
            assert_eq!(
                (refused.status().as_str(), refused.code().as_str()),
                ("409 Conflict", code),
                "{body}"
            );
        }
        // The same sum of another revision is another demand.
        import(city, &line("W1", "02/2026")).await;
        assert_eq!(payer.post(path, &good).await.code(), "STEP_UP_MISMATCH");
        let fresh = paying(city, &payer, of("W1")).await;
        city.clock().advance(chrono::Duration::seconds(125));
        assert_eq!(payer.post(path, &fresh).await.code(), "STEP_UP_EXPIRED");
        assert_eq!(one(city, "select count(*) from payments.ledger_rejection").await, 0);
        assert_eq!(
            one(city, "select count(*) from payments.ledger_claim where outcome = 1").await,
            0
        );

        let paid = paying(city, &payer, of("W1")).await;
        drop(payer.post(path, &paid).await.ok());
        drop(payer.post(path, &paid).await.ok());
        let mut unconfirmed = paid.clone();
        unconfirmed["stepUpToken"] = Value::Null;
        drop(payer.post(path, &unconfirmed).await.ok()); // a repetition needs none
        assert_eq!((available(&payer).await, available(&other).await), (8_000, 9_000));
        city.settle().await;
    });
}

#[test]
fn a_confirmation_to_close_a_wallet_closes_that_persons_alone_and_in_time() {
    run::<Payments>(async |city: &Town| {
        let ((who, _), (other, _)) = (rich(city, 0).await, rich(city, 0).await);
        let good = closing(city, &who).await;
        let mut unconfirmed = good.clone();
        unconfirmed["stepUpToken"] = Value::Null;

        assert_eq!(close(&other, &good).await.code(), "STEP_UP_MISMATCH");
        assert_eq!(close(&who, &unconfirmed).await.code(), "STEP_UP_REQUIRED");
        city.clock().advance(chrono::Duration::seconds(125));
        assert_eq!(close(&who, &good).await.code(), "STEP_UP_EXPIRED");
        assert_eq!(one(city, "select count(*) from payments.ledger_command").await, 0);
        let fresh = closing(city, &who).await;
        assert_eq!(close(&who, &fresh).await.ok()["state"], "CLOSED");
        assert_eq!(close(&who, &unconfirmed).await.ok()["state"], "CLOSED", "closed is closed");
        city.settle().await;
    });
}
