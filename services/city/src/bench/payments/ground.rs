//! One database for all contenders: 100,000 wallets of a billion dong each, and the same again for the baselines.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use city_auth::SigningKey;
use city_auth::internal::Identity;
use city_boot::{BootError, db};
use city_clock::{Clock as _, SharedClock, SystemClock};
use city_ids::{Ids, ServiceName};
use city_payments::ledger::{AccountNo, Leg, Posting, Purpose, Verdict};
use city_payments::{Durability, Ledger, Settings, head_key};
use futures_util::future::join_all;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::postgres::PgPool;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};

use crate::embedded::write_private;
use crate::start;

pub(super) const WALLETS: i64 = 100_000;
/// Payees of the cold load; the hot one has the first of them.
pub(super) const PAYEES: i64 = 200;
const MONEY: i64 = 1_000_000_000;
/// Legs of a posting that fills wallets.
const LEGS: usize = 16;
const HEAD_SEED: &str = "0707070707070707070707070707070707070707070707070707070707070707";

/// What the contenders meet.
pub(super) struct Ground {
    pub(super) ledger: Ledger,
    pub(super) ids: Arc<Ids>,
    pub(super) version: String,
    pub(super) url: SecretString,
    pool: PgPool,
    pub(super) keys: std::path::PathBuf,
}

/// WAL syncs so far, or in a round.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syncs {
    pub(super) count: i64,
    pub(super) total: Duration,
}

impl Syncs {
    pub(super) fn since(self, before: Self) -> Self {
        Self { count: self.count - before.count, total: self.total.saturating_sub(before.total) }
    }
}

pub(super) fn refused(doing: &'static str) -> impl Fn(sqlx::Error) -> BootError {
    move |error| BootError::failed(doing, error)
}

/// Accounts of the benchmark have numbers from here: those below are the service's own.
const FIRST: i64 = 1_000_000;
/// The account that backs the wallets.
const BANK: AccountNo = AccountNo(FIRST);

/// The payee of a number from 0.
pub(super) const fn payee(number: i64) -> AccountNo {
    AccountNo(FIRST + 1 + number)
}

/// The wallet of a number from 0.
pub(super) const fn wallet(number: i64) -> AccountNo {
    AccountNo(FIRST + 1 + PAYEES + number)
}

impl Ground {
    /// The ledger with its wallets filled, and the tables of the baselines beside it.
    pub(super) async fn make(url: &SecretString, data_dir: &Path) -> Result<Self, BootError> {
        let ground = Self::filled(url, data_dir).await?;
        let mut db = ground.connect().await?;
        run(&mut db, super::naive::TABLES.to_owned()).await?;
        run(&mut db, "vacuum analyze".to_owned()).await?;
        Ok(ground)
    }

    /// The same in a database of its own on the same server, without the baselines.
    pub(super) async fn beside(
        url: &SecretString,
        name: &str,
        data_dir: &Path,
    ) -> Result<Self, BootError> {
        let ground = Self::filled(&another(url, name).await?, data_dir).await?;
        run(&mut ground.connect().await?, "vacuum analyze".to_owned()).await?;
        Ok(ground)
    }

    async fn filled(url: &SecretString, data_dir: &Path) -> Result<Self, BootError> {
        start::migrate(url).await?;
        let mut db = connect(url).await?;
        let accounts = format!(
            "insert into payments.ledger_account (id, ext, class, flags) overriding system value
             select {FIRST} + n, md5(n::text)::uuid,
                    case when n = 0 then 10 when n <= {PAYEES} then 21 else 20 end,
                    case when n = 0 then 2 else 1 end
             from generate_series(0, {PAYEES} + {WALLETS}) n"
        );
        run(&mut db, accounts).await?;
        run(&mut db, "alter system set track_wal_io_timing = on".to_owned()).await?;
        run(&mut db, "select pg_reload_conf()".to_owned()).await?;
        let row = db.fetch_one("select version()").await.map_err(refused("asking the version"))?;
        let version: String = row.get(0);

        let seed = data_dir.join("bench-head.key");
        write_private(&seed, HEAD_SEED)
            .map_err(|error| BootError::failed("writing a key", error))?;
        let key = head_key(&seed)?;
        let clock: SharedClock = Arc::new(SystemClock);
        let pool = db::pool(url.expose_secret(), ServiceName::Payments, 4)?;
        let ids = Arc::new(Ids::random());
        let signing = SigningKey::from_seed(&ids.bytes());
        let settings = Settings {
            durability: Durability::Local, // refuses a server with fsync=off
            own_url: None,
            backing_days: 3,
            key: Arc::new(key),
            http: city_http::client(),
            identity: Identity::new(ServiceName::Payments, signing, clock.clone()),
        };
        let ledger = Ledger::start(&pool, clock, settings);
        let ground = Self { ledger, ids, version, url: url.clone(), pool, keys: seed };
        ground.fill().await?;
        Ok(ground)
    }

