//! Bills of a received file become bills that people pay.
//!
//! A file may be larger than all that was there when its statements were planned, so each line is looked up by itself
//! (`lateral … offset 0`), whatever PostgreSQL believes of the tables.

use city_clock::Timestamp;
use city_ids::{BillId, BillerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::bill_import::{Counts, Job};
use crate::error::{Error, fault};

/// The oldest file that waits, locked for this transaction unless another one has it.
pub async fn lock_next(db: &mut PgConnection) -> Result<Option<Job>, Error> {
    let id = sqlx::query_scalar!(
        "select id from payments.import_job
         where state = 'QUEUED'
         order by at, id
         limit 1
         for update skip locked"
    );
    match id.fetch_optional(&mut *db).await.map_err(fault("looking for imports"))? {
        Some(id) => super::bill_import::find(db, id).await,
        None => Ok(None),
    }
}

/// Imports of one biller wait for each other.
pub async fn lock_biller(db: &mut PgConnection, biller: BillerId) -> Result<(), Error> {
    let locked = sqlx::query_scalar!(
        "select id from payments.biller where id = $1 for no key update",
        biller.as_uuid()
    );
    locked.fetch_all(db).await.map(drop).map_err(fault("waiting for another import"))
}

/// A received bill beside the one that has its number.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub line: i64,
    pub number: String,
    /// The bill; none for a new number.
    pub known: Option<Known>,
    pub content_hash: Vec<u8>,
    pub customer_code: String,
}

/// A bill that has the number of a received one.
#[derive(Debug, Clone)]
pub struct Known {
    pub id: BillId,
    /// Whether the biller sent it, and not another service.
    pub is_billers: bool,
    pub customer_code: Option<String>,
    /// Of the revision that counts.
    pub content_hash: Option<Vec<u8>>,
    pub no: i32,
    /// How that one ended.
    pub outcome: Option<i16>,
    /// The last revision, which may wait for the one before it to be claimed.
    pub last_no: i32,
    pub last_hash: Option<Vec<u8>>,
}

/// The next received bills of a file in the order of its lines, from just after one.
pub async fn next(
    db: &mut PgConnection,
    job: &Job,
    after: i64,
    limit: i64,
) -> Result<Vec<Candidate>, Error> {
    let rows = sqlx::query!(
        r#"
        select p.line, p.number, p.content_hash, p.customer_code,
               n.id as "id?: BillId", n.source as "source?", n.customer_code as "known_code?",
               n.content_hash as "known_hash?", n.no as "no?", n.outcome as "outcome?",
               last.no as "last_no?", last.content_hash as "last_hash?"
        from (
            select line, number, content_hash, customer_code from payments.import_bill
            where job = $1 and line > $3
            order by line
            limit $4
        ) p
        left join lateral (
            select * from payments.bill_now n where n.biller = $2 and n.number = p.number offset 0
        ) n on true
        left join lateral (
            select no, content_hash from payments.bill_revision where bill = n.id order by no desc limit 1
        ) last on true
        order by p.line"#,
        job.id,
        job.biller.as_uuid(),
        after,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading bills of an import"))?;
    let candidates = rows.into_iter().map(|row| Candidate {
        line: row.line,
        number: row.number,
        known: row.id.map(|id| Known {
            id,
            is_billers: row.source.as_deref() == Some("BILLER"),
            customer_code: row.known_code,
            content_hash: row.known_hash,
            no: row.no.unwrap_or(1),
            outcome: row.outcome,
            last_no: row.last_no.unwrap_or(1),
            last_hash: row.last_hash,
        }),
        content_hash: row.content_hash,
        customer_code: row.customer_code,
    });
    Ok(candidates.collect())
}

/// A revision to write.
#[derive(Debug, Clone)]
pub struct Writing {
    pub number: String,
    pub bill: BillId,
    pub revision: Uuid,
    pub no: i32,
}

/// Writes revisions of bills, the bills themselves where they are new.
pub async fn write(
    db: &mut PgConnection,
    job: &Job,
    writings: &[Writing],
    at: Timestamp,
) -> Result<(), Error> {
    let numbers: Vec<_> = writings.iter().map(|one| one.number.clone()).collect();
    let bills: Vec<_> = writings.iter().map(|one| one.bill.as_uuid()).collect();
    let revisions: Vec<_> = writings.iter().map(|one| one.revision).collect();
    let nos: Vec<_> = writings.iter().map(|one| one.no).collect();
    let opened = sqlx::query!(
        "insert into payments.bill (id, biller, number, customer_code, source, opened_at)
         select w.bill, $2, p.number, p.customer_code, 'BILLER', $6
         from unnest($3::text[], $4::uuid[], $5::integer[]) as w(number, bill, no)
         cross join lateral (select * from payments.import_bill where job = $1 and number = w.number offset 0) p
         where w.no = 1",
        job.id,
        job.biller.as_uuid(),
        &numbers,
        &bills,
        &nos,
        at
    );
    opened.execute(&mut *db).await.map_err(fault("writing bills"))?;
    let revised = sqlx::query!(
        "insert into payments.bill_revision (id, bill, no, due_date, heads, amount, at, period, holder_masked, rebate_until,
             rebate_bps, rebate_fixed, penalty_bps_per_day, penalty_fixed, penalty_cap_bps, content_hash)
         select w.revision, w.bill, w.no, p.due_date, p.heads, p.amount, $6, p.period, p.holder_masked, p.rebate_until,
             p.rebate_bps, p.rebate_fixed, p.penalty_bps_per_day, p.penalty_fixed, p.penalty_cap_bps, p.content_hash
         from unnest($2::text[], $3::uuid[], $4::uuid[], $5::integer[]) as w(number, bill, revision, no)
         cross join lateral (select * from payments.import_bill where job = $1 and number = w.number offset 0) p",
        job.id,
        &numbers,
        &bills,
        &revisions,
        &nos,
        at
    );
    revised.execute(db).await.map(drop).map_err(fault("writing revisions of bills"))
}

