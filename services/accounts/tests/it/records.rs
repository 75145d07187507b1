//! The session record: in PostgreSQL, in Redis, on the channel.

use std::time::Duration;

use city_auth::session::{CHANNEL, SessionRecord};
use city_ids::{ServiceName, SessionId};
use city_testkit::{City, run};
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::support::*;

async fn cached(city: &City<Accounts>, session: SessionId) -> Option<SessionRecord> {
    let redis = &city.infra().redis;
    let json: Option<String> = redis
        .run(redis::cmd("GET").arg(redis.key(&SessionRecord::redis_key(session))))
        .await
        .expect("Redis answers");
    json.map(|json| serde_json::from_str(&json).expect("a record"))
}

async fn seconds_left(city: &City<Accounts>, session: SessionId) -> i64 {
    let redis = &city.infra().redis;
    redis
        .run(redis::cmd("TTL").arg(redis.key(&SessionRecord::redis_key(session))))
        .await
        .expect("Redis answers")
}

async fn sign_out(who: &SignedIn) {
    let answer = who
        .resident
        .post("/internal/v1/sign-out", &json!({"idempotencyKey": key(), "scope": "THIS"}))
        .await;
    assert_eq!(answer.ok()["ended"], 1);
}

#[test]
fn a_record_says_who_and_is_cached_for_a_minute() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;

        let record = record(city, me.session).await;

        assert_eq!(record["sub"], me.account.to_string());
        assert_eq!(
            (&record["status"], &record["kind"], &record["ial"]),
            (&json!("ACTIVE"), &json!("resident"), &json!(0))
        );
        assert_eq!(serde_json::to_value(cached(city, me.session).await).unwrap(), record);
        assert!((1..=60).contains(&seconds_left(city, me.session).await));
        city.settle().await;
    });
}

#[test]
fn an_ended_session_is_answered_with_its_status_and_an_unknown_one_not_at_all() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let gateway = city.service(ServiceName::Gateway);
        sign_out(&me).await;

        let ended = gateway.get(&format!("/internal/v1/sessions/{}", me.session)).await;
        let unknown =
            gateway.get("/internal/v1/sessions/ses_00000000000000000000000000000007").await;
        let shapeless =
            gateway.get("/internal/v1/sessions/acc_00000000000000000000000000000007").await;

        assert_eq!(ended.ok()["status"], "ENDED");
        assert!(
            (301..=400).contains(&seconds_left(city, me.session).await),
            "longer than an access token lives"
        );
        assert_eq!(
            (unknown.status(), shapeless.status()),
            ("404 Not Found".to_owned(), "404 Not Found".to_owned())
        );
        city.settle().await;
    });
}

#[test]
fn records_and_seen_numbers_are_for_the_gateway_alone() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let path = format!("/internal/v1/sessions/{}", me.session);

        for character in
            [city.anonymous(), me.resident, city.admin(), city.service(ServiceName::Reports)]
        {
            assert_eq!(character.get(&path).await.status(), "403 Forbidden");
            assert_eq!(
                character.post("/internal/v1/sessions/seen", &json!([])).await.status(),
                "403 Forbidden"
            );
        }
        city.settle().await;
    });
}

#[test]
fn i7_a_change_is_announced_on_the_channel_and_again_by_its_event() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        city.settle().await;
        let redis = &city.infra().redis;
        let mut channel = redis.subscriber().await.unwrap();
        channel.subscribe(redis.key(CHANNEL)).await.unwrap();
        let mut messages = channel.into_on_message();
        let mut message = async || {
            let next = tokio::time::timeout(Duration::from_secs(5), messages.next()).await;
            let text: String =
                next.expect("a message comes").expect("the channel is open").get_payload().unwrap();
            serde_json::from_str::<Value>(&text).unwrap()
        };

        sign_out(&me).await;
        let at_once = message().await;
        city.settle().await;
        let repeated = message().await;

        assert_eq!((&at_once["sid"], &at_once["status"]), (&json!(me.session), &json!("ENDED")));
        assert_eq!(repeated, at_once);
    });
}

#[test]
fn a7_a_stale_read_never_replaces_a_newer_record() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        record(city, me.session).await;
        let stale = cached(city, me.session).await.unwrap();
        sign_out(&me).await;
        let ended = cached(city, me.session).await.unwrap();
        assert!(ended.rev > stale.rev);

        // A gateway's read that began before the sign-out and is written after it: PostgreSQL as it was.
        sqlx::query!(
            "update accounts.session set ended_at = null, end_reason = null, rev = rev - 1"
        )
        .execute(city.db())
        .await
        .unwrap();
        assert!(is_alive(city, me.session).await);

        assert_eq!(cached(city, me.session).await.unwrap(), ended);
        city.settle().await;
    });
}

#[test]
fn a_record_that_is_no_json_is_replaced() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let redis = &city.infra().redis;
        for garbage in ["", "null", "{", "[]", "{\"rev\":\"x\"}"] {
            let key = redis.key(&SessionRecord::redis_key(me.session));
            redis.run::<()>(redis::cmd("SET").arg(key).arg(garbage)).await.unwrap();

            record(city, me.session).await;

            assert!(cached(city, me.session).await.is_some(), "{garbage:?}");
        }
        city.settle().await;
    });
}

#[test]
fn without_redis_people_sign_in_refresh_and_sign_out() {
    run::<WithoutRedis>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        assert!(is_alive(city, me.session).await);
        next(city, &me.refresh).await;

        sign_out(&me).await;

        assert!(!is_alive(city, me.session).await);
        let unsent = sqlx::query!(
            "delete from accounts.outbox where kind = 'SessionEnded' and stream_ms is null"
        );
        assert_eq!(
            unsent.execute(city.db()).await.unwrap().rows_affected(),
            1,
            "kept for when Redis is back"
        );
        sqlx::query!("delete from accounts.outbox").execute(city.db()).await.unwrap();
    });
}
