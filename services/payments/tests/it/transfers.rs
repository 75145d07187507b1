//! Money from one resident to another.

use city_auth::Principal;
use city_contracts::accounts::MaskedPerson;
use city_testkit::run;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::neighbour;
use crate::subject::Payments;
use crate::town::{
    Town, available, confirm, fund, new_id, one, person, quote, rich, send, sending, told,
};

#[test]
fn money_arrives_once_and_both_see_it() {
    run::<Payments>(async |city: &Town| {
        let ((payer, from), (receiver, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let id = new_id(city);
        let mut body = json!({
            "idempotencyKey": id, "payeeId": to, "amount": "1200", "note": "cảm ơn\u{0}",
        });
        let offer = quote(&payer, &body).await;
        body["stepUpToken"] = confirm(city, &payer, &offer).into();

        let sends = (0..20).map(|_| payer.post("/internal/v1/send-money", &body));
        let answers: Vec<Value> =
            join_all(sends).await.into_iter().map(city_testkit::Answer::ok).collect();

        let paid = &answers[0];
        assert!(answers.iter().all(|answer| answer == paid), "{answers:?}");
        assert_eq!((available(&payer).await, available(&receiver).await), (3_800, 1_200));
        assert_eq!(
            (&offer["amount"], &offer["total"], &offer["stepUp"]),
            (&json!("1200"), &json!("1200"), &json!("PIN"))
        );
        assert_eq!(
            (&paid["state"], &paid["purpose"], &paid["note"]),
            (&json!("SUCCEEDED"), &json!("PERSON"), &json!("cảm ơn"))
        );
        let seen = receiver.post("/internal/v1/payment", &json!({ "id": paid["id"] })).await.ok();
        assert_eq!(seen, *paid);
        let stranger =
            person(city).post("/internal/v1/payment", &json!({ "id": paid["id"] })).await;
        assert_eq!(stranger.code(), "NOT_FOUND");
        let nodes =
            json!({ "ids": [paid["id"], from, to, "rpt_00000000000000000000000000000007"] });
        let nodes = receiver.post("/internal/v1/nodes:batch", &nodes).await.ok();
        assert_eq!((&nodes[0]["node"], &nodes[1], &nodes[3]), (paid, &Value::Null, &Value::Null));
        assert_eq!(nodes[2]["node"]["id"], to);

        let body = |account, wallet: &str| {
            json!({
                "payment": paid["id"], "account": account, "wallet": wallet, "purpose": "PERSON", "amount": "1200",
            })
        };
        assert_eq!(told(city, "PaymentSucceeded").await, [body(payer.account(), &from)]);
        assert_eq!(told(city, "MoneyReceived").await.last(), Some(&body(receiver.account(), &to)));
        city.settle().await;
    });
}

#[test]
fn a_repetition_needs_no_confirmation_and_another_wish_another_id() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let id = new_id(city);
        let mut body = sending(city, &payer, &id, &to, 700).await;
        let first = payer.post("/internal/v1/send-money", &body).await.ok();

        body["stepUpToken"] = Value::Null;
        city.clock().advance(chrono::Duration::days(40));
        let again = payer.post("/internal/v1/send-money", &body).await.ok();
        body["amount"] = json!("701");
        let other = payer.post("/internal/v1/send-money", &body).await;
        let mut stranger = rich(city, 5_000).await.0;
        stranger.principal.identity_level = 2;
        body["amount"] = json!("700");
        let theirs = stranger.post("/internal/v1/send-money", &body).await;

        assert_eq!(again, first);
        assert_eq!(
            (other.status().as_str(), other.code().as_str()),
            ("409 Conflict", "KEY_REUSED")
        );
        assert_eq!(theirs.code(), "KEY_REUSED", "an id belongs to who used it first");
        assert_eq!(available(&payer).await, 4_300);
        city.settle().await;
    });
}

#[test]
fn a_refusal_by_the_ledger_is_final_for_its_id() {
    run::<Payments>(async |city: &Town| {
        let ((payer, wallet), (_, to)) = (rich(city, 100).await, rich(city, 0).await);
        let body = sending(city, &payer, &new_id(city), &to, 101).await;

        let refused = payer.post("/internal/v1/send-money", &body).await;
        fund(city, &wallet, 1_000).await;
        let again = payer.post("/internal/v1/send-money", &body).await;

        assert_eq!(
            (refused.status().as_str(), refused.code().as_str()),
            ("409 Conflict", "INSUFFICIENT_FUNDS")
        );
        assert_eq!(again.code(), "INSUFFICIENT_FUNDS");
        drop(send(city, &payer, &to, 101).await.ok());
        assert_eq!(available(&payer).await, 999);
        assert_eq!(one(city, "select count(*) from payments.ledger_rejection").await, 1);
        city.settle().await;
    });
}

