//! A service that counts its own events. It borrows the name of the gateway, which has no database of its own.
#![expect(
    clippy::disallowed_methods,
    reason = "the tables are the tests' own, and no query data is kept for them"
)]

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use city_boot::{Infra, Service};
use city_contracts::event::Envelope;
use city_events::{Consumer, Failure, Handled, Handler, Pruner, Relay, inbox, outbox};
use city_ids::ServiceName;
use city_testkit::{City, Subject};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

static MIGRATOR: Migrator = sqlx::migrate!("tests/migrations");

/// The service under test.
pub struct Counting;

pub const NAME: ServiceName = ServiceName::Gateway;
pub const RELAY: &str = "outbox-relay";

/// Writes an effect for each event; fails as the event or the weather says.
pub struct Counter {
    pub name: &'static str,
    pub streams: &'static [ServiceName],
    pub db: PgPool,
    pub infra: Infra,
}

#[async_trait]
impl Handler for Counter {
    fn name(&self) -> &'static str {
        self.name
    }

    fn streams(&self) -> &'static [ServiceName] {
        self.streams
    }

    async fn handle(&self, event: &Envelope<Value>) -> Result<Handled, Failure> {
        match event.kind.as_str() {
            "Poison" => return Err(Failure::Fail("it is poison".into())),
            "Fault" => return Err(Failure::Retry("a bug".into())),
            _ => {}
        }
        if sqlx::query_scalar("select stormy from weather").fetch_one(&self.db).await? {
            return Err(Failure::Away("a storm".into()));
        }
        let mut tx = self.db.begin().await?;
        if !inbox::claim(&mut tx, self.name, event.id, self.infra.clock.now()).await? {
            return Ok(Handled::Before);
        }
        sqlx::query("insert into effect (consumer, number) values ($1, ($2 ->> 'number')::int)")
            .bind(self.name)
            .bind(&event.body)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Handled::Now)
    }
}

pub fn consumer(
    infra: &Infra,
    name: &'static str,
    streams: &'static [ServiceName],
    instance: &str,
) -> Consumer<Counter> {
    let handler = Counter { name, streams, db: infra.db.clone(), infra: infra.clone() };
    Consumer::new(
        handler,
        NAME,
        infra.db.clone(),
        infra.redis.clone(),
        infra.clock.clone(),
        instance,
    )
}

pub fn relay(infra: &Infra) -> Relay {
    Relay::new(NAME, infra.db.clone(), infra.redis.clone())
}

impl Subject for Counting {
    const NAME: ServiceName = NAME;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        Service {
            name: NAME,
            routes: Router::new(),
            workers: vec![
                Arc::new(relay(&infra)),
                Arc::new(consumer(&infra, "counter", &[NAME], "one")),
                Arc::new(Pruner::new(infra.db.clone(), infra.clock.clone(), 7)),
            ],
            readiness: Vec::new(),
            verifier: Some(infra.verifier),
            max_body_bytes: 1024,
        }
    }
}

/// Commits events of a kind with these numbers.
pub async fn push(city: &City<Counting>, kind: &str, numbers: impl IntoIterator<Item = i32>) {
    let infra = city.infra();
    let mut tx = infra.db.begin().await.expect("the database answers");
    for number in numbers {
        let at = infra.clock.now();
        let event = Envelope::new(infra.ids.next(at), kind, at, json!({ "number": number }));
        outbox::push(&mut tx, &event).await.expect("the outbox takes it");
    }
    tx.commit().await.expect("it commits");
}

/// The numbers that took effect at a consumer, in order.
pub async fn effects_at(city: &City<Counting>, consumer: &str) -> Vec<i32> {
    let query = sqlx::query_scalar("select number from effect where consumer = $1 order by seq")
        .bind(consumer);
    query.fetch_all(city.db()).await.expect("the effects can be read")
}

pub async fn effects(city: &City<Counting>) -> Vec<i32> {
    effects_at(city, "counter").await
}

/// Whether the consumer's dependency is away.
pub async fn storm(city: &City<Counting>, stormy: bool) {
    sqlx::query("update weather set stormy = $1")
        .bind(stormy)
        .execute(city.db())
        .await
        .expect("weather changes");
}

/// Takes the dead letters away; their reasons.
pub async fn take_dead_letters(city: &City<Counting>) -> Vec<String> {
    let query = sqlx::query_scalar("delete from dead_letter returning reason");
    query.fetch_all(city.db()).await.expect("dead letters can be read")
}

/// Runs one statement; how many rows it changed.
pub async fn execute(city: &City<Counting>, statement: &'static str) -> u64 {
    sqlx::query(statement).execute(city.db()).await.expect("the statement fits").rows_affected()
}

pub async fn count(city: &City<Counting>, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(city.db()).await.expect("the query fits")
}

/// Adds an effect in a transaction.
pub async fn add_effect(db: &mut PgConnection) {
    let insert = sqlx::query("insert into effect (consumer, number) values ('claims', 1)");
    insert.execute(db).await.expect("the effect fits");
}

/// Until it ends, the positions of the first hundred events cannot be recorded.
pub async fn hold_up_recording(city: &City<Counting>) -> Transaction<'static, Postgres> {
    let wait = "create function wait() returns trigger language plpgsql as
        'begin perform pg_advisory_xact_lock_shared(1); return new; end'";
    execute(city, wait).await;
    let first = "create trigger wait before update on outbox for each row when (old.seq <= 100) execute function wait()";
    execute(city, first).await;
    let mut tx = city.db().begin().await.expect("the database answers");
    sqlx::query("select pg_advisory_xact_lock(1)")
        .execute(&mut *tx)
        .await
        .expect("the lock is free");
    tx
}

/// The stream's key.
pub fn stream(city: &City<Counting>) -> String {
    city.infra().redis.key("city.gateway")
}

/// Runs a Redis command on the test's own stream.
pub async fn redis<T: redis::FromRedisValue>(city: &City<Counting>, words: &[&str]) -> T {
    let mut command = redis::cmd(words[0]);
    for word in &words[1..] {
        command.arg(if *word == "STREAM" { stream(city) } else { (*word).to_owned() });
    }
    city.infra().redis.run(&command).await.expect("Redis answers")
}

/// The stream's entries: id and number.
pub async fn entries(city: &City<Counting>) -> Vec<(String, i64)> {
    let reply: redis::streams::StreamRangeReply =
        redis(city, &["XRANGE", "STREAM", "-", "+"]).await;
    let number = |entry: &redis::streams::StreamId| {
        let envelope: Value =
            serde_json::from_str(&entry.get::<String>("envelope").unwrap_or_default())
                .unwrap_or_default();
        envelope["body"]["number"].as_i64().unwrap_or(-1)
    };
    reply.ids.iter().map(|entry| (entry.id.clone(), number(entry))).collect()
}
