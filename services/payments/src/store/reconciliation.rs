//! Statements of providers: runs, lines, and where witnesses disagree.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::payments::{Provider, ReconciliationClass};
use city_ids::{AccountId, ProviderOrderId, ReconciliationBreakId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::provider::{name, parse};
use crate::domain::reconciliation::{Fee, Kind, Line, Net};
use crate::error::{Error, broken, fault};

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

/// How many lines of a run are of which class.
pub async fn classes(
    db: &mut PgConnection,
    run: Uuid,
) -> Result<Vec<(ReconciliationClass, i64)>, Error> {
    let rows = sqlx::query!(
        r#"select class as "class!", count(*) as "lines!" from payments.recon_line
           where run = $1 and class is not null group by class order by class"#,
        run
    );
    let rows = rows.fetch_all(db).await.map_err(fault("counting the lines of a statement"))?;
    rows.into_iter().map(|row| Ok((class(&row.class)?, row.lines))).collect()
}

/// A line that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptLine {
    pub line: Line,
    /// Whether the same number stands before it in the same file.
    pub repeats: bool,
    /// What the same number was judged in another file: its class, and whether that file is of the same day.
    pub before: Option<(ReconciliationClass, bool)>,
}

/// Lines of a run that are not judged yet, in their order.
pub async fn unjudged(
    db: &mut PgConnection,
    run: Uuid,
    limit: i64,
) -> Result<Vec<KeptLine>, Error> {
    let rows = sqlx::query!(
        r#"
        select l.line, l.txn_no, l.our_ref, l.kind, l.amount, l.fee, l.paid_at,
               exists (select from payments.recon_line e
                       where e.run = l.run and e.txn_no = l.txn_no and e.kind = l.kind and e.line < l.line) as "repeats!",
               b.class as "before?", b.day = r.day as same_day
        from payments.recon_line l
        join payments.recon_run r on r.id = l.run
        left join lateral (
            select o.class, q.day from payments.recon_line o join payments.recon_run q on q.id = o.run
            where o.provider = l.provider and o.txn_no = l.txn_no and o.kind = l.kind and o.counted and o.run <> l.run
            limit 1) b on true
        where l.run = $1 and l.class is null
        order by l.line
        limit $2"#,
        run,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading the lines of a statement"))?;
    rows.into_iter()
        .map(|row| {
            let kind = Kind::parse(&row.kind);
            let before = row.before.map(|name| class(&name)).transpose()?;
            Ok(KeptLine {
                line: Line {
                    number: row.line,
                    txn_no: row.txn_no,
                    our_ref: row.our_ref,
                    kind: kind.ok_or_else(|| broken("reading a statement", row.kind.clone()))?,
                    amount: row.amount,
                    fee: row.fee,
                    paid_at: row.paid_at,
                },
                repeats: row.repeats,
                before: before.map(|class| (class, row.same_day.unwrap_or(false))),
            })
        })
        .collect()
}

/// Judges a line, once.
pub async fn judge(
    db: &mut PgConnection,
    run: Uuid,
    line: i32,
    class: ReconciliationClass,
    counted: bool,
) -> Result<bool, Error> {
    let judged = sqlx::query!(
        "update payments.recon_line set class = $3, counted = $4 where run = $1 and line = $2 and class is null",
        run,
        line,
        class.as_str(),
        counted
    );
    let judged = judged.execute(db).await.map_err(fault("judging a line"))?;
    Ok(judged.rows_affected() == 1)
}

/// What the counted lines of a run come to.
pub async fn net(db: &mut PgConnection, run: Uuid) -> Result<Net, Error> {
    let row = sqlx::query!(
        r#"select coalesce(sum(amount) filter (where kind = 'PAY'), 0)::bigint as "paid!",
                  coalesce(sum(amount) filter (where kind = 'REFUND'), 0)::bigint as "refunded!",
                  coalesce(sum(fee), 0)::bigint as "fees!"
           from payments.recon_line where run = $1 and counted"#,
        run
    );
    let row = row.fetch_one(db).await.map_err(fault("adding up a statement"))?;
    Ok(Net { paid: row.paid, refunded: row.refunded, fees: row.fees })
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

/// What the provider is agreed to keep.
pub async fn agreed_fee(db: &mut PgConnection, provider: Provider) -> Result<Fee, Error> {
    let row = sqlx::query!(
        "select bps, fixed from payments.provider_fee where provider = $1",
        name(provider)
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading an agreed fee"))?;
    Ok(row.map_or(Fee { bps: 0, fixed: 0 }, |row| Fee { bps: row.bps, fixed: row.fixed }))
}

/// By which number the money of an order arrived, how much, and whether only a statement says so.
pub async fn proof_of(
    db: &mut PgConnection,
    order: ProviderOrderId,
) -> Result<Option<(String, i64, bool)>, Error> {
    let row = sqlx::query!(
        "select txn_no, amount, evidence from payments.provider_txn where provider_order = $1",
        order.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a proof of payment"))?;
    Ok(row.map(|row| (row.txn_no, row.amount, row.evidence == "STATEMENT")))
}

/// Payments of which a statement of their day, now old enough, says nothing: provider, number, order, amount.
pub async fn missing_there(
    db: &mut PgConnection,
    from: NaiveDate,
    upto: NaiveDate,
) -> Result<Vec<(Provider, String, ProviderOrderId, i64)>, Error> {
    let rows = sqlx::query!(
        r#"
        select t.provider, t.txn_no, t.provider_order as "order: ProviderOrderId", t.amount
        from (select distinct provider, day from payments.recon_run
              where done_at is not null and day between $1 and $2) r
        join payments.provider_txn t on t.provider = r.provider
             and t.paid_at >= r.day::timestamp at time zone 'Asia/Ho_Chi_Minh'
             and t.paid_at < (r.day + 1)::timestamp at time zone 'Asia/Ho_Chi_Minh'
        where not exists (select from payments.recon_line l
                          where l.provider = t.provider and l.txn_no = t.txn_no and l.kind = 'PAY')
          and not exists (select from payments.recon_break b
                          where b.provider = t.provider and b.key = t.txn_no and b.class = 'MISSING_THERE')
        limit 1000"#,
        from,
        upto
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for what statements lack"))?;
    rows.into_iter()
        .map(|row| Ok((provider(&row.provider)?, row.txn_no, row.order, row.amount)))
        .collect()
}

/// What providers' messages disagreed about and is no break yet: class, provider, our reference, order, amount.
pub async fn said_otherwise(
    db: &mut PgConnection,
) -> Result<Vec<(ReconciliationClass, Provider, String, ProviderOrderId, i64)>, Error> {
    let rows = sqlx::query!(
        r#"
        select d.class, d.provider, o.our_ref, o.id as "order: ProviderOrderId",
               coalesce(d.amount, o.amount) as "amount!"
        from payments.provider_break d
        join payments.provider_order o on o.id = d.provider_order
        where not exists (select from payments.recon_break b
                          where b.provider = d.provider and b.key = o.our_ref and b.class = d.class)
        limit 1000"#
    );
    let rows =
        rows.fetch_all(db).await.map_err(fault("looking for what providers say otherwise"))?;
    rows.into_iter()
        .map(|row| {
            let (class, provider) = (class(&row.class)?, provider(&row.provider)?);
            Ok((class, provider, row.our_ref, row.order, row.amount.max(0)))
        })
        .collect()
}

/// Where witnesses disagree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    pub id: ReconciliationBreakId,
    pub class: ReconciliationClass,
    pub provider: Provider,
    /// The provider's number, or our reference.
    pub key: String,
    pub order: Option<ProviderOrderId>,
    pub amount: i64,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
    /// When, by which officer (none for a witness) and why it was closed.
    pub closed: Option<(Timestamp, Option<AccountId>, Option<String>)>,
}

/// Opens a break, once a provider, key and class; whether it is new.
pub async fn open_break(db: &mut PgConnection, new: &Break) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into payments.recon_break
             (id, class, provider, key, provider_order, amount, opened_at, due_at, closed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict on constraint recon_break_once do nothing",
        new.id.as_uuid(),
        new.class.as_str(),
        name(new.provider),
        new.key,
        new.order.map(ProviderOrderId::as_uuid),
        new.amount,
        new.opened_at,
        new.due_at,
        new.closed.as_ref().map(|(at, ..)| *at)
    );
    let inserted = inserted.execute(db).await.map_err(fault("opening a break"))?;
    Ok(inserted.rows_affected() == 1)
}

/// A witness came that says the same: the break is closed.
pub async fn close_by_witness(
    db: &mut PgConnection,
    of: Provider,
    key: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let closed = sqlx::query!(
        "update payments.recon_break set closed_at = $3
         where provider = $1 and key = $2 and class = 'MISSING_THERE' and closed_at is null",
        name(of),
        key,
        at
    );
    closed.execute(db).await.map(drop).map_err(fault("closing a break"))
}

/// An officer closes a break; false when it is closed.
pub async fn close(
    db: &mut PgConnection,
    id: ReconciliationBreakId,
    officer: AccountId,
    reason: &str,
    at: Timestamp,
) -> Result<bool, Error> {
    let closed = sqlx::query!(
        "update payments.recon_break set closed_at = $2, closed_by = $3, reason = $4
         where id = $1 and closed_at is null",
        id.as_uuid(),
        at,
        officer.as_uuid(),
        reason
    );
    let closed = closed.execute(db).await.map_err(fault("closing a break"))?;
    Ok(closed.rows_affected() == 1)
}

/// Open breaks that are late and were not alarmed about; now they are.
pub async fn alarm_late(
    db: &mut PgConnection,
    at: Timestamp,
) -> Result<Vec<ReconciliationBreakId>, Error> {
    let late = sqlx::query_scalar!(
        r#"update payments.recon_break set alarmed_at = $1
           where closed_at is null and due_at < $1 and alarmed_at is null
           returning id as "id: ReconciliationBreakId""#,
        at
    );
    late.fetch_all(db).await.map_err(fault("looking for late breaks"))
}

/// One break.
pub async fn find_break(
    db: &mut PgConnection,
    id: ReconciliationBreakId,
) -> Result<Option<Break>, Error> {
    let row = sqlx::query_as!(
        BreakRow,
        r#"select id as "id: ReconciliationBreakId", class, provider, key,
                  provider_order as "order: ProviderOrderId", amount, opened_at, due_at, closed_at,
                  closed_by as "closed_by: AccountId", reason
           from payments.recon_break where id = $1"#,
        id.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a break"))?;
    row.map(BreakRow::restore).transpose()
}

/// A page of breaks, all or the open ones, what is due first first, from just after one.
pub async fn list_breaks(
    db: &mut PgConnection,
    all: bool,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Break>, Error> {
    let (at, id) = after.unzip();
    let rows = sqlx::query_as!(
        BreakRow,
        r#"select id as "id: ReconciliationBreakId", class, provider, key,
                  provider_order as "order: ProviderOrderId", amount, opened_at, due_at, closed_at,
                  closed_by as "closed_by: AccountId", reason
           from payments.recon_break
           where ($1 or closed_at is null) and ($2::timestamptz is null or (due_at, id) > ($2, $3))
           order by due_at, id limit $4"#,
        all,
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing breaks"))?;
    rows.into_iter().map(BreakRow::restore).collect()
}

fn class(name: &str) -> Result<ReconciliationClass, Error> {
    let class = ReconciliationClass::parse(name);
    class.ok_or_else(|| broken("reading a class of reconciliation", name.to_owned()))
}

fn provider(name: &str) -> Result<Provider, Error> {
    parse(name).ok_or_else(|| broken("reading a provider", name.to_owned()))
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

struct BreakRow {
    id: ReconciliationBreakId,
    class: String,
    provider: String,
    key: String,
    order: Option<ProviderOrderId>,
    amount: i64,
    opened_at: Timestamp,
    due_at: Timestamp,
    closed_at: Option<Timestamp>,
    closed_by: Option<AccountId>,
    reason: Option<String>,
}

impl BreakRow {
    fn restore(self) -> Result<Break, Error> {
        let (class, provider) = (class(&self.class)?, provider(&self.provider)?);
        let closed = self.closed_at.map(|at| (at, self.closed_by, self.reason));
        let Self { id, key, order, amount, opened_at, due_at, .. } = self;
        Ok(Break { id, class, provider, key, order, amount, opened_at, due_at, closed })
    }
}
