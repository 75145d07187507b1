//! Statements that were taken in.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::payments::Provider;
use city_ids::AccountId;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::provider;
use crate::domain::reconciliation::Line;
use crate::error::{Error, fault};
use crate::store::provider::name;

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLine {
    pub line: i32,
    pub code: String,
}

/// A statement that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: Uuid,
    pub provider: Provider,
    pub day: NaiveDate,
    pub refused: Vec<RefusedLine>,
    pub at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// A statement that comes in.
#[derive(Debug)]
pub struct NewRun<'a> {
    pub id: Uuid,
    pub provider: Provider,
    pub day: NaiveDate,
    pub sha256: [u8; 32],
    pub officer: AccountId,
    pub refused: &'a [RefusedLine],
    pub lines: &'a [Line],
    pub at: Timestamp,
}

/// Keeps a statement with its lines; none when this very file was taken in before.
pub async fn insert_run(db: &mut PgConnection, run: &NewRun<'_>) -> Result<bool, Error> {
    let provider = name(run.provider);
    let inserted = sqlx::query!(
        "insert into payments.recon_run (id, provider, day, sha256, officer, refused, at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict on constraint recon_run_once do nothing",
        run.id,
        provider,
        run.day,
        run.sha256.as_slice(),
        run.officer.as_uuid(),
        Json(run.refused) as _,
        run.at
    );
    let inserted = inserted.execute(&mut *db).await.map_err(fault("keeping a statement"))?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    let numbers: Vec<_> = run.lines.iter().map(|line| line.number).collect();
    let txns: Vec<_> = run.lines.iter().map(|line| line.txn_no.clone()).collect();
    let refs: Vec<_> = run.lines.iter().map(|line| line.our_ref.clone()).collect();
    let kinds: Vec<_> = run.lines.iter().map(|line| line.kind.name().to_owned()).collect();
    let amounts: Vec<_> = run.lines.iter().map(|line| line.amount).collect();
    let fees: Vec<_> = run.lines.iter().map(|line| line.fee).collect();
    let paid: Vec<_> = run.lines.iter().map(|line| line.paid_at).collect();
    let lines = sqlx::query!(
        "insert into payments.recon_line (run, line, provider, txn_no, our_ref, kind, amount, fee, paid_at)
         select $1, l.line, $2, l.txn_no, l.our_ref, l.kind, l.amount, l.fee, l.paid_at
         from unnest($3::integer[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::timestamptz[])
             as l(line, txn_no, our_ref, kind, amount, fee, paid_at)",
        run.id,
        provider,
        &numbers,
        &txns,
        &refs,
        &kinds,
        &amounts,
        &fees,
        &paid
    );
    lines.execute(db).await.map_err(fault("keeping the lines of a statement"))?;
    Ok(true)
}

/// The statement of a file.
pub async fn find_run(
    db: &mut PgConnection,
    provider: Provider,
    day: NaiveDate,
    sha256: [u8; 32],
) -> Result<Option<Run>, Error> {
    let row = sqlx::query_as!(
        RunRow,
        r#"select id, provider, day, refused as "refused: Json<Vec<RefusedLine>>", at, done_at
           from payments.recon_run where provider = $1 and day = $2 and sha256 = $3"#,
        name(provider),
        day,
        sha256.as_slice()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a statement"))?;
    row.map(RunRow::restore).transpose()
}

/// A page of statements, newest first, from just before one.
pub async fn list_runs(
    db: &mut PgConnection,
    before: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Run>, Error> {
    let (at, id) = before.unzip();
    let rows = sqlx::query_as!(
        RunRow,
        r#"select id, provider, day, refused as "refused: Json<Vec<RefusedLine>>", at, done_at
           from payments.recon_run
           where $1::timestamptz is null or (at, id) < ($1, $2)
           order by at desc, id desc limit $3"#,
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing statements"))?;
    rows.into_iter().map(RunRow::restore).collect()
}

/// A run is through.
pub async fn finish_run(db: &mut PgConnection, run: Uuid, at: Timestamp) -> Result<(), Error> {
    let done = sqlx::query!(
        "update payments.recon_run set done_at = $2 where id = $1 and done_at is null",
        run,
        at
    );
    done.execute(db).await.map(drop).map_err(fault("finishing a statement"))
}

struct RunRow {
    id: Uuid,
    provider: String,
    day: NaiveDate,
    refused: Json<Vec<RefusedLine>>,
    at: Timestamp,
    done_at: Option<Timestamp>,
}

impl RunRow {
    fn restore(self) -> Result<Run, Error> {
        let Self { id, day, at, done_at, .. } = self;
        let provider = provider(&self.provider)?;
        Ok(Run { id, provider, day, refused: self.refused.0, at, done_at })
    }
}
