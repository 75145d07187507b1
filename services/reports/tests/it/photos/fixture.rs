//! The service on the run's store, and the steps that every photo takes.

use city_blobs::{Blobs, S3Settings};
use city_boot::{Infra, Service};
use city_testkit::{Character, City, Subject, TestS3};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::config;

/// The service with its seed, towards a store at `endpoint`.
pub async fn start(infra: Infra, endpoint: String) -> Service {
    city_reports::seed(&infra.db, infra.clock.now()).await.expect("the seed fits");
    let config = config(TestS3 { endpoint, ..own_bucket(&infra.db).await });
    city_reports::build(config, infra).await.expect("the service is built")
}

/// A bucket of the test's own: ids repeat from test to test, and so do the names of files.
pub async fn own_bucket(db: &PgPool) -> TestS3 {
    let s3 = bucket_of(db);
    connect(s3.clone()).ensure_bucket().await.expect("a bucket can be made");
    s3
}

/// The bucket is named as the test's database.
fn bucket_of(db: &PgPool) -> TestS3 {
    let options = db.connect_options();
    let database = options.get_database().expect("the pool has a database");
    TestS3 { bucket: database.replace('_', "-"), ..city_testkit::s3() }
}

fn connect(s3: TestS3) -> Blobs {
    Blobs::connect(S3Settings {
        endpoint: s3.endpoint,
        region: s3.region,
        bucket: s3.bucket,
        access_key: s3.access_key,
        secret_key: s3.secret_key.into(),
        public_endpoint: None,
    })
}

/// The test's bucket, to look behind the service.
pub fn store<S: Subject>(city: &City<S>) -> Blobs {
    connect(bucket_of(city.db()))
}

pub fn ticket_request(key: &str, content_type: &str, bytes: &[u8]) -> Value {
    json!({ "idempotencyKey": key, "purpose": "REPORT", "contentType": content_type, "byteLength": bytes.len() })
}

/// Sends the bytes as a phone does; the status.
pub async fn put(ticket: &Value, bytes: &[u8]) -> u16 {
    let mut request = city_http::client().put(ticket["url"].as_str().expect("a ticket has a URL"));
    for header in ticket["headers"].as_array().expect("a ticket has headers") {
        let text = |name: &str| header[name].as_str().expect("a header is text").to_owned();
        if text("name") != "content-length" {
            request = request.header(text("name"), text("value"));
        }
    }
    request.body(bytes.to_vec()).send().await.map_or(0, |answer| answer.status().as_u16())
}

/// A ticket, and the bytes to it; the photo's id.
pub async fn upload(who: &Character, key: &str, content_type: &str, bytes: &[u8]) -> Value {
    let ticket = who
        .post("/internal/v1/request-photo-upload", &ticket_request(key, content_type, bytes))
        .await
        .ok();
    assert_eq!(put(&ticket, bytes).await, 200);
    ticket["fileId"].clone()
}

pub fn filing(key: &str, category: &str, photos: &[Value]) -> Value {
    json!({
        "idempotencyKey": key, "categoryCode": category, "description": "Ổ gà sâu trước trường học, xe máy dễ ngã",
        "at": { "lat": 16.4637, "lon": 107.5909 }, "photoIds": photos, "wantsPublic": true, "shareContact": false,
    })
}

/// Files a report in a category that shows photos; its id.
pub async fn file(who: &Character, key: &str, photos: &[Value]) -> Value {
    who.post("/internal/v1/file-report", &filing(key, "road.pothole", photos)).await.ok()["id"]
        .clone()
}

/// The report as somebody sees it.
pub async fn look(who: &Character, report: &Value) -> Value {
    who.post("/internal/v1/report", &json!({ "id": report })).await.ok()
}

/// Triage accepts it, and with that it is published.
pub async fn accept<S: Subject>(city: &City<S>, report: &Value) {
    let report_id = report.as_str().expect("an id is text");
    let version: i32 = sqlx::query_scalar("select version from reports.report where id = $1::uuid")
        .bind(report_id.trim_start_matches("rpt_"))
        .fetch_one(city.db())
        .await
        .expect("the report is there");
    let path = format!("/admin/v1/reports/{report_id}/actions/accept");
    let _done =
        city.coordinator().post_once(&path, "accept-it", &json!({ "version": version })).await.ok();
}

/// One text from the photo's row.
pub async fn column<S: Subject>(city: &City<S>, photo: &Value, name: &str) -> Option<String> {
    let query =
        sqlx::AssertSqlSafe(format!("select {name}::text from reports.photo where id = $1::uuid"));
    let id = photo.as_str().expect("an id is text").trim_start_matches("pho_").to_owned();
    sqlx::query_scalar(query)
        .bind(id)
        .fetch_optional(city.db())
        .await
        .expect("the column exists")
        .flatten()
}

/// The kinds of events that were sent, oldest first.
pub async fn events<S: Subject>(city: &City<S>) -> Vec<String> {
    let query = sqlx::query_scalar("select kind from reports.outbox order by seq");
    query.fetch_all(city.db()).await.expect("the outbox can be read")
}
