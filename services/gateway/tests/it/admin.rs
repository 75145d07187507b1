use city_auth::PrincipalKind;
use city_auth::SigningKey;
use city_auth::internal::{Identity, Verifier};
use city_boot::Profile;
use city_ids::ServiceName;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::door::{Door, Setting, run};

fn operation(id: &str, extra: &Value) -> Value {
    let mut operation = json!({ "operationId": id, "x-city-service": "reports", "x-city-permission": "reports.report.handle" });
    operation
        .as_object_mut()
        .expect("an object")
        .extend(extra.as_object().expect("an object").clone());
    operation
}

/// What a route table says, one operation of each kind.
fn document() -> String {
    let body = json!({ "requestBody": { "content": { "application/json": {} } } });
    let with = |extra: Value| {
        let mut whole = body.clone();
        whole
            .as_object_mut()
            .expect("an object")
            .extend(extra.as_object().expect("an object").clone());
        whole
    };
    json!({ "openapi": "3.1.0", "paths": {
        "/admin/v1/reports/{id}": { "get": operation("getReport", &json!({})) },
        "/admin/v1/reports/{id}/notes": { "post": operation("addNote", &with(json!({ "x-city-max-body": 1000 }))) },
        "/admin/v1/reports/export.csv": { "get": operation("export", &json!({ "x-city-recent-auth": true })) },
        "/admin/v1/auth/sessions": { "post": {
            "operationId": "signIn", "x-city-service": "accounts", "security": [{}], "x-city-idempotency": "none",
            "requestBody": { "content": { "application/json": {} } },
        }},
    }})
    .to_string()
}

fn setting() -> Setting {
    Setting { admin_document: document(), ..Setting::default() }
}

