//! Procedures themselves.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{Level, OnlineLevel, ProcedureDraft, WithdrawnAs};
use city_contracts::common::Localised;
use city_ids::AccountId;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::error::{Error, broken, fault};

const READING: &str = "reading a stored procedure";

/// A procedure, without its editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    pub national_code: String,
    pub service: Option<String>,
    pub owner_agency: String,
    pub levels: Vec<Level>,
    pub field: String,
    pub non_territorial: bool,
    pub online_level: OnlineLevel,
    pub withdrawn_as: Option<WithdrawnAs>,
    pub withdrawn_note: Option<Localised>,
    pub replacement: Option<String>,
    pub version: i32,
}

struct Row {
    national_code: String,
    service: Option<String>,
    owner_agency: String,
    levels: Vec<String>,
    field: String,
    non_territorial: bool,
    online_level: String,
    withdrawn_as: Option<String>,
    withdrawn_note: Option<Value>,
    replacement: Option<String>,
    version: i32,
}

/// Reads a stored word or value as what it stands for.
pub fn read<T: DeserializeOwned>(stored: impl Into<Value>) -> Result<T, Error> {
    serde_json::from_value(stored.into()).map_err(|error| broken(READING, error))
}

impl TryFrom<Row> for Procedure {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            national_code: row.national_code,
            service: row.service,
            owner_agency: row.owner_agency,
            levels: row.levels.into_iter().map(read).collect::<Result<_, _>>()?,
            field: row.field,
            non_territorial: row.non_territorial,
            online_level: read(row.online_level)?,
            withdrawn_as: row.withdrawn_as.map(read).transpose()?,
            withdrawn_note: row.withdrawn_note.map(read).transpose()?,
            replacement: row.replacement,
            version: row.version,
        })
    }
}

/// All procedures that are or were live, by code.
pub async fn list_published(db: &mut PgConnection) -> Result<Vec<Procedure>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select national_code, service, owner_agency, levels, field, non_territorial, online_level, withdrawn_as,
               withdrawn_note, replacement, version
        from catalogue.procedure
        where exists (
            select from catalogue.procedure_edition edition
            where edition.national_code = procedure.national_code and edition.state = 'LIVE'
        )
        order by national_code"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    rows.into_iter().map(Procedure::try_from).collect()
}

/// A procedure, locked until the transaction ends.
pub async fn find_for_update(
    db: &mut PgConnection,
    code: &str,
) -> Result<Option<Procedure>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"
        select national_code, service, owner_agency, levels, field, non_territorial, online_level, withdrawn_as,
               withdrawn_note, replacement, version
        from catalogue.procedure
        where national_code = $1
        for update"#,
        code
    );
    row.fetch_optional(db).await.map_err(fault(READING))?.map(Procedure::try_from).transpose()
}

/// A procedure.
pub async fn find(db: &mut PgConnection, code: &str) -> Result<Option<Procedure>, Error> {
    let row = sqlx::query_as!(
        Row,
        r#"
        select national_code, service, owner_agency, levels, field, non_territorial, online_level, withdrawn_as,
               withdrawn_note, replacement, version
        from catalogue.procedure
        where national_code = $1"#,
        code
    );
    row.fetch_optional(db).await.map_err(fault(READING))?.map(Procedure::try_from).transpose()
}

fn words(levels: &[Level]) -> Vec<String> {
    levels.iter().map(|level| level.as_str().to_owned()).collect()
}

/// A new procedure; false when there is one of that code.
pub async fn insert(
    db: &mut PgConnection,
    code: &str,
    draft: &ProcedureDraft,
    by: AccountId,
    at: Timestamp,
) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        r#"
        insert into catalogue.procedure (
            national_code, owner_agency, levels, field, non_territorial, online_level, version, created_at, created_by,
            updated_at, updated_by)
        values ($1, $2, $3, $4, $5, $6, 1, $7, $8, $7, $8)
        on conflict (national_code) do nothing"#,
        code,
        draft.owner_agency,
        &words(&draft.levels),
        draft.field,
        draft.non_territorial,
        draft.online_level.as_str(),
        at,
        by.as_uuid()
    );
    let inserted = inserted.execute(db).await.map_err(fault("inserting a procedure"))?;
    Ok(inserted.rows_affected() == 1)
}

/// What its live edition says of it is what it is; a withdrawn one is back. False when the entry belongs to another procedure.
pub async fn publish(
    db: &mut PgConnection,
    code: &str,
    draft: &ProcedureDraft,
) -> Result<bool, Error> {
    let updated = sqlx::query!(
        r#"
        update catalogue.procedure
        set service = $2, levels = $3, field = $4, non_territorial = $5, online_level = $6, withdrawn_as = null,
            withdrawn_note = null, replacement = null
        where national_code = $1"#,
        code,
        draft.service,
        &words(&draft.levels),
        draft.field,
        draft.non_territorial,
        draft.online_level.as_str()
    );
    match updated.execute(db).await {
        Ok(_) => Ok(true),
        Err(error) => match error.as_database_error().and_then(|refused| refused.constraint()) {
            Some("procedure_service_key" | "procedure_service_fkey") => Ok(false),
            _ => Err(fault("publishing a procedure")(error)),
        },
    }
}

/// Residents find the note, the replacement or nothing.
pub async fn withdraw(
    db: &mut PgConnection,
    code: &str,
    way: WithdrawnAs,
    note: &Localised,
    replacement: Option<&str>,
) -> Result<(), Error> {
    let updated = sqlx::query!(
        r#"
        update catalogue.procedure
        set withdrawn_as = $2, withdrawn_note = $3, replacement = $4
        where national_code = $1"#,
        code,
        way.as_str(),
        json!(note),
        replacement
    );
    updated.execute(db).await.map_err(fault("withdrawing a procedure")).map(drop)
}

/// Another version of it: somebody moved it.
pub async fn touch(
    db: &mut PgConnection,
    code: &str,
    by: AccountId,
    at: Timestamp,
) -> Result<i32, Error> {
    let version = sqlx::query_scalar!(
        r#"
        update catalogue.procedure
        set version = version + 1, updated_at = $2, updated_by = $3
        where national_code = $1
        returning version"#,
        code,
        at,
        by.as_uuid()
    );
    version.fetch_one(db).await.map_err(fault("raising the version of a procedure"))
}