/// Notes that revisions wait for the ones before them to be claimed.
pub async fn note_replacing(
    db: &mut PgConnection,
    job: &Job,
    bills: &[(BillId, i64)],
    at: Timestamp,
) -> Result<(), Error> {
    let (ids, lines): (Vec<_>, Vec<_>) =
        bills.iter().map(|(bill, line)| (bill.as_uuid(), *line)).unzip();
    let noted = sqlx::query!(
        "insert into payments.bill_replacing (bill, job, line, at)
         select bill, $1, line, $4 from unnest($2::uuid[], $3::bigint[]) as waiting(bill, line)
         on conflict on constraint bill_replacing_pkey do update set job = excluded.job, line = excluded.line",
        job.id,
        &ids,
        &lines,
        at
    );
    noted.execute(db).await.map(drop).map_err(fault("noting revisions that wait"))
}

/// Forgets received bills up to a line and counts what became of them.
pub async fn advance(
    db: &mut PgConnection,
    job: &Job,
    up_to: i64,
    counts: Counts,
) -> Result<(), Error> {
    let advanced = sqlx::query!(
        "with gone as (delete from payments.import_bill where job = $1 and line <= $2)
         update payments.import_job
         set opened = opened + $3, amended = amended + $4, unchanged = unchanged + $5, refused = refused + $6
         where id = $1",
        job.id,
        up_to,
        counts.opened,
        counts.amended,
        counts.unchanged,
        counts.refused
    );
    advanced.execute(db).await.map(drop).map_err(fault("counting applied bills"))
}

/// Ends a file of which all is applied and nothing waits; false while something does. A file that is all or nothing has refused
/// lines by then only where a bill was paid or cancelled before the ledger claimed its amendment (ADR 0012).
pub async fn finish(db: &mut PgConnection, job: Uuid, at: Timestamp) -> Result<bool, Error> {
    let finished = sqlx::query!(
        "update payments.import_job
         set state = case when atomic and refused > 0 then 'PARTLY' else 'DONE' end, ended_at = $2
         where id = $1 and state = 'QUEUED'
           and not exists (select from payments.import_bill where job = $1)
           and not exists (select from payments.bill_replacing where job = $1)",
        job,
        at
    );
    let finished = finished.execute(db).await.map_err(fault("ending an import"))?;
    Ok(finished.rows_affected() == 1)
}

/// A bill with a revision that waits.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub bill: BillId,
    pub job: Uuid,
    pub line: i64,
    pub number: String,
    /// The revision that counts.
    pub revision: Uuid,
    pub no: i32,
    pub last_no: i32,
    /// How it ended, if it did.
    pub outcome: Option<i16>,
}

/// Bills with revisions that wait, the longest waiting first.
pub async fn list_waiting(db: &mut PgConnection, limit: i64) -> Result<Vec<Waiting>, Error> {
    let waiting = sqlx::query_as!(
        Waiting,
        r#"
        select w.bill as "bill: BillId", w.job, w.line, n.number as "number!", n.revision as "revision!", n.no as "no!",
               (select max(no) from payments.bill_revision where bill = w.bill) as "last_no!", n.outcome
        from (select * from payments.bill_replacing order by at, bill limit $1) w
        join payments.bill_now n on n.id = w.bill"#,
        limit
    );
    waiting.fetch_all(db).await.map_err(fault("looking for revisions that wait"))
}

/// Nothing of a bill waits any more. `refused`: its amendment came too late.
pub async fn settle(
    db: &mut PgConnection,
    waiting: &Waiting,
    refused: bool,
) -> Result<bool, Error> {
    let settled = sqlx::query!(
        "with gone as (delete from payments.bill_replacing where bill = $1 and job = $2 returning job)
         update payments.import_job set amended = amended - $3, refused = refused + $3
         where id in (select job from gone)",
        waiting.bill.as_uuid(),
        waiting.job,
        i64::from(refused)
    );
    let settled = settled.execute(db).await.map_err(fault("settling a revision"))?;
    Ok(settled.rows_affected() == 1)
}
