//! Wallet PINs.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::domain::pin::TRIES;
use crate::error::{Error, fault};

/// A try that was counted before anything is compared.
#[derive(Debug, Clone)]
pub struct Try {
    /// What was kept of the PIN.
    pub mac: Vec<u8>,
    /// The key that made it.
    pub key_id: u8,
    /// Wrong tries in a row, this one among them.
    pub fails: i32,
}

/// Counts a try; none when there is no PIN or it is locked.
pub async fn take_try(db: &mut PgConnection, person: AccountId) -> Result<Option<Try>, Error> {
    let row = sqlx::query!(
        "update accounts.wallet_pin set fails = fails + 1 where person_id = $1 and fails < $2
         returning mac, key_id, fails",
        person.as_uuid(),
        TRIES
    );
    let row = row.fetch_optional(db).await.map_err(fault("counting a try of a PIN"))?;
    row.map(|row| {
        let key_id = u8::try_from(row.key_id)
            .map_err(|_| crate::error::bad_row("the key of a PIN has no such number"))?;
        Ok(Try { mac: row.mac, key_id, fails: row.fails })
    })
    .transpose()
}

/// The right PIN: the count begins anew.
pub async fn forgive(db: &mut PgConnection, person: AccountId) -> Result<(), Error> {
    let forgiven = sqlx::query!(
        "update accounts.wallet_pin set fails = 0 where person_id = $1",
        person.as_uuid()
    );
    forgiven.execute(db).await.map(drop).map_err(fault("forgiving tries of a PIN"))
}

/// How many wrong tries a person's PIN has left, 0 when it is locked; none without a PIN.
pub async fn tries_left(db: &mut PgConnection, person: AccountId) -> Result<Option<u32>, Error> {
    let fails = sqlx::query_scalar!(
        "select fails from accounts.wallet_pin where person_id = $1",
        person.as_uuid()
    );
    let fails = fails.fetch_optional(db).await.map_err(fault("reading the tries of a PIN"))?;
    Ok(fails.map(|fails| u32::try_from(TRIES - fails).unwrap_or(0)))
}

/// Whether a person has a PIN, locked or not.
pub async fn exists(db: &mut PgConnection, person: AccountId) -> Result<bool, Error> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from accounts.wallet_pin where person_id = $1) as "found!""#,
        person.as_uuid()
    );
    found.fetch_one(db).await.map_err(fault("finding a PIN"))
}

/// Sets a person's PIN and its count of tries; whether it replaced one. The caller holds the lock on the person.
pub async fn set(
    db: &mut PgConnection,
    person: AccountId,
    mac: &[u8],
    key_id: u8,
    at: Timestamp,
) -> Result<bool, Error> {
    let replaced = exists(&mut *db, person).await?;
    let set = sqlx::query!(
        "insert into accounts.wallet_pin (person_id, mac, key_id, fails, set_at) values ($1, $2, $3, 0, $4)
         on conflict (person_id) do update set mac = $2, key_id = $3, fails = 0, set_at = $4",
        person.as_uuid(),
        mac,
        i16::from(key_id),
        at
    );
    set.execute(db).await.map_err(fault("setting a PIN"))?;
    Ok(replaced)
}
