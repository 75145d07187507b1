//! The baselines: the same rows, a transaction a payment, by `pgbench`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use city_boot::BootError;
use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;
use secrecy::ExposeSecret as _;
use tokio::process::Command;
use url::Url;
use uuid::Uuid;

use super::ground::{Ground, PAYEES, WALLETS, payee, wallet};
use super::round::{Picks, Round, Spread};
use crate::embedded::find_pgbench;

/// The tables of the ledger once more, and the payment as one function.
pub(super) const TABLES: &str = include_str!("../../../../payments/benches/naive.sql");
const ONE_CALL: &str = include_str!("../../../../payments/benches/one_call.sql");
const INTERACTIVE: &str = include_str!("../../../../payments/benches/interactive.sql");
/// Threads of `pgbench`, of which each serves some of its connections.
const THREADS: usize = 2;
const BULK: &str = "insert into naive.bulk (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, dr_after,
                    cr_after, at, req_hash)
                    select t.id, 0, nextval('naive.seq'), 1, 1, 2, t.dr, t.cr, t.amount, 0, 0, 0, now(), $5
                    from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as t(id, dr, cr, amount)";
/// Rows of one insert of the ceiling.
const BULK_ROWS: usize = 500;

/// How a baseline pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// One call of a function.
    OneShot,
    /// From BEGIN to COMMIT over the wire.
    Interactive,
    /// Transfers alone, 500 an insert, no balances: a ceiling, not a way to pay.
    Bulk,
}

impl Way {
    /// The script and its name; none for what pays nobody.
    const fn script(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::OneShot => Some(("one_call.sql", ONE_CALL)),
            Self::Interactive => Some(("interactive.sql", INTERACTIVE)),
            Self::Bulk => None,
        }
    }

    /// How many transactions so many payments were.
    pub(super) const fn commits(self, payments: usize) -> usize {
        match self {
            Self::OneShot | Self::Interactive => payments,
            Self::Bulk => payments / BULK_ROWS,
        }
    }
}

/// The baselines on their ground.
pub(super) struct Naive<'a> {
    ground: &'a Ground,
    pgbench: PathBuf,
    /// Where its scripts and logs are.
    folder: PathBuf,
}

impl<'a> Naive<'a> {
    /// Baselines with their scripts in a folder of their own.
    pub(super) fn prepare(ground: &'a Ground, data_dir: &Path) -> Result<Self, BootError> {
        let pgbench = find_pgbench().map_err(|error| BootError::Config(error.to_string()))?;
        let folder = data_dir.join("pgbench");
        std::fs::create_dir_all(&folder).map_err(unwritten)?;
        for (name, script) in [Way::OneShot, Way::Interactive].iter().filter_map(|way| way.script())
        {
            std::fs::write(folder.join(name), script).map_err(unwritten)?;
        }
        Ok(Self { ground, pgbench, folder })
    }

    /// Connections that each pay again as soon as they are answered.
    pub(super) async fn round(
        &self,
        way: Way,
        spread: Spread,
        clients: usize,
        lasting: Duration,
    ) -> Result<Round, BootError> {
        let Some((script, _)) = way.script() else { return self.bulk(lasting).await };
        let logs = self.folder.join("log");
        std::fs::create_dir_all(&logs).map_err(unwritten)?;
        let payees = match spread {
            Spread::Hot => 1,
            Spread::Cold => PAYEES,
        };
        let mut run = self.command()?;
        run.args(["--no-vacuum", "--protocol=prepared", "--log"])
            .arg("--log-prefix")
            .arg(logs.join("payments"))
            .arg("--file")
            .arg(self.folder.join(script))
            .arg(format!("--client={clients}"))
            .arg(format!("--jobs={}", clients.min(THREADS)))
            .arg(format!("--time={}", lasting.as_secs()));
        for (name, account) in [
            ("first_payer", wallet(0)),
            ("last_payer", wallet(WALLETS - 1)),
            ("first_payee", payee(0)),
            ("last_payee", payee(payees - 1)),
        ] {
            run.arg(format!("--define={name}={}", account.0));
        }
        let failed = |error| BootError::failed("running pgbench", error);
        let output = run.output().await.map_err(failed)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.lines().find(|line| line.contains("error:")).unwrap_or_default();
            return Err(BootError::Config(format!("a baseline was refused a payment: {said}")));
        }
        let latencies = latencies(&logs)?;
        std::fs::remove_dir_all(&logs).map_err(unwritten)?;
        Ok(Round::of(lasting, latencies))
    }

    /// `pgbench` on the ground's database; the password is no argument, which others could read. Nothing else tells it how to
    /// connect: each round asserts the settings that such a connection meets.
    fn command(&self) -> Result<Command, BootError> {
        let url = Url::parse(self.ground.url.expose_secret());
        let url = url.map_err(|error| BootError::failed("reading where the database is", error))?;
        let mut command = Command::new(&self.pgbench);
        command
            .kill_on_drop(true)
            .env_remove("PGOPTIONS")
            .env_remove("PGSERVICE")
            .env("PGPASSWORD", url.password().unwrap_or_default())
            .arg(format!("--host={}", url.host_str().unwrap_or_default()))
            .arg(format!("--port={}", url.port().unwrap_or(5432)))
            .arg(format!("--username={}", url.username()))
            .arg(url.path().trim_start_matches('/'));
        Ok(command)
    }

    /// The ceiling: what the disk takes when nothing is decided. Each row counts.
    #[expect(clippy::disallowed_methods, reason = "the tables exist in the benchmark only")]
    async fn bulk(&self, lasting: Duration) -> Result<Round, BootError> {
        let mut db = self.ground.connect().await?;
        let (mut picks, ids) = (Picks::new(0, Spread::Hot), Ids::random());
        let (begun, mut latencies) = (Instant::now(), Vec::new());
        while begun.elapsed() < lasting {
            let rows: Vec<_> = (0..BULK_ROWS).map(|_| picks.next()).collect();
            let id: Vec<Uuid> = rows.iter().map(|_| ids.uuid(SystemClock.now())).collect();
            let dr: Vec<i64> = rows.iter().map(|row| row.0.0).collect();
            let cr: Vec<i64> = rows.iter().map(|row| row.1.0).collect();
            let amount: Vec<i64> = rows.iter().map(|row| row.2).collect();
            let sent = Instant::now();
            let insert = sqlx::query(BULK)
                .bind(id)
                .bind(dr)
                .bind(cr)
                .bind(amount)
                .bind([7_u8; 32].as_slice());
            insert.execute(&mut db).await.map_err(|error| BootError::failed("inserting", error))?;
            latencies.extend(std::iter::repeat_n(sent.elapsed(), BULK_ROWS));
        }
        Ok(Round::of(begun.elapsed(), latencies))
    }
}

fn unwritten(error: std::io::Error) -> BootError {
    BootError::failed("keeping the files of pgbench", error)
}

/// How long each payment took, as `pgbench` logged it: the third word of a line, in microseconds.
fn latencies(logs: &Path) -> Result<Vec<Duration>, BootError> {
    let mut latencies = Vec::new();
    for file in std::fs::read_dir(logs).map_err(unwritten)? {
        let log = std::fs::read_to_string(file.map_err(unwritten)?.path()).map_err(unwritten)?;
        for line in log.lines() {
            let micros = line.split(' ').nth(2).and_then(|word| word.parse().ok());
            let micros = micros
                .ok_or_else(|| BootError::Config(format!("pgbench logged no payment: {line}")))?;
            latencies.push(Duration::from_micros(micros));
        }
    }
    Ok(latencies)
}
