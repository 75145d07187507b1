//! Each row of the refresh table, through the router and the database.

use chrono::Duration;
use city_ids::ServiceName;
use city_testkit::run;
use futures_util::stream::{self, StreamExt as _};
use serde_json::json;

use crate::support::*;

#[test]
fn a6_the_present_token_gives_the_next_and_a_fresh_access_token() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 300);

        let answer = refresh(city, &me.refresh).await.ok();

        let claims = claims(city, &answer).await;
        assert_eq!((claims.sid, claims.sub, claims.rn), (me.session, me.account, 2));
        assert_ne!(answer["refreshToken"], me.refresh);
        assert_eq!(
            refresh(city, answer["refreshToken"].as_str().unwrap()).await.status(),
            "200 OK"
        );
        city.settle().await;
    });
}

#[test]
fn a6_within_ten_seconds_the_token_before_gets_the_same_answer_also_when_its_successor_was_seen() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let second = next(city, &me.refresh).await;
        see(city, &me, 2).await;

        city.clock().advance(Duration::milliseconds(10_000));
        let at_ten = next(city, &me.refresh).await;
        city.clock().advance(Duration::milliseconds(1));
        let after = refresh(city, &me.refresh).await;

        assert_eq!(at_ten, second);
        assert_eq!(after.status(), "401 Unauthorized");
        assert_eq!(
            (after.code(), after.json()["details"]["reason"].as_str()),
            ("SESSION_ENDED".into(), Some("REFRESH_REUSE"))
        );
        city.settle().await;
    });
}

async fn see(city: &city_testkit::City<Accounts>, who: &SignedIn, rn: u32) {
    let seen = json!([{"sid": who.session, "rn": rn}, {"sid": who.session, "rn": 1}]);
    let answer = city.service(ServiceName::Gateway).post("/internal/v1/sessions/seen", &seen).await;
    assert_eq!(answer.status(), "204 No Content");
}

#[test]
fn i2_a_lost_answer_heals_after_hours_twenty_times_a_day() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let second = next(city, &me.refresh).await;
        city.clock().advance(Duration::milliseconds(10_001));
        for _ in 0..20 {
            assert_eq!(next(city, &me.refresh).await, second);
        }

        let twenty_first = refresh(city, &me.refresh).await;

        assert_eq!(twenty_first.code(), "SESSION_ENDED");
        assert_eq!(twenty_first.json()["details"]["reason"], "REFRESH_REUSE");
        city.settle().await;
    });
}

#[test]
fn i2_the_count_of_healed_answers_begins_again_the_next_day() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let second = next(city, &me.refresh).await;
        advance(city, 3600);
        for _ in 0..20 {
            next(city, &me.refresh).await;
        }
        advance(city, 86_400);

        let healed = next(city, &me.refresh).await;

        assert_eq!(healed, second);
        assert_eq!(refresh(city, &second).await.status(), "200 OK");
        city.settle().await;
    });
}

#[test]
fn i3_an_old_token_ends_its_session_and_no_other() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let other = sign_in_later(city, MY_TABLET).await;
        let second = next(city, &me.refresh).await;
        let third = next(city, &second).await;

        let stolen = refresh(city, &me.refresh).await;

        assert_eq!(stolen.json()["details"]["reason"], "REFRESH_REUSE");
        assert_eq!(
            refresh(city, &third).await.code(),
            "SESSION_ENDED",
            "also for the owner: nobody can tell who is who"
        );
        assert!(!is_alive(city, me.session).await);
        assert!(is_alive(city, other.session).await);
        assert_eq!(refresh(city, &other.refresh).await.status(), "200 OK");
        assert_eq!(count_audit(city, "session.refresh", "REFRESH_REUSE").await, 1);
        assert_eq!(count_events(city, "RefreshReuseDetected").await, 1);
        assert_eq!(count_events(city, "SessionEnded").await, 1);
        city.settle().await;
    });
}

async fn sign_in_later(city: &city_testkit::City<Accounts>, installation: &str) -> SignedIn {
    advance(city, 300);
    sign_in(city, PHONE, installation).await
}

