//! In production only documents of released apps run: by text, by hash, by id.

use std::path::{Path, PathBuf};

use city_auth::permission::DOCUMENT_ADHOC;
use city_auth::{Grant, PrincipalKind, Scope};
use city_boot::Profile;
use city_gateway::trusted::{Trusted, of_folder};
use http::Method;
use serde_json::{Value, json};

use crate::edge::{Edge, Setting, code, run, run_in};
use crate::wire;

/// Not in any manifest.
const OTHER: &str = "{ reportCategories { code help { vi } } }";
const OTHER_HASH: &str = "d1e1b7b4c1d5a9e0f3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c";

fn production() -> Setting {
    Setting { profile: Profile::Production, documents: None, ..Setting::default() }
}

/// A document of the manifest this build ships with, and its id.
fn released(name: &str) -> (String, String) {
    let path = root().join("graphql/manifests/reference.json");
    let manifest: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect("the manifest is there"))
            .expect("it is JSON");
    let entries = manifest["operations"].as_array().expect("it has operations");
    let entry = entries.iter().find(|entry| entry["name"] == name).expect("it names the operation");
    let text = |member: &str| entry[member].as_str().expect("a text").to_owned();
    (text("body"), text("id"))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

async fn post(edge: &Edge, body: &Value) -> city_testkit::Answer {
    edge.request(
        Method::POST,
        "/graphql",
        &[("content-type", "application/json")],
        &body.to_string(),
    )
    .await
}

fn by_hash(hash: &str, text: Option<&str>) -> Value {
    let persisted = json!({ "version": 1, "sha256Hash": hash });
    json!({ "query": text, "extensions": { "persistedQuery": persisted } })
}

#[test]
fn a_released_document_runs_by_text_by_hash_and_by_id() {
    run_in(production(), async |edge| {
        edge.spy.answer("/internal/v1/report-categories", json!([wire::category()]));
        let (text, id) = released("ReportCategories");
        let asked = [
            json!({ "query": text }),
            by_hash(&id, None),
            by_hash(&id.to_uppercase(), None),
            by_hash(&id, Some(&text)),
            json!({ "documentId": id }),
            json!({ "documentId": format!("sha256:{id}") }),
        ];

        for body in asked {
            let answer = post(edge, &body).await;

            assert_eq!(answer.status(), "200 OK", "{body}");
            assert_eq!(answer.json().get("errors"), None, "{body}");
        }
    });
}

#[test]
fn any_other_document_is_refused_with_its_exact_code() {
    run_in(production(), async |edge| {
        let (text, id) = released("ReportCategories");
        let table = [
            (json!({ "query": OTHER }), "DOCUMENT_NOT_TRUSTED"),
            // One space makes another document.
            (json!({ "query": format!("{text} ") }), "DOCUMENT_NOT_TRUSTED"),
            (by_hash(OTHER_HASH, None), "PERSISTED_QUERY_NOT_FOUND"),
            (by_hash(OTHER_HASH, Some(OTHER)), "BAD_REQUEST"),
            (by_hash(&id, Some(OTHER)), "BAD_REQUEST"),
            (json!({ "documentId": OTHER_HASH }), "DOCUMENT_NOT_FOUND"),
            (json!({ "documentId": "Home" }), "DOCUMENT_NOT_FOUND"),
            (json!({ "documentId": id, "query": text }), "BAD_REQUEST"),
        ];
        for (body, expected) in table {
            let answer = post(edge, &body).await;

            assert_eq!(code(&answer), expected, "{body}");
            assert_eq!(answer.json().get("data"), None, "{body}");
        }
        assert_eq!(edge.spy.asked_for_people(), 0, "nothing ran");
    });
}

#[test]
fn apollos_retry_with_the_text_does_not_get_an_unknown_document_in() {
    run_in(production(), async |edge| {
        let hash = city_gateway::prepare::TextHash::of(OTHER).to_hex();

        let unknown = post(edge, &by_hash(&hash, None)).await;
        let retried = post(edge, &by_hash(&hash, Some(OTHER))).await;
        let again = post(edge, &by_hash(&hash, None)).await;

        assert_eq!(unknown.json()["errors"][0]["message"], "PersistedQueryNotFound");
        assert_eq!(
            (retried.status().as_str(), code(&retried).as_str()),
            ("400 Bad Request", "DOCUMENT_NOT_TRUSTED")
        );
        assert_eq!(code(&again), "PERSISTED_QUERY_NOT_FOUND", "nothing was remembered");
    });
}

