//! Limits, and who may read the schema.

use city_auth::permission::SCHEMA_INTROSPECT;
use city_auth::{Grant, PrincipalKind, Scope};
use city_boot::Profile;
use serde_json::json;

use crate::edge::{NOWHERE, Setting, code, run, run_in, run_with};
use crate::wire;

const CODE: &str = "mutation { requestPhoneCode(input: { idempotencyKey: \"12345678\", purpose: SIGN_IN, phone: \"0901234567\", deviceNonce: \"0123456789abcdef\", installationId: \"0123456789abcdef\" }) { challengeId userErrors { code } } }";

#[test]
fn codes_are_counted_by_installation() {
    run(async |edge| {
        let sent =
            json!({ "challengeId": wire::CHALLENGE, "expiresAt": wire::AT, "resendAt": wire::AT });
        edge.spy.answer("/internal/v1/request-phone-code", sent);
        for _ in 0..10 {
            assert_eq!(edge.post(CODE).await.status(), "200 OK");
        }

        let answer = edge.post(CODE).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("429 Too Many Requests", "RATE_LIMITED")
        );
        assert_ne!(answer.header("retry-after"), "");
        assert_eq!(edge.spy.asked_for_people(), 10);
    });
}

#[test]
fn f05_without_redis_no_code_is_sent_and_everything_else_goes_on() {
    run_with(Profile::Development, NOWHERE, async |edge| {
        edge.spy.answer("/internal/v1/report-categories", json!([wire::category()]));

        let refused = edge.post(CODE).await;
        let read = edge.post("{ reportCategories { code } }").await;

        assert_eq!(
            (refused.status().as_str(), code(&refused).as_str()),
            ("503 Service Unavailable", "UNAVAILABLE")
        );
        assert_eq!(
            read.json(),
            json!({ "data": { "reportCategories": [{ "code": "ROAD_HOLE" }] } })
        );
        assert_eq!(edge.spy.asked("/internal/v1/request-phone-code").len(), 0);
    });
}

#[test]
fn filing_is_counted_by_account() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer("/internal/v1/file-report", wire::report(wire::REPORT));
        let text = "mutation { fileReport(input: { idempotencyKey: \"12345678\", categoryCode: \"X\", description: \"0123456789\" }) { report { id } } }";
        for _ in 0..10 {
            assert_eq!(edge.post_as(&resident.token, text).await.status(), "200 OK");
        }
        assert_eq!(edge.post_as(&resident.token, text).await.status(), "429 Too Many Requests");

        let neighbour = edge.sign_in(PrincipalKind::Resident);
        assert_eq!(edge.post_as(&neighbour.token, text).await.status(), "200 OK");
    });
}

#[test]
fn in_production_the_schema_is_shown_to_those_who_may_see_it() {
    let production = Profile::Production;
    run_in(Setting { profile: production, ..Setting::default() }, async |edge| {
        let mut admin = edge.unconfirmed(PrincipalKind::Staff);
        admin.record.grants.push(Grant {
            scope: Scope::City,
            permissions: vec![SCHEMA_INTROSPECT],
            until: None,
        });
        edge.spy
            .answer(&admin.path(), serde_json::to_value(&admin.record).expect("a record is JSON"));

        let stranger = edge.post("{ __schema { queryType { name } } }").await;
        let allowed = edge.post_as(&admin.token, "{ __schema { queryType { name } } }").await;

        assert_eq!(
            (stranger.status().as_str(), code(&stranger).as_str()),
            ("400 Bad Request", "INTROSPECTION_FORBIDDEN")
        );
        assert_eq!(
            allowed.json(),
            json!({ "data": { "__schema": { "queryType": { "name": "Query" } } } })
        );
    });
}

#[test]
fn b10_headers_of_ours_from_outside_are_ignored() {
    run(async |edge| {
        edge.spy.answer("/internal/v1/report-categories", json!([]));
        let body = json!({ "query": "{ reportCategories { code } }" }).to_string();
        let headers = [
            ("content-type", "application/json"),
            ("x-city-account", wire::ACCOUNT),
            ("x-user-id", "1"),
            ("cookie", "session=1"),
        ];

        let answer = edge.request(http::Method::POST, "/graphql", &headers, &body).await;

        assert_eq!(answer.status(), "200 OK");
        let principal = edge.spy.asked("/internal/v1/report-categories")[0]
            .principal
            .clone()
            .expect("an internal token");
        assert_eq!((principal.kind, principal.account), (PrincipalKind::Anonymous, None));
        assert_eq!(
            edge.request(http::Method::GET, "/internal/v1/viewer", &[], "").await.status(),
            "404 Not Found"
        );
    });
}