#[test]
fn a6_a_number_never_given_out_means_a_restored_database() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let third = next(city, &next(city, &me.refresh).await).await;
        sqlx::query!("update accounts.session set rt_n = 1, rt_seen_n = 0")
            .execute(city.db())
            .await
            .unwrap();

        let answer = refresh(city, &third).await;

        assert_eq!(answer.json()["details"]["reason"], "DATABASE_RESTORED");
        assert!(!is_alive(city, me.session).await);
        city.settle().await;
    });
}

#[test]
fn a6_what_is_not_our_token_is_refused() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;
        let access = me.answer["tokens"]["accessToken"].as_str().unwrap().to_owned();
        let mut tampered = me.refresh.clone();
        tampered.replace_range(20..21, if &tampered[20..21] == "A" { "B" } else { "A" });

        for token in [
            String::new(),
            "cr1_".into(),
            tampered,
            access,
            format!("{}A", me.refresh),
            "x".repeat(5_000),
        ] {
            let answer = refresh(city, &token).await;
            assert_eq!(
                (answer.status(), answer.code()),
                ("401 Unauthorized".to_owned(), "TOKEN_INVALID".to_owned())
            );
        }
        assert!(is_alive(city, me.session).await);
        city.settle().await;
    });
}

#[test]
fn a_session_ends_idle_expired_and_before_a_floor() {
    run::<Accounts>(async |city| {
        let reason = async |token: &str| {
            refresh(city, token).await.json()["details"]["reason"].as_str().map(str::to_owned)
        };
        let idle = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 30 * 86_400 - 1);
        let token = next(city, &idle.refresh).await;
        advance(city, 30 * 86_400);
        assert_eq!(reason(&token).await.as_deref(), Some("IDLE"));

        let old = sign_in(city, PHONE, MY_PHONE).await;
        let mut token = old.refresh.clone();
        for _ in 0..3 {
            advance(city, 29 * 86_400);
            token = next(city, &token).await;
        }
        advance(city, 3 * 86_400);
        assert_eq!(reason(&token).await.as_deref(), Some("EXPIRED"));
        assert!(!is_alive(city, old.session).await);

        let before = sign_in(city, PHONE, MY_PHONE).await;
        advance(city, 3600);
        let now = city_clock::Clock::now(city.clock());
        sqlx::query!("insert into accounts.floor (name, not_before) values ('sessions', $1)", now)
            .execute(city.db())
            .await
            .unwrap();
        assert_eq!(reason(&before.refresh).await.as_deref(), Some("BEFORE_FLOOR"));
        let after = sign_in(city, PHONE, MY_PHONE).await;
        assert_eq!(refresh(city, &after.refresh).await.status(), "200 OK");
        city.settle().await;
    });
}

#[test]
fn i1_a_hundred_parallel_refreshes_make_one_rotation() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;

        let refreshes =
            stream::iter(0..100).map(|_| refresh(city, &me.refresh)).buffer_unordered(24);
        let mut tokens: Vec<_> =
            refreshes.map(|answer| answer.ok()["refreshToken"].clone().to_string()).collect().await;

        assert_eq!(tokens.len(), 100);
        tokens.dedup();
        assert_eq!(tokens.len(), 1, "everybody got the same next token");
        let n = sqlx::query_scalar!("select rt_n from accounts.session")
            .fetch_one(city.db())
            .await
            .unwrap();
        assert_eq!(n, 2);
        city.settle().await;
    });
}

#[test]
fn a_residents_token_does_not_refresh_as_staff() {
    run::<Accounts>(async |city| {
        let me = sign_in(city, PHONE, MY_PHONE).await;

        let answer = city
            .anonymous()
            .post("/admin/v1/auth/refresh", &json!({"refreshToken": me.refresh}))
            .await;

        assert_eq!(answer.code(), "TOKEN_INVALID");
        assert_eq!(refresh(city, &me.refresh).await.status(), "200 OK", "and is not used up");
        city.settle().await;
    });
}
