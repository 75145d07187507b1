//! What goes on while Redis is gone or PostgreSQL only reads, and that nothing is done by halves.

use axum::Router;
use city_boot::{Infra, RedisStore};
use city_contracts::accounts::MaskedPerson;
use city_payments::{Config, build};
use city_testkit::{Character, run};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, PgConnection};

use crate::neighbour;
use crate::providers;
use crate::subject::{Payments, config};
use crate::till::simulator;
use crate::town::{Town, available, finance, new_id, one, open, person, rich, sending, told};

const SEND: &str = "/internal/v1/send-money";

/// A connection of nobody's pool, that writes whatever the database's default is.
async fn aside(city: &Town) -> PgConnection {
    let mut db = city.db().connect_options().connect().await.expect("PostgreSQL answers");
    db.execute("set default_transaction_read_only = off").await.expect("it is set");
    db
}

/// Waits until an instance says that it is this to the ledger.
async fn until(officer: &Character, instance: &str) {
    let path = "/admin/v1/payments/ledger/status";
    while officer.get(path).await.json()["instance"] != instance {
        tokio::task::yield_now().await;
    }
}

/// Another instance over this Redis, which leads from now on. The city's own looks for itself whether it leads, and may be the
/// first to lead again: then it is ended once more.
async fn leading_without(city: &Town, redis: RedisStore) -> Router {
    let infra = Infra { redis, ..city.infra().clone() };
    let config = Config { accounts_url: neighbour::start().await, ..config() };
    let service = build(config, infra).await.expect("it is built");
    let router = service.router(city.infra().ids.clone(), None);
    let officer = finance(city).through(router.clone());
    until(&officer, "FOLLOWING").await;
    let end = "select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
               where l.locktype = 'advisory' and l.granted and d.datname = current_database()";
    let path = "/admin/v1/payments/ledger/status";
    while officer.get(path).await.json()["instance"] != "LEADING" {
        aside(city).await.execute(end).await.expect("it ends");
        let leads = until(&officer, "LEADING");
        drop(tokio::time::timeout(std::time::Duration::from_secs(2), leads).await);
    }
    router
}

#[test]
fn without_redis_payments_go_on_and_payees_are_found_within_their_limit() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (receiver, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let phone = format!("09{}", receiver.account().as_uuid().simple());
        let masked = MaskedPerson { account: receiver.account(), name_masked: "N*** T***".into() };
        neighbour::registers(&phone, masked);
        let nowhere = RedisStore::open("redis://127.0.0.1:9", "t:").expect("it is a URL");
        let payer = payer.through(leading_without(city, nowhere).await);
        let look = async |phone: &str| {
            payer.post("/internal/v1/payee-by-phone", &json!({ "phone": phone })).await
        };

        let found = look(&phone).await.ok();
        let body = sending(city, &payer, &new_id(city), &to, 1_200).await;
        let paid = payer.post(SEND, &body).await.ok();
        let again = payer.post(SEND, &body).await.ok();
        let away = look(neighbour::AWAY).await;

        assert_eq!(
            (&found["id"], &paid["state"], &again),
            (&json!(to), &json!("SUCCEEDED"), &paid)
        );
        assert_eq!((available(&payer).await, available(&receiver).await), (3_800, 1_200));
        // Who has a phone only accounts knows.
        assert_eq!(
            (away.status().as_str(), away.code().as_str(), away.header("retry-after")),
            ("503 Service Unavailable", "UNAVAILABLE", "2")
        );
        // The limit is kept in PostgreSQL: numbers cannot be walked meanwhile. The gateway's own closes then.
        for _ in 0..8 {
            drop(look("0123").await.ok());
        }
        assert_eq!(look("0123").await.code(), "LOOKUP_LIMIT");
        // What was told waits in the outbox, and goes out when Redis is back.
        assert_eq!(told(city, "PaymentSucceeded").await.len(), 1);
        let unsent = "select count(*) from payments.outbox where stream_ms is null";
        assert!(one(city, unsent).await > 0);
        city.settle().await;
        assert_eq!(one(city, unsent).await, 0);
    });
}

/// Has the database only read, or write again, for everybody who comes from now on; who is there is sent away.
async fn read_only(city: &Town, on: bool) {
    let mut db = aside(city).await;
    let name = city.db().connect_options().get_database().expect("it has a name").to_owned();
    let set = format!("alter database {name} set default_transaction_read_only = {on}");
    db.execute(AssertSqlSafe(set)).await.expect("it is set");
    let end = "select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and pid <> pg_backend_pid()";
    db.execute(end).await.expect("they end");
    // A connection that was used within a second is taken to be alive.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
}

#[test]
fn f04_while_postgres_only_reads_nothing_is_taken_and_then_the_same_id_goes_through_once() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (receiver, to)) = (rich(city, 9_000).await, rich(city, 0).await);
        let started = providers::start(city, &payer, "MOMO", 30_000).await;
        providers::happens(city, &started, "paid").await;
        let newcomer = person(city);
        let caught = sending(city, &payer, &new_id(city), &to, 1_000).await;
        let late = sending(city, &payer, &new_id(city), &to, 2_000).await;
        read_only(city, true).await;

        // Whoever leads learns of it by a batch, which is kept until it can be written, or has found it out by itself.
        let first = payer.post(SEND, &caught);
        let meanwhile = async {
            until(&finance(city), "AWAY").await;
            let mut refused = vec![payer.post(SEND, &late).await, payer.post(SEND, &late).await];
            let opening = json!({ "idempotencyKey": new_id(city), "termsAccepted": true });
            refused.push(newcomer.post("/internal/v1/open-wallet", &opening).await);
            let looking = json!({ "phone": "0123" });
            refused.push(payer.post("/internal/v1/payee-by-phone", &looking).await);
            simulator(city).step().await; // a notice comes
            let seen = (available(&payer).await, available(&receiver).await);
            let legs = "select count(*) from payments.ledger_transfer where purpose in (1, 14)";
            let legs = one(city, legs).await;
            read_only(city, false).await;
            (refused, seen, legs)
        };
        let (first, (refused, seen, legs)) = tokio::join!(first, meanwhile);

        for answer in &refused {
            assert_eq!(
                (answer.status().as_str(), answer.code().as_str(), answer.header("retry-after")),
                ("503 Service Unavailable", "UNAVAILABLE", "2")
            );
        }
        assert_eq!((seen, legs), ((9_000, 0), 0), "reads go on, and nothing is applied");
        assert_eq!(providers::answers(city, &started), ["503"]);
        let told = ["", "OUTCOME_PENDING", "UNAVAILABLE"];
        assert!(told.contains(&first.code().as_str()), "{}", first.json());
        until(&finance(city), "LEADING").await;
        let both: Vec<Value> =
            vec![payer.post(SEND, &caught).await.ok(), payer.post(SEND, &late).await.ok()];
        let again: Vec<Value> =
            vec![payer.post(SEND, &caught).await.ok(), payer.post(SEND, &late).await.ok()];
        assert_eq!(both, again);
        providers::pass(city, [1, 3]).await; // the provider tells again, or is asked
        assert_eq!(providers::state(&payer, &started).await, "PAID");
        assert_eq!((available(&payer).await, available(&receiver).await), (36_000, 3_000));
        let sent = "select count(*) from payments.ledger_transfer where purpose = 1";
        assert_eq!(one(city, sent).await, 2);
        assert_eq!(open(city, &newcomer).await.len(), to.len());
        city.settle().await;
    });
}
