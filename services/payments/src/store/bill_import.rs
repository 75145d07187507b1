//! Files of bills: received into tables of their own, then applied.

use city_clock::Timestamp;
use city_ids::{AccountId, ApiKeyId, BillerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::bill_file::{Draft, RefusedLine};
use crate::domain::dues::{Off, Penalty};
use crate::error::{Error, fault};

/// A file and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: Uuid,
    pub biller: BillerId,
    pub biller_code: String,
    pub agency: Option<String>,
    pub atomic: bool,
    /// `UPLOADING`, `QUEUED`, `DONE`, `PARTLY` or `FAILED`.
    pub state: String,
    pub failure: Option<String>,
    pub lines: i64,
    pub bills: i64,
    pub opened: i64,
    pub amended: i64,
    pub unchanged: i64,
    pub refused: i64,
    pub at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// What a step of applying did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub opened: i64,
    pub amended: i64,
    pub unchanged: i64,
    pub refused: i64,
}

/// Who sends a file: an officer, or a biller's own system with this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    Officer(AccountId),
    Key(ApiKeyId),
}

/// Begins to receive a file.
pub async fn begin(
    db: &mut PgConnection,
    id: Uuid,
    biller: BillerId,
    sender: Sender,
    atomic: bool,
    at: Timestamp,
) -> Result<(), Error> {
    let (officer, key) = match sender {
        Sender::Officer(officer) => (Some(officer.as_uuid()), None),
        Sender::Key(key) => (None, Some(key.as_uuid())),
    };
    let begun = sqlx::query!(
        "insert into payments.import_job (id, biller, officer, api_key, atomic, state, at)
         values ($1, $2, $3, $4, $5, 'UPLOADING', $6)",
        id,
        biller.as_uuid(),
        officer,
        key,
        atomic,
        at
    );
    begun.execute(db).await.map(drop).map_err(fault("beginning an import"))
}

/// Forgets a file with all that was received of it.
pub async fn discard(db: &mut PgConnection, id: Uuid) -> Result<(), Error> {
    let gone = sqlx::query!("delete from payments.import_job where id = $1", id);
    gone.execute(db).await.map(drop).map_err(fault("forgetting an import"))
}

/// Forgets files whose upload broke off; how many.
pub async fn discard_abandoned(db: &mut PgConnection, before: Timestamp) -> Result<u64, Error> {
    let gone = sqlx::query!(
        "delete from payments.import_job where state = 'UPLOADING' and at < $1",
        before
    );
    let gone = gone.execute(db).await.map_err(fault("forgetting imports that broke off"))?;
    Ok(gone.rows_affected())
}

/// Keeps bills that arrived; gives the lines of those whose number came before.
pub async fn keep(
    db: &mut PgConnection,
    job: Uuid,
    drafts: &[Draft],
) -> Result<Vec<RefusedLine>, Error> {
    let mut columns = Columns::default();
    for draft in drafts {
        columns.push(draft);
    }
    let kept = sqlx::query_scalar!(
        "insert into payments.import_bill (job, number, line, customer_code, holder_masked, period, due_date, heads, amount,
             rebate_until, rebate_bps, rebate_fixed, penalty_bps_per_day, penalty_fixed, penalty_cap_bps, content_hash)
         select $1, * from unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::date[], $8::jsonb[],
             $9::bigint[], $10::date[], $11::integer[], $12::bigint[], $13::integer[], $14::bigint[], $15::integer[],
             $16::bytea[])
         on conflict on constraint import_bill_pkey do nothing
         returning line",
        job,
        &columns.numbers,
        &columns.lines,
        &columns.customer_codes,
        &columns.holders as _,
        &columns.periods as _,
        &columns.due_dates,
        &columns.heads,
        &columns.amounts,
        &columns.rebate_untils as _,
        &columns.rebate_shares as _,
        &columns.rebates as _,
        &columns.daily_penalties as _,
        &columns.penalties as _,
        &columns.caps as _,
        &columns.hashes
    );
    let kept = kept.fetch_all(db).await.map_err(fault("keeping bills of an import"))?;
    let kept: std::collections::HashSet<i64> = kept.into_iter().collect();
    let twice = drafts.iter().zip(&columns.lines).filter(|(_, line)| !kept.contains(line));
    Ok(twice
        .map(|(draft, _)| RefusedLine {
            line: draft.line,
            number: Some(draft.number.clone()),
            reason: "DUPLICATE",
        })
        .collect())
}

#[derive(Default)]
struct Columns {
    numbers: Vec<String>,
    lines: Vec<i64>,
    customer_codes: Vec<String>,
    holders: Vec<Option<String>>,
    periods: Vec<Option<String>>,
    due_dates: Vec<chrono::NaiveDate>,
    heads: Vec<serde_json::Value>,
    amounts: Vec<i64>,
    rebate_untils: Vec<Option<chrono::NaiveDate>>,
    rebate_shares: Vec<Option<i32>>,
    rebates: Vec<Option<i64>>,
    daily_penalties: Vec<Option<i32>>,
    penalties: Vec<Option<i64>>,
    caps: Vec<Option<i32>>,
    hashes: Vec<Vec<u8>>,
}

