//! The wallet PIN, confirmations with it, and whose phone it is.

use city_auth::access::AccessKeys;
use city_auth::step_up::{Operation, OperationDigest, StepUpError};
use city_clock::Clock as _;
use city_ids::ServiceName;
use city_testkit::{Answer, Character, City, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    Accounts, E164, MY_PHONE, MY_TABLET, PHONE, advance, count_audit, key, record, sign_in,
};

const PIN: &str = "830164";
/// Ends in that PIN, which no other rule refuses.
const PHONE_LIKE_THE_PIN: &str = "0912830164";
/// Five times the connections that the service has in a test, so that guesses meet at the row of the PIN and queue for a
/// connection behind those: as many as it takes to have both, and few enough that none waits in vain.
const GUESSES: u32 = 60;

async fn set(who: &Character, pin: &str) -> Answer {
    who.post("/internal/v1/set-wallet-pin", &json!({ "idempotencyKey": key(), "pin": pin })).await
}

fn digest(who: &Character, amount: &str) -> OperationDigest {
    OperationDigest::of("sendMoney", who.account(), &[("amount", amount)])
}

fn confirming(who: &Character, pin: &str) -> Value {
    let digest = digest(who, "5000").print();
    json!({ "idempotencyKey": key(), "operation": "sendMoney", "digest": digest, "pin": pin })
}

async fn confirm(who: &Character, pin: &str) -> Answer {
    who.post("/internal/v1/create-step-up", &confirming(who, pin)).await
}

#[test]
fn a_pin_wants_a_recent_proof_and_no_guessable_digits() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE_LIKE_THE_PIN, MY_PHONE).await;

        for (pin, code) in [("12345", "PIN_SHAPE"), ("123456", "PIN_WEAK"), (PIN, "PIN_WEAK")] {
            assert_eq!(set(&me.resident, pin).await.code(), code, "{pin}");
        }
        assert_eq!(confirm(&me.resident, PIN).await.code(), "PIN_UNSET");
        advance(city, 601);
        let good = "204957";
        assert_eq!(set(&me.resident, good).await.code(), "REAUTH_REQUIRED");
        assert_eq!(set(&me.resident.clone().degraded(), good).await.code(), "SESSION_UNCONFIRMED");
        assert_eq!(set(&city.admin(), good).await.code(), "FORBIDDEN");
        assert_eq!(count_audit(city, "pin.set", "OK").await, 0);
        city.settle().await;
    });
}

#[test]
fn a_reset_holds_money_back_for_a_day_in_every_session() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        drop(set(&me.resident, PIN).await.ok());
        assert_eq!(
            record(city, me.session).await["holdUntil"],
            Value::Null,
            "the first holds nothing"
        );
        let before = record(city, me.session).await["rev"].as_i64();

        let body = json!({ "idempotencyKey": key(), "pin": "204957" });
        drop(me.resident.post("/internal/v1/set-wallet-pin", &body).await.ok());
        drop(me.resident.post("/internal/v1/set-wallet-pin", &body).await.ok());

        let after = record(city, me.session).await;
        assert_eq!(after["holdUntil"], "2026-03-05T02:00:00Z");
        assert_eq!(
            after["rev"].as_i64(),
            before.map(|rev| rev + 1),
            "a repetition changes nothing"
        );
        assert_eq!(confirm(&me.resident, PIN).await.code(), "PIN_WRONG");
        drop(confirm(&me.resident, "204957").await.ok());
        assert_eq!(count_audit(city, "pin.reset", "OK").await, 1);
        city.settle().await;
    });
}

