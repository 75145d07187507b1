//! The lines of a statement, and what they are judged by.

use city_contracts::payments::{Provider, ReconciliationClass};
use city_ids::{AccountId, ProviderOrderId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::class;
use crate::domain::reconciliation::{Fee, Kind, Line, Net};
use crate::error::{Error, broken, fault};
use crate::store::provider::name;

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

/// What the provider is agreed to keep.
pub async fn agreed_fee(db: &mut PgConnection, provider: Provider) -> Result<Fee, Error> {
    let row = sqlx::query!(
        "select bps, fixed from payments.provider_fee where provider = $1",
        name(provider)
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading an agreed fee"))?;
    Ok(row.map_or(Fee { bps: 0, fixed: 0 }, |row| Fee { bps: row.bps, fixed: row.fixed }))
}

/// Who says that the money of an order arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Witness {
    /// The provider itself, by a notice or an answer.
    Provider,
    /// A statement and nothing else, and the officer who took it in; none while its lines are still judged.
    Statement(Option<AccountId>),
}

/// Who says that the money of an order arrived; none when nobody does.
pub async fn witness_of(
    db: &mut PgConnection,
    order: ProviderOrderId,
) -> Result<Option<Witness>, Error> {
    let row = sqlx::query!(
        r#"select t.evidence, r.officer as "officer?: AccountId"
           from payments.provider_txn t
           left join payments.recon_line l
             on l.provider = t.provider and l.txn_no = t.txn_no and l.kind = 'PAY' and l.counted
           left join payments.recon_run r on r.id = l.run
           where t.provider_order = $1"#,
        order.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a proof of payment"))?;
    Ok(row.map(|row| match row.evidence.as_str() {
        "STATEMENT" => Witness::Statement(row.officer),
        _ => Witness::Provider,
    }))
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
