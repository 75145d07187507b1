//! Who is asking: tokens, session records, and what is left of them when those who know are away.

use chrono::TimeDelta;
use city_auth::PrincipalKind;
use city_auth::session::{CHANNEL, SessionChanged, SessionRecord, SessionStatus};
use city_boot::Profile;
use city_clock::Clock as _;
use http::Method;
use serde_json::json;

use crate::edge::{Edge, NOWHERE, Session, code, reason, run, run_with};
use crate::wire;

const VIEWER: &str = "{ viewer { id } }";

async fn ask(edge: &Edge, session: &Session) -> city_testkit::Answer {
    edge.spy.answer("/internal/v1/viewer", wire::viewer());
    edge.post_as(&session.token, VIEWER).await
}

#[test]
fn a_bad_or_expired_token_is_401_and_says_which() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.clock.advance(TimeDelta::seconds(305));

        let expired = ask(edge, &resident).await;
        let bad = edge.post_as("nonsense", VIEWER).await;
        let basic = [("content-type", "application/json"), ("authorization", "Basic eDp5")];
        let basic = edge
            .request(Method::POST, "/graphql", &basic, &json!({ "query": VIEWER }).to_string())
            .await;

        assert_eq!(
            (expired.status().as_str(), reason(&expired).as_str()),
            ("401 Unauthorized", "TOKEN_EXPIRED")
        );
        assert_eq!(
            (bad.status().as_str(), reason(&bad).as_str()),
            ("401 Unauthorized", "TOKEN_INVALID")
        );
        assert_eq!(reason(&basic), "TOKEN_INVALID");
        assert_eq!(
            (code(&bad).as_str(), bad.header("www-authenticate")),
            ("UNAUTHENTICATED", "Bearer")
        );
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn an_expired_token_does_not_stand_in_the_way_of_a_refresh() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.clock.advance(TimeDelta::seconds(305));
        edge.spy.answer("/internal/v1/refresh-session", wire::tokens());
        let refresh = "mutation { __typename refreshSession(input: { refreshToken: \"cr1_x\" }) { tokens { accessToken } } }";

        let answer = edge.post_as(&resident.token, refresh).await;

        assert_eq!(
            answer.json().pointer("/data/refreshSession/tokens/accessToken"),
            Some(&json!("at"))
        );
        let asked = edge.spy.asked("/internal/v1/refresh-session");
        assert_eq!(
            asked[0].principal.as_ref().map(|principal| principal.kind),
            Some(PrincipalKind::Anonymous)
        );
    });
}

#[test]
fn b04_an_invented_key_makes_us_ask_for_keys_once() {
    run(async |edge| {
        let stranger = city_auth::SigningKey::from_seed(&[9; 32]);
        let now = edge.clock.now();
        let ids = city_ids::Ids::seeded(7);
        let claims = city_auth::access::AccessClaims::new(
            crate::edge::ISSUER,
            ids.next(now),
            ids.next(now),
            PrincipalKind::Resident,
            1,
            now,
        );
        for _ in 0..5 {
            assert_eq!(
                edge.post_as(&claims.sign(&stranger), VIEWER).await.status(),
                "401 Unauthorized"
            );
        }
        assert_eq!(edge.spy.asked("/.well-known/jwks.json").len(), 1);

        edge.clock.advance(TimeDelta::seconds(10));
        assert_eq!(
            edge.post_as(&claims.sign(&stranger), VIEWER).await.status(),
            "401 Unauthorized"
        );
        assert_eq!(edge.spy.asked("/.well-known/jwks.json").len(), 2);
    });
}

#[test]
fn without_keys_a_token_is_503_and_the_gateway_unready() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.refuse("/.well-known/jwks.json", "UNAVAILABLE", "UNAVAILABLE");

        let answer = ask(edge, &resident).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("503 Service Unavailable", "UNAVAILABLE")
        );
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(
            edge.request(Method::GET, "/readyz", &[], "").await.status(),
            "503 Service Unavailable"
        );
        edge.spy.answer("/.well-known/jwks.json", json!({ "keys": [] }));
        edge.step("gateway.keys").await;
        assert_eq!(edge.request(Method::GET, "/readyz", &[], "").await.status(), "200 OK");
    });
}

#[test]
fn a_record_is_asked_for_again_when_it_is_no_longer_fresh() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.step("gateway.sessions").await;
        let asked = || edge.spy.asked(&resident.path()).len();

        for _ in 0..3 {
            assert_eq!(ask(edge, &resident).await.status(), "200 OK");
        }
        assert_eq!(asked(), 1);
        edge.clock.advance(TimeDelta::seconds(6));
        assert_eq!(ask(edge, &resident).await.status(), "200 OK");
        assert_eq!(asked(), 2);
    });
}