impl Columns {
    fn push(&mut self, draft: &Draft) {
        self.numbers.push(draft.number.clone());
        self.lines.push(i64::try_from(draft.line).unwrap_or(i64::MAX));
        self.customer_codes.push(draft.customer_code.clone());
        self.holders.push(draft.holder_masked.clone());
        self.periods.push(draft.period.clone());
        self.due_dates.push(draft.due_date);
        self.heads.push(serde_json::json!(draft.heads));
        self.amounts.push(draft.amount());
        self.rebate_untils.push(draft.terms.rebate.map(|rebate| rebate.until));
        let (share, fixed) = match draft.terms.rebate.map(|rebate| rebate.off) {
            None => (None, None),
            Some(Off::Bps(bps)) => (Some(bps), None),
            Some(Off::Fixed(fixed)) => (None, Some(fixed)),
        };
        self.rebate_shares.push(share);
        self.rebates.push(fixed);
        let (daily, fixed, cap) = match draft.terms.penalty {
            None => (None, None, None),
            Some(Penalty::PerDay { bps, cap_bps }) => (Some(bps), None, Some(cap_bps)),
            Some(Penalty::Once { fixed, cap_bps }) => (None, Some(fixed), cap_bps),
        };
        self.daily_penalties.push(daily);
        self.penalties.push(fixed);
        self.caps.push(cap);
        self.hashes.push(draft.content_hash().to_vec());
    }
}

/// Keeps refused lines, but no more than the first `most` of a file; all are counted by [`count`].
pub async fn refuse(
    db: &mut PgConnection,
    job: Uuid,
    refused: &[RefusedLine],
    most: i64,
) -> Result<(), Error> {
    let lines: Vec<_> =
        refused.iter().map(|line| i64::try_from(line.line).unwrap_or(i64::MAX)).collect();
    let numbers: Vec<_> = refused.iter().map(|line| line.number.clone()).collect();
    let reasons: Vec<_> = refused.iter().map(|line| line.reason.to_owned()).collect();
    let kept = sqlx::query!(
        "insert into payments.import_refusal (job, line, number, reason)
         select $1, line, number, reason from unnest($2::bigint[], $3::text[], $4::text[]) as refused(line, number, reason)
         order by line
         limit greatest(0, $5 - (select count(*) from payments.import_refusal where job = $1))
         on conflict on constraint import_refusal_pkey do nothing",
        job,
        &lines,
        &numbers as _,
        &reasons,
        most
    );
    kept.execute(db).await.map(drop).map_err(fault("keeping refused lines"))
}

/// Adds to what was received.
pub async fn received(
    db: &mut PgConnection,
    job: Uuid,
    lines: i64,
    bills: i64,
    refused: i64,
) -> Result<(), Error> {
    let counted = sqlx::query!(
        "update payments.import_job set lines = lines + $2, bills = bills + $3, refused = refused + $4 where id = $1",
        job,
        lines,
        bills,
        refused
    );
    counted.execute(db).await.map(drop).map_err(fault("counting what was received"))
}

/// All is received: it may be applied.
pub async fn queue(db: &mut PgConnection, job: Uuid) -> Result<(), Error> {
    let queued = sqlx::query!(
        "update payments.import_job set state = 'QUEUED' where id = $1 and state = 'UPLOADING'",
        job
    );
    queued.execute(db).await.map(drop).map_err(fault("queueing an import"))
}

/// Nothing of a file is applied, and why; what was received of it goes.
pub async fn fail(
    db: &mut PgConnection,
    job: Uuid,
    failure: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let failed = sqlx::query!(
        "with gone as (delete from payments.import_bill where job = $1)
         update payments.import_job set state = 'FAILED', failure = $2, ended_at = $3, opened = 0, amended = 0, unchanged = 0
         where id = $1",
        job,
        failure,
        at
    );
    failed.execute(db).await.map(drop).map_err(fault("refusing an import"))
}

/// One file.
pub async fn find(db: &mut PgConnection, id: Uuid) -> Result<Option<Job>, Error> {
    let job = sqlx::query_as!(
        Job,
        r#"
        select j.id, j.biller as "biller: BillerId", w.code as biller_code, w.agency_code as agency, j.atomic, j.state,
               j.failure, j.lines, j.bills, j.opened, j.amended, j.unchanged, j.refused, j.at, j.ended_at
        from payments.import_job j join payments.biller w on w.id = j.biller
        where j.id = $1"#,
        id
    );
    job.fetch_optional(db).await.map_err(fault("reading an import"))
}

/// The refused lines of a file that were kept.
pub async fn list_refused(
    db: &mut PgConnection,
    job: Uuid,
) -> Result<Vec<(i64, Option<String>, String)>, Error> {
    let rows = sqlx::query!(
        "select line, number, reason from payments.import_refusal where job = $1 order by line",
        job
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading refused lines"))?;
    Ok(rows.into_iter().map(|row| (row.line, row.number, row.reason)).collect())
}
