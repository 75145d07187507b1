//! Drafts: written, saved, moved to another form, warned of, discarded.

use city_clock::Timestamp;
use city_ids::{AccountId, DossierId, FormVersionId, ProcedureEditionId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// A draft to be written.
#[derive(Debug)]
pub struct NewDraft<'a> {
    pub id: DossierId,
    pub account: AccountId,
    /// Who types it: the resident or a helper.
    pub actor: AccountId,
    pub consent_ref: Option<&'a str>,
    pub applicant_type: i16,
    pub procedure: &'a str,
    pub edition: ProcedureEditionId,
    pub form: Option<FormVersionId>,
    pub ward: Option<&'a str>,
    pub at: Timestamp,
}

/// What a use case of the applicant needs to know of a dossier before it acts.
#[derive(Debug)]
pub struct Head {
    pub id: DossierId,
    pub version: i32,
    pub status: i16,
    pub procedure: String,
    pub edition: ProcedureEditionId,
    pub form: Option<FormVersionId>,
    pub ward: Option<String>,
    pub applicant_type: i16,
    pub returned_at: Option<Timestamp>,
}

/// One draft of an account is begun at a time, so that they can be counted.
pub async fn lock_account(db: &mut PgConnection, of: AccountId) -> Result<(), Error> {
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 5)) as locked", of.to_string())
        .fetch_one(db)
        .await
        .map(drop)
        .map_err(fault("locking an account's drafts"))
}

/// How many drafts an account has.
pub async fn count(db: &mut PgConnection, of: AccountId) -> Result<i64, Error> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from catalogue.dossier where account = $1 and status = 0"#,
        of.as_uuid()
    )
    .fetch_one(db)
    .await
    .map_err(fault("counting drafts"))
}

/// Writes a draft; what it says is sealed afterwards.
pub async fn insert(db: &mut PgConnection, new: &NewDraft<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.dossier (id, account, actor, consent_ref, applicant_type, channel, status, procedure_code,
             procedure_edition, form_version, ward, saved_at, version, created_at, updated_at)
         values ($1, $2, $3, $4, $5, 2, 0, $6, $7, $8, $9, $10, 1, $10, $10)",
        new.id.as_uuid(),
        new.account.as_uuid(),
        new.actor.as_uuid(),
        new.consent_ref,
        new.applicant_type,
        new.procedure,
        new.edition.as_uuid(),
        new.form.map(FormVersionId::as_uuid),
        new.ward,
        new.at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a draft"))
}

/// A dossier of an account, locked; none when it is another's.
pub async fn head_for_update(
    db: &mut PgConnection,
    id: DossierId,
    of: AccountId,
) -> Result<Option<Head>, Error> {
    sqlx::query_as!(
        Head,
        r#"select id as "id: DossierId", version, status, procedure_code as procedure,
                  procedure_edition as "edition: ProcedureEditionId", form_version as "form: FormVersionId", ward,
                  applicant_type, returned_at
           from catalogue.dossier where id = $1 and account = $2 for update"#,
        id.as_uuid(),
        of.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a dossier"))
}

/// The same without the lock, for looking before the transaction.
pub async fn head(
    db: &mut PgConnection,
    id: DossierId,
    of: AccountId,
) -> Result<Option<Head>, Error> {
    sqlx::query_as!(
        Head,
        r#"select id as "id: DossierId", version, status, procedure_code as procedure,
                  procedure_edition as "edition: ProcedureEditionId", form_version as "form: FormVersionId", ward,
                  applicant_type, returned_at
           from catalogue.dossier where id = $1 and account = $2"#,
        id.as_uuid(),
        of.as_uuid()
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding a dossier"))
}

/// A draft was saved: its term begins again.
pub async fn touch(
    db: &mut PgConnection,
    id: DossierId,
    applicant_type: i16,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier
         set version = version + 1, updated_at = $3, saved_at = $3, draft_warned_at = null, applicant_type = $2
         where id = $1",
        id.as_uuid(),
        applicant_type,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("saving a draft"))
}

/// A dossier that is filed changed otherwise than by a move.
pub async fn bump(db: &mut PgConnection, id: DossierId, at: Timestamp) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier set version = version + 1, updated_at = $2 where id = $1",
        id.as_uuid(),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("counting a change"))
}

/// A draft goes on with another edition and form.
pub async fn move_to(
    db: &mut PgConnection,
    id: DossierId,
    edition: ProcedureEditionId,
    form: Option<FormVersionId>,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier set procedure_edition = $2, form_version = $3 where id = $1 and status = 0",
        id.as_uuid(),
        edition.as_uuid(),
        form.map(FormVersionId::as_uuid)
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("moving a draft"))
}

/// Deletes a draft with its components; false when it is no draft any more.
pub async fn delete(db: &mut PgConnection, id: DossierId) -> Result<bool, Error> {
    let done =
        sqlx::query!("delete from catalogue.dossier where id = $1 and status = 0", id.as_uuid())
            .execute(db)
            .await
            .map_err(fault("deleting a draft"))?;
    Ok(done.rows_affected() == 1)
}

/// A draft whose term is near or over.
#[derive(Debug)]
pub struct Aging {
    pub id: DossierId,
    pub account: Option<AccountId>,
    pub version: i32,
    pub procedure: String,
    pub saved_at: Timestamp,
}

/// One draft last saved before `expired`, locked.
pub async fn take_expired(
    db: &mut PgConnection,
    expired: Timestamp,
) -> Result<Option<Aging>, Error> {
    sqlx::query_as!(
        Aging,
        r#"select id as "id: DossierId", account as "account: AccountId", version, procedure_code as procedure, saved_at
           from catalogue.dossier where status = 0 and saved_at <= $1
           order by saved_at limit 1 for update skip locked"#,
        expired
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding an expired draft"))
}

/// One draft last saved before `near` of which nobody was warned, which is now marked as warned of.
pub async fn take_unwarned(
    db: &mut PgConnection,
    near: Timestamp,
    at: Timestamp,
) -> Result<Option<Aging>, Error> {
    sqlx::query_as!(
        Aging,
        r#"update catalogue.dossier set draft_warned_at = $2
           where id = (select id from catalogue.dossier
                       where status = 0 and saved_at <= $1 and draft_warned_at is null
                       order by saved_at limit 1 for update skip locked)
           returning id as "id: DossierId", account as "account: AccountId", version,
                     procedure_code as procedure, saved_at"#,
        near,
        at
    )
    .fetch_optional(db)
    .await
    .map_err(fault("finding an aging draft"))
}

/// What filing freezes besides the move itself.
pub async fn freeze(
    db: &mut PgConnection,
    id: DossierId,
    quote: &serde_json::Value,
    track_mac: Option<&[u8]>,
) -> Result<(), Error> {
    sqlx::query!(
        "update catalogue.dossier set quote = $2, track_mac = $3 where id = $1",
        id.as_uuid(),
        quote,
        track_mac
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("freezing a quote"))
}