async fn status_and_code(request: reqwest::RequestBuilder) -> (u16, String) {
    let answer = request.send().await.expect("the gateway answers");
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap_or_default();
    (status, body["code"].as_str().unwrap_or_default().to_owned())
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

/// What the service was told about who asks.
fn told(door: &Door, service: ServiceName, headers: &http::HeaderMap) -> city_auth::Principal {
    let clock: city_clock::SharedClock = door.clock.clone();
    let gateway =
        Identity::new(ServiceName::Gateway, SigningKey::from_seed(&[4; 32]), clock.clone());
    let token =
        headers["authorization"].to_str().expect("a token is ASCII").trim_start_matches("Bearer ");
    Verifier::new(service, &[gateway.published()], clock)
        .verify(token)
        .expect("the token is the gateway's")
}

#[test]
fn a_route_that_is_not_documented_does_not_exist() {
    run(setting(), async |door| {
        let officer = door.sign_in(PrincipalKind::Staff);
        door.spy.answers("/reports/admin/v1/secret", &json!({}));
        let ask =
            |method, path| status_and_code(door.ask(method, path).bearer_auth(&officer.token));

        assert_eq!(ask(Method::GET, "/admin/v1/secret").await, refused(404, "NOT_FOUND"));
        assert_eq!(
            ask(Method::PUT, "/admin/v1/reports/rpt_1").await,
            refused(405, "METHOD_NOT_ALLOWED")
        );
        assert_eq!(ask(Method::GET, "/admin/v1/reports/a%2fb").await, refused(400, "BAD_PATH"));
        assert_eq!(ask(Method::GET, "/internal/v1/reports").await.0, 404);
        assert!(door.spy.seen("/reports/admin/v1/secret").is_empty());
    });
}

#[test]
fn only_staff_come_in() {
    run(setting(), async |door| {
        let resident = door.sign_in(PrincipalKind::Resident);
        let report = || door.ask(Method::GET, "/admin/v1/reports/rpt_1");

        assert_eq!(status_and_code(report()).await, refused(401, "SIGN_IN_REQUIRED"));
        assert_eq!(
            status_and_code(report().bearer_auth("x.y.z")).await,
            refused(401, "TOKEN_INVALID")
        );
        assert_eq!(
            status_and_code(report().bearer_auth(&resident.token)).await,
            refused(403, "FORBIDDEN")
        );
        assert_eq!(
            status_and_code(report().header("cookie", format!("token={}", resident.token))).await.0,
            401
        );
        assert!(door.spy.seen("/reports/admin/v1/reports/rpt_1").is_empty());
    });
}

#[test]
fn a_service_is_told_who_asks_by_our_token_alone() {
    run(setting(), async |door| {
        let officer = door.sign_in(PrincipalKind::Staff);
        door.spy.answers("/reports/admin/v1/reports/rpt_1", &json!({ "id": "rpt_1" }));
        let request =
            door.ask(Method::GET, "/admin/v1/reports/rpt_1?a=%20b").bearer_auth(&officer.token);
        let spoofed =
            ["x-city-sub", "x-user-id", "forwarded", "x-forwarded-for", "cookie", "x-real-ip"];
        let request =
            spoofed.iter().fold(request, |request, name| request.header(*name, "acc_admin"));

        let answer = request.send().await.expect("the gateway answers");

        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(answer.headers().get("set-cookie").is_none(), "what a service may say is listed");
        let seen = door.spy.seen("/reports/admin/v1/reports/rpt_1").remove(0);
        assert_eq!(seen.path, "/reports/admin/v1/reports/rpt_1?a=%20b");
        for name in spoofed {
            assert!(!seen.headers.contains_key(name), "{name}");
        }
        assert_eq!(told(door, ServiceName::Reports, &seen.headers).account, Some(officer.account));
    });
}

#[test]
fn a_write_needs_an_idempotency_key_unless_the_document_frees_it() {
    run(setting(), async |door| {
        let officer = door.sign_in(PrincipalKind::Staff);
        door.spy.answers("/reports/admin/v1/reports/r/notes", &json!({}));
        door.spy.answers("/accounts/admin/v1/auth/sessions", &json!({}));
        let note = || {
            door.ask(Method::POST, "/admin/v1/reports/r/notes")
                .bearer_auth(&officer.token)
                .json(&json!({}))
        };
        let sign_in =
            door.ask(Method::POST, "/admin/v1/auth/sessions").json(&json!({ "email": "a@b.c" }));

        assert_eq!(status_and_code(note()).await, refused(400, "IDEMPOTENCY_KEY"));
        assert_eq!(
            status_and_code(note().header("idempotency-key", "short")).await,
            refused(400, "IDEMPOTENCY_KEY")
        );
        assert_eq!(status_and_code(note().header("idempotency-key", "key-12345678")).await.0, 200);
        assert_eq!(status_and_code(sign_in).await.0, 200);

        let noted = door.spy.seen("/reports/admin/v1/reports/r/notes");
        assert_eq!(noted.len(), 1);
        assert_eq!(noted[0].headers["idempotency-key"], "key-12345678");
        let signed_in = door.spy.seen("/accounts/admin/v1/auth/sessions").remove(0);
        assert_eq!(
            told(door, ServiceName::Accounts, &signed_in.headers).kind,
            PrincipalKind::Anonymous
        );
        assert_eq!(signed_in.body, r#"{"email":"a@b.c"}"#);
    });
}

#[test]
fn a_proof_of_who_one_is_counts_for_ten_minutes() {
    run(setting(), async |door| {
        door.spy.plays("/reports/admin/v1/reports/export.csv", StatusCode::OK, "text/csv", "a,b");
        let (in_time, late) = (chrono::Duration::seconds(599), chrono::Duration::seconds(601));
        let recent = door.sign_in_proven(PrincipalKind::Staff, in_time);
        let old = door.sign_in_proven(PrincipalKind::Staff, late);
        let export = async |token: &str| {
            status_and_code(
                door.ask(Method::GET, "/admin/v1/reports/export.csv").bearer_auth(token),
            )
            .await
        };

        assert_eq!(export(&recent.token).await.0, 200);
        assert_eq!(export(&old.token).await, refused(403, "REAUTH_REQUIRED"));
        assert_eq!(door.spy.seen("/reports/admin/v1/reports/export.csv").len(), 1);
    });
}

#[test]
fn a_body_is_of_a_documented_type_and_within_its_limit() {
    run(setting(), async |door| {
        let officer = door.sign_in(PrincipalKind::Staff);
        door.spy.answers("/reports/admin/v1/reports/r/notes", &json!({}));
        let note = || {
            let request =
                door.ask(Method::POST, "/admin/v1/reports/r/notes").bearer_auth(&officer.token);
            request.header("idempotency-key", "key-12345678")
        };
        let typed = |content_type: &str, body: String| {
            note().header("content-type", content_type).body(body)
        };
        let stream =
            futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100])));
        let chunked = note()
            .header("content-type", "application/json")
            .body(reqwest::Body::wrap_stream(stream));

        assert_eq!(
            status_and_code(typed("text/plain", "x".into())).await,
            refused(415, "CONTENT_TYPE")
        );
        assert_eq!(
            status_and_code(typed("application/json", " ".repeat(1001))).await,
            refused(413, "BODY_TOO_LARGE")
        );
        assert_eq!(status_and_code(chunked).await, refused(413, "BODY_TOO_LARGE"));
        assert_eq!(
            status_and_code(typed("application/json; charset=utf-8", " ".repeat(1000))).await.0,
            200
        );
    });
}

