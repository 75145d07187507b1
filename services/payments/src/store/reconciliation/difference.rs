//! Where witnesses disagree.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::payments::{Provider, ReconciliationClass};
use city_ids::{AccountId, ProviderOrderId, ReconciliationBreakId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{class, provider};
use crate::error::{Error, fault};
use crate::store::provider::name;

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
          -- What told the number of its payment was opened by that number as it came.
          and not exists (select from payments.recon_break b
                          where b.provider_order = d.provider_order and b.class = d.class)
          -- The money that arrived since as it was ordered is the answer.
          and not (d.class in ('AMOUNT_DIFFERS', 'STUCK', 'UNRESOLVED')
                   and exists (select from payments.ledger_claim c
                               join payments.ledger_transfer t on t.posting = c.posting and t.leg = 0
                               where c.subject = o.money and t.at >= d.at))
          and not (d.class = 'UNRESOLVED' and o.ended is not null)
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
    /// The provider's number, our reference, or the day of which a statement is missing.
    pub key: String,
    pub order: Option<ProviderOrderId>,
    pub amount: i64,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
    /// When, by which officer (none for a witness) and why it was closed.
    pub closed: Option<(Timestamp, Option<AccountId>, Option<String>)>,
}

impl Break {
    /// Whether it is about money that officers can move. That of a whole day is in the statement that is to come.
    pub fn has_money(&self) -> bool {
        let of_a_day = self.class == ReconciliationClass::MissingThere && self.order.is_none();
        self.amount > 0 && !of_a_day
    }
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

/// A witness came that says the provider has the payment after all: what was missing there is closed, in the caller's
/// transaction. One that officers end just now, it leaves to them and gives back.
pub async fn close_by_witness(
    db: &mut PgConnection,
    of: Provider,
    txn_no: &str,
    at: Timestamp,
) -> Result<Option<ReconciliationBreakId>, Error> {
    let open = sqlx::query_scalar!(
        r#"select id as "id: ReconciliationBreakId" from payments.recon_break
           where provider = $1 and key = $2 and class = 'MISSING_THERE' and closed_at is null"#,
        name(of),
        txn_no
    );
    let open = open.fetch_optional(&mut *db).await.map_err(fault("looking for a break"))?;
    let Some(id) = open else { return Ok(None) };
    Ok((!close(db, id, None, at).await?).then_some(id))
}

/// A witness came that says what became of an order: what is open of these classes under these keys is closed, in the caller's
/// transaction. What tells of other money has the number of that money for a key. Those that officers end just now, it leaves to
/// them and gives back.
pub async fn close_answered(
    db: &mut PgConnection,
    (of, order): (Provider, ProviderOrderId),
    keys: &[String],
    classes: &[ReconciliationClass],
    at: Timestamp,
) -> Result<Vec<ReconciliationBreakId>, Error> {
    let classes: Vec<_> = classes.iter().map(|class| class.as_str().to_owned()).collect();
    let open = sqlx::query_scalar!(
        r#"select id as "id: ReconciliationBreakId" from payments.recon_break
           where provider = $1 and key = any($2) and provider_order = $3 and class = any($4) and closed_at is null
           order by id"#,
        name(of),
        keys,
        order.as_uuid(),
        &classes
    );
    let open = open.fetch_all(&mut *db).await.map_err(fault("looking for answered breaks"))?;
    let mut left = Vec::new();
    for id in open {
        if !close(db, id, None, at).await? {
            left.push(id);
        }
    }
    Ok(left)
}

/// A number proves its order: what was open about all that was said of it is open about the rest. False while a second officer's
/// yes to moving all of it is being carried out.
pub async fn leave_difference(
    db: &mut PgConnection,
    (of, order): (Provider, ProviderOrderId),
    number: &str,
    has: i64,
) -> Result<bool, Error> {
    let open = sqlx::query_scalar!(
        "select id from payments.recon_break
         where provider = $1 and key = $2 and provider_order = $3 and class = 'AMOUNT_DIFFERS' and closed_at is null
         for update", // the next statement sees every yes of before
        name(of),
        number,
        order.as_uuid()
    );
    let open = open.fetch_optional(&mut *db).await.map_err(fault("looking for what differs"))?;
    let Some(id) = open else { return Ok(true) };
    let left = sqlx::query!(
        "update payments.recon_break set amount = abs(amount - $2)
         where id = $1
           and not exists (select from payments.approval a
                           where a.subject = $1 and a.kind = 'RECONCILIATION' and a.decision = 'APPROVE' and a.outcome is null)",
        id,
        has
    );
    let left = left.execute(db).await.map_err(fault("leaving what differs"))?;
    Ok(left.rows_affected() == 1)
}

/// Closes a break in the caller's transaction, by an officer with a reason or by a witness; false when it is closed, and while a
/// second officer's yes to moving its money is being carried out.
pub async fn close(
    db: &mut PgConnection,
    id: ReconciliationBreakId,
    by: Option<(AccountId, &str)>,
    at: Timestamp,
) -> Result<bool, Error> {
    lock_break(db, id).await?; // the update sees every yes of before
    let (officer, reason) = by.unzip();
    let closed = sqlx::query!(
        "update payments.recon_break set closed_at = $2, closed_by = $3, reason = $4
         where id = $1 and closed_at is null
           and not exists (select from payments.approval a
                           where a.subject = $1 and a.kind = 'RECONCILIATION' and a.decision = 'APPROVE' and a.outcome is null)",
        id.as_uuid(),
        at,
        officer.map(AccountId::as_uuid),
        reason
    );
    let closed = closed.execute(db).await.map_err(fault("closing a break"))?;
    Ok(closed.rows_affected() == 1)
}

/// Closes a break whose money was moved.
pub async fn close_remedied(
    db: &mut PgConnection,
    id: ReconciliationBreakId,
    (officer, reason): (AccountId, &str),
    at: Timestamp,
) -> Result<(), Error> {
    let closed = sqlx::query!(
        "update payments.recon_break set closed_at = $2, closed_by = $3, reason = $4
         where id = $1 and closed_at is null",
        id.as_uuid(),
        at,
        officer.as_uuid(),
        reason
    );
    closed.execute(db).await.map(drop).map_err(fault("closing a break"))
}

/// Waits for whoever else closes a break, until the transaction ends.
pub async fn lock_break(db: &mut PgConnection, id: ReconciliationBreakId) -> Result<(), Error> {
    let locked = sqlx::query_scalar!(
        "select 1 from payments.recon_break where id = $1 for update",
        id.as_uuid()
    );
    locked.fetch_optional(db).await.map(drop).map_err(fault("locking a break"))
}

/// Open breaks that are late and were not alarmed about; now they are.
pub async fn alarm_late(
    db: &mut PgConnection,
    at: Timestamp,
) -> Result<Vec<ReconciliationBreakId>, Error> {
    let late = sqlx::query_scalar!(
        r#"update payments.recon_break set alarmed_at = $1
           where id in (select id from payments.recon_break
                        where closed_at is null and due_at < $1 and alarmed_at is null
                        for update skip locked) -- one that is just being closed is waited for by nobody
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