#[test]
fn what_is_wrong_with_the_input_leaves_the_id_free() {
    run::<Payments>(async |city: &Town| {
        let ((payer, from), (_, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let path = "/internal/v1/send-money";
        let old = city_clock::Clock::now(city.clock()) - chrono::Duration::hours(25);
        let old = city.infra().ids.uuid(old).to_string();
        let id = new_id(city);
        let body = |id: &str, receiver: &str, amount: &str, note: &str| json!({ "idempotencyKey": id, "payeeId": receiver, "amount": amount, "note": note });
        let nobody = "wal_00000000000070008000000000000007";

        for (body, code, fields) in [
            (body(&id, &to, "0", &"x".repeat(141)), "INPUT", vec!["/amount", "/note"]),
            (body(&id, &to, "100000000001", ""), "INPUT", vec!["/amount"]),
            (body(&id, &to, "1.5", ""), "INPUT", vec!["/amount"]),
            (body(&id, &from, "5", ""), "INPUT", vec!["/payeeId"]),
            (body(&id, "acc_00000000000070008000000000000007", "5", ""), "INPUT", vec!["/payeeId"]),
            (body("my-own-key-17", &to, "5", ""), "INPUT", vec!["/idempotencyKey"]),
            (body(&old, &to, "5", ""), "ID_TIME", vec![]),
            (body(&id, nobody, "5", ""), "NOT_FOUND", vec![]),
            (body(&id, &to, "5", ""), "STEP_UP_REQUIRED", vec![]),
        ] {
            let refused = payer.post(path, &body).await;
            assert_eq!(
                (refused.code().as_str(), refused.fields()),
                (code, fields.into_iter().map(str::to_owned).collect()),
                "{body}"
            );
        }
        let late = payer.post(path, &body(&old, &to, "5", "")).await.json();
        assert_eq!(late["details"]["serverTime"], "2026-03-04T02:00:00Z");
        let poor = person(city).post(path, &body(&id, &to, "5", "")).await;
        assert_eq!(poor.code(), "WALLET_REQUIRED");
        for (who, code) in [
            (city.anonymous(), "SIGN_IN_REQUIRED"),
            (city.admin(), "FORBIDDEN"),
            (payer.clone().degraded(), "SESSION_UNCONFIRMED"),
        ] {
            assert_eq!(who.post(path, &body(&id, &to, "5", "")).await.code(), code);
        }

        let good = sending(city, &payer, &id, &to, 5).await;
        drop(payer.post(path, &good).await.ok());
        city.settle().await;
    });
}

#[test]
fn payees_are_found_by_phone_and_numbers_cannot_be_walked() {
    run::<Payments>(async |city: &Town| {
        let (asking, (receiver, wallet)) = (person(city), rich(city, 0).await);
        let poor = person(city);
        let number =
            |who: &Principal| format!("09{}", who.account.expect("a person").as_uuid().simple());
        let register = |who: &Principal| {
            let account = who.account.expect("a person");
            neighbour::registers(
                &number(who),
                MaskedPerson { account, name_masked: "N*** T***".into() },
            );
        };
        register(&receiver.principal);
        register(&poor.principal);
        let look = async |phone: &str| {
            asking.post("/internal/v1/payee-by-phone", &json!({ "phone": phone })).await
        };

        let found = look(&number(&receiver.principal)).await.ok();
        let (walletless, unknown) = (look(&number(&poor.principal)).await, look("0123").await);
        let away = look(neighbour::AWAY).await;

        assert_eq!(found, json!({ "id": wallet, "name": "N*** T***", "person": true }));
        assert_eq!((walletless.status(), walletless.bytes()), (unknown.status(), unknown.bytes()));
        assert_eq!(
            (away.status().as_str(), away.code().as_str()),
            ("503 Service Unavailable", "UNAVAILABLE")
        );
        for _ in 0..6 {
            drop(look("0123").await.ok());
        }
        let eleventh = look("0123").await;
        assert_eq!(
            (eleventh.code().as_str(), eleventh.header("retry-after")),
            ("LOOKUP_LIMIT", "60")
        );
        for _ in 0..4 {
            city.clock().advance(chrono::Duration::minutes(1));
            for _ in 0..10 {
                drop(look("0123").await.ok());
            }
        }
        city.clock().advance(chrono::Duration::minutes(1));
        let fifty_first = look("0123").await;
        assert_eq!(
            (fifty_first.code().as_str(), fifty_first.header("retry-after")),
            ("LOOKUP_LIMIT", "53700")
        );
        city.clock().advance(chrono::Duration::hours(15));
        drop(look("0123").await.ok());
        city.settle().await;
        assert_eq!(
            one(city, "select count(*) from payments.payee_lookup").await,
            2,
            "what is over is forgotten"
        );
    });
}

#[test]
fn a_quote_says_what_would_refuse_the_payment() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 100).await, rich(city, 0).await);
        let mut payer = payer;
        payer.principal.auth_at = None;
        let body = |amount: &str| json!({ "idempotencyKey": new_id(city), "payeeId": to, "amount": amount });
        let problems = |quote: &Value| {
            let problems = quote["problems"].as_array().expect("a list").clone();
            problems
                .iter()
                .map(|problem| problem["code"].as_str().unwrap_or("").to_owned())
                .collect::<Vec<_>>()
        };

        assert!(problems(&quote(&payer, &body("100")).await).is_empty());
        assert_eq!(problems(&quote(&payer, &body("101")).await), ["INSUFFICIENT_FUNDS"]);
        let large = quote(&payer, &body("50000001")).await;
        assert_eq!(problems(&large), ["LIMIT_EXCEEDED", "STRONGER_STEP_UP", "INSUFFICIENT_FUNDS"]);
        assert_eq!(large["stepUp"], "STRONG");
        assert_eq!(large["validUntil"], "2026-03-04T17:00:00Z");
        let both = json!({ "idempotencyKey": new_id(city) });
        assert_eq!(payer.post("/internal/v1/payment-quote", &both).await.fields(), ["/payeeId"]);
        assert_eq!(
            one(city, "select count(*) from payments.ledger_batch").await,
            1,
            "a quote keeps nothing"
        );
        city.settle().await;
    });
}