#[test]
fn pages_of_other_origins_are_refused() {
    run(setting(), async |door| {
        let officer = door.sign_in(PrincipalKind::Staff);
        door.spy.answers("/reports/admin/v1/reports/rpt_1", &json!({}));
        let report =
            || door.ask(Method::GET, "/admin/v1/reports/rpt_1").bearer_auth(&officer.token);

        assert_eq!(
            status_and_code(report().header("origin", "https://evil.test")).await,
            refused(403, "ORIGIN")
        );
        assert_eq!(
            status_and_code(report().header("sec-fetch-site", "cross-site")).await,
            refused(403, "ORIGIN")
        );
        let ours = report()
            .header("origin", "https://console.test")
            .send()
            .await
            .expect("the gateway answers");
        let asked = door
            .ask(Method::OPTIONS, "/admin/v1/reports/rpt_1")
            .header("origin", "https://console.test");
        let preflight = asked
            .header("access-control-request-method", "POST")
            .send()
            .await
            .expect("the gateway answers");

        assert_eq!(ours.headers()["access-control-allow-origin"], "https://console.test");
        assert_eq!(preflight.status(), StatusCode::NO_CONTENT);
        assert!(ours.headers().get("access-control-allow-credentials").is_none());
    });
}

#[test]
fn a_problem_passes_unchanged_and_a_bare_failure_becomes_one() {
    run(setting(), async |door| {
        let officer = door.sign_in(PrincipalKind::Staff);
        let path = "/reports/admin/v1/reports/rpt_1";
        let ask = || {
            status_and_code(
                door.ask(Method::GET, "/admin/v1/reports/rpt_1").bearer_auth(&officer.token),
            )
        };

        door.spy.plays(
            path,
            StatusCode::CONFLICT,
            "application/problem+json",
            r#"{"code":"STATE"}"#,
        );
        let conflict = ask().await;
        door.spy.plays(path, StatusCode::INTERNAL_SERVER_ERROR, "text/plain", "password=hunter2");
        let fault = ask().await;

        assert_eq!(conflict, refused(409, "STATE"));
        assert_eq!(fault, refused(500, "INTERNAL"));
    });
}

#[test]
fn the_document_is_shown_to_staff_and_in_development_to_all() {
    for (profile, anonymous) in [(Profile::Development, 200), (Profile::Production, 401)] {
        run(Setting { profile, ..setting() }, async |door| {
            let officer = door.sign_in(PrincipalKind::Staff);
            let ask = || door.ask(Method::GET, "/admin/v1/openapi.json");

            assert_eq!(status_and_code(ask()).await.0, anonymous, "{profile:?}");
            let shown: Value = ask()
                .bearer_auth(&officer.token)
                .send()
                .await
                .expect("the gateway answers")
                .json()
                .await
                .expect("JSON");
            assert_eq!(
                shown.to_string(),
                serde_json::from_str::<Value>(&document()).expect("JSON").to_string()
            );
        });
    }
}
