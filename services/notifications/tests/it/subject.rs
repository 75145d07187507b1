//! The service as the tests build it, and the events they send it.

use std::path::PathBuf;

use city_boot::{Infra, Profile, Service};
use city_clock::Timestamp;
use city_contracts::event::Envelope;
use city_contracts::reports::{ReportEvent, ReportState};
use city_ids::{AccountId, ServiceName};
use city_notifications::{Config, MIGRATOR, SideName, build, seed};
use city_testkit::{Character, City, Subject};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;

/// Notifications as it is tried out.
pub struct Notifications;

/// Notifications as a city runs it, with a webhook nobody answers.
pub struct InProduction;

pub fn config() -> Config {
    Config {
        sms: None,
        sms_webhook_url: None,
        sms_webhook_secret_file: None,
        sms_second: None,
        sms_second_webhook_url: None,
        sms_second_webhook_secret_file: None,
        keyring_file: None,
        idempotency_days: 7,
    }
}

/// A secret in a file of its own.
pub fn file_with(content: &str) -> PathBuf {
    let name = u128::from_be_bytes(city_ids::Ids::random().bytes());
    let path = std::env::temp_dir().join(format!("city-notifications-{name:032x}"));
    std::fs::write(&path, content).expect("the temporary folder can be written");
    path
}

/// A configuration that production accepts.
pub fn production_config(url: &str) -> Config {
    Config {
        sms: Some(SideName::Webhook),
        sms_webhook_url: Some(url.to_owned()),
        sms_webhook_secret_file: Some(file_with("0123456789abcdef0123456789abcdef")),
        keyring_file: Some(file_with(
            &city_auth::Keyring::generate(&city_ids::Ids::random()).to_json(),
        )),
        ..config()
    }
}

impl Subject for Notifications {
    const NAME: ServiceName = ServiceName::Notifications;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        seed(&infra.db).await.expect("the templates can be seeded");
        build(config(), infra).await.expect("development needs no configuration")
    }
}

impl Subject for InProduction {
    const NAME: ServiceName = ServiceName::Notifications;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        seed(&infra.db).await.expect("the templates can be seeded");
        let infra = Infra { profile: Profile::Production, ..infra };
        build(production_config("http://127.0.0.1:9/"), infra)
            .await
            .expect("everything is configured")
    }
}

/// An event of reports about a new report of `reporter`.
pub fn report_event<S: Subject>(
    city: &City<S>,
    kind: &str,
    reporter: AccountId,
) -> Envelope<ReportEvent> {
    let (infra, at) = (city.infra(), now(city));
    let body = ReportEvent {
        report: infra.ids.next(at),
        code: "PA26-00012344".to_owned(),
        version: 1,
        state: ReportState::Submitted,
        round: 1,
        category: "ROAD.POTHOLE".to_owned(),
        ward: Some("19753".to_owned()),
        agency: Some("HUE-SXD".to_owned()),
        assignee: None,
        reporter: Some(reporter),
        listed: true,
        due_at: Some(at + chrono::Duration::days(5)),
        on_time: None,
        score: None,
        level: None,
    };
    Envelope::new(infra.ids.next(at), kind, at, body)
}

pub fn now<S: Subject>(city: &City<S>) -> Timestamp {
    city.infra().clock.now()
}

/// Appends an event to the stream of reports, as their relay would; the entry's id.
pub async fn publish<S: Subject>(city: &City<S>, event: &Envelope<ReportEvent>) -> String {
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key("city.reports")).arg("*").arg("envelope");
    command.arg(serde_json::to_string(event).expect("an envelope is JSON"));
    redis.run(&command).await.expect("Redis answers")
}

/// Tells `reporter` about this many new reports.
pub async fn tell<S: Subject>(city: &City<S>, reporter: AccountId, count: usize) {
    for _ in 0..count {
        publish(city, &report_event(city, "ReportFiled", reporter)).await;
        city.clock().advance(chrono::Duration::milliseconds(1));
    }
    city.settle().await;
}

/// A page of somebody's inbox.
pub async fn inbox(of: &Character, first: u32, after: Option<&str>) -> Value {
    let body = json!({ "page": { "first": first, "after": after }, "locale": "vi" });
    of.post("/internal/v1/messages", &body).await.ok()
}

/// The ids on a page.
pub fn ids(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().expect("a page has edges");
    edges
        .iter()
        .map(|edge| edge["node"]["id"].as_str().expect("a message has an id").to_owned())
        .collect()
}

/// The kinds of what this service published, in order, and whose inbox they name.
#[expect(clippy::disallowed_methods, reason = "a look at the outbox from outside")]
pub async fn published<S: Subject>(city: &City<S>) -> Vec<(String, String)> {
    sqlx::query_as("select kind, body ->> 'account' from notifications.outbox order by seq")
        .fetch_all(city.db())
        .await
        .expect("the outbox exists")
}
