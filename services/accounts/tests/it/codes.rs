//! Sign-up and sign-in with a code.

use city_boot::Progress;
use city_testkit::run;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::*;

#[test]
fn i6_a_new_and_a_known_number_pass_the_same_two_requests() {
    run::<Accounts>(async |city| {
        let first = request(city, PHONE, MY_PHONE).await;
        let first_shape = shape(&first.json());
        let challenge = challenge(&first.ok());
        let new = confirm(city, challenge, &code(city, challenge).await, MY_PHONE).await.ok();
        advance(city, 3600);

        let second = request(city, "+84 912 345 678", MY_PHONE).await;
        let other_device = request(city, PHONE, STRANGER).await;

        assert_eq!(shape(&second.json()), first_shape);
        assert_eq!(shape(&other_device.json()), first_shape);
        assert_eq!(new["isNewAccount"], true);
        let challenge = crate::support::challenge(&second.ok());
        let known = confirm(city, challenge, &code(city, challenge).await, MY_PHONE).await.ok();
        assert_eq!(known["isNewAccount"], false);
        assert_eq!(known["viewer"]["id"], new["viewer"]["id"]);
        assert_eq!(known["viewer"]["phoneMasked"], "•••••••••678");
        assert_eq!(count_events(city, "PersonRegistered").await, 1);
        city.settle().await;
    });
}

/// The names of the members: what a stranger could tell two answers apart by.
fn shape(answer: &Value) -> Vec<String> {
    answer.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn a1_confirming_again_with_its_key_gives_the_same_session_and_with_another_nothing() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let body = confirmation(challenge, &code(city, challenge).await, MY_PHONE);
        let path = "/internal/v1/confirm-phone-code";
        let first = city.anonymous().post(path, &body).await.ok();

        let again = city.anonymous().post(path, &body).await.ok();
        let other = confirm(city, challenge, body["code"].as_str().unwrap(), MY_PHONE).await;

        assert_eq!(again["tokens"], first["tokens"]);
        assert_eq!(again["isNewAccount"], true);
        assert_eq!(other.status(), "409 Conflict");
        assert_eq!(other.code(), "OTP_CHALLENGE_DEAD");
        next(city, first["tokens"]["refreshToken"].as_str().unwrap()).await;
        assert_eq!(city.anonymous().post(path, &body).await.code(), "REPLAY_TOO_LATE");
        let mut changed = body.clone();
        changed["code"] = json!("000000");
        assert_eq!(city.anonymous().post(path, &changed).await.code(), "KEY_REUSED");
        city.settle().await;
    });
}

#[test]
fn asking_again_with_the_same_key_sends_nothing_more() {
    run::<Accounts>(async |city| {
        let body = json!({"idempotencyKey": key(), "purpose": "SIGN_IN", "phone": PHONE,
            "deviceNonce": "a-nonce-of-the-device", "installationId": MY_PHONE});
        let first = city.anonymous().post("/internal/v1/request-phone-code", &body).await.ok();

        let again = city.anonymous().post("/internal/v1/request-phone-code", &body).await.ok();

        assert_eq!(again, first);
        let sends = sqlx::query_scalar!(r#"select count(*) as "count!" from accounts.otp_send"#)
            .fetch_one(city.db())
            .await;
        assert_eq!(sends.unwrap(), 1);
    });
}

#[test]
fn a_code_is_bound_to_the_nonce_of_the_device_that_asked() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let mut body = confirmation(challenge, &code(city, challenge).await, MY_PHONE);
        body["deviceNonce"] = json!("a-nonce-of-somebody-else");

        let answer = city.anonymous().post("/internal/v1/confirm-phone-code", &body).await;

        assert_eq!(answer.status(), "422 Unprocessable Entity");
        assert_eq!(answer.code(), "CODE_WRONG");
        assert_eq!(answer.json()["triesLeft"], 4);
        assert_eq!(count_audit(city, "code.confirm", "CODE_WRONG").await, 1);
    });
}

#[test]
fn a_code_expires_and_a_newer_one_takes_its_place() {
    run::<Accounts>(async |city| {
        let first = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        advance(city, 60);
        let second = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let (old, new) = (code(city, first).await, code(city, second).await);

        let superseded = confirm(city, first, &old, MY_PHONE).await;
        advance(city, 300);
        let late = confirm(city, second, &new, MY_PHONE).await;

        assert_eq!(superseded.code(), "OTP_CHALLENGE_DEAD");
        assert_eq!(late.status(), "409 Conflict");
        assert_eq!(late.code(), "CODE_EXPIRED");
    });
}

#[test]
fn every_flaw_of_a_request_is_named_at_once() {
    run::<Accounts>(async |city| {
        let body = json!({"idempotencyKey": key(), "purpose": "SIGN_IN", "phone": "19001075", "deviceNonce": "x",
            "installationId": "y"});

        let answer = city.anonymous().post("/internal/v1/request-phone-code", &body).await;
        let phone_only = request(city, "0912\u{0}345678", MY_PHONE).await;

        assert_eq!(answer.status(), "422 Unprocessable Entity");
        assert_eq!(answer.fields(), ["/phone", "/deviceNonce", "/installationId"]);
        assert_eq!(phone_only.code(), "PHONE_INVALID");
    });
}

