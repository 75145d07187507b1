//! Many procedures at once.

use std::time::Duration;

use axum::body::Body;
use city_testkit::{Answer, Character, City, run};
use http::Method;
use serde_json::{Value, json};

use crate::procedures::{draft, editor};
use crate::subject::Catalogue;

fn line(number: usize) -> String {
    let mut draft = draft();
    draft["body"]["name"]["vi"] = json!(format!("Thủ tục thử nghiệm {number}"));
    json!({ "nationalCode": format!("9.{number:06}"), "draft": draft }).to_string()
}

async fn upload(city: &City<Catalogue>, key: &str, query: &str, lines: &str) -> Answer {
    upload_as(&editor(city), key, query, lines).await
}

async fn upload_as(editor: &Character, key: &str, query: &str, lines: &str) -> Answer {
    let headers = [("content-type", "application/x-ndjson"), ("idempotency-key", key)];
    let path = format!("/admin/v1/procedures/import{query}");
    editor.send_bytes(Method::POST, &path, Body::from(lines.to_owned()), &headers).await
}

async fn progress(city: &City<Catalogue>, import: &Value) -> Value {
    let id = import["id"].as_str().expect("an id");
    editor(city).get(&format!("/admin/v1/imports/{id}")).await.ok()
}

fn counts(progress: &Value) -> [&Value; 4] {
    ["created", "changed", "unchanged", "rejected"].map(|name| &progress[name])
}

#[test]
fn two_thousand_procedures_twice_change_nothing_and_nothing_goes_live() {
    run::<Catalogue>(async |city| {
        let lines: String = (1..=2_307).map(|number| line(number) + "\n").collect();
        let first = upload(city, "import-0001", "", &lines).await.ok();
        city.settle().await;

        let second = upload(city, "import-0002", "", &lines).await.ok();
        city.settle().await;

        assert_eq!(counts(&progress(city, &first).await), [2_307, 0, 0, 0]);
        assert_eq!(counts(&progress(city, &second).await), [0, 0, 2_307, 0]);
        let live = sqlx::query_scalar!(
            r#"select count(*) as "live!" from catalogue.procedure_edition where state <> 'DRAFT'"#
        );
        assert_eq!(live.fetch_one(city.db()).await.expect("editions can be counted"), 0);
    });
}

#[test]
fn a_crash_goes_on_at_the_last_committed_line() {
    run::<Catalogue>(async |city| {
        let lines: String = (1..=250).map(|number| line(number) + "\n").collect();
        let import = upload(city, "import-0001", "", &lines).await.ok();
        city.step("import-procedures").await.expect("the first batch is taken in");
        // A process that ends in the middle of a batch: its transaction never commits.
        let cut =
            tokio::time::timeout(Duration::from_millis(20), city.step("import-procedures")).await;
        let after = progress(city, &import).await;

        city.settle().await;

        assert!(cut.is_err(), "the batch takes longer than that");
        assert_eq!((&after["committedLine"], &after["created"]), (&json!(100), &json!(100)));
        let done = progress(city, &import).await;
        assert_eq!(counts(&done), [250, 0, 0, 0]);
        assert!(done["finishedAt"].is_string());
    });
}

#[test]
fn bad_lines_are_refused_with_their_reason_and_the_others_taken() {
    run::<Catalogue>(async |city| {
        let mut unknown: Value = serde_json::from_str(&line(2)).expect("a line is JSON");
        unknown["draft"]["ownerAgency"] = json!("NOBODY");
        let lines = [
            line(1),
            "{ no json".into(),
            unknown.to_string(),
            String::new(),
            "x".repeat(300 * 1024),
            line(6),
        ];

        let import = upload(city, "import-0001", "", &lines.join("\n")).await.ok();
        city.settle().await;

        let done = progress(city, &import).await;
        assert_eq!(counts(&done), [2, 0, 0, 3]);
        let refused: Vec<_> = done["rejections"].as_array().into_iter().flatten().collect();
        let refused: Vec<_> =
            refused.iter().map(|row| (&row["line"], &row["findings"][0]["code"])).collect();
        assert_eq!(
            refused,
            [
                (&json!(2), &json!("SHAPE")),
                (&json!(3), &json!("AGENCY_UNKNOWN")),
                (&json!(5), &json!("TOO_LONG"))
            ]
        );
    });
}

#[test]
fn a_dry_run_tells_and_writes_nothing_and_a_replay_is_the_first_import() {
    run::<Catalogue>(async |city| {
        let editor = editor(city);
        let dry = upload_as(&editor, "import-0001", "?dryRun=true", &line(1)).await.ok();
        let replay = upload_as(&editor, "import-0001", "?dryRun=true", &line(1)).await.ok();
        let other = upload_as(&editor, "import-0001", "", &line(1)).await;
        city.settle().await;

        assert_eq!(dry["id"], replay["id"]);
        assert_eq!(other.code(), "KEY_REUSED");
        assert_eq!(counts(&progress(city, &dry).await), [1, 0, 0, 0]);
        let made = sqlx::query_scalar!(
            r#"select count(*) as "made!" from catalogue.procedure where national_code like '9.%'"#
        );
        assert_eq!(made.fetch_one(city.db()).await.expect("procedures can be counted"), 0);
        let left = sqlx::query_scalar!(r#"select count(*) as "left!" from catalogue.import"#);
        assert_eq!(left.fetch_one(city.db()).await.expect("imports can be counted"), 1);
    });
}
