//! Services themselves.

use city_clock::Timestamp;
use city_contracts::catalogue::service::ServiceKind;
use city_contracts::common::Localised;
use city_ids::AccountId;
use sqlx::PgConnection;

use super::word;
use crate::domain::service::WithdrawnAs;
use crate::error::{Error, broken, fault};

const READING: &str = "reading a service";

/// A service, without what its editions say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub code: String,
    pub kind: ServiceKind,
    pub owner_agency: String,
    pub withdrawn_as: Option<WithdrawnAs>,
    pub version: i32,
}

struct Row {
    code: String,
    kind: String,
    owner_agency: String,
    withdrawn_as: Option<String>,
    version: i32,
}

impl TryFrom<Row> for Service {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let withdrawn = row.withdrawn_as.map(|way| {
            WithdrawnAs::parse(&way).ok_or_else(|| broken(READING, "an unknown way of withdrawal"))
        });
        Ok(Self {
            code: row.code,
            kind: word::read(row.kind, READING)?,
            owner_agency: row.owner_agency,
            withdrawn_as: withdrawn.transpose()?,
            version: row.version,
        })
    }
}

/// Makes a service; false if the code is taken.
pub async fn insert(
    db: &mut PgConnection,
    code: &str,
    kind: ServiceKind,
    owner_agency: &str,
    by: AccountId,
    at: Timestamp,
) -> Result<bool, Error> {
    let kind = word::write(&kind);
    sqlx::query!(
        "insert into catalogue.service (code, kind, owner_agency, version, created_at, created_by, updated_at, updated_by)
         values ($1, $2, $3, 0, $5, $4, $5, $4)
         on conflict (code) do nothing",
        code,
        kind,
        owner_agency,
        by.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(|done| done.rows_affected() == 1)
    .map_err(fault("making a service"))
}

/// A service and its lock: all moves of one service wait for each other.
pub async fn find_for_update(db: &mut PgConnection, code: &str) -> Result<Option<Service>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select code, kind, owner_agency, withdrawn_as, version from catalogue.service where code = $1 for update",
        code
    );
    row.fetch_optional(db).await.map_err(fault(READING))?.map(Service::try_from).transpose()
}

/// A service.
pub async fn find(db: &mut PgConnection, code: &str) -> Result<Option<Service>, Error> {
    let row = sqlx::query_as!(
        Row,
        "select code, kind, owner_agency, withdrawn_as, version from catalogue.service where code = $1",
        code
    );
    row.fetch_optional(db).await.map_err(fault(READING))?.map(Service::try_from).transpose()
}

/// Raises the version: somebody moved it on. Gives the new one.
pub async fn touch(
    db: &mut PgConnection,
    code: &str,
    by: AccountId,
    at: Timestamp,
) -> Result<i32, Error> {
    sqlx::query_scalar!(
        "update catalogue.service set version = version + 1, updated_at = $3, updated_by = $2 where code = $1
         returning version",
        code,
        by.as_uuid(),
        at
    )
    .fetch_one(db)
    .await
    .map_err(fault("raising the version of a service"))
}

/// How a service ends.
#[derive(Debug, Clone)]
pub struct Withdrawal<'a> {
    pub way: WithdrawnAs,
    pub note: &'a Localised,
    pub replacement: Option<&'a str>,
}

/// Ends a service, or ends it another way.
pub async fn withdraw(
    db: &mut PgConnection,
    code: &str,
    withdrawal: &Withdrawal<'_>,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.service set withdrawn_as = $2, replacement = $3, withdrawn_at = $4 where code = $1",
        code,
        withdrawal.way.as_str(),
        withdrawal.replacement,
        at
    )
    .execute(&mut *db)
    .await
    .map_err(fault("withdrawing a service"))?;
    sqlx::query!(
        "with gone as (delete from catalogue.service_text where service = $1 and $3::text is null and locale = 'en')
         insert into catalogue.service_text (service, locale, field, body)
         select $1, locale, 'note', body
         from unnest(array['vi', 'en'], array[$2, $3]::text[]) as said (locale, body)
         where body is not null
         on conflict (service, locale, field) do update set body = excluded.body",
        code,
        withdrawal.note.vi,
        withdrawal.note.en.as_deref()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("noting why a service was withdrawn"))
}

/// Brings a withdrawn service back: a new edition of it is live.
pub async fn reinstate(db: &mut PgConnection, code: &str) -> Result<(), Error> {
    sqlx::query!("delete from catalogue.service_text where service = $1", code)
        .execute(&mut *db)
        .await
        .map_err(fault("forgetting why a service was withdrawn"))?;
    sqlx::query!(
        "update catalogue.service set withdrawn_as = null, replacement = null, withdrawn_at = null where code = $1",
        code
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("bringing a service back"))
}
