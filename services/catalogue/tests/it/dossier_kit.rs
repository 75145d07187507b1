//! What the tests of dossiers stand on: a procedure of their own, people, and the steps everybody takes.

use std::net::SocketAddr;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use city_auth::Scope;
use city_blobs::{Blobs, S3Settings};
use city_boot::{Infra, Service};
use city_catalogue::{Config, MIGRATOR, build, seed};
use city_ids::ServiceName;
use city_testkit::{Answer, Character, City, Subject, TestS3};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::subject;

/// The procedure of these tests: a form, a paper with an alternative, a paper under a condition, a fee with an exemption.
pub const PROCEDURE: &str = "9.000001";
/// Phú Xuân.
pub const WARD: &str = "19753";
/// What is looked for where it must not be.
pub const NAME: &str = "Nguyễn Thị Kín Đáo";
pub const IDENTITY: &str = "046301009876";
pub const PHONE: &str = "0905123987";
pub const LAST4: &str = "3987";

/// The catalogue with that procedure.
pub struct Dossiers;

impl Subject for Dossiers {
    const NAME: ServiceName = ServiceName::Catalogue;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        start(infra, city_testkit::s3().endpoint, None).await
    }
}

/// The same, with a store and an accounts service that can go away.
pub struct OnALine;

/// Where the service looks for its store and for accounts: nobody listens there until a line is up.
pub static STORE: LazyLock<SocketAddr> = LazyLock::new(free);
pub static ACCOUNTS: LazyLock<SocketAddr> = LazyLock::new(free);

fn free() -> SocketAddr {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    free.local_addr().expect("it has an address")
}

impl Subject for OnALine {
    const NAME: ServiceName = ServiceName::Catalogue;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        start(infra, format!("http://{}", *STORE), Some(format!("http://{}", *ACCOUNTS))).await
    }
}

async fn start(infra: Infra, endpoint: String, accounts: Option<String>) -> Service {
    seed(&infra.db, infra.clock.now()).await.expect("the seed fits");
    publish(&infra.db).await;
    let s3 = bucket_of(&infra.db);
    connect(s3.clone()).ensure_bucket().await.expect("a bucket can be made");
    let mut config: Config = subject::config();
    config.s3.bucket = s3.bucket;
    config.s3.endpoint = endpoint;
    if let Some(accounts) = accounts {
        config.accounts_url = accounts;
    }
    build(config, infra).await.expect("the service is built")
}

/// A bucket of the test's own: ids repeat from test to test, and so do the names of files.
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

/// The line to the run's store; it is cut when this is dropped.
pub struct Line(#[expect(dead_code, reason = "the tasks end with it")] JoinSet<()>);

impl Line {
    pub async fn up() -> Self {
        let listener = TcpListener::bind(*STORE).await.expect("the port is free again");
        let store = city_testkit::s3().endpoint.trim_start_matches("http://").to_owned();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let store = store.clone();
                calls.spawn(async move {
                    let mut far = TcpStream::connect(store).await.expect("the store listens");
                    copy_bidirectional(&mut near, &mut far).await.unwrap_or_default(); // cut: that is the point
                });
            }
        });
        Self(tasks)
    }
}

/// Runs SQL that only a test may run.
pub async fn run_sql(db: &PgPool, sql: String) {
    use sqlx::Executor as _;

    db.execute(sqlx::AssertSqlSafe(sql)).await.expect("the SQL of a test fits");
}

/// One value out of the database, as text.
pub async fn value(db: &PgPool, sql: &str) -> String {
    let query = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()));
    query.fetch_one(db).await.expect("the query of a test fits")
}

fn label(vi: &str, en: &str) -> Value {
    json!({ "vi": vi, "en": en })
}

/// The form; version 2 drops `note` and takes shorter names.
pub fn schema(version: i32) -> Value {
    let mut properties = json!({
        "fullName": { "type": "string", "minLength": 2, "maxLength": 100, "x-element": "person.fullName",
                      "x-label": label("Họ và tên", "Full name") },
        "identityNumber": { "type": "string", "pattern": "^[0-9]{12}$", "x-element": "person.identityNumber",
                            "x-sensitive": true, "x-label": label("Số định danh", "Identity number") },
        "wardCode": { "type": "string", "pattern": "^[0-9]{5}$", "x-element": "place.wardCode",
                      "x-label": label("Phường, xã", "Ward") },
        "poor": { "type": "boolean", "x-label": label("Hộ nghèo", "Poor household") },
        "extra": { "type": "boolean", "x-label": label("Thêm", "Extra") },
    });
    if version == 1 {
        properties["note"] =
            json!({ "type": "string", "maxLength": 200, "x-label": label("Ghi chú", "Note") });
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "additionalProperties": false,
        "required": ["fullName", "identityNumber", "wardCode"], "properties": properties,
    })
}