    /// Fills the wallets through the ledger itself: nobody else may.
    async fn fill(&self) -> Result<(), BootError> {
        let wallets: Vec<_> = (0..WALLETS).map(wallet).collect();
        let postings: Vec<_> = wallets
            .chunks(LEGS)
            .map(|some| {
                let legs = some.iter().map(|to| Leg::post(BANK, *to, MONEY, Purpose::TopUp));
                Posting::new(self.ids.uuid(SystemClock.now()), [7; 32], legs.collect())
            })
            .collect();
        for some in postings.chunks(500) {
            let answers = some.iter().map(|posting| self.ledger.post(posting.clone()));
            for answer in join_all(answers).await {
                if !matches!(answer, Ok(Verdict::Created(_))) {
                    return Err(BootError::Config(format!("a wallet was not filled: {answer:?}")));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn connect(&self) -> Result<PgConnection, BootError> {
        connect(&self.url).await
    }

    /// Another, empty database of the same server.
    pub(super) async fn another(&self, name: &str) -> Result<SecretString, BootError> {
        another(&self.url, name).await
    }

    /// Has whoever commits wait before the sync, as long as a slower disk would take: those who come meanwhile share it.
    pub(super) async fn delay_syncs(&self, delay: Duration) -> Result<(), BootError> {
        let mut db = self.connect().await?;
        let micros = delay.as_micros();
        run(&mut db, format!("alter system set commit_delay = {micros}")).await?;
        run(&mut db, "alter system set commit_siblings = 0".to_owned()).await?;
        run(&mut db, "select pg_reload_conf()".to_owned()).await
    }

    /// WAL syncs since the server started; none where it does not count them so: from PostgreSQL 18 on it counts elsewhere, and one
    /// that opens the WAL for synchronous writes counts no syncs.
    pub(super) async fn syncs(&self) -> Result<Option<Syncs>, BootError> {
        const COUNTED: &str = "select wal_sync, wal_sync_time from pg_stat_wal
                               where current_setting('wal_sync_method') in ('fdatasync', 'fsync', 'fsync_writethrough')";
        let mut db = self.pool.acquire().await.map_err(refused("connecting"))?;
        match db.fetch_optional(COUNTED).await {
            Ok(row) => Ok(row.map(|row| {
                let (count, millis): (i64, f64) = (row.get(0), row.get(1));
                Syncs { count, total: Duration::from_secs_f64(millis / 1_000.0) }
            })),
            Err(error) if error.as_database_error().is_some() => Ok(None),
            Err(error) => Err(refused("counting WAL syncs")(error)),
        }
    }
}

async fn another(url: &SecretString, name: &str) -> Result<SecretString, BootError> {
    let mut other = url::Url::parse(url.expose_secret())
        .map_err(|error| BootError::failed("reading where the database is", error))?;
    run(&mut connect(url).await?, format!("create database {name}")).await?;
    other.set_path(name);
    Ok(SecretString::from(String::from(other)))
}

pub(super) async fn connect(url: &SecretString) -> Result<PgConnection, BootError> {
    PgConnection::connect(url.expose_secret()).await.map_err(refused("connecting"))
}

async fn run(db: &mut PgConnection, sql: String) -> Result<(), BootError> {
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(db).await;
    done.map(drop).map_err(refused("preparing the ground"))
}
