use city_auth::internal::{Identity, Verifier};
use city_auth::{Principal, PrincipalKind, SigningKey};
use city_boot::Profile;
use city_ids::ServiceName;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::door::{Door, Setting, run};

const PHONE: &str = "/dev/outbox?to=%2B84901234567";

async fn status(request: reqwest::RequestBuilder) -> u16 {
    request.send().await.expect("the gateway answers").status().as_u16()
}

#[test]
fn sent_messages_are_shown_in_development_to_the_machine_itself() {
    run(Setting::default(), async |door| {
        let message = json!([{ "channel": "SMS", "template": "otp", "text": "123456", "at": "2026-03-04T02:00:00Z" }]);
        door.spy.answers("/notifications/internal/v1/dev/outbox", &message);

        let shown: Value = door
            .ask(Method::GET, PHONE)
            .send()
            .await
            .expect("the gateway answers")
            .json()
            .await
            .expect("JSON");
        let brought =
            status(door.ask(Method::GET, PHONE).header("x-forwarded-for", "203.0.113.9")).await;

        assert_eq!(shown[0]["text"], "123456");
        assert_eq!(brought, 404);
        let seen = door.spy.seen("/notifications/internal/v1/dev/outbox");
        assert_eq!(seen.len(), 1);
        assert_eq!(seen[0].body, r#"{"to":"+84901234567"}"#, "a phone number travels in a body");
    });
}

#[test]
fn there_are_no_development_doors_in_production() {
    run(Setting { profile: Profile::Production, ..Setting::default() }, async |door| {
        door.spy.answers("/notifications/internal/v1/dev/outbox", &json!([]));

        for path in [PHONE, "/graphiql", "/graphiql/start.js"] {
            assert_eq!(status(door.ask(Method::GET, path)).await, 404, "{path}");
        }
        assert!(door.spy.seen("/notifications/internal/v1/dev/outbox").is_empty());
    });
}

#[test]
fn photos_are_handed_through_as_anonymous_reads() {
    run(Setting::default(), async |door| {
        let person = door.sign_in(PrincipalKind::Resident);
        door.spy.plays("/reports/media/reports/k/full.jpg", StatusCode::OK, "image/jpeg", "JPEG");
        let photo =
            |method| door.ask(method, "/media/reports/k/full.jpg").bearer_auth(&person.token);

        let shown = photo(Method::GET).send().await.expect("the gateway answers");

        assert_eq!(shown.headers()["content-type"], "image/jpeg");
        assert_eq!(shown.headers()["x-content-type-options"], "nosniff");
        assert_eq!(shown.bytes().await.expect("the photo is whole"), "JPEG");
        assert_eq!(status(photo(Method::POST)).await, 405);
        let told = vouched(door, "/reports/media/reports/k/full.jpg", ServiceName::Reports);
        assert_eq!(told.kind, PrincipalKind::Anonymous);
    });
}

#[test]
fn signing_out_reaches_accounts_as_the_resident_whose_token_was_checked_here() {
    run(Setting::default(), async |door| {
        door.spy.answers("/accounts/auth/v1/sign-out", &json!({ "ended": 1 }));
        let (resident, officer) =
            (door.sign_in(PrincipalKind::Resident), door.sign_in(PrincipalKind::Staff));
        let sign_out = || door.ask(Method::POST, "/auth/v1/sign-out").body("{}");

        assert_eq!(status(sign_out()).await, 401);
        assert_eq!(status(sign_out().bearer_auth("forged")).await, 401);
        assert_eq!(status(sign_out().bearer_auth(&officer.token)).await, 403);
        assert!(door.spy.seen("/accounts/auth/v1/sign-out").is_empty());
        assert_eq!(status(sign_out().bearer_auth(&resident.token)).await, 200);

        let told = vouched(door, "/accounts/auth/v1/sign-out", ServiceName::Accounts);
        assert_eq!(told.kind, PrincipalKind::Resident);
        assert_eq!(told.account, Some(resident.account));
    });
}

#[test]
fn bodies_of_refreshes_end_at_4_kib() {
    run(Setting::default(), async |door| {
        door.spy.answers("/accounts/auth/v1/refresh", &json!({}));
        let send =
            |bytes: usize| door.ask(Method::POST, "/auth/v1/refresh").body("x".repeat(bytes));

        assert_eq!(status(send(4 * 1024)).await, 200);
        assert_eq!(status(send(4 * 1024 + 1)).await, 413);
        assert_eq!(status(door.ask(Method::GET, "/media/reports/a%2fb")).await, 400);
    });
}

#[test]
fn the_signing_keys_are_public_and_kept_for_a_while() {
    run(Setting::default(), async |door| {
        let keys = || door.ask(Method::GET, "/.well-known/jwks.json");
        let first = keys().send().await.expect("the gateway answers");
        let control = first.headers()["cache-control"].clone();
        let first: Value = first.json().await.expect("JSON");

        door.spy.plays(
            "/accounts/.well-known/jwks.json",
            StatusCode::SERVICE_UNAVAILABLE,
            "text/plain",
            "away",
        );
        let second: Value =
            keys().send().await.expect("the gateway answers").json().await.expect("JSON");

        assert_eq!(control, "public, max-age=300");
        assert_eq!(first["keys"].as_array().map(Vec::len), Some(1));
        assert_eq!(first, second);
    });
}

#[test]
fn what_is_internal_stays_inside() {
    run(Setting::default(), async |door| {
        for path in [
            "/internal/v1/report",
            "/internal",
            "/reports/internal/v1/report",
            "/media/../internal/v1/report",
        ] {
            assert_eq!(status(door.ask(Method::POST, path)).await, 404, "{path}");
        }
        assert!(door.spy.seen("/reports/internal/v1/report").is_empty());
    });
}

#[cfg(feature = "graphiql")]
#[test]
fn the_schema_browser_comes_with_a_policy_that_lets_nothing_else_in() {
    run(Setting::default(), async |door| {
        let page = door.ask(Method::GET, "/graphiql").send().await.expect("the gateway answers");
        let script = door
            .ask(Method::GET, "/graphiql/graphiql.min.js")
            .send()
            .await
            .expect("the gateway answers");

        let policy = page.headers()["content-security-policy"].to_str().expect("ASCII");
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
        assert!(script.bytes().await.expect("the file is whole").len() > 1_000_000);
    });
}

/// Whom the gateway vouched for in the one request that reached `path`.
fn vouched(door: &Door, path: &str, at: ServiceName) -> Principal {
    let seen = door.spy.seen(path).remove(0);
    let clock: city_clock::SharedClock = door.clock.clone();
    let gateway =
        Identity::new(ServiceName::Gateway, SigningKey::from_seed(&[4; 32]), clock.clone());
    let line = seen.headers["authorization"].to_str().expect("ASCII");
    let token = line.trim_start_matches("Bearer ");
    Verifier::new(at, &[gateway.published()], clock).verify(token).expect("ours")
}