#[test]
fn i5_the_right_code_from_two_clients_at_once_opens_one_session() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let code = code(city, challenge).await;

        let answers =
            join_all([MY_PHONE, STRANGER].map(|by| confirm(city, challenge, &code, by))).await;

        let mut outcomes: Vec<_> =
            answers.iter().map(|answer| (answer.status(), answer.code())).collect();
        outcomes.sort();
        assert_eq!(outcomes[0], ("200 OK".to_owned(), String::new()));
        assert_eq!(outcomes[1], ("409 Conflict".to_owned(), "OTP_CHALLENGE_DEAD".to_owned()));
        let sessions = sqlx::query_scalar!(r#"select count(*) as "count!" from accounts.session"#)
            .fetch_one(city.db())
            .await;
        assert_eq!(sessions.unwrap(), 1);
        city.settle().await;
    });
}

#[test]
fn two_copies_of_one_confirmation_get_one_session_between_them() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());
        let body = confirmation(challenge, &code(city, challenge).await, MY_PHONE);
        let anyone = city.anonymous();

        let answers =
            join_all([(); 2].map(|()| anyone.post("/internal/v1/confirm-phone-code", &body))).await;

        let [one, other] = <[_; 2]>::try_from(answers)
            .unwrap()
            .map(|answer| answer.ok()["tokens"]["refreshToken"].clone());
        assert_eq!(one, other);
        city.settle().await;
    });
}

#[test]
fn proving_again_moves_the_sessions_proof_and_takes_no_number() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let before = record(city, me.session).await;
        advance(city, 3600);
        let body = json!({"idempotencyKey": key(), "purpose": "REAUTH", "phone": null,
            "deviceNonce": "a-nonce-of-the-device", "installationId": MY_PHONE});
        assert_eq!(
            city.anonymous().post("/internal/v1/request-phone-code", &body).await.code(),
            "SIGN_IN_REQUIRED"
        );
        let challenge =
            challenge(&me.resident.post("/internal/v1/request-phone-code", &body).await.ok());
        let right = code(city, challenge).await;
        assert_eq!(
            confirm(city, challenge, &right, MY_PHONE).await.code(),
            "OTP_CHALLENGE_DEAD",
            "not theirs"
        );

        let body = confirmation(challenge, &right, MY_PHONE);
        let answer = me.resident.post("/internal/v1/confirm-phone-code", &body).await.ok();

        assert_eq!(answer["tokens"], Value::Null);
        let after = record(city, me.session).await;
        assert!(after["authAt"].as_str() > before["authAt"].as_str());
        assert!(after["rev"].as_i64() > before["rev"].as_i64());
        city.settle().await;
    });
}

#[test]
fn a_locked_account_shows_only_after_the_right_code() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 3600);
        sqlx::query!(
            "update accounts.person set status = 'LOCKED', lock_reason = 'test', rev = rev + 1 where person_id = $1",
            me.account.as_uuid()
        )
        .execute(city.db())
        .await
        .unwrap();
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());

        let wrong = confirm(city, challenge, &wrong(city, challenge).await, MY_PHONE).await;
        let right = confirm(city, challenge, &code(city, challenge).await, MY_PHONE).await;

        assert_eq!(wrong.code(), "CODE_WRONG");
        assert_eq!(right.status(), "403 Forbidden");
        assert_eq!(right.code(), "ACCOUNT_LOCKED");
        assert_eq!(refresh(city, &me.refresh).await.json()["details"]["reason"], "ACCOUNT_LOCKED");
        city.settle().await;
    });
}

#[test]
fn a_code_that_nobody_takes_is_tried_until_it_expires_then_forgotten_and_not_counted() {
    run::<Accounts>(async |city| {
        let challenge = challenge(&request(city, PHONE, MY_PHONE).await.ok());

        assert_eq!(city.step("send-codes").await.unwrap(), Progress::Worked);
        assert_eq!(city.step("send-codes").await.unwrap(), Progress::Idle, "put off");
        code(city, challenge).await; // still there
        advance(city, 300);
        assert_eq!(city.step("send-codes").await.unwrap(), Progress::Worked);

        let row = sqlx::query!("select state, code_sealed from accounts.otp_send")
            .fetch_one(city.db())
            .await
            .unwrap();
        assert_eq!((row.state.as_str(), row.code_sealed), ("FAILED", None));
    });
}

#[test]
fn a4_no_code_token_or_number_is_left_in_events_audit_keys_or_redis() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let refreshed = refresh(city, &me.refresh).await.ok();
        record(city, me.session).await;
        city.settle().await;

        let texts = sqlx::query_scalar!(
            r#"select body::text || coalesce(trace, '') as "text!" from accounts.outbox
               union all select answer::text || caller from accounts.idempotency
               union all select concat_ws(' ', action, object, outcome, data) from accounts.audit_inbox"#
        )
        .fetch_all(city.db())
        .await
        .unwrap();
        let infra = city.infra();
        let keys: Vec<String> =
            infra.redis.run(redis::cmd("KEYS").arg(infra.redis.key("*"))).await.unwrap();
        let record = infra.redis.key(&format!("sess:{}", me.session));
        let record: String = infra.redis.run(redis::cmd("GET").arg(record)).await.unwrap();
        let all = [texts.join("\n"), keys.join("\n"), record].join("\n");

        assert!(all.contains(&me.session.to_string()), "the search looks at the right places");
        for secret in [
            E164,
            &E164[1..],
            "912345678",
            MY_PHONE,
            &me.refresh,
            refreshed["accessToken"].as_str().unwrap(),
        ] {
            assert!(!all.contains(secret), "{secret}");
        }
    });
}
