//! Becoming the leader, and staying it no longer than the connection lasts.

use std::time::Duration;

use city_clock::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::time::timeout;
use uuid::Uuid;

use super::ledger::Settings;
use super::safety::could_lose;
use crate::store::ledger as store;

/// Longer than any statement may take on the server: beyond, the connection is a black hole.
pub const STATEMENT_PATIENCE: Duration = Duration::from_secs(12);
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// What an attempt to lead came to.
pub enum Attempt {
    /// It leads.
    Leads {
        /// Over this connection.
        db: PgConnection,
        /// From here on.
        writer: store::Writer,
        /// The greatest id of an answered posting.
        newest: Uuid,
        /// The server's process behind the connection.
        backend: i32,
    },
    /// Another instance holds the lock.
    Follows(PgConnection, store::Writer),
    /// The server would lose payments.
    Unsafe(String),
}

/// The options of the connection that writes.
///
/// The server ends it when this machine vanishes, and with it the lock. A plan serves many batches, since their statements are
/// the same, and must use the indexes however small the tables were; it is made anew as they grow (`sequencer/plans.rs`).
pub fn options(of_pool: &PgConnectOptions) -> PgConnectOptions {
    of_pool.clone().application_name("city-payments-ledger").options([
        ("statement_timeout", "10s"),
        ("lock_timeout", "8s"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("tcp_user_timeout", "10s"),
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "2"),
        ("tcp_keepalives_count", "3"),
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_seqscan", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
        ("jit", "off"),
    ])
}

/// Tries to lead.
///
/// # Errors
/// When the database is away or silent.
pub async fn attempt(
    options: &PgConnectOptions,
    settings: &Settings,
    now: Timestamp,
) -> Result<Attempt, sqlx::Error> {
    let mut db = within(CONNECT_PATIENCE, options.connect()).await?;
    let unsafe_setting = could_lose(&mut db, settings.durability);
    if let Some(reason) = within(STATEMENT_PATIENCE, unsafe_setting).await? {
        return Ok(Attempt::Unsafe(reason));
    }
    if !within(STATEMENT_PATIENCE, store::try_lock(&mut db)).await? {
        let writer = within(STATEMENT_PATIENCE, store::writer(&mut db)).await?;
        return Ok(Attempt::Follows(db, writer));
    }
    let own_url = settings.own_url.as_deref();
    let writer = within(STATEMENT_PATIENCE, store::take_over(&mut db, own_url, now)).await?;
    match within(STATEMENT_PATIENCE, store::make_partitions(&mut db, now)).await {
        Err(refused) if refused.as_database_error().is_some() => {
            // Legs without a month go to the default partition, which takes them all: an alarm, not an outage.
            let chain = city_http::chain(&refused);
            tracing::error!(error.chain = chain, "The months of the ledger cannot be made");
        }
        made => _ = made?,
    }
    // After the take-over: a batch that it waited for is visible by now.
    let newest = within(STATEMENT_PATIENCE, store::newest_posting(&mut db)).await?;
    let backend = within(STATEMENT_PATIENCE, store::backend(&mut db)).await?;
    Ok(Attempt::Leads { db, writer, newest, backend })
}

/// A bound for what the network may swallow.
///
/// # Errors
/// What the work answers, or that it took too long.
pub async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let silent = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    timeout(patience, work).await.map_err(silent)?
}

/// Whether the leader at an address says that it is alive.
pub async fn is_alive(http: &reqwest::Client, leader_url: &str) -> bool {
    let asked = http.get(format!("{leader_url}/healthz")).timeout(Duration::from_secs(1)).send();
    asked.await.is_ok_and(|answer| answer.status().is_success())
}
