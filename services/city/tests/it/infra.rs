//! Drives `city infra` in a folder of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    /// `test` tells the folders of one run apart.
    pub fn new(test: &str, mode: u32) -> Self {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}-{}", std::process::id()));
        std::fs::DirBuilder::new()
            .mode(mode)
            .create(&path)
            .expect("the folder of this test is new");
        Self(path)
    }

    /// The data folder inside, which the city makes by itself.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let links =
            ["postgres", "redis"].map(|server| std::fs::read_link(self.data().join(server)));
        let elsewhere = links.iter().flatten().filter_map(|link| link.parent());
        let deleted = elsewhere.chain([&*self.0]).try_for_each(std::fs::remove_dir_all);
        if !std::thread::panicking() {
            deleted.expect("what the test made can be deleted");
        }
    }
}

/// A running `city infra`.
#[derive(Debug)]
pub struct Infra {
    process: Child,
    pub access: Value,
}

/// A finished `city infra` that never ran.
#[derive(Debug)]
pub struct Refused {
    pub status: ExitStatus,
    pub said: String,
}

impl Infra {
    pub fn start(folder: &Folder, flags: &[&str]) -> Self {
        Self::try_start(folder, flags, |_| {}).expect("city infra starts")
    }

    /// `prepare` may change the command, for what only a machine in trouble would do.
    pub fn try_start(
        folder: &Folder,
        flags: &[&str],
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Self, Refused> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_city"));
        command.arg("infra").arg("--data").arg(folder.data()).args(flags);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        prepare(&mut command);
        let mut process = command.spawn().expect("the city command starts");
        let mut line = String::new();
        let stdout = process.stdout.take().expect("standard output is a pipe");
        BufReader::new(stdout).read_line(&mut line).expect("standard output is text");
        if line.is_empty() {
            let (status, said) = end_of(process);
            return Err(Refused { status, said });
        }
        Ok(Self { process, access: serde_json::from_str(&line).expect("the line is JSON") })
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub async fn postgres(&self) -> PgConnection {
        let url = self.access["postgres_url"].as_str().expect("the line names PostgreSQL");
        PgConnection::connect(url).await.expect("PostgreSQL answers")
    }

    pub fn redis(&self) -> redis::Connection {
        let url = self.access["redis_url"].as_str().expect("the line names Redis");
        let client = redis::Client::open(url).expect("the URL is one of Redis");
        client.get_connection().expect("Redis answers")
    }

    /// The servers: processes whose parent is this city.
    #[cfg(target_os = "linux")]
    pub fn servers(&self) -> Vec<u32> {
        let pid = self.pid().to_string();
        let processes = std::fs::read_dir("/proc").expect("Linux has /proc").flatten();
        let pids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|process| state_and_parent(*process).is_some_and(|(_, parent)| parent == pid))
            .collect()
    }

    /// Closes its standard input and waits for the end.
    pub fn stop(self) -> (ExitStatus, String) {
        end_of(self.process)
    }

    /// Waits for an end that it comes to by itself.
    pub fn ended(mut self) -> (ExitStatus, String) {
        let input = self.process.stdin.take();
        let end = end_of(self.process);
        drop(input);
        end
    }

    /// `kill -9`: no code of the city runs any more.
    pub fn kill(mut self) {
        self.process.kill().expect("the city still runs");
        self.process.wait().expect("the city is a child of this test");
    }
}

fn end_of(mut process: Child) -> (ExitStatus, String) {
    drop(process.stdin.take());
    let mut said = String::new();
    let mut stderr = process.stderr.take().expect("standard error is a pipe");
    stderr.read_to_string(&mut said).expect("standard error is text");
    (process.wait().expect("the city is a child of this test"), said)
}

/// Whether the process still runs; one that only waits to be counted by its parent does not.
#[cfg(target_os = "linux")]
pub fn is_running(process: u32) -> bool {
    state_and_parent(process).is_some_and(|(state, _)| state != "Z")
}

/// The two fields after the name in `/proc/<pid>/stat`.
#[cfg(target_os = "linux")]
fn state_and_parent(process: u32) -> Option<(String, String)> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let mut after_name = stat.rsplit(") ").next()?.split(' ').map(str::to_owned);
    after_name.next().zip(after_name.next())
}