#[test]
fn a_confirmation_is_signed_for_one_operation_and_the_same_key_gets_the_same() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        drop(set(&me.resident, PIN).await.ok());
        let body = confirming(&me.resident, PIN);

        let first = me.resident.post("/internal/v1/create-step-up", &body).await.ok();
        advance(city, 30);
        let again = me.resident.post("/internal/v1/create-step-up", &body).await.ok();
        let mut other = body.clone();
        other["digest"] = digest(&me.resident, "5001").print().into();
        let other = me.resident.post("/internal/v1/create-step-up", &other).await;

        assert_eq!((&again, first["expiresAt"].as_str()), (&first, Some("2026-03-04T02:02:00Z")));
        assert_eq!(other.code(), "KEY_REUSED");
        let jwks = city.anonymous().get("/.well-known/jwks.json").await.ok();
        let keys = AccessKeys::from_jwks(&serde_json::from_value(jwks).unwrap());
        let token = first["token"].as_str().unwrap();
        let operation = Operation {
            audience: ServiceName::Payments,
            account: me.account,
            session: me.session,
            name: "sendMoney",
            digest: digest(&me.resident, "5000"),
        };
        assert!(keys.verify_step_up(token, &operation, city.clock().now()).is_ok());
        let more = Operation { digest: digest(&me.resident, "5001"), ..operation };
        let refused = keys.verify_step_up(token, &more, city.clock().now());
        assert_eq!(refused, Err(StepUpError::Mismatch));
        let mut unknown = confirming(&me.resident, PIN);
        unknown["operation"] = "openWallet".into();
        unknown["digest"] = "x".into();
        let unknown = me.resident.post("/internal/v1/create-step-up", &unknown).await;
        assert_eq!(
            (unknown.code(), unknown.fields()),
            ("INPUT".into(), vec!["/operation".into(), "/digest".into()])
        );
        city.settle().await;
    });
}

#[test]
fn a_person_sees_whether_they_have_a_pin_and_what_tries_are_left() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let shown = async || {
            let viewer = me.resident.post("/internal/v1/viewer", &json!({})).await.ok();
            (viewer["walletPin"]["isSet"].clone(), viewer["walletPin"]["triesLeft"].clone())
        };
        assert_eq!(shown().await, (json!(false), json!(0)));
        let set = set(&me.resident, PIN).await.ok();
        assert_eq!(set["walletPin"], json!({ "isSet": true, "triesLeft": 5 }));

        for left in (0..5).rev() {
            drop(confirm(&me.resident, "111111").await);
            assert_eq!(shown().await, (json!(true), json!(left)));
        }
        city.settle().await;
    });
}

#[test]
fn the_fifth_wrong_pin_locks_it_until_it_is_set_anew() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        drop(set(&me.resident, PIN).await.ok());
        assert_eq!(confirm(&me.resident, "111111").await.json()["triesLeft"], 4);
        drop(confirm(&me.resident, PIN).await.ok()); // the count begins anew
        let wrong = confirming(&me.resident, "111111");

        let (a, b, c, d) = tokio::join!(
            me.resident.post("/internal/v1/create-step-up", &wrong),
            me.resident.post("/internal/v1/create-step-up", &wrong),
            confirm(&me.resident, "111112"),
            confirm(&me.resident, "111113"),
        );
        assert_eq!(a.json()["triesLeft"], b.json()["triesLeft"], "one key is one try");
        assert_eq!([&a, &b, &c, &d].map(Answer::code), ["PIN_WRONG"; 4].map(str::to_owned));
        assert_eq!(confirm(&me.resident, "111114").await.json()["triesLeft"], 1);
        assert_eq!(confirm(&me.resident, "111115").await.code(), "PIN_LOCKED");
        assert_eq!(confirm(&me.resident, PIN).await.code(), "PIN_LOCKED");

        drop(set(&me.resident, "204957").await.ok());
        drop(confirm(&me.resident, "204957").await.ok());
        assert_eq!(count_audit(city, "step_up.create", "PIN_LOCKED").await, 1);
        city.settle().await;
    });
}

#[test]
fn of_many_guesses_at_once_five_are_compared_and_the_right_one_after_them_is_not() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        drop(set(&me.resident, PIN).await.ok());
        let mut guesses: Vec<_> = (0..GUESSES).map(|n| (100_000 + n).to_string()).collect();
        guesses.insert(50, PIN.to_owned()); // far behind the tries there are

        let answers = join_all(guesses.iter().map(|pin| confirm(&me.resident, pin))).await;

        let of = |code: &str| answers.iter().filter(|a| a.code() == code).collect::<Vec<_>>();
        let mut left: Vec<_> =
            of("PIN_WRONG").iter().map(|wrong| wrong.json()["triesLeft"].as_u64()).collect();
        left.sort_unstable();
        assert_eq!(left, [1, 2, 3, 4].map(Some), "each try is one of its own");
        assert_eq!(of("PIN_LOCKED").len(), answers.len() - 4, "the fifth miss, and all after it");
        assert_eq!(count_audit(city, "step_up.create", "PIN_WRONG").await, 5, "compared");
        assert_eq!(count_audit(city, "step_up.create", "OK").await, 0);
        city.settle().await;
    });
}

