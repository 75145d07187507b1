//! Imports: what arrived, how far it is, what was refused.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{ImportProgress, ImportRejection};
use city_contracts::problem::Finding;
use city_ids::AccountId;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::root::read;
use crate::error::{Error, fault};

const DOING: &str = "keeping an import";

/// An import that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub id: Uuid,
    pub dry_run: bool,
    pub lines: i32,
    pub committed_line: i32,
    pub started_by: Uuid,
    /// Whose procedures may be touched; none: all.
    pub agencies: Option<Vec<String>>,
}

/// What a batch of lines did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub created: i32,
    pub changed: i32,
    pub unchanged: i32,
    pub rejected: i32,
}

/// Begins an import whose upload has begun.
pub async fn begin(
    db: &mut PgConnection,
    id: Uuid,
    dry_run: bool,
    by: AccountId,
    agencies: Option<&[String]>,
    at: Timestamp,
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        r#"
        insert into catalogue.import (
            id, dry_run, lines, committed_line, created, changed, unchanged, rejected, started_by, agencies, started_at)
        values ($1, $2, 0, 0, 0, 0, 0, 0, $3, $4, $5)"#,
        id,
        dry_run,
        by.as_uuid(),
        agencies,
        at
    );
    inserted.execute(db).await.map_err(fault(DOING)).map(drop)
}

/// Keeps lines that arrived; a line without a body was longer than a line may be.
pub async fn keep_lines(
    db: &mut PgConnection,
    id: Uuid,
    lines: &[(i32, Option<String>)],
) -> Result<(), Error> {
    let (numbers, bodies): (Vec<i32>, Vec<Option<String>>) = lines.iter().cloned().unzip();
    let inserted = sqlx::query!(
        r#"
        insert into catalogue.import_line (import, no, body)
        select $1, no, body from unnest($2::integer[], $3::text[]) as line (no, body)"#,
        id,
        &numbers,
        &bodies as &[Option<String>]
    );
    inserted.execute(db).await.map_err(fault(DOING)).map(drop)
}

/// All of it arrived: the worker may begin.
pub async fn received(
    db: &mut PgConnection,
    id: Uuid,
    lines: i32,
    at: Timestamp,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        "update catalogue.import set lines = $2, received_at = $3 where id = $1",
        id,
        lines,
        at
    );
    updated.execute(db).await.map_err(fault(DOING)).map(drop)
}

/// Forgets an import whose upload broke off.
pub async fn discard(db: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    let deleted =
        sqlx::query!("delete from catalogue.import where id = $1 and received_at is null", id);
    deleted.execute(db).await.map_err(fault(DOING)).map(drop)
}

/// Forgets uploads that broke off without a word.
pub async fn discard_older(db: &mut PgConnection, before: Timestamp) -> Result<u64, Error> {
    let deleted = sqlx::query!(
        "delete from catalogue.import where received_at is null and started_at < $1",
        before
    );
    Ok(deleted.execute(db).await.map_err(fault(DOING))?.rows_affected())
}

/// The oldest import that is under way, locked; none while another worker has it.
pub async fn next(db: &mut PgConnection) -> Result<Option<Running>, Error> {
    let row = sqlx::query_as!(
        Running,
        r#"
        select id, dry_run, lines, committed_line, started_by, agencies
        from catalogue.import
        where finished_at is null and received_at is not null
        order by started_at, id
        limit 1
        for update skip locked"#
    );
    row.fetch_optional(db).await.map_err(fault(DOING))
}

/// The next lines of an import.
pub async fn lines(
    db: &mut PgConnection,
    id: Uuid,
    limit: i64,
) -> Result<Vec<(i32, Option<String>)>, Error> {
    let rows = sqlx::query!(
        "select no, body from catalogue.import_line where import = $1 order by no limit $2",
        id,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault(DOING))?;
    Ok(rows.into_iter().map(|row| (row.no, row.body)).collect())
}

/// Everything up to a line is done.
pub async fn commit_lines(
    db: &mut PgConnection,
    id: Uuid,
    upto: i32,
    counts: Counts,
    finished_at: Option<Timestamp>,
) -> Result<(), Error> {
    let deleted =
        sqlx::query!("delete from catalogue.import_line where import = $1 and no <= $2", id, upto);
    deleted.execute(&mut *db).await.map_err(fault(DOING))?;
    let updated = sqlx::query!(
        r#"
        update catalogue.import
        set committed_line = $2, created = created + $3, changed = changed + $4, unchanged = unchanged + $5,
            rejected = rejected + $6, finished_at = $7
        where id = $1"#,
        id,
        upto,
        counts.created,
        counts.changed,
        counts.unchanged,
        counts.rejected,
        finished_at
    );
    updated.execute(db).await.map_err(fault(DOING)).map(drop)
}

/// Keeps why a line was refused.
pub async fn reject(
    db: &mut PgConnection,
    id: Uuid,
    no: i32,
    national_code: Option<&str>,
    findings: &[Finding],
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        r#"
        insert into catalogue.import_rejection (import, no, national_code, findings)
        values ($1, $2, $3, $4)
        on conflict (import, no) do nothing"#,
        id,
        no,
        national_code,
        json!(findings)
    );
    inserted.execute(db).await.map_err(fault(DOING)).map(drop)
}

/// How far an import is, and who may know.
#[derive(Debug)]
pub struct Known {
    pub progress: ImportProgress,
    pub started_by: AccountId,
}

/// How far an import is, with the first refused lines.
pub async fn find(db: &mut PgConnection, id: Uuid) -> Result<Option<Known>, Error> {
    let row = sqlx::query!(
        r#"
        select dry_run, lines, committed_line, created, changed, unchanged, rejected, started_by, started_at, finished_at
        from catalogue.import
        where id = $1"#,
        id
    );
    let Some(row) = row.fetch_optional(&mut *db).await.map_err(fault(DOING))? else {
        return Ok(None);
    };
    let refused = sqlx::query!(
        "select no, national_code, findings from catalogue.import_rejection where import = $1 order by no limit 1000",
        id
    );
    let refused = refused.fetch_all(db).await.map_err(fault(DOING))?;
    let rejections = refused
        .into_iter()
        .map(|row| {
            Ok(ImportRejection {
                line: row.no,
                national_code: row.national_code,
                findings: read(row.findings)?,
            })
        })
        .collect::<Result<_, Error>>()?;
    let progress = ImportProgress {
        id: id.simple().to_string(),
        dry_run: row.dry_run,
        lines: row.lines,
        committed_line: row.committed_line,
        created: row.created,
        changed: row.changed,
        unchanged: row.unchanged,
        rejected: row.rejected,
        started_at: row.started_at,
        finished_at: row.finished_at,
        rejections,
    };
    Ok(Some(Known { progress, started_by: AccountId::restore(row.started_by) }))
}
