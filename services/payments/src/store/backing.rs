//! What backs the wallets: the sums, the bank's word, the published statements.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::AccountId;
use city_receipt::{BackingStatement, BankBalance, SignedBacking};
use sqlx::PgConnection;

use crate::domain::backing::{Backing, Owed};
use crate::domain::ledger::AccountNo;
use crate::error::{Error, broken, fault};

/// Adds everything up, with what came in through providers from an instant on. For whoever starts to write, before the first
/// batch, and for officers whose instance does not write.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn sums(db: &mut PgConnection, since: Timestamp) -> Result<Backing, sqlx::Error> {
    let row = sqlx::query!(
        r#"select w.last_batch as batch, w.last_hash as hash,
                  coalesce((select sum(credits_posted - debits_posted)
                            from payments.ledger_account where class = 20), 0)::bigint as "wallets!",
                  coalesce((select sum(debits_posted - credits_posted)
                            from payments.ledger_account where class = 10), 0)::bigint as "guarantee!",
                  coalesce((select min(first_seq) from payments.ledger_batch where at >= $1),
                           w.last_seq + 1) as "first!"
           from payments.ledger_writer w"#,
        since
    );
    let row = row.fetch_one(&mut *db).await?;
    let owed = sqlx::query!(
        r#"select id, debits_posted - credits_posted as "amount!"
           from payments.ledger_account where class = 11"#
    );
    let owed = owed.fetch_all(&mut *db).await?;
    let accounts: Vec<_> = owed.iter().map(|row| row.id).collect();
    let mut clearing: std::collections::BTreeMap<_, _> = owed
        .iter()
        .map(|row| (AccountNo(row.id), Owed { amount: row.amount, ..Owed::default() }))
        .collect();
    let came = sqlx::query!(
        r#"select dr, (at at time zone 'Asia/Ho_Chi_Minh')::date as "day!", sum(amount)::bigint as "amount!"
           from payments.ledger_transfer
           where dr = any($1) and seq >= $2 and kind in (1, 3)
           group by 1, 2"#,
        &accounts,
        row.first
    );
    for row in came.fetch_all(db).await? {
        if let Some(owed) = clearing.get_mut(&AccountNo(row.dr)) {
            owed.recent.insert(row.day, row.amount);
        }
    }
    let hash = row.hash.try_into();
    let hash = hash.map_err(|_| sqlx::Error::Decode("a hash is not 32 bytes".into()))?;
    let (wallets, guarantee, batch) = (row.wallets, row.guarantee, row.batch);
    Ok(Backing { wallets, guarantee, clearing, batch, hash })
}

/// Keeps what the bank told of a day; false when another amount of the day is kept.
pub async fn insert_bank_balance(
    db: &mut PgConnection,
    day: NaiveDate,
    amount: i64,
    officer: AccountId,
    at: Timestamp,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into payments.bank_balance (day, amount, entered_by, entered_at) values ($1, $2, $3, $4)
         on conflict on constraint bank_balance_pkey do nothing",
        day,
        amount,
        officer.as_uuid(),
        at
    );
    inserted.execute(&mut *db).await.map_err(fault("keeping a bank's balance"))?;
    let kept = sqlx::query_scalar!("select amount from payments.bank_balance where day = $1", day);
    let kept = kept.fetch_one(db).await.map_err(fault("keeping a bank's balance"))?;
    Ok(kept == amount)
}

/// The last balance that the bank told.
pub async fn bank_balance(db: &mut PgConnection) -> Result<Option<(NaiveDate, i64)>, Error> {
    let row =
        sqlx::query!("select day, amount from payments.bank_balance order by day desc limit 1");
    let row = row.fetch_optional(db).await.map_err(fault("reading a bank's balance"))?;
    Ok(row.map(|row| (row.day, row.amount)))
}

/// Whether a day's statement is published.
pub async fn is_published(db: &mut PgConnection, day: NaiveDate) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from payments.backing_day where day = $1) as "found!""#,
        day
    );
    found.fetch_one(db).await.map_err(fault("looking for a statement of backing"))
}

/// A statement to be published.
#[derive(Debug)]
pub struct NewStatement<'a> {
    pub day: NaiveDate,
    pub bank: Option<(NaiveDate, i64)>,
    pub at: Timestamp,
    /// The leadership whose sums it tells.
    pub epoch: i64,
    pub signed: &'a SignedBacking,
}

/// Publishes a statement; false when the day has one, or when another instance leads by now: its sums are not ours. The row of
/// the writer is read and not locked, or whoever hangs here would keep the others from leading.
pub async fn insert(db: &mut PgConnection, new: &NewStatement<'_>) -> Result<bool, Error> {
    let said = &new.signed.backing;
    let (bank_day, bank) = new.bank.unzip();
    let inserted = sqlx::query!(
        "insert into payments.backing_day
             (day, wallets, guarantee, transit, bank, bank_day, batch, batch_hash, at, kid, sig)
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 from payments.ledger_writer where epoch = $12
         on conflict on constraint backing_day_pkey do nothing",
        new.day,
        said.wallets,
        said.guarantee,
        said.transit,
        bank,
        bank_day,
        i64::try_from(said.batch).unwrap_or(i64::MAX),
        said.batch_hash.as_slice(),
        new.at,
        new.signed.kid,
        new.signed.sig,
        new.epoch
    );
    let inserted =
        inserted.execute(db).await.map_err(fault("publishing what backs the wallets"))?;
    Ok(inserted.rows_affected() == 1)
}

/// A published statement.
pub async fn find(db: &mut PgConnection, day: NaiveDate) -> Result<Option<SignedBacking>, Error> {
    let row = sqlx::query!(
        "select wallets, guarantee, transit, bank, bank_day, batch, batch_hash, at, kid, sig
         from payments.backing_day where day = $1",
        day
    );
    let doing = "reading what backed the wallets";
    let Some(row) = row.fetch_optional(db).await.map_err(fault(doing))? else { return Ok(None) };
    let hash = row.batch_hash.try_into();
    let backing = BackingStatement {
        day: number(day),
        wallets: row.wallets,
        guarantee: row.guarantee,
        transit: row.transit,
        bank: row.bank_day.zip(row.bank).map(|(day, amount)| told(day, amount)),
        batch: u64::try_from(row.batch).unwrap_or_default(),
        batch_hash: hash.map_err(|_| broken(doing, "a hash is not 32 bytes"))?,
        at: row.at.timestamp_micros(),
    };
    Ok(Some(SignedBacking { v: 1, backing, sig: row.sig, kid: row.kid }))
}

/// What a bank told, as the statement has it.
pub fn told(day: NaiveDate, amount: i64) -> BankBalance {
    BankBalance { day: number(day), amount }
}

/// A day as the statement has it: `yyyymmdd`.
pub fn number(day: NaiveDate) -> u32 {
    use chrono::Datelike as _;
    u32::try_from(day.year()).unwrap_or_default() * 10_000 + day.month() * 100 + day.day()
}
