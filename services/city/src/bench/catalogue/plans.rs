//! The plans that PostgreSQL really ran, as its extension `auto_explain` logs them.

use std::fs;

use city_boot::BootError;
use sqlx::{Executor as _, PgConnection};

use super::ground::Ground;

/// Statements of new connections are explained from now on.
pub(super) async fn begin(db: &mut PgConnection) -> Result<(), BootError> {
    let statements = "
        alter database city set session_preload_libraries = 'auto_explain';
        alter database city set auto_explain.log_min_duration = 0;";
    db.execute(statements).await.map(drop).map_err(|error| {
        BootError::failed("explaining statements (is the extension auto_explain installed?)", error)
    })
}

/// No more.
pub(super) async fn end(db: &mut PgConnection) -> Result<(), BootError> {
    let statements = "
        alter database city reset session_preload_libraries;
        alter database city reset auto_explain.log_min_duration;";
    let ended = db.execute(statements).await;
    ended.map(drop).map_err(|error| BootError::failed("no longer explaining statements", error))
}

/// The plans of the statements that hold all these texts.
pub(super) fn of(ground: &Ground, texts: &[&str]) -> Result<Vec<String>, BootError> {
    let path = ground.data_dir.join("log").join("postgres.log");
    let log = fs::read_to_string(&path)
        .map_err(|error| BootError::failed(format!("reading {}", path.display()), error))?;
    // An entry begins with a time; what belongs to it follows on lines that begin with a tab.
    let mut entries: Vec<String> = Vec::new();
    for line in log.lines() {
        match entries.last_mut() {
            Some(entry) if line.starts_with('\t') => {
                entry.push('\n');
                entry.push_str(line.trim_start_matches('\t'));
            }
            _ => entries.push(line.to_owned()),
        }
    }
    let plan = |entry: &String| {
        let (_, explained) = entry.split_once("Query Text:")?;
        let at = explained.find("(cost=")?;
        let (query, _) = explained.split_at(at);
        let begins = query.rfind('\n')?;
        let is_meant = texts.iter().all(|text| query.contains(text));
        is_meant.then(|| explained.get(begins..).unwrap_or_default().trim().to_owned())
    };
    Ok(entries.iter().filter_map(plan).collect())
}
