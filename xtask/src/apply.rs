//! Applies the migrations of the working tree with `psql`.
//!
//! `city migrate` cannot do this here: it carries the migrations it was built with, and it cannot be built while `.sqlx/`
//! lacks the query that somebody has just written. That is the very moment in which `.sqlx/` must be refreshed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::servers;
use crate::step::{Failure, on_file, root, succeed};

/// Every file of every folder in `migrations/`, in order. Folders are schemas and do not know each other.
pub fn every_migration(url: &str) -> Result<(), Failure> {
    let psql = servers::find("psql")
        .ok_or_else(|| Failure("psql is missing: apt install postgresql-client".into()))?;
    for folder in sorted(&root().join("migrations"))?.iter().filter(|path| path.is_dir()) {
        // The folder is named as its schema, which sqlx too creates before the first migration.
        let schema = folder.file_name().unwrap_or_default().to_string_lossy();
        let create = format!("--command=create schema if not exists \"{schema}\"");
        succeed(on(psql_command(&psql).arg(create), url)?)?;
        for file in
            sorted(folder)?.iter().filter(|file| file.extension().is_some_and(|kind| kind == "sql"))
        {
            apply(&psql, url, file)?;
        }
    }
    Ok(())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder).map_err(on_file("list", folder))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn apply(psql: &Path, url: &str, file: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(on_file("read", file))?;
    let mut command = Command::new(psql);
    command
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"])
        .stdin(Stdio::null());
    if !text.starts_with("-- no-transaction") {
        command.arg("--single-transaction"); // as sqlx does, with the same word to switch it off
    }
    command.arg("--file").arg(file);
    succeed(on(&mut command, url)?)
}

fn psql_command(psql: &Path) -> Command {
    let mut command = Command::new(psql);
    command
        .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"])
        .stdin(Stdio::null());
    command
}

/// Tells psql where the server is; through the environment, because arguments are for everybody to read.
fn on<'a>(command: &'a mut Command, url: &str) -> Result<&'a mut Command, Failure> {
    let parts = parts_of(url)
        .ok_or_else(|| Failure("the throwaway servers named an odd PostgreSQL URL".into()))?;
    Ok(command
        .envs(["PGUSER", "PGPASSWORD", "PGHOST", "PGPORT", "PGDATABASE"].into_iter().zip(parts)))
}

/// User, password, host, port and database of `postgres://user:password@host:port/database?…`.
fn parts_of(url: &str) -> Option<[&str; 5]> {
    let (user, rest) = url.strip_prefix("postgres://")?.split_once(':')?;
    let (password, rest) = rest.split_once('@')?;
    let (host, rest) = rest.split_once(':')?;
    let (port, rest) = rest.split_once('/')?;
    Some([user, password, host, port, rest.split('?').next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        let parts = parts_of("postgres://city:0af3@127.0.0.1:20001/city?sslmode=disable");

        assert_eq!(parts, Some(["city", "0af3", "127.0.0.1", "20001", "city"]));
    }
}
