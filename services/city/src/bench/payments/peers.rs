//! Other ledgers, each in its own best way, on a database of its own of the same server.
//!
//! They are programs outside of the workspace (`services/payments/benches/peers`), built here into `target/peers`. Where one
//! cannot be built, or fails, the report says why instead of a ratio.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::process::Command;
use tokio::time::timeout;

use super::ground::{Ground, WALLETS};

const SOURCES: &str = "services/payments/benches/peers";
const BUILT: &str = "target/peers";
/// How long each way of a peer is tried.
const TRIAL_S: u64 = 2;
/// How long a peer may make accounts; it goes on with those it has then.
const PREPARATION_S: u64 = 120;
/// How much longer than it was told a program may take: it connects, and ends what it began.
const PATIENCE: Duration = Duration::from_mins(2);
/// Compiling, or downloading.
const BUILD_PATIENCE: Duration = Duration::from_mins(30);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Cala,
    Hordak,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Cala => "cala-ledger 0.33",
            Self::Hordak => "django-hordak 2.0",
        }
    }

    /// Of how many of its payments one of ours shall be worth.
    const fn target(self) -> f64 {
        match self {
            Self::Cala => 5.0,
            Self::Hordak => 25.0,
        }
    }

    const fn database(self) -> &'static str {
        match self {
            Self::Cala => "peer_cala",
            Self::Hordak => "peer_hordak",
        }
    }

    /// The ways to run it, of which the best counts.
    fn ways(self) -> Vec<String> {
        match self {
            Self::Cala => [1, 10, 100, 1_000]
                .iter()
                .flat_map(|batch| {
                    [1, 4].map(|callers| format!("--batch {batch} --callers {callers}"))
                })
                .collect(),
            Self::Hordak => [1, 8, 16].map(|procs| format!("--procs {procs}")).to_vec(),
        }
    }

    /// The words that start it.
    async fn build(self) -> Result<Vec<PathBuf>, String> {
        let (sources, built) = (Path::new(SOURCES), Path::new(BUILT));
        if !sources.is_dir() {
            return Err(format!("{SOURCES} is not here: start it in the root of the repository"));
        }
        fs::create_dir_all(built).map_err(|error| format!("making {BUILT}: {error}"))?;
        match self {
            Self::Cala => {
                let target = built.join("cala");
                let mut cargo = Command::new("cargo");
                cargo.args(["build", "--release", "--locked", "--manifest-path"]);
                cargo.arg(sources.join("cala/Cargo.toml")).arg("--target-dir").arg(&target);
                // Its statements were checked when it was published, not against a database of ours.
                cargo.env("SQLX_OFFLINE", "true").env_remove("DATABASE_URL");
                output(&mut cargo, BUILD_PATIENCE).await?;
                Ok(vec![target.join("release/peer-cala")])
            }
            Self::Hordak => {
                let venv = built.join("hordak");
                let (wanted, python) = (sources.join("hordak/requirements.txt"), "bin/python");
                let installed = venv.join("requirements.txt");
                if fs::read(&installed).ok() != fs::read(&wanted).ok() {
                    let mut make = Command::new("python3");
                    output(make.args(["-m", "venv"]).arg(&venv), BUILD_PATIENCE).await?;
                    let mut pip = Command::new(venv.join(python));
                    pip.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&wanted);
                    output(&mut pip, BUILD_PATIENCE).await?;
                    fs::copy(&wanted, &installed)
                        .map_err(|error| format!("noting what is installed: {error}"))?;
                }
                Ok(vec![venv.join(python), sources.join("hordak/bench.py")])
            }
        }
    }
}

/// What a peer says of a run.
struct Run {
    variant: String,
    per_second: f64,
    p50: Duration,
    p99: Duration,
}

/// A peer with its best way and its rounds.
struct Peer {
    words: Vec<PathBuf>,
    database: SecretString,
    accounts: u64,
    tried: Vec<Run>,
    way: String,
    rounds: Vec<Run>,
}

impl Peer {
    async fn prepare(kind: Kind, ground: &Ground) -> Result<Self, String> {
        let words = kind.build().await?;
        let database = ground.another(kind.database()).await;
        let database = database.map_err(|error| city_http::chain(&error))?;
        let (tried, rounds) = (Vec::new(), Vec::new());
        let mut peer = Self { words, database, accounts: 0, tried, way: String::new(), rounds };
        let prepare = format!("prepare --accounts {WALLETS} --within {PREPARATION_S}");
        let made = peer.ask(&prepare, PREPARATION_S).await?;
        peer.accounts = made["accounts"].as_u64().ok_or("it did not say how many accounts")?;
        let mut best = 0.0;
        for way in kind.ways() {
            let run = peer.run(&way, TRIAL_S).await?;
            if run.per_second > best {
                (best, peer.way) = (run.per_second, way);
            }
            peer.tried.push(run);
        }
        Ok(peer)
    }

