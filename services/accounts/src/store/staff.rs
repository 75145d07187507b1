//! Staff credentials.

use city_ids::AccountId;
use sqlx::PgConnection;

use crate::domain::staff::Misses;
use crate::error::{Error, fault};

/// A credential as stored.
#[derive(Debug, Clone)]
pub struct Credential {
    /// Whose.
    pub person: AccountId,
    /// The password's hash.
    pub password_phc: String,
    /// The key that was its secret input.
    pub key_id: i16,
    /// The authenticator's secret, sealed.
    pub totp_sealed: Vec<u8>,
    /// The last step that was used.
    pub totp_last_step: i64,
    /// How often it was missed.
    pub misses: Misses,
    /// Whether the person may sign in at all.
    pub active: bool,
}

/// The credential of an e-mail address, in any case of letters.
pub async fn find(db: &mut PgConnection, email: &str) -> Result<Option<Credential>, Error> {
    let row = sqlx::query!(
        r#"select c.person_id as "person_id: AccountId", c.password_phc, c.key_id, c.totp_sealed, c.totp_last_step,
                  c.fails, c.fails_day, c.day_at, c.locked_until, (p.kind = 'STAFF' and p.status = 'ACTIVE') as "active!"
           from accounts.staff_credential c
           join accounts.person p using (person_id)
           where lower(c.email) = lower($1)"#,
        email
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a credential"))?;
    Ok(row.map(|row| Credential {
        person: row.person_id,
        password_phc: row.password_phc,
        key_id: row.key_id,
        totp_sealed: row.totp_sealed,
        totp_last_step: row.totp_last_step,
        misses: Misses {
            in_a_row: row.fails,
            of_the_day: row.fails_day,
            day_at: row.day_at,
            locked_until: row.locked_until,
        },
        active: row.active,
    }))
}

/// Locks a credential; what was read before may have changed.
pub async fn lock(db: &mut PgConnection, person: AccountId) -> Result<(), Error> {
    sqlx::query!(
        "select 1 as one from accounts.staff_credential where person_id = $1 for update",
        person.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map(drop)
    .map_err(fault("locking a credential"))
}

/// Writes the count of misses and the last step used.
pub async fn save(
    db: &mut PgConnection,
    person: AccountId,
    misses: &Misses,
    last_step: i64,
) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.staff_credential
         set fails = $2, fails_day = $3, day_at = $4, locked_until = $5, totp_last_step = $6 where person_id = $1",
        person.as_uuid(),
        misses.in_a_row,
        misses.of_the_day,
        misses.day_at,
        misses.locked_until,
        last_step
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("saving a credential"))
}

/// A credential to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewCredential<'a> {
    /// Whose.
    pub person: AccountId,
    /// The address.
    pub email: &'a str,
    /// The password's hash.
    pub password_phc: &'a str,
    /// The key that was its secret input.
    pub key_id: u8,
    /// The authenticator's secret, sealed.
    pub totp_sealed: &'a [u8],
}

/// Writes a credential.
pub async fn insert(db: &mut PgConnection, credential: &NewCredential<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts.staff_credential
             (person_id, email, password_phc, key_id, totp_sealed, totp_last_step, fails, fails_day)
         values ($1, $2, $3, $4, $5, 0, 0, 0)",
        credential.person.as_uuid(),
        credential.email,
        credential.password_phc,
        i16::from(credential.key_id),
        credential.totp_sealed
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a credential"))
}

/// What a member of staff sees of themselves.
#[derive(Debug, Clone)]
pub struct Profile {
    /// As they gave it.
    pub full_name: Option<String>,
    /// The address they sign in with.
    pub email: String,
    /// The language of messages.
    pub locale: String,
}

/// A member of staff's own profile.
pub async fn profile(db: &mut PgConnection, of: AccountId) -> Result<Option<Profile>, Error> {
    sqlx::query_as!(
        Profile,
        "select p.full_name, c.email, p.locale
         from accounts.person p join accounts.staff_credential c using (person_id)
         where p.person_id = $1 and p.kind = 'STAFF'",
        of.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a profile"))
}
