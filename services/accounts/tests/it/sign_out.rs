//! Ending sessions, and what ends by opening one more.

use city_testkit::{City, run};
use serde_json::{Value, json};

use crate::support::*;

async fn three(city: &City<Accounts>) -> [SignedIn; 3] {
    let first = sign_in(city, PHONE, MY_PHONE).await;
    advance(city, 300);
    let second = sign_in(city, PHONE, MY_TABLET).await;
    advance(city, 300);
    let third = sign_in(city, PHONE, "installation-of-mine-3").await;
    [first, second, third]
}

async fn alive(city: &City<Accounts>, sessions: &[SignedIn]) -> Vec<bool> {
    let mut alive = Vec::new();
    for session in sessions {
        alive.push(is_alive(city, session.session).await);
    }
    alive
}

async fn sign_out(who: &SignedIn, scope: &str) -> Value {
    let body = json!({"idempotencyKey": key(), "scope": scope});
    who.resident.post("/internal/v1/sign-out", &body).await.ok()
}

#[test]
fn signing_out_ends_this_session_the_others_or_all() {
    run::<Accounts>(async |city| {
        let sessions = three(city).await;

        let this = sign_out(&sessions[0], "THIS").await;
        assert_eq!(
            (this["ended"].as_u64(), alive(city, &sessions).await),
            (Some(1), vec![false, true, true])
        );
        let others = sign_out(&sessions[1], "OTHERS").await;
        assert_eq!(
            (others["ended"].as_u64(), alive(city, &sessions).await),
            (Some(1), vec![false, true, false])
        );
        let all = sign_out(&sessions[1], "EVERYWHERE").await;
        assert_eq!(
            (all["ended"].as_u64(), alive(city, &sessions).await),
            (Some(1), vec![false, false, false])
        );

        assert_eq!(
            refresh(city, &sessions[0].refresh).await.json()["details"]["reason"],
            "SIGNED_OUT"
        );
        assert_eq!(
            refresh(city, &sessions[2].refresh).await.json()["details"]["reason"],
            "SIGNED_OUT_ELSEWHERE"
        );
        assert_eq!(count_events(city, "SessionEnded").await, 3);
        city.settle().await;
    });
}

#[test]
fn signing_out_of_nothing_of_another_person_is_possible() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let other = sign_in(city, "0987654321", STRANGER).await;

        sign_out(&other, "EVERYWHERE").await;

        assert!(is_alive(city, me.session).await);
        assert!(!is_alive(city, other.session).await);
        city.settle().await;
    });
}

#[test]
fn the_same_key_signs_out_once_and_another_request_under_it_is_a_conflict() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let mut body = json!({"idempotencyKey": key(), "scope": "THIS"});
        let first = me.resident.post("/auth/v1/sign-out", &body).await.ok();

        let again = me.resident.post("/auth/v1/sign-out", &body).await.ok();

        assert_eq!(first, again);
        body["scope"] = json!("EVERYWHERE");
        assert_eq!(me.resident.post("/auth/v1/sign-out", &body).await.code(), "KEY_REUSED");
        assert_eq!(
            city.anonymous().post("/auth/v1/sign-out", &body).await.code(),
            "SIGN_IN_REQUIRED"
        );
        city.settle().await;
    });
}

#[test]
fn a9_the_eleventh_session_ends_the_longest_idle() {
    run::<Accounts>(async |city| {
        let mut sessions = Vec::new();
        for n in 0..10 {
            sessions.push(sign_in(city, PHONE, &format!("installation-number-{n:04}")).await);
            advance(city, 86_400);
        }
        next(city, &sessions[0].refresh).await; // used just now, so the second is the longest idle

        let eleventh = sign_in(city, PHONE, "installation-number-0010").await;

        let mut expected = vec![true; 10];
        expected[1] = false;
        assert_eq!(alive(city, &sessions).await, expected);
        assert!(is_alive(city, eleventh.session).await);
        assert_eq!(
            refresh(city, &sessions[1].refresh).await.json()["details"]["reason"],
            "TOO_MANY_SESSIONS"
        );
        city.settle().await;
    });
}

#[test]
fn a_new_device_beside_older_sessions_is_told_and_holds_money_back() {
    run::<Accounts>(async |city| {
        let first = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 300);
        let known = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 300);

        let new = sign_in(city, PHONE, MY_TABLET).await;

        assert_eq!(record(city, first.session).await["holdUntil"], Value::Null);
        assert_eq!(record(city, known.session).await["holdUntil"], Value::Null);
        assert!(record(city, new.session).await["holdUntil"].is_string());
        assert_eq!(count_events(city, "SignedInOnNewDevice").await, 1);
        city.settle().await;
    });
}