#[test]
fn the_record_in_redis_spares_accounts() {
    run(async |edge| {
        let resident = edge.unconfirmed(PrincipalKind::Resident);
        let record = serde_json::to_string(&resident.record).expect("a record is JSON");
        let key = edge.redis.key(&SessionRecord::redis_key(resident.record.sid));
        let () = edge
            .redis
            .run(redis::cmd("SET").arg(key).arg(record))
            .await
            .expect("the run's Redis answers");

        let answer = ask(edge, &resident).await;

        assert_eq!(answer.json()["data"]["viewer"]["id"], wire::ACCOUNT);
        assert_eq!(edge.spy.asked(&resident.path()).len(), 0);
    });
}

#[test]
fn an_ended_or_unknown_session_is_401() {
    run(async |edge| {
        let mut ended = edge.unconfirmed(PrincipalKind::Resident);
        ended.record.status = SessionStatus::Ended;
        edge.spy
            .answer(&ended.path(), serde_json::to_value(&ended.record).expect("a record is JSON"));
        let unknown = edge.unconfirmed(PrincipalKind::Resident);
        edge.spy.refuse(&unknown.path(), "NOT_FOUND", "NOT_FOUND");

        for session in [ended, unknown] {
            let answer = ask(edge, &session).await;
            assert_eq!(
                (answer.status().as_str(), reason(&answer).as_str()),
                ("401 Unauthorized", "SESSION_ENDED")
            );
        }
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn i07_an_announced_end_is_refused_at_once() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.step("gateway.sessions").await;
        assert_eq!(ask(edge, &resident).await.status(), "200 OK");

        let change =
            SessionChanged { sid: resident.record.sid, rev: 2, status: SessionStatus::Ended };
        let change = serde_json::to_string(&change).expect("it is JSON");
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(edge.redis.key(CHANNEL)).arg(change);
        let heard: u32 = edge.redis.run(&publish).await.expect("the run's Redis answers");
        assert_eq!(heard, 1);
        edge.step("gateway.sessions").await;

        let answer = ask(edge, &resident).await;
        assert_eq!(
            (answer.status().as_str(), reason(&answer).as_str()),
            ("401 Unauthorized", "SESSION_ENDED")
        );
    });
}

#[test]
fn with_redis_and_accounts_away_a_resident_goes_on_with_what_the_token_proved() {
    run_with(Profile::Development, NOWHERE, async |edge| {
        let resident = edge.unconfirmed(PrincipalKind::Resident);
        edge.spy.answer("/internal/v1/my-reports", wire::page(Vec::new()));

        let answer = edge.post_as(&resident.token, "{ myReports { edges { cursor } } }").await;

        assert_eq!(answer.json(), json!({ "data": { "myReports": { "edges": [] } } }));
        let principal = edge.spy.asked("/internal/v1/my-reports")[0]
            .principal
            .clone()
            .expect("an internal token");
        assert!(principal.degraded && principal.account == Some(resident.record.sub));
        assert_eq!(principal.identity_level, 0);
    });
}

#[test]
fn with_redis_and_accounts_away_staff_get_503_never_401() {
    run_with(Profile::Development, NOWHERE, async |edge| {
        let officer = edge.unconfirmed(PrincipalKind::Staff);

        let answer = ask(edge, &officer).await;

        assert_eq!(
            (answer.status().as_str(), reason(&answer).as_str()),
            ("503 Service Unavailable", "SESSION_UNCONFIRMED")
        );
    });
}

#[test]
fn a_record_a_minute_old_still_counts_while_nobody_answers() {
    run_with(Profile::Development, NOWHERE, async |edge| {
        let officer = edge.sign_in(PrincipalKind::Staff);
        assert_eq!(ask(edge, &officer).await.status(), "200 OK");
        edge.spy.refuse(&officer.path(), "UNAVAILABLE", "UNAVAILABLE");

        edge.clock.advance(TimeDelta::seconds(60));
        assert_eq!(ask(edge, &officer).await.status(), "200 OK");
        edge.clock.advance(TimeDelta::seconds(1));
        assert_eq!(ask(edge, &officer).await.status(), "503 Service Unavailable");
    });
}

#[test]
fn accounts_is_told_which_tokens_arrived() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer("/internal/v1/sessions/seen", json!(null));
        assert_eq!(ask(edge, &resident).await.status(), "200 OK");
        assert_eq!(ask(edge, &resident).await.status(), "200 OK");

        edge.step("gateway.seen").await;
        edge.step("gateway.seen").await;

        let told = edge.spy.asked("/internal/v1/sessions/seen");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].body, json!([{ "sid": resident.record.sid, "rn": 1 }]));
    });
}

#[test]
fn a_token_of_another_person_than_the_session_is_refused() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let mut other = resident.record.clone();
        other.sub = edge.unconfirmed(PrincipalKind::Resident).record.sub;
        edge.spy.answer(&resident.path(), serde_json::to_value(other).expect("a record is JSON"));

        assert_eq!(reason(&ask(edge, &resident).await), "TOKEN_INVALID");
    });
}
