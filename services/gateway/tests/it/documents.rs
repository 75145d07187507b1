//! Every document an app needs, run; and what becomes of documents nobody should run.

use std::path::Path;

use city_auth::PrincipalKind;
use http::Method;
use serde_json::{Value, json};

use crate::edge::{Edge, code, run};
use crate::{operations, payments_wire as payments, wire};

/// The files of `graphql/operations`: their names and texts.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphql/operations");
    let files = std::fs::read_dir(folder)
        .expect("the folder exists")
        .map(|file| file.expect("it can be read").path());
    let named = |path: std::path::PathBuf| {
        let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).expect("it is text"))
    };
    files.map(named).collect()
}

async fn run_file(edge: &Edge, token: &str, text: &str, variables: &Value) -> city_testkit::Answer {
    let body = json!({ "query": text, "variables": variables }).to_string();
    let bearer = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
    edge.request(Method::POST, "/graphql", &headers, &body).await
}

#[test]
fn every_operation_of_the_apps_runs() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        edge.spy.answer("/internal/v1/unread-count", json!({ "unreadCount": 3 }));
        edge.spy.answer("/internal/v1/life-events", json!([]));
        edge.spy.answer("/internal/v1/nodes:batch", json!([null]));
        edge.spy.answer("/internal/v1/my-wallet", payments::wallet(1));
        edge.spy.answer("/internal/v1/payment-receipt", json!({ "v": 1 }));
        let cases = operations::cases();
        for (name, text) in files() {
            if text.starts_with("subscription") || name == "Home" {
                continue;
            }
            let (_, variables, path, reply) =
                cases.iter().find(|(case, ..)| *case == name).expect("every operation has a case");
            let path = format!("/internal/v1/{path}");
            edge.spy.answer(&path, reply.clone());
            let before = edge.spy.asked(&path).len();

            let answer = run_file(edge, &resident.token, &text, variables).await;

            let json = answer.json();
            assert_eq!(json.get("errors"), None, "{name}: {json}");
            let fields = json["data"].as_object().expect("there is data").values();
            let refusals: Vec<_> =
                fields.filter_map(|field| field.get("userErrors")?.as_array()).flatten().collect();
            assert!(refusals.is_empty(), "{name}: {refusals:?}");
            assert_eq!(edge.spy.asked(&path).len(), before + 1, "{name} makes one call");
        }
    });
}

#[test]
fn a_screen_shows_what_there_is_when_a_service_is_away() {
    run(async |edge| {
        let resident = edge.sign_in(PrincipalKind::Resident);
        let (_, home) =
            files().into_iter().find(|(name, _)| name == "Home").expect("there is a home screen");
        edge.spy.answer("/internal/v1/viewer", wire::viewer());
        edge.spy.answer("/internal/v1/my-wallet", payments::wallet(1));
        edge.spy.answer("/internal/v1/reports", wire::page(vec![wire::report(wire::REPORT)]));

        let answer = run_file(edge, &resident.token, &home, &json!({})).await;

        let json = answer.json();
        assert_eq!(answer.status(), "200 OK");
        assert_eq!(json.pointer("/data/reports/edges/0/node/code"), Some(&json!("PA26-00012344")));
        assert_eq!(json.pointer("/data/unreadCount"), Some(&Value::Null));
        // Fields are answered side by side, so errors come in no order.
        let errors = json["errors"].as_array().expect("somebody was away");
        assert!(errors.iter().any(|error| error["path"] == json!(["unreadCount"])), "{json}");
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "UNAVAILABLE"), "{json}");
    });
}

#[test]
fn a_subscription_prepares_and_needs_a_socket() {
    run(async |edge| {
        for (name, text) in files().into_iter().filter(|(_, text)| text.starts_with("subscription"))
        {
            let answer = run_file(edge, "x", &text, &json!({ "id": wire::REPORT })).await;
            assert_eq!(code(&answer), "UNAUTHENTICATED", "{name}");

            let answer = edge.post_with(&text, json!({ "id": wire::REPORT })).await;
            assert_eq!(answer.status(), "405 Method Not Allowed", "{name}");
            assert_eq!(answer.header("allow"), "GET", "{name}");
        }
    });
}

#[test]
fn what_does_not_fit_the_schema_is_refused_with_its_place() {
    run(async |edge| {
        let table = [
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ report(id: [1]) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("query($x: Int!) { report(id: $x) { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ report { id } }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer }", "GRAPHQL_VALIDATION_FAILED"),
            ("{ viewer { id }", "GRAPHQL_PARSE_FAILED"),
            ("query A { unreadCount } query B { unreadCount }", "OPERATION_RESOLUTION_FAILURE"),
            ("query($id: ID!) { report(id: $id) { id } }", "BAD_USER_INPUT"),
            ("{ reports(first: 51) { edges { cursor } } }", "BAD_USER_INPUT"),
            ("{ reports(first: 0) { edges { cursor } } }", "BAD_USER_INPUT"),
        ];
        for (text, expected) in table {
            let answer = edge.post(text).await;

            assert_eq!(code(&answer), expected, "{text}");
            assert_eq!(answer.json().get("data"), None, "{text}");
        }
        assert_eq!(edge.spy.asked_for_people(), 0);
    });
}

#[test]
fn b01_a_bomb_is_refused_by_the_name_of_its_limit() {
    run(async |edge| {
        let deep = format!("{}{}", "{a".repeat(40), "}".repeat(40));

        let answer = edge.post(&deep).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("400 Bad Request", "GUARD_LIMIT")
        );
        assert_eq!(edge.post("{ __typename }").await.status(), "200 OK", "the process lives");
    });
}

#[test]
fn an_operation_over_the_limit_of_cost_is_refused_with_both_numbers() {
    run(async |edge| {
        let page = "reports(first: 50) { edges { node { photos { id state thumb screen full width height } timeline(first: 50) { edges { node { text kind at } } } } } }";
        let answer = edge.post(&format!("{{ a: {page} b: {page} }}")).await;

        assert_eq!(
            (answer.status().as_str(), code(&answer).as_str()),
            ("400 Bad Request", "COST_LIMIT")
        );
        let extensions = &answer.json()["errors"][0]["extensions"];
        assert_eq!(extensions["limit"], 2_000);
        assert!(extensions["cost"].as_u64().is_some_and(|cost| cost > 2_000));
    });
}

#[test]
fn a_text_sent_with_its_hash_is_remembered() {
    run(async |edge| {
        let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"; // of {__typename}
        let by_hash = |text: Option<&str>| {
            let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
            json!({ "query": text, "extensions": extensions }).to_string()
        };
        let post = async |body: String| {
            edge.request(Method::POST, "/graphql", &[("content-type", "application/json")], &body)
                .await
        };

        let unknown = post(by_hash(None)).await;
        let wrong = post(by_hash(Some("{ unreadCount }"))).await;
        let taught = post(by_hash(Some("{__typename}"))).await;
        let known = post(by_hash(None)).await;

        assert_eq!(code(&unknown), "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(code(&wrong), "BAD_REQUEST");
        assert_eq!(taught.json(), json!({ "data": { "__typename": "Query" } }));
        assert_eq!(known.json(), taught.json());
    });
}
