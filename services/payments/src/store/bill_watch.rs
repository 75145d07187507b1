//! Who follows the bills of which customers, and who was told that one is due soon.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, BillId, BillerId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};

/// Begins to follow a customer's bills, unless the resident follows `most` already; false then. Two requests of one resident
/// wait for each other, so that they cannot pass together.
pub async fn begin(
    db: &mut PgConnection,
    owner: AccountId,
    biller: BillerId,
    customer_code: &str,
    most: i64,
    at: Timestamp,
) -> Result<bool, Error> {
    let lock = sqlx::query!(
        r#"select pg_advisory_xact_lock(hashtextextended('bill_watch' || $1, 0)) as "void?: ()""#,
        owner.to_string()
    );
    lock.fetch_all(&mut *db).await.map_err(fault("waiting for another request"))?;
    let begun = sqlx::query!(
        "insert into payments.bill_watch (owner, biller, customer_code, since)
         select $1, $2, $3, $5
         where exists (select from payments.bill_watch where owner = $1 and biller = $2 and customer_code = $3)
            or (select count(*) from payments.bill_watch where owner = $1) < $4
         on conflict on constraint bill_watch_pkey do update set since = bill_watch.since",
        owner.as_uuid(),
        biller.as_uuid(),
        customer_code,
        most,
        at
    );
    let begun = begun.execute(db).await.map_err(fault("following bills"))?;
    Ok(begun.rows_affected() == 1)
}

/// No longer follows them.
pub async fn end(
    db: &mut PgConnection,
    owner: AccountId,
    biller: BillerId,
    customer_code: &str,
) -> Result<(), Error> {
    let ended = sqlx::query!(
        "delete from payments.bill_watch where owner = $1 and biller = $2 and customer_code = $3",
        owner.as_uuid(),
        biller.as_uuid(),
        customer_code
    );
    ended.execute(db).await.map(drop).map_err(fault("no longer following bills"))
}

/// Who is told about bills: the payer of one that has one, and who follows the customer of one that has none.
pub async fn list_told(
    db: &mut PgConnection,
    bills: &[Uuid],
) -> Result<Vec<(BillId, AccountId)>, Error> {
    let rows = sqlx::query!(
        r#"
        select b.id as "bill!: BillId", coalesce(b.payer, w.owner) as "account!: AccountId"
        from payments.bill b
        left join payments.bill_watch w
          on b.payer is null and w.biller = b.biller and w.customer_code = b.customer_code
        where b.id = any($1) and coalesce(b.payer, w.owner) is not null
        order by b.id, w.owner"#,
        bills
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading who is told"))?;
    Ok(rows.into_iter().map(|row| (row.bill, row.account)).collect())
}

/// Notes that the next revisions which are due from one day to another are said to be due soon, and gives their bills: each
/// revision once. Those that do not count (yet) or are ended are noted too or left for later, and not given.
pub async fn remind_some(
    db: &mut PgConnection,
    (from, to): (NaiveDate, NaiveDate),
    limit: i64,
    at: Timestamp,
) -> Result<(u64, Vec<Uuid>), Error> {
    let rows = sqlx::query!(
        r#"
        with due as (
            select r.id, r.bill
            from payments.bill_revision r
            where r.due_date between $1 and $2
              and not exists (select from payments.bill_reminded where revision = r.id)
              and not exists (select from payments.bill_replacing where bill = r.bill)
            order by r.due_date, r.id
            limit $3
        ), noted as (
            insert into payments.bill_reminded (revision, at) select id, $4 from due
            on conflict on constraint bill_reminded_pkey do nothing
            returning revision
        )
        select due.bill, exists (
                   select from payments.bill_now n where n.id = due.bill and n.revision = due.id and n.outcome is null
               ) as "open!"
        from noted join due on due.id = noted.revision"#,
        from,
        to,
        limit,
        at
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for bills that are due"))?;
    let noted = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    Ok((noted, rows.into_iter().filter(|row| row.open).map(|row| row.bill).collect()))
}

/// Forgets what a person follows; how much it was.
pub async fn forget(db: &mut PgConnection, owner: AccountId) -> Result<u64, Error> {
    let forgotten =
        sqlx::query!("delete from payments.bill_watch where owner = $1", owner.as_uuid());
    let forgotten = forgotten.execute(db).await.map_err(fault("forgetting who follows bills"))?;
    Ok(forgotten.rows_affected())
}
