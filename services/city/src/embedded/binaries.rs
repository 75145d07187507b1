//! Finds the server programs on this machine and refuses versions that are too old.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::EmbeddedError;

const OLDEST_POSTGRES: u32 = 15;
const OLDEST_REDIS: u32 = 7;

/// The folder with `initdb` and `postgres`, and its major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PostgresPrograms {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

/// Finds PostgreSQL's server programs; `made_by` is the major version an existing cluster needs.
pub(super) fn find_postgres(
    cluster: &Path,
    made_by: Option<&str>,
) -> Result<PostgresPrograms, EmbeddedError> {
    let found = postgres_folders().into_iter().filter_map(postgres_in).collect();
    choose_postgres(found, cluster, made_by)
}

/// Finds `pgbench`, which comes with the server.
///
/// # Errors
/// When PostgreSQL is not installed, or without it.
pub fn find_pgbench() -> Result<PathBuf, EmbeddedError> {
    let folders = postgres_folders().into_iter();
    let mut programs = folders.map(|folder| folder.join("pgbench"));
    programs.find(|program| program.is_file()).ok_or(EmbeddedError::NoPgbench)
}

fn choose_postgres(
    found: Vec<PostgresPrograms>,
    cluster: &Path,
    made_by: Option<&str>,
) -> Result<PostgresPrograms, EmbeddedError> {
    let newest = found.iter().max_by_key(|programs| programs.major).cloned().ok_or(EmbeddedError::Missing {
        server: "PostgreSQL",
        install: "apt install postgresql (Debian, Ubuntu) or brew install postgresql@17 (macOS)",
        variable: "DATABASE_URL",
    })?;
    if let Some(made_by) = made_by {
        return found
            .into_iter()
            .find(|programs| programs.major.to_string() == made_by)
            .ok_or_else(|| EmbeddedError::OtherMajor {
                folder: cluster.to_owned(),
                made_by: made_by.to_owned(),
                installed: newest.major.to_string(),
            });
    }
    let first_new_enough = found.into_iter().find(|programs| programs.major >= OLDEST_POSTGRES);
    first_new_enough.ok_or_else(|| EmbeddedError::TooOld {
        server: "PostgreSQL",
        program: newest.folder.join("postgres"),
        found: newest.major.to_string(),
        needed: OLDEST_POSTGRES,
        variable: "DATABASE_URL",
    })
}

/// Where the programs may be, the most deliberate place first: Debian keeps them off the path on purpose.
fn postgres_folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = on_path("postgres").into_iter().collect();
    if let Some(stated) = says("pg_config", "--bindir") {
        folders.push(PathBuf::from(stated.trim()));
    }
    folders.extend(versions_under("/usr/lib/postgresql", "bin"));
    folders.extend(versions_under("/opt/homebrew/opt", "bin"));
    folders.extend(versions_under("/usr/local/opt", "bin"));
    folders
}

/// The real folder of a program on the path: a link to `postgres` alone does not bring `initdb` along.
fn on_path(program: &str) -> Option<PathBuf> {
    let linked = which(program)?;
    Some(linked.canonicalize().ok()?.parent()?.to_owned())
}

/// Every `<parent>/<something>/<inside>`, names with the highest number first.
fn versions_under(parent: &str, inside: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(number_in(&name.to_string_lossy())));
    names.into_iter().map(|name| Path::new(parent).join(name).join(inside)).collect()
}

fn postgres_in(folder: PathBuf) -> Option<PostgresPrograms> {
    let programs = ["initdb", "postgres"].map(|program| folder.join(program));
    if !programs.iter().all(|program| program.is_file()) {
        return None;
    }
    let major = number_in(&says(&programs[1], "--version")?)?;
    Some(PostgresPrograms { folder, major })
}

/// Finds `redis-server`, or `valkey-server` of any version.
pub(super) fn find_redis() -> Result<PathBuf, EmbeddedError> {
    let mut too_old = None;
    for program in ["redis-server", "valkey-server"].into_iter().filter_map(which) {
        match judge_redis(&says(&program, "--version").unwrap_or_default()) {
            Ok(()) => return Ok(program),
            Err(found) => too_old = Some((program, found)),
        }
    }
    Err(match too_old {
        Some((program, found)) => EmbeddedError::TooOld {
            server: "Redis",
            program,
            found,
            needed: OLDEST_REDIS,
            variable: "REDIS_URL",
        },
        None => EmbeddedError::Missing {
            server: "Redis",
            install: "apt install redis-server (Debian, Ubuntu) or brew install valkey (macOS)",
            variable: "REDIS_URL",
        },
    })
}

/// `Redis server v=7.0.15 sha=…` or `Valkey server v=8.1.0 …`; an unfit version comes back as the error.
fn judge_redis(stated: &str) -> Result<(), String> {
    let version =
        stated.split_once("v=").map_or("", |(_, rest)| rest).split(' ').next().unwrap_or_default();
    let new_enough = number_in(version).is_some_and(|major| major >= OLDEST_REDIS);
    if stated.starts_with("Valkey") || new_enough { Ok(()) } else { Err(version.to_owned()) }
}

/// The program of this name on the path.
fn which(program: &str) -> Option<PathBuf> {
    // Reads PATH and no setting: the servers are looked for where a shell would find them.
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// What a program prints when asked with one flag.
fn says(program: impl AsRef<OsStr>, flag: &str) -> Option<String> {
    let output =
        Command::new(program).arg(flag).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The first number in a text: `postgres (PostgreSQL) 15.14` has 15.
fn number_in(text: &str) -> Option<u32> {
    let from = &text[text.find(|c: char| c.is_ascii_digit())?..];
    let until = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
    from[..until].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(major: u32) -> PostgresPrograms {
        PostgresPrograms { folder: format!("/usr/lib/postgresql/{major}/bin").into(), major }
    }

    #[test]
    fn a_cluster_is_started_by_the_version_that_made_it() {
        let found = vec![programs(17), programs(15)];

        let chosen = choose_postgres(found, Path::new("/data"), Some("15"));

        assert_eq!(chosen.unwrap(), programs(15));
    }

    #[test]
    fn a_cluster_of_a_version_that_is_gone_names_the_package_to_install() {
        let found = vec![programs(17)];

        let refused = choose_postgres(found, Path::new("/data"), Some("15")).unwrap_err();

        assert!(refused.to_string().contains("apt install postgresql-15"), "{refused}");
    }

    #[test]
    fn an_old_version_is_refused_with_what_is_needed() {
        let refused = choose_postgres(vec![programs(14)], Path::new("/data"), None).unwrap_err();

        assert!(refused.to_string().contains("14, but the city needs 15"), "{refused}");
    }

    #[test]
    fn a_missing_server_is_one_line_that_names_the_package() {
        let refused =
            choose_postgres(Vec::new(), Path::new("/data"), None).unwrap_err().to_string();

        assert!(refused.contains("apt install postgresql") && !refused.contains('\n'), "{refused}");
    }

    #[test]
    fn redis_6_is_too_old_while_any_valkey_will_do() {
        assert_eq!(
            judge_redis("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0"),
            Ok(())
        );
        assert_eq!(judge_redis("Valkey server v=8.1.1 sha=00000000:0"), Ok(()));
        assert_eq!(judge_redis("Redis server v=6.0.16 sha=00000000:0"), Err("6.0.16".to_owned()));
    }
}
