//! The throwaway servers that tests and query checks use.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;

use crate::step::{Failure, on_file, target};

/// Running throwaway servers; they end with this value, and also when this program is killed.
pub struct Infra {
    process: Child,
    /// Closing it is how the servers are told to stop.
    input: Option<ChildStdin>,
    access: Value,
    folder: PathBuf,
}

impl Infra {
    /// Starts the servers in a folder of this run, so that two runs never wait for each other.
    pub fn start(city: &Path) -> Result<Self, Failure> {
        let folder = target().join("xtask").join(format!("infra-{}", std::process::id()));
        let mut command = Command::new(city);
        command.args(["infra", "--throwaway", "--data"]).arg(&folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(on_file("start", city))?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(on_file("read what is said by", city))?;
        }
        let input = process.stdin.take();
        let access = serde_json::from_str(&line).map_err(|_| {
            Failure("the throwaway servers did not start; the reason is just above".into())
        });
        // The value is made even for a failed start, so that the process is always waited for.
        let infra =
            Self { process, input, access: access.as_ref().cloned().unwrap_or_default(), folder };
        access.map(|_| infra)
    }

    pub fn postgres_url(&self) -> &str {
        self.access["postgres_url"].as_str().unwrap_or_default()
    }

    /// Tells a command where the servers are, as `testkit` reads it.
    pub fn describe_to(&self, command: &mut Command) {
        command.env("CITY_TEST_POSTGRES_URL", self.postgres_url());
        command.env("CITY_TEST_REDIS_URL", self.access["redis_url"].as_str().unwrap_or_default());
        command.env("CITY_TEST_S3", self.access["s3"].to_string());
    }
}

impl Drop for Infra {
    fn drop(&mut self) {
        drop(self.input.take());
        match self.process.wait() {
            Ok(status) if status.success() => {
                if let Err(error) = std::fs::remove_dir_all(&self.folder) {
                    eprintln!("xtask: could not delete {}: {error}", self.folder.display());
                }
            }
            Ok(status) => eprintln!(
                "xtask: the servers ended with {status}; logs are in {}",
                self.folder.display()
            ),
            Err(error) => eprintln!("xtask: could not wait for the servers: {error}"),
        }
    }
}
