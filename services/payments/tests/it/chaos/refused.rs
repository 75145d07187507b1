//! Settings of a server with which an acknowledged payment could be lost: nobody leads then.

use std::sync::Arc;

use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;
use city_payments::ledger::{Class, Leg, Posting, Purpose, Verdict};
use city_payments::{Durability, Ledger, NotNow, Settings, Status, open_account};
use city_receipt::HeadKey;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};

use super::instance::identity;
use super::servers::Servers;

/// The ledger of a server, as an instance begins.
fn ledger(pool: &PgPool, durability: Durability) -> Ledger {
    let key = Arc::new(HeadKey::from_seed(&super::HEAD_SEED));
    let (http, identity) = (city_http::client(), identity());
    let settings = Settings { durability, own_url: None, backing_days: 3, key, http, identity };
    Ledger::start(pool, Arc::new(SystemClock), settings)
}

fn pool(servers: &Servers) -> PgPool {
    let pool = PgPoolOptions::new().max_connections(3).connect_lazy(&servers.postgres_url);
    pool.expect("it is a URL of PostgreSQL")
}

/// A posting that would be taken by a server that is safe.
async fn posting(servers: &Servers) -> Posting {
    let (ids, now) = (Ids::random(), SystemClock.now());
    let mut db = servers.connect().await;
    let bank = open_account(&mut db, ids.uuid(now), Class::Guarantee, None).await.expect("opened");
    let wallet = open_account(&mut db, ids.uuid(now), Class::Wallet, None).await.expect("opened");
    Posting::new(ids.uuid(now), [7; 32], vec![Leg::post(bank, wallet, 5, Purpose::TopUp)])
}

/// Why a ledger refuses to lead, after somebody asked it to post.
async fn refused(servers: &Servers, durability: Durability) -> String {
    let ledger = ledger(&pool(servers), durability);
    let answer = ledger.post(posting(servers).await).await;
    assert_eq!(answer, Err(NotNow::NoLeader { leader_url: None }));
    match ledger.status() {
        Status::Unsafe(reason) => reason,
        other => unreachable!("it refuses to lead: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_may_lose_what_it_acknowledged_is_refused_setting_by_setting() {
    let _process = city_boot::Process::detached(); // the ways of TLS are chosen once
    let mut servers = Servers::start("refused").await;
    let set = async |servers: &Servers, statement: &str| {
        let statement = AssertSqlSafe(statement.to_owned());
        sqlx::raw_sql(statement).execute(&mut servers.connect().await).await.expect("it is set");
    };

    let database = pool(&servers).connect_options();
    let database = database.get_database().expect("it has a name");
    for value in ["off", "local", "remote_write"] {
        let wrong = format!("alter database {database} set synchronous_commit = {value}");
        set(&servers, &wrong).await;
        let reason = refused(&servers, Durability::Local).await;
        let named = format!("the server has synchronous_commit={value};");
        assert!(reason.starts_with(&named), "{reason}");
    }
    set(&servers, &format!("alter database {database} reset synchronous_commit")).await;
    let alone = refused(&servers, Durability::Replicated).await;
    assert!(alone.contains("synchronous_standby_names"), "{alone}");
    for statement in
        ["alter system set wal_level = minimal", "alter system set max_wal_senders = 0"]
    {
        set(&servers, statement).await;
    }
    servers.kill_and_start_again().await;
    let minimal = refused(&servers, Durability::Local).await;
    assert!(minimal.starts_with("the server has wal_level=minimal;"), "{minimal}");
    for statement in ["alter system reset wal_level", "alter system reset max_wal_senders"] {
        set(&servers, statement).await;
    }
    servers.kill_and_start_again().await;

    let ledger = ledger(&pool(&servers), Durability::Local);
    ledger.leads().await;
    let paid = ledger.post(posting(&servers).await).await;
    assert!(matches!(paid, Ok(Verdict::Created(_))), "{paid:?}");
    drop(ledger);
    servers.stop().await;
}