fn body() -> Value {
    let paper = |code: &str, required: bool, more: Value| {
        let mut paper = json!({ "code": code, "name": label("Giấy tờ", "Paper"), "kind": "FILE", "originals": 1,
                                "copies": 0, "required": required });
        for (name, value) in more.as_object().expect("an object") {
            paper[name] = value.clone();
        }
        paper
    };
    json!({
        "name": label("Thủ tục thử", "A procedure to test with"),
        "sla": { "rule": { "rule": "WORKING_DAYS", "n": 5 } },
        "components": [
            { "code": "form", "name": label("Tờ khai", "Form"), "kind": "E_FORM", "originals": 1, "copies": 0, "required": true },
            paper("paper", true, json!({ "alternatives": ["pledge"] })),
            paper("pledge", false, json!({})),
            paper("extra", true, json!({ "condition": { "eq": ["/extra", true] } })),
        ],
        "fees": [{ "code": "fee", "name": label("Lệ phí", "Fee"), "type": 1, "collect": 1, "amountVnd": "20000" }],
        "exemptions": [{ "code": "poor", "name": label("Hộ nghèo", "Poor household"), "fees": ["fee"], "percent": 100,
                         "condition": { "eq": ["/poor", true] } }],
        "agencyRoles": [{ "role": "EXECUTES", "agency": "COMMUNE_OF_WARD" }],
    })
}

async fn publish(db: &PgPool) {
    let editor = "01890000-0000-7000-8000-0000000000e1";
    run_sql(db, format!(
        "insert into catalogue.procedure (national_code, owner_agency, levels, field, non_territorial, online_level, version,
             created_at, created_by, updated_at, updated_by)
         values ('{PROCEDURE}', 'HUE-UBND', '{{COMMUNE}}', 'Thử', false, 'FULL', 1, '2026-01-01', '{editor}', '2026-01-01', '{editor}')"
    )).await;
    publish_form(db, 1).await;
}

/// Publishes a version of the form with an edition of the procedure, over the one before.
pub async fn publish_form(db: &PgPool, no: i32) {
    let (editor, publisher) =
        ("01890000-0000-7000-8000-0000000000e1", "01890000-0000-7000-8000-0000000000e2");
    let form = format!("01890000-0000-7000-8000-0000000000f{no}");
    let edition = format!("01890000-0000-7000-8000-0000000000d{no}");
    let facts = json!({
        "ownerAgency": "HUE-UBND", "levels": ["COMMUNE"], "field": "Thử", "nonTerritorial": false, "onlineLevel": "FULL",
    });
    let prefill = json!([
        { "to": "/fullName", "from": "account.fullName" }, { "to": "/wardCode", "from": "account.home.wardCode" },
    ]);
    let quoted = |value: &Value| format!("'{}'", value.to_string().replace('\'', "''"));
    run_sql(db, format!(
        "insert into catalogue.form_version (id, national_code, no, schema, ui, prefill, repeat_ask, created_at, created_by)
         values ('{form}', '{PROCEDURE}', {no}, {}, '{{}}', {}, 0.5, '2026-01-01', '{editor}');
         update catalogue.procedure_edition set state = 'SUPERSEDED', superseded_at = '2026-02-01'
         where national_code = '{PROCEDURE}' and state = 'LIVE';
         insert into catalogue.procedure_edition (id, national_code, no, state, facts, body, content_sha256, form_version, legal_basis,
             en, change_note, editors, edited_by, edited_at, source, demo)
         values ('{edition}', '{PROCEDURE}', {no}, 'DRAFT', {}, {}, sha256('{no}'), '{form}', '[]', 'FULL', 'đổi',
                 '{{{editor}}}', '{editor}', '2026-01-01', '{{}}', false);
         update catalogue.procedure_edition set state = 'IN_REVIEW', submitted_at = '2026-01-02' where id = '{edition}';
         update catalogue.procedure_edition set state = 'APPROVED', approved_by = '{publisher}', approved_at = '2026-01-03'
         where id = '{edition}';
         update catalogue.procedure_edition set state = 'LIVE', live_at = '2026-01-04' where id = '{edition}';",
        quoted(&schema(no)),
        quoted(&prefill),
        quoted(&facts),
        quoted(&body()),
    )).await;
}

/// Complete answers.
pub fn answers() -> Value {
    json!({ "fullName": NAME, "identityNumber": IDENTITY, "wardCode": WARD })
}

pub fn contact() -> Value {
    json!({ "fullName": NAME, "phone": PHONE, "email": "kin.dao@example.vn" })
}

/// A small file that is what it says.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF").into_bytes()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

/// A dossier as its applicant last saw it.
pub struct Held {
    pub id: String,
    pub version: i64,
}

impl Held {
    pub fn of(view: &Value) -> Self {
        Self {
            id: view["id"].as_str().expect("a dossier has an id").to_owned(),
            version: view["version"].as_i64().expect("a dossier has a version"),
        }
    }

