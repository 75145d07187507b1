//! Dossiers filed at the counter.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::ComponentInput;
use city_ids::{AccountId, DossierId, FormVersionId, ProcedureEditionId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// A dossier as a clerk begins it.
#[derive(Debug)]
pub struct NewOnPaper<'a> {
    pub id: DossierId,
    pub account: Option<AccountId>,
    pub actor: AccountId,
    pub applicant_type: i16,
    pub channel: i16,
    pub procedure: &'a str,
    pub edition: ProcedureEditionId,
    pub form: Option<FormVersionId>,
    pub at: Timestamp,
}

/// Writes it as a draft, to be submitted in the same transaction.
pub async fn insert(db: &mut PgConnection, new: &NewOnPaper<'_>) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.dossier (id, account, actor, applicant_type, channel, status, procedure_code,
             procedure_edition, form_version, saved_at, version, created_at, updated_at)
         values ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9, 0, $9, $9)",
        new.id.as_uuid(),
        new.account.map(AccountId::as_uuid),
        new.actor.as_uuid(),
        new.applicant_type,
        new.channel,
        new.procedure,
        new.edition.as_uuid(),
        new.form.map(FormVersionId::as_uuid),
        new.at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a dossier on paper"))
}

/// Writes what was handed in; the clerk holds it in hand.
pub async fn insert_component(
    db: &mut PgConnection,
    dossier: DossierId,
    component: &ComponentInput,
    at: Timestamp,
) -> Result<(), Error> {
    let count = |count: u16| i16::try_from(count.min(99)).unwrap_or(99);
    sqlx::query!(
        "insert into catalogue.dossier_component
             (dossier, code, copy_type, originals, copies, state, changed_at)
         values ($1, $2, $3, $4, $5, 'PENDING', $6)
         on conflict (dossier, code) do nothing",
        dossier.as_uuid(),
        component.code,
        i16::from(component.copy_type),
        count(component.originals),
        count(component.copies),
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a component on paper"))
}
