//! `cargo xtask sqlx`: rewrites `.sqlx/`, the descriptions of the queries that a build without a database uses.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::apply;
use crate::arguments::Arguments;
use crate::infra::Infra;
use crate::servers;
use crate::step::{Failure, build_city, cargo, on_file, output_of, root, step, succeed, target};

pub fn sqlx(arguments: &Arguments) -> Result<(), Failure> {
    arguments.allow_flags(&["--check"])?;
    arguments.allow_words(0)?;
    servers::ensure()?;
    let city = step("Build the city", city_even_if_old)?;
    let infra = step("Start an empty PostgreSQL", || Infra::start(&city))?;
    let (fresh, committed) = described(&infra)?;
    if arguments.has("--check") { compare(&fresh, &committed) } else { replace(&fresh, &committed) }
}

/// Fails when `.sqlx/` is not what the migrations and queries of the working tree give.
pub fn check(infra: &Infra) -> Result<(), Failure> {
    let (fresh, committed) = described(infra)?;
    compare(&fresh, &committed)
}

/// The folder of fresh descriptions, and the one of the committed ones.
fn described(infra: &Infra) -> Result<(PathBuf, PathBuf), Failure> {
    step("Apply every migration", || apply::every_migration(infra.postgres_url()))?;
    let fresh = target().join("xtask/sqlx");
    step("Describe every query", || describe(infra.postgres_url(), &fresh))?;
    Ok((fresh, root().join(".sqlx")))
}

/// The city, only to start PostgreSQL with: an older one does when the new one waits for the descriptions made here.
fn city_even_if_old() -> Result<PathBuf, Failure> {
    build_city("dev").or_else(|failure| {
        let built_before = ["debug", "release"].map(|folder| target().join(folder).join("city"));
        let old = built_before.into_iter().find(|city| city.is_file()).ok_or(failure)?;
        println!("That is no obstacle: {} starts PostgreSQL as well", old.display());
        Ok(old)
    })
}

/// Lets the macros ask the database and write what they learn into an empty folder.
fn describe(url: &str, into: &Path) -> Result<(), Failure> {
    delete(into)?;
    std::fs::create_dir_all(into).map_err(on_file("create", into))?;
    touch_users_of_sqlx()?;
    let mut check = cargo(["check", "--workspace", "--all-targets", "--quiet"]);
    check.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", into).env("DATABASE_URL", url);
    let checked = succeed(&mut check);
    // What was just checked saw a database that is gone in a moment; the next build must not take it for current.
    touch_users_of_sqlx()?;
    checked
}

/// Cargo does not know that the macros depend on the database: a newer root file makes it expand them again.
fn touch_users_of_sqlx() -> Result<(), Failure> {
    let described =
        output_of(&mut cargo(["metadata", "--format-version=1", "--no-deps", "--offline"]))?;
    let workspace: Value = serde_json::from_slice(&described)
        .map_err(|error| Failure(format!("cargo metadata is not JSON: {error}")))?;
    let list = |of: &Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
    let uses_sqlx = |package: &Value| {
        list(package, "dependencies").iter().any(|needed| needed["name"] == "sqlx")
    };
    for package in list(&workspace, "packages").iter().filter(|package| uses_sqlx(package)) {
        for root_file in
            list(package, "targets").iter().filter_map(|target| target["src_path"].as_str())
        {
            let path = Path::new(root_file);
            let touched = File::options().append(true).open(path);
            #[expect(
                clippy::disallowed_methods,
                reason = "cargo compares the time of a file with the machine's clock"
            )]
            let now = std::time::SystemTime::now();
            touched.and_then(|file| file.set_modified(now)).map_err(on_file("touch", path))?;
        }
    }
    Ok(())
}

fn compare(fresh: &Path, committed: &Path) -> Result<(), Failure> {
    let (fresh, committed) = (queries(fresh)?, queries(committed)?);
    let differs = |name: &&String| fresh.get(*name) != committed.get(*name);
    let stale: Vec<_> = fresh.keys().chain(committed.keys()).filter(differs).collect();
    match stale.first() {
        None => Ok(()),
        Some(first) => Err(Failure(format!(
            "{} descriptions in .sqlx/ are stale, {first} is the first: run `cargo xtask sqlx` and commit .sqlx/",
            stale.len()
        ))),
    }
}

/// Takes the whole folder, so that the descriptions of queries that are gone go too.
fn replace(fresh: &Path, committed: &Path) -> Result<(), Failure> {
    let queries = queries(fresh)?;
    delete(committed)?;
    std::fs::create_dir_all(committed).map_err(on_file("create", committed))?;
    for (name, text) in &queries {
        let path = committed.join(name);
        std::fs::write(&path, text).map_err(on_file("write", &path))?;
    }
    println!("{} queries are described in .sqlx/", queries.len());
    Ok(())
}

fn queries(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let read = |path: PathBuf| {
        let text = std::fs::read(&path).map_err(on_file("read", &path))?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok((name.to_string_lossy().into_owned(), text))
    };
    files.map(read).collect()
}

fn delete(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(on_file("delete", folder))
    } else {
        Ok(())
    }
}
