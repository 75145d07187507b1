//! The ledger against what one would write without it: each payment a transaction of its own.
//!
//! All contenders work on one private PostgreSQL with `fsync=on`, on tables with the same columns, indexes, checks and rows: a
//! transfer, two balances, an outbox row. The baselines that pay are run by `pgbench`. All run in turn, round after round; the ratio
//! of medians is the result, since rates depend on the disk. Only acknowledged payments count; at a steady rate, whoever waits in
//! vain counts as ten seconds. Each round asserts before it that nothing acknowledged could be lost, and is judged after it: sums,
//! batches, WAL syncs. Power loss is not simulated.

pub mod books;
mod core;
mod doors;
mod ground;
mod imports;
mod naive;
mod peers;
mod report;
mod round;
mod statements;
mod watch;

use std::time::Duration;

use city_boot::{BootError, Process};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::sleep;

use self::core::Core;
use self::doors::{Door, Doors};
use self::ground::Ground;
use self::naive::{Naive, Way};
use self::peers::Peers;
use self::report::Heading;
use self::round::{Contender, Side, Spread};
use self::watch::{TOLD, Watch};
use crate::embedded::{Durability, Embedded, EmbeddedOptions};

/// Callers of the ledger at a time.
const CALLERS: [usize; 4] = [1, 32, 256, 1_000];
/// Connections of the baselines: the best number counts.
const CLIENTS: [usize; 6] = [1, 2, 4, 8, 16, 50];
const CALIBRATION: Duration = Duration::from_secs(2);

/// How the benchmark is run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    /// How long a side runs in a round.
    pub(super) seconds: u64,
    /// How often each side runs.
    pub(super) rounds: usize,
    /// How much longer each sync takes than the disk does.
    pub(super) sync_delay: Duration,
    /// Whether other ledgers run beside it.
    pub(super) peers: bool,
}

pub(super) async fn run(plan: Plan, process: Process) -> Result<(), BootError> {
    let data_dir = std::env::temp_dir().join(format!("city-bench-{}", std::process::id()));
    let options =
        EmbeddedOptions { durability: Durability::Lasting, ..EmbeddedOptions::all(&data_dir) };
    let servers = Embedded::start(options)
        .await
        .map_err(|error| BootError::failed("starting PostgreSQL", error))?;
    let measured = measure(&servers, &data_dir, plan, &process).await;
    process.tasks.shutdown(Duration::from_secs(9)).await;
    servers.stop().await;
    let removed = std::fs::remove_dir_all(&data_dir);
    measured?;
    removed.map_err(|error| BootError::failed(format!("removing {}", data_dir.display()), error))
}

async fn measure(
    servers: &Embedded,
    data_dir: &std::path::Path,
    plan: Plan,
    process: &Process,
) -> Result<(), BootError> {
    let missing = || BootError::Config("a private server did not say where it is".into());
    let url = servers.postgres_url.clone().ok_or_else(missing)?;
    drop(books::connect_safely(&url).await?); // before minutes of work
    let redis_url = servers.redis_url.clone().ok_or_else(missing)?;
    let store = servers.s3.as_ref().ok_or_else(missing)?;
    let beside = Ground::beside(&url, "doors", data_dir).await?;
    let doors = Doors::open(beside, &redis_url, store, process).await?;
    let ground = Ground::make(&url, data_dir).await?;
    let mut peers = if plan.peers { Peers::prepare(&ground).await } else { Peers::none() };
    ground.delay_syncs(plan.sync_delay).await?;
    let naive = Naive::prepare(&ground, data_dir)?;
    let sides = choose(&naive).await?;
    let (sides, loads) = play(sides, &mut peers, plan, &ground, &naive, &doors).await?;
    let checked = books::replayed(&ground.url, &ground.keys).await?;
    let behind_doors = books::replayed(&doors.database_url, &doors.head_key).await?;
    let pages = statements::measure(&ground).await?;
    let imports = imports::measure(&doors).await?;
    Heading { version: &ground.version, plan, loads: &loads }.print();
    report::report(&sides, plan, checked, behind_doors);
    peers.report(report::hot(&sides));
    pages.report();
    imports.report();
    Ok(())
}

/// The contenders; of the baselines with the number of clients that is best for them here.
async fn choose(naive: &Naive<'_>) -> Result<Vec<Side>, BootError> {
    let mut sides = vec![];
    for spread in [Spread::Hot, Spread::Cold] {
        for callers in CALLERS {
            sides.push(Side::core(spread, callers));
        }
        for way in [Way::OneShot, Way::Interactive] {
            let mut best = (0.0, 1);
            for clients in CLIENTS {
                let round = naive.round(way, spread, clients, CALIBRATION).await?;
                if round.per_second() > best.0 {
                    best = (round.per_second(), clients);
                }
            }
            sides.push(Side::naive(spread, way, best.1));
        }
    }
    sides.push(Side::bulk());
    sides.push(Side::naive(Spread::Hot, Way::OneShot, 1)); // for the latency of one caller
    sides.push(Side::mixed(256));
    sides.push(Side::open_loop(256));
    sides.push(Side::door(Door::Service));
    sides.push(Side::door(Door::Gateway));
    Ok(sides)
}

/// All rounds, in turn, and how busy the machine was when each began.
async fn play(
    mut sides: Vec<Side>,
    peers: &mut Peers,
    plan: Plan,
    ground: &Ground,
    naive: &Naive<'_>,
    doors: &Doors,
) -> Result<(Vec<Side>, Vec<String>), BootError> {
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} rounds {eta}")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let length = u64::try_from(sides.len() * plan.rounds).unwrap_or(u64::MAX);
    let progress = ProgressBar::new(length).with_style(style).with_message("payments");
    let core = Core { ground };
    let lasting = Duration::from_secs(plan.seconds);
    let mut loads = Vec::new();
    sleep(TOLD).await; // what was prepared is no sync of the first
    for _ in 0..plan.rounds {
        let mut closed = 0.0;
        loads.push(load());
        for side in &mut sides {
            let watch = Watch::begin(side, ground, doors).await?;
            let mut round = match side.contender {
                Contender::Ledger(load) => {
                    core.round(side.spread, load, side.clients, lasting).await?
                }
                Contender::OpenLoop => core.open_loop(closed * 0.7, lasting).await?,
                Contender::Door(door) => doors.round(door, lasting).await?,
                Contender::Naive(way) => {
                    naive.round(way, side.spread, side.clients, lasting).await?
                }
            };
            round.syncs = watch.end(side, &round).await?;
            if side.is_the_hot_ledger(256) {
                closed = round.per_second();
            }
            side.rounds.push(round);
            progress.inc(1);
        }
        peers.round(plan.seconds).await;
    }
    progress.finish_and_clear();
    Ok((sides, loads))
}

/// The load of the last minute, in Linux's own words.
fn load() -> String {
    let said = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    said.split_once(' ').map_or("unknown", |(minute, _)| minute).to_owned()
}
