//! The confirmation by PIN: only for exactly this payment.

use city_auth::step_up::{Operation, OperationDigest, StepUpClaims};
use city_clock::Clock as _;
use city_ids::ServiceName;
use city_testkit::run;
use serde_json::{Value, json};

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