    /// The members that name it, with more.
    pub fn with(&self, key: &str, more: &Value) -> Value {
        let mut input = json!({ "idempotencyKey": key, "id": self.id, "version": self.version });
        for (name, value) in more.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        input
    }
}

pub async fn ask(who: &Character, route: &str, input: &Value) -> Answer {
    who.post(&format!("/internal/v1/{route}"), input).await
}

pub async fn create(who: &Character, key: &str) -> Held {
    let input = json!({ "idempotencyKey": key, "nationalCode": PROCEDURE, "answers": {} });
    Held::of(&ask(who, "create-dossier", &input).await.ok())
}

pub async fn save(who: &Character, held: &Held, key: &str, answers: &Value) -> Held {
    let input = held.with(key, &json!({ "answers": answers, "contact": contact() }));
    Held::of(&ask(who, "save-dossier", &input).await.ok())
}

pub fn upload_request(held: &Held, key: &str, component: &str, bytes: &[u8]) -> Value {
    json!({
        "idempotencyKey": key, "id": held.id, "componentCode": component, "contentType": "application/pdf",
        "byteLength": bytes.len(), "sha256": sha256(bytes), "fileName": format!("giấy của {NAME}.pdf"),
    })
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

/// A ticket, and the bytes to it; the file's id.
pub async fn upload(
    who: &Character,
    held: &Held,
    key: &str,
    component: &str,
    bytes: &[u8],
) -> Value {
    let request = upload_request(held, key, component, bytes);
    let ticket = ask(who, "request-component-upload", &request).await.ok();
    assert_eq!(put(&ticket, bytes).await, 200);
    ticket["fileId"].clone()
}

/// Uploads and attaches.
pub async fn attach(
    who: &Character,
    held: &Held,
    key: &str,
    component: &str,
    bytes: &[u8],
) -> Held {
    let file = upload(who, held, &format!("{key}-ticket"), component, bytes).await;
    let input = held.with(key, &json!({ "componentCode": component, "fileId": file }));
    Held::of(&ask(who, "attach-component", &input).await.ok())
}

/// A draft with everything that it needs.
pub async fn complete(who: &Character, key: &str) -> Held {
    let held = create(who, &format!("{key}-create")).await;
    let held = save(who, &held, &format!("{key}-save"), &answers()).await;
    attach(who, &held, &format!("{key}-attach"), "paper", &pdf(key)).await
}

/// A dossier that was sent; as the answer shows it.
pub async fn sent(who: &Character, key: &str) -> Value {
    let held = complete(who, key).await;
    let submitted =
        ask(who, "submit-dossier", &held.with(&format!("{key}-send"), &json!({}))).await.ok();
    submitted["dossier"].clone()
}

pub fn clerk<S: Subject>(city: &City<S>) -> Character {
    city.staff().with_role("COUNTER", Scope::City)
}

pub fn officer<S: Subject>(city: &City<S>) -> Character {
    city.staff().with_role("OFFICER", Scope::City)
}

/// Staff act on a dossier at its present version.
pub async fn act<S: Subject>(
    city: &City<S>,
    who: &Character,
    id: &str,
    action: &str,
    more: &Value,
) -> Answer {
    let bare = id.trim_start_matches("dos_");
    let version = value(
        city.db(),
        &format!("select version::text from catalogue.dossier where id = '{bare}'"),
    )
    .await;
    let mut input = json!({ "version": version.parse::<i64>().expect("a version is a number") });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    let key = format!("{action}-{version}-{bare}");
    who.post_once(&format!("/admin/v1/dossiers/{id}/{action}"), &key, &input).await
}

/// Payments says that the intake bill was paid.
pub async fn pay<S: Subject>(city: &City<S>, id: &str) {
    let bare = id.trim_start_matches("dos_");
    run_sql(
        city.db(),
        format!("update catalogue.dossier_bill set state = 'PAID', settled_at = '2026-03-04T02:00:00Z' where dossier = '{bare}'"),
    )
    .await;
}

/// A dossier that an officer works on.
pub async fn in_work<S: Subject>(city: &City<S>, who: &Character, key: &str) -> String {
    let dossier = sent(who, key).await;
    let id = dossier["id"].as_str().expect("a dossier has an id").to_owned();
    pay(city, &id).await;
    let _accepted = act(city, &clerk(city), &id, "accept", &json!({})).await.ok();
    let _started = act(city, &officer(city), &id, "start", &json!({})).await.ok();
    id
}

/// The dossier as its applicant sees it.
pub async fn look(who: &Character, id: &str) -> Value {
    ask(who, "dossier", &json!({ "id": id })).await.ok()
}

/// The kinds of events that were written, oldest first.
pub async fn events<S: Subject>(city: &City<S>) -> Vec<String> {
    let query = sqlx::query_scalar(
        "select kind from catalogue.outbox where kind like 'Dossier%' order by seq",
    );
    query.fetch_all(city.db()).await.expect("events can be listed")
}
