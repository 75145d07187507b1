//! Runs programs, says what runs and how long it took, and where the repository is.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

/// One line that says what failed.
#[derive(Debug)]
pub struct Failure(pub String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Says which file could not be used.
pub fn on_file<E: fmt::Display>(doing: &str, path: &Path) -> impl FnOnce(E) -> Failure {
    move |error| Failure(format!("could not {doing} {}: {error}", path.display()))
}

/// A headline before, the duration after.
pub fn step<T>(title: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    println!("── {title}");
    let begun = Instant::now();
    let outcome = work();
    let seconds = begun.elapsed().as_secs_f64();
    let ended = if outcome.is_ok() { "done" } else { "FAILED" };
    println!("── {title}: {ended} in {seconds:.1} s");
    outcome
}

/// Runs a program to its end; a refusal names the whole command.
pub fn succeed(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|error| Failure(format!("could not start {}: {error}", spell(command))))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure(format!("{} ended with {status}", spell(command))))
    }
}

/// What a program prints; its complaints go to the terminal.
pub fn output_of(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let ran = command.stderr(std::process::Stdio::inherit()).output();
    let output =
        ran.map_err(|error| Failure(format!("could not start {}: {error}", spell(command))))?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(Failure(format!("{} ended with {}", spell(command), output.status)))
    }
}

/// The command as one would type it; its environment may hold passwords and is left out.
pub fn spell(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// A cargo that knows nothing of the package it was started by.
///
/// Cargo describes the running package in the environment; build scripts that look at these names would run again at
/// every change between `cargo xtask test` and a plain `cargo test`.
pub fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let of_package =
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_", "CARGO_PRIMARY_"];
        if of_package.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&*name);
        }
    }
    command
        .current_dir(root())
        .env_remove("DATABASE_URL")
        .env("SQLX_OFFLINE", "true")
        .args(arguments);
    command
}

/// The folder of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder that cargo builds in.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |given| root().join(given))
}

/// Builds the `city` command and says where it is.
pub fn build_city(profile: &str) -> Result<PathBuf, Failure> {
    succeed(&mut cargo([
        "build",
        "--package",
        "city-city",
        "--bin",
        "city",
        "--profile",
        profile,
    ]))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(target().join(folder).join("city"))
}