#[test]
fn who_holds_the_permission_runs_any_document() {
    run_in(production(), async |edge| {
        edge.spy.answer("/internal/v1/report-categories", json!([wire::category()]));
        let mut developer = edge.unconfirmed(PrincipalKind::Staff);
        developer.record.grants.push(Grant {
            scope: Scope::City,
            permissions: vec![DOCUMENT_ADHOC],
            until: None,
        });
        let record = serde_json::to_value(&developer.record).expect("a record is JSON");
        edge.spy.answer(&developer.path(), record);
        let resident = edge.sign_in(PrincipalKind::Resident);

        let allowed = edge.post_as(&developer.token, OTHER).await;
        let refused = edge.post_as(&resident.token, OTHER).await;

        assert_eq!(allowed.json().get("errors"), None);
        assert_eq!(code(&refused), "DOCUMENT_NOT_TRUSTED", "also after somebody ran it");
    });
}

#[test]
fn where_documents_are_open_ids_of_manifests_work_too() {
    run(async |edge| {
        edge.spy.answer("/internal/v1/report-categories", json!([wire::category()]));
        let (_, id) = released("ReportCategories");

        let answer = post(edge, &json!({ "documentId": id })).await;
        let unknown = post(edge, &json!({ "documentId": OTHER_HASH })).await;

        assert_eq!(answer.json().get("errors"), None);
        assert_eq!(code(&unknown), "DOCUMENT_NOT_FOUND");
    });
}

#[test]
fn a_released_document_that_no_longer_fits_the_schema_says_so() {
    let old = "query Old { aFieldOfLastYear }";
    let manifests = Folder::with(&[("2025.json", manifest(old, &hash(old)))]);
    let setting = Setting { manifests: Some(manifests.0.clone()), ..production() };
    run_in(setting, async |edge| {
        for _ in 0..2 {
            let answer = post(edge, &json!({ "documentId": hash(old) })).await;

            assert_eq!(code(&answer), "GRAPHQL_VALIDATION_FAILED");
        }
    });
}

#[test]
fn an_id_that_is_not_the_hash_of_its_body_stops_the_start() {
    let good = "query Good { __typename }";
    let manifests = Folder::with(&[
        ("1.json", manifest(good, &hash(good))),
        ("2.json", manifest(good, &hash("query Evil { __typename }"))),
    ]);

    let fault = Trusted::read(Some(&manifests.0)).expect_err("the second manifest lies");

    assert_eq!(fault.to_string(), "the id of Name in 2.json is not the SHA-256 of its body");
}

#[test]
fn the_manifest_names_every_operation_of_the_apps() {
    let file = std::fs::read_to_string(root().join("graphql/manifests/reference.json"));
    let fresh = of_folder(&root().join("graphql/operations")).expect("the folder can be read");

    assert!(file.is_ok_and(|file| file == fresh), "run `cargo xtask schema`");
}

#[test]
fn every_manifest_of_the_repository_ships_with_the_gateway() {
    let source = include_str!("../../src/trusted/mod.rs");
    let folder = std::fs::read_dir(root().join("graphql/manifests")).expect("the folder exists");
    for file in folder {
        let name = file.expect("it can be read").file_name();
        let shipped = format!("graphql/manifests/{}\"", name.to_string_lossy());
        assert!(source.contains(&shipped), "{shipped} is not in SHIPPED");
    }
}

fn hash(text: &str) -> String {
    city_gateway::prepare::TextHash::of(text).to_hex()
}

fn manifest(body: &str, id: &str) -> String {
    let entry = json!({ "id": id, "name": "Name", "type": "query", "body": body });
    json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [entry] })
        .to_string()
}

/// A folder of a test's own.
struct Folder(PathBuf);

impl Folder {
    fn with(files: &[(&str, String)]) -> Self {
        let name = format!("manifests-{}", u64::from_be_bytes(city_ids::Ids::random().bytes()));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("the file can be written");
        }
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap_or_default();
    }
}
