//! The committed query data (`.sqlx`) is what the migrated database answers today, and nothing is left of old queries.

use std::collections::BTreeSet;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqlSafeStr as _};

use super::{files, root};

#[test]
fn the_committed_query_data_matches_the_migrations() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (mut db, name) = migrated_database().await;
        let mut stale = Vec::new();
        for (path, text) in files(".sqlx", "json") {
            let recorded: Value = serde_json::from_str(&text).unwrap();
            let query = recorded["query"].as_str().unwrap().to_owned();
            let fresh = match db.describe(AssertSqlSafe(query).into_sql_str()).await {
                Ok(description) => serde_json::to_value(description).unwrap(),
                Err(error) => Value::String(error.to_string()),
            };
            if fresh != recorded["describe"] {
                stale.push(format!("{}: {fresh}", path.display()));
            }
        }
        db.close().await.unwrap();
        drop_database(&name).await;
        assert!(stale.is_empty(), "run `cargo xtask sqlx`:\n{}", stale.join("\n"));
    });
}

#[test]
fn no_query_data_is_left_of_a_query_that_is_gone() {
    let squeeze = |text: &str| text.replace("\\\n", "").split_whitespace().collect::<Vec<_>>().join(" ");
    let sources: String = files("services", "rs").into_iter().map(|(_, text)| squeeze(&text)).collect();
    let left: BTreeSet<_> = files(".sqlx", "json")
        .into_iter()
        .filter(|(_, text)| {
            let recorded: Value = serde_json::from_str(text).unwrap();
            let query = squeeze(recorded["query"].as_str().unwrap());
            !sources.contains(&query) && !sources.contains(&query.replace('"', "\\\""))
        })
        .map(|(path, _)| path)
        .collect();
    assert!(left.is_empty(), "run `cargo xtask sqlx`: {left:?}");
}

/// A database with every service's migrations.
async fn migrated_database() -> (PgConnection, String) {
    let name = format!("t_tidy_{}", std::process::id());
    let mut admin = PgConnection::connect(&city_testkit::postgres_url()).await.expect("the run's PostgreSQL answers");
    admin.execute(AssertSqlSafe(format!("create database {name}"))).await.expect("a database can be made");
    let url = city_testkit::postgres_url();
    let (server, _) = url.rsplit_once('/').expect("the URL ends with a database");
    let mut db = PgConnection::connect(&format!("{server}/{name}")).await.expect("the new database answers");
    for folder in std::fs::read_dir(root().join("migrations")).expect("there are migrations") {
        let schema = folder.expect("a folder can be read").file_name().to_string_lossy().into_owned();
        db.execute(AssertSqlSafe(format!("create schema {schema}"))).await.expect("a schema can be made");
        for (path, sql) in files(&format!("migrations/{schema}"), "sql") {
            let applied = db.execute(AssertSqlSafe(sql)).await;
            applied.unwrap_or_else(|error| std::panic::panic_any(format!("{}: {error}", path.display())));
        }
    }
    (db, name)
}

async fn drop_database(name: &str) {
    let mut admin = PgConnection::connect(&city_testkit::postgres_url()).await.expect("the run's PostgreSQL answers");
    admin.execute(AssertSqlSafe(format!("drop database {name} with (force)"))).await.expect("it can be dropped");
}