#[test]
fn a_key_that_got_a_token_tells_nothing_of_the_pin_uncounted() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        drop(set(&me.resident, PIN).await.ok());
        let body = confirming(&me.resident, PIN);
        let first = me.resident.post("/internal/v1/create-step-up", &body).await.ok();
        let type_again = async |pin: &str| {
            let mut again = body.clone();
            again["pin"] = pin.into();
            me.resident.post("/internal/v1/create-step-up", &again).await
        };

        for left in [4, 3] {
            assert_eq!(type_again("111111").await.json()["triesLeft"], left);
        }
        assert_eq!(type_again(PIN).await.ok(), first, "who knows the PIN gets the first answer");
        for left in [4, 3, 2, 1] {
            assert_eq!(type_again("111111").await.json()["triesLeft"], left);
        }
        for pin in ["111111", "111112", PIN] {
            assert_eq!(type_again(pin).await.code(), "PIN_LOCKED", "{pin}");
        }
        assert_eq!(count_audit(city, "step_up.create", "PIN_WRONG").await, 7);
        city.settle().await;
    });
}

#[test]
fn a_key_that_was_refused_compares_no_other_pin() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        drop(set(&me.resident, PIN).await.ok());
        let mut body = confirming(&me.resident, "111111");
        let first = me.resident.post("/internal/v1/create-step-up", &body).await;

        for pin in ["111112", PIN] {
            body["pin"] = pin.into();
            let again = me.resident.post("/internal/v1/create-step-up", &body).await;
            assert_eq!(again.json()["triesLeft"], first.json()["triesLeft"], "{pin}");
        }
        assert_eq!(confirm(&me.resident, "111111").await.json()["triesLeft"], 3);
        city.settle().await;
    });
}

#[test]
fn the_key_that_set_a_pin_tells_nothing_of_it_uncounted() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let key = key();
        let set_again = async |pin: &str| {
            let body = json!({ "idempotencyKey": key, "pin": pin });
            me.resident.post("/internal/v1/set-wallet-pin", &body).await
        };
        let first = set_again(PIN).await.ok();

        assert_eq!(set_again("11111").await.code(), "PIN_SHAPE");
        assert_eq!(set_again(PIN).await.ok(), first, "a lost answer costs no try");
        for n in 0..5 {
            assert_eq!(set_again(&format!("11111{n}")).await.code(), "KEY_REUSED");
        }
        for pin in ["111116", PIN] {
            assert_eq!(set_again(pin).await.code(), "PIN_LOCKED", "{pin}");
        }
        assert_eq!(confirm(&me.resident, PIN).await.code(), "PIN_LOCKED");
        assert_eq!(count_audit(city, "pin.set", "PIN_WRONG").await, 5);
        city.settle().await;
    });
}

#[test]
fn payments_alone_learns_whose_phone_it_is_with_the_name_masked() {
    run::<Accounts>(async |city: &City<Accounts>| {
        let me = sign_in(city, PHONE, MY_TABLET).await;
        let named = "update accounts.person set full_name = 'Nguyễn Thị Ánh'";
        sqlx::raw_sql(named).execute(city.db()).await.unwrap();
        let payments = city.service(ServiceName::Payments);
        let path = "/internal/v1/people/by-phone";
        let ask = async |phone: &str| payments.post(path, &json!({ "phone": phone })).await.ok();

        let found = json!({ "person": { "account": me.account, "nameMasked": "N*** T*** Á***" } });
        assert_eq!((ask(PHONE).await, ask(E164).await), (found.clone(), found));
        for nobody in ["0987654321", "19001075", "not a phone", ""] {
            assert_eq!(ask(nobody).await, json!({ "person": null }), "{nobody}");
        }
        let body = json!({ "phone": PHONE });
        assert_eq!(me.resident.post(path, &body).await.code(), "FORBIDDEN");
        let catalogue = city.service(ServiceName::Catalogue);
        assert_eq!(catalogue.post(path, &body).await.code(), "FORBIDDEN");
        city.settle().await;
    });
}
