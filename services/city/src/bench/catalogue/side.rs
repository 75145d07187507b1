//! A side of C1 in a process of its own, so that its processor time can be told from that of who asks.
//!
//! It is told on standard input, in one line, where the servers are and which side it is; tells on standard output where it
//! listens; and ends when its standard input does.

use std::fs::File;
use std::io::{BufRead as _, BufReader as StdBufReader, Read as _};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use city_boot::{BootError, Process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};

use super::bare;
use super::ground::{Ground, Servers};

/// Which side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The gateway with its response cache, the catalogue with its picture.
    Kept,
    /// The gateway without, a catalogue that reads PostgreSQL each time.
    Bare,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Bare => "bare",
        }
    }
}

/// A side that runs.
pub(super) struct Side {
    /// The gateway's URL.
    pub(super) url: String,
    pub(super) pid: u32,
    log: PathBuf,
    child: Child,
    stdin: ChildStdin,
}

impl Side {
    /// Starts this program once more as a side. What it logs goes to a file.
    pub(super) async fn start(ground: &Ground, kind: Kind) -> Result<Self, BootError> {
        let failed = |error: std::io::Error| BootError::failed("starting a side", error);
        let log = ground.data_dir.join("log").join(format!("c1-{}.log", kind.name()));
        let mut child = Command::new(std::env::current_exe().map_err(failed)?)
            .args(["bench", "catalogue", "--part", "c1-side"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).map_err(failed)?)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let silent = || BootError::Config(format!("a side did not start; see {}", log.display()));
        let (mut stdin, stdout, pid) = (
            child.stdin.take().ok_or_else(silent)?,
            child.stdout.take().ok_or_else(silent)?,
            child.id().ok_or_else(silent)?,
        );
        let told = json!({ "side": kind.name(), "servers": ground.servers.to_json() });
        stdin.write_all(format!("{told}\n").as_bytes()).await.map_err(failed)?;
        let mut lines = BufReader::new(stdout).lines();
        let Some(url) = lines.next_line().await.map_err(failed)? else {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(BootError::Config(format!("a side did not start: {said}")));
        };
        Ok(Self { url, pid, log, child, stdin })
    }

    /// The first line of its log that tells of a failure.
    pub(super) fn complaint(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let told = log.lines().find(|line| line.contains("ERROR"));
        told.unwrap_or("its log tells of no failure").to_owned()
    }

    /// Ends it.
    pub(super) async fn stop(mut self) -> Result<(), BootError> {
        drop(self.stdin);
        let ended = tokio::time::timeout(Duration::from_secs(15), self.child.wait()).await;
        let stuck = || BootError::Config("a side did not end".into());
        ended
            .map_err(|_| stuck())?
            .map(drop)
            .map_err(|error| BootError::failed("ending a side", error))
    }
}

/// Is a side, until standard input ends.
#[expect(clippy::print_stdout, reason = "the starting process reads the address there")]
pub(super) async fn serve() -> Result<(), BootError> {
    let mut input = StdBufReader::new(std::io::stdin());
    let mut line = String::new();
    input.read_line(&mut line).map_err(|error| BootError::failed("reading", error))?;
    let told: Value = serde_json::from_str(&line)
        .map_err(|error| BootError::failed("only the benchmark starts this part", error))?;
    let ground = Ground::on(Servers::from_json(&told["servers"])?, std::env::temp_dir());
    let is_kept = told["side"] == Kind::Kept.name();

    // Nothing is published meanwhile, so the catalogue's workers would only be noise.
    let mut catalogue = ground.catalogue().await?;
    catalogue.workers.clear();
    let (prefix, catalogue_url) = if is_kept {
        ("bench-kept:", serve_whole(&ground, catalogue).await?)
    } else {
        ("bench-bare:", bare::serve(&ground, &catalogue).await?)
    };
    let gateway = ground.gateway(&catalogue_url, prefix, is_kept)?;
    println!("{}", serve_whole(&ground, gateway).await?);

    let ended = tokio::task::spawn_blocking(move || input.read_to_end(&mut Vec::new()).map(drop));
    ended
        .await
        .map_err(|error| BootError::failed("waiting", error))?
        .map_err(|error| BootError::failed("waiting for the end", error))?;
    ground.process.tasks.shutdown(Duration::from_secs(5)).await;
    Ok(())
}

/// Serves a service as production does, log lines and workers included.
async fn serve_whole(ground: &Ground, service: city_boot::Service) -> Result<String, BootError> {
    let listener = ground.process.listen("127.0.0.1:0").await?;
    let url = format!("http://{}", Process::address(&listener)?);
    let (process, ids) = (ground.process.clone(), ground.ids.clone());
    ground.process.tasks.spawn(async move { process.serve(service, ids, listener).await });
    Ok(url)
}
