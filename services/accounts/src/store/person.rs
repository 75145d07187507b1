//! People and their phones.

use city_clock::{Timestamp, hue_day};
use city_contracts::accounts::PrefillView;
use city_contracts::common::Locale;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::domain::phone::Phone;
use crate::error::{Error, fault};

/// What a use case needs to know of a person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: AccountId,
    /// Whether they may sign in; a closing account still may, to change its mind.
    pub may_sign_in: bool,
    /// The language of messages.
    pub locale: Locale,
    /// As they gave it.
    pub full_name: Option<String>,
    /// Grows with each change they can see.
    pub version: i32,
    /// For residents.
    pub phone: Option<Phone>,
}

/// The language of a row; the table's check leaves no third.
pub fn locale(code: &str) -> Locale {
    if code == "en" { Locale::En } else { Locale::Vi }
}

/// One sign-up or sign-in of a number at a time, also while it has no row yet to lock.
pub async fn lock_phone(db: &mut PgConnection, phone: &Phone) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 1)) as locked", phone.as_str())
        .fetch_one(db)
        .await
        .map(drop)
        .map_err(fault("locking a phone"))
}

/// Whose number it is.
pub async fn find_by_phone(
    db: &mut PgConnection,
    phone: &Phone,
) -> Result<Option<AccountId>, Error> {
    sqlx::query_scalar!(
        r#"select person_id as "person_id: AccountId" from accounts.phone where e164 = $1"#,
        phone.as_str()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a phone"))
}

/// A new resident with their proven number.
pub async fn insert_resident(
    db: &mut PgConnection,
    id: AccountId,
    phone: &Phone,
    now: Timestamp,
) -> Result<(), Error> {
    insert(&mut *db, id, "RESIDENT", None, now).await?;
    sqlx::query!(
        "insert into accounts.phone (e164, person_id, verified_at) values ($1, $2, $3)",
        phone.as_str(),
        id.as_uuid(),
        now
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a phone"))
}

/// A new person.
pub async fn insert(
    db: &mut PgConnection,
    id: AccountId,
    kind: &str,
    full_name: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts.person (person_id, kind, status, full_name, locale, rev, last_active_on, version, created_at)
         values ($1, $2, 'ACTIVE', $3, 'vi', 1, $4, 1, $5)",
        id.as_uuid(),
        kind,
        full_name,
        hue_day(now),
        now
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a person"))
}

/// A person.
pub async fn find(db: &mut PgConnection, id: AccountId) -> Result<Option<Person>, Error> {
    let row = sqlx::query!(
        r#"select person.status, person.locale, person.full_name, person.version, phone.e164 as "e164?"
           from accounts.person
           left join accounts.phone using (person_id)
           where person_id = $1"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a person"))?;
    Ok(row.map(|row| Person {
        id,
        may_sign_in: matches!(row.status.as_str(), "ACTIVE" | "CLOSING"),
        locale: locale(&row.locale),
        full_name: row.full_name,
        version: row.version,
        phone: row.e164.map(Phone::restore),
    }))
}

/// Locks a person against other sign-ins and sign-outs of theirs, before any of their sessions is locked.
pub async fn lock(db: &mut PgConnection, id: AccountId) -> Result<(), Error> {
    sqlx::query!(
        "select 1 as one from accounts.person where person_id = $1 for no key update",
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map(drop)
    .map_err(fault("locking a person"))
}

/// The person was here today.
pub async fn touch(db: &mut PgConnection, id: AccountId, now: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.person set last_active_on = $2 where person_id = $1 and last_active_on < $2",
        id.as_uuid(),
        hue_day(now)
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("noting a visit"))
}

/// No session made before `now` is alive any more; each record gets a higher revision.
pub async fn end_sessions_before(
    db: &mut PgConnection,
    id: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.person set sessions_not_before = $2, rev = rev + 1 where person_id = $1",
        id.as_uuid(),
        now
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("setting a person's floor"))
}

/// Holds money back until an instant; each session record gets a higher revision.
pub async fn hold_back(
    db: &mut PgConnection,
    id: AccountId,
    until: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update accounts.person set hold_until = greatest(hold_until, $2), rev = rev + 1 where person_id = $1",
        id.as_uuid(),
        until
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("holding money back"))
}

/// What a person's forms may be prefilled with; none for the erased.
pub async fn prefill(db: &mut PgConnection, id: AccountId) -> Result<Option<PrefillView>, Error> {
    sqlx::query_as!(
        PrefillView,
        r#"select person.full_name, phone.e164 as "phone?", person.home_ward as home_ward_code
           from accounts.person
           left join accounts.phone using (person_id)
           where person_id = $1 and person.status <> 'ERASED'"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding what to prefill"))
}

/// How to reach a person who is not erased.
pub async fn contact(
    db: &mut PgConnection,
    id: AccountId,
) -> Result<Option<(Locale, Option<Phone>, Option<String>)>, Error> {
    let row = sqlx::query!(
        r#"select person.locale, phone.e164 as "e164?", staff_credential.email as "email?"
           from accounts.person
           left join accounts.phone using (person_id)
           left join accounts.staff_credential using (person_id)
           where person_id = $1 and person.status <> 'ERASED'"#,
        id.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a contact"))?;
    Ok(row.map(|row| (locale(&row.locale), row.e164.map(Phone::restore), row.email)))
}