    #[expect(clippy::cast_precision_loss, reason = "a count of payments is far below 2^52")]
    async fn run(&self, way: &str, seconds: u64) -> Result<Run, String> {
        let accounts = self.accounts;
        let asked = format!("run --accounts {accounts} --seconds {seconds} {way}");
        let said = self.ask(&asked, seconds).await?;
        let number = |name: &str| said[name].as_u64().ok_or(format!("no {name} in {said}"));
        let elapsed = said["seconds"].as_f64().filter(|seconds| *seconds > 0.0);
        Ok(Run {
            variant: said["variant"].as_str().unwrap_or(way).to_owned(),
            per_second: number("acknowledged")? as f64 / elapsed.ok_or("it took no time")?,
            p50: Duration::from_micros(number("p50_us")?),
            p99: Duration::from_micros(number("p99_us")?),
        })
    }

    /// Runs the program; the last line it prints is its answer.
    async fn ask(&self, words: &str, seconds: u64) -> Result<Value, String> {
        let mut words = self
            .words
            .iter()
            .map(AsRef::<OsStr>::as_ref)
            .chain(words.split(' ').map(AsRef::as_ref));
        let mut command = Command::new(words.next().ok_or("it has no program")?);
        // A password in the arguments could be read by everybody on the machine.
        command.args(words).env("PEER_DATABASE_URL", self.database.expose_secret());
        let said = output(&mut command, Duration::from_secs(seconds) + PATIENCE).await?;
        let last = said.lines().last().unwrap_or_default();
        serde_json::from_str(last).map_err(|error| format!("it said {last:?}: {error}"))
    }
}

/// What a program printed, once it has ended well.
async fn output(command: &mut Command, patience: Duration) -> Result<String, String> {
    let name = Path::new(command.as_std().get_program()).display().to_string();
    command.stdin(Stdio::null()).kill_on_drop(true);
    let ended = timeout(patience, command.output()).await;
    let ended = ended.map_err(|_| format!("{name} took longer than {patience:?}"))?;
    let ended = ended.map_err(|error| format!("{name} does not start: {error}"))?;
    if !ended.status.success() {
        // Its last words, wherever it said them.
        let said = [ended.stdout, ended.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!("{name}: {}: {}", ended.status, last.trim()));
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// The peers, and why there is none where there is none.
pub(super) struct Peers(Vec<(Kind, Result<Peer, String>)>);

impl Peers {
    /// Nobody asked for them.
    pub(super) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Builds the peers, makes their accounts, and finds the best way of each.
    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    pub(super) async fn prepare(ground: &Ground) -> Self {
        let mut peers = Vec::new();
        for kind in [Kind::Cala, Kind::Hordak] {
            println!("Building and trying {}; minutes when it is the first time", kind.name());
            peers.push((kind, Peer::prepare(kind, ground).await));
        }
        Self(peers)
    }

    /// Each peer once; one that fails is out.
    pub(super) async fn round(&mut self, seconds: u64) {
        for (_, slot) in &mut self.0 {
            let Ok(peer) = slot else { continue };
            match peer.run(&peer.way, seconds).await {
                Ok(run) => peer.rounds.push(run),
                Err(why) => *slot = Err(why),
            }
        }
    }

    /// Prints what the peers came to, and of how many of their payments one of `hot` a second is worth.
    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    pub(super) fn report(&mut self, hot: f64) {
        for (kind, peer) in &mut self.0 {
            let name = kind.name();
            let peer = match peer {
                Ok(peer) => peer,
                Err(why) => {
                    println!("  {name} not measured: {why}");
                    continue;
                }
            };
            for run in &peer.tried {
                println!("  {name}, {}: {:.0}/s in {TRIAL_S} s", run.variant, run.per_second);
            }
            peer.rounds.sort_by(|one, other| one.per_second.total_cmp(&other.per_second));
            let Some(median) = peer.rounds.get(peer.rounds.len() / 2) else { continue };
            let rate = |run: Option<&Run>| run.map_or(f64::NAN, |run| run.per_second);
            let (lowest, highest) = (rate(peer.rounds.first()), rate(peer.rounds.last()));
            println!(
                "  {name}, {}, {} accounts: {:.0}/s ({:.0}..{:.0})  p50 {:.1?}  p99 {:.1?}",
                median.variant,
                peer.accounts,
                median.per_second,
                lowest,
                highest,
                median.p50,
                median.p99,
            );
            let (ratio, target) = (hot / median.per_second, kind.target());
            let met = if ratio >= target { "met" } else { "MISSED" };
            let what = format!("hot, 256 callers / best of {name}");
            println!("  {what:<58} {ratio:>7.2}   target >= {target}: {met}");
        }
    }
}
