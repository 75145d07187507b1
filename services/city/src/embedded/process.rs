//! Starts a server under the launcher, watches it and stops it.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::EmbeddedError;
use super::account::Account;

/// How every server is started: by which launcher, as whom, and what it gets when this process dies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Launch<'a> {
    pub(super) server: &'static str,
    pub(super) launcher: &'a Path,
    pub(super) account: Option<Account>,
    pub(super) at_parents_end: Signal,
    /// The server's own folder: its account can stand there, which is not sure of the caller's.
    pub(super) home: &'a Path,
}

impl Launch<'_> {
    /// Starts the program; what it says goes to `log`.
    pub(super) fn start<A: AsRef<OsStr>>(
        &self,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
        log: (&Path, File),
    ) -> Result<Process, EmbeddedError> {
        let (log_path, log) = log;
        let errors = log.try_clone().map_err(EmbeddedError::file("open", log_path))?;
        let mut command = Command::new(self.launcher);
        command.arg0("city").arg("child-guard").arg("--parent").arg(std::process::id().to_string());
        command.arg("--signal").arg(self.at_parents_end.as_str());
        if let Some(account) = self.account {
            command
                .arg("--uid")
                .arg(account.uid.to_string())
                .arg("--gid")
                .arg(account.gid.to_string());
        }
        command.arg("--").arg(program).args(arguments);
        // A server obeys its arguments only, never PGDATA or a locale of the caller.
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.current_dir(self.home).stdin(Stdio::null()).stdout(log).stderr(errors);
        command.process_group(0); // Ctrl-C in the terminal reaches the city alone, which stops its servers in order
        let child = command
            .spawn()
            .map_err(|source| EmbeddedError::Spawn { server: self.server, source })?;
        Ok(Process { server: self.server, child, log: log_path.to_owned() })
    }
}

/// A running server.
#[derive(Debug)]
pub(super) struct Process {
    server: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Waits for a program that ends by itself, such as `initdb`.
    pub(super) async fn finish(mut self) -> Result<(), EmbeddedError> {
        match self.child.wait().await {
            Ok(status) if status.success() => Ok(()),
            ended => Err(self.failed(ended.ok())),
        }
    }

    /// Waits until `answers` says yes, or the server ends, or the patience does.
    pub(super) async fn ready(
        &mut self,
        patience: Duration,
        answers: impl AsyncFn() -> bool,
    ) -> Result<(), EmbeddedError> {
        let poll = async {
            while !answers().await {
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
        };
        tokio::select! {
            answered = timeout(patience, poll) => answered.map_err(|_| EmbeddedError::TooSlow {
                server: self.server,
                seconds: patience.as_secs(),
                log: self.log.clone(),
            }),
            ended = self.child.wait() => Err(self.failed(ended.ok())),
        }
    }

    /// Waits until the server ends, and says why that is a fault.
    pub(super) async fn ended_early(&mut self) -> EmbeddedError {
        let ended = self.child.wait().await;
        EmbeddedError::EndedEarly {
            server: self.server,
            said: self.last_words(ended.ok()),
            log: self.log.clone(),
        }
    }

    /// Asks the server to stop; when the patience ends, makes it.
    pub(super) async fn stop(mut self, ask: Signal, patience: Duration) {
        self.signal(ask);
        if timeout(patience, self.child.wait()).await.is_ok() {
            return;
        }
        tracing::warn!(
            server = self.server,
            "{} did not stop when asked and is killed",
            self.server
        );
        self.signal(Signal::SIGKILL);
        if let Err(error) = self.child.wait().await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "Waiting for {} failed",
                self.server
            );
        }
    }

    /// An ended child has no id any more, so the signal never reaches a stranger.
    fn signal(&self, signal: Signal) {
        let Some(pid) = self.child.id().and_then(|id| i32::try_from(id).ok()) else { return };
        if let Err(error) = kill(Pid::from_raw(pid), signal) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "Sending {signal} to {} failed",
                self.server
            );
        }
    }

    fn failed(&self, ended: Option<ExitStatus>) -> EmbeddedError {
        EmbeddedError::Failed {
            server: self.server,
            said: self.last_words(ended),
            log: self.log.clone(),
        }
    }

    /// The last thing in the log that says what happened, or else the exit status.
    fn last_words(&self, ended: Option<ExitStatus>) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let complaint = |line: &&str| {
            ["FATAL", "PANIC", "error", "rror:", "city:"].iter().any(|word| line.contains(word))
        };
        let lines = || log.lines().rev().map(str::trim).filter(|line| !line.is_empty());
        match lines().find(complaint).or_else(|| lines().next()) {
            Some(line) => line.to_owned(),
            None => ended.map_or_else(|| "it is gone".to_owned(), |status| status.to_string()),
        }
    }
}
