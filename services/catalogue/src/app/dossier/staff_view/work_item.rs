//! A line of the work list.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::dossier::Dossier;
use crate::store::dossier::list::WorkRow;

/// A line of the work list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierWorkItem {
    /// The dossier.
    #[schema(value_type = String, example = "dos_0198…")]
    pub id: DossierId,
    /// Its code.
    pub code: Option<String>,
    /// To be sent with an action.
    pub version: i32,
    /// The national code of its status.
    pub status: i16,
    /// The procedure's national code.
    pub procedure: String,
    /// 1 in person, 2 online, 3 by post.
    pub channel: i16,
    /// The agency that took it in.
    pub receiving: Option<String>,
    /// The agency that decides.
    pub competent: Option<String>,
    /// Who works on it.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AccountId>,
    /// When it was filed.
    #[schema(value_type = Option<String>)]
    pub submitted_at: Option<Timestamp>,
    /// When it was taken in.
    #[schema(value_type = Option<String>)]
    pub accepted_at: Option<Timestamp>,
    /// The deadline; none while the clock stands still.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
    /// Working days left when the clock runs again.
    pub remaining: Option<i32>,
    /// The day promised with an apology.
    #[schema(value_type = Option<String>)]
    pub promised_on: Option<NaiveDate>,
    /// Past its deadline and not ended.
    pub late: bool,
    /// Money is due back.
    pub refund_due: bool,
}

impl DossierWorkItem {
    pub fn of_row(row: WorkRow, now: Timestamp) -> Self {
        Self {
            id: row.id,
            code: row.code,
            version: row.version,
            status: row.status,
            procedure: row.procedure_code,
            channel: row.channel,
            receiving: row.receiving_agency,
            competent: row.competent_agency,
            assignee: row.assignee,
            submitted_at: row.submitted_at,
            accepted_at: row.accepted_at,
            due_at: row.due_at,
            remaining: row.remaining,
            promised_on: row.promised_on,
            late: row.due_at.is_some_and(|due| due < now),
            refund_due: row.refund_due,
        }
    }

    pub fn of(dossier: &Dossier, now: Timestamp) -> Self {
        let open = dossier.ended_at.is_none();
        Self {
            id: dossier.id,
            code: dossier.code.as_ref().map(ToString::to_string),
            version: dossier.version,
            status: dossier.status.code(),
            procedure: dossier.procedure.clone(),
            channel: dossier.channel.code(),
            receiving: Some(dossier.receiving.clone()),
            competent: Some(dossier.competent.clone()),
            assignee: dossier.assignee,
            submitted_at: dossier.submitted_at,
            accepted_at: dossier.accepted_at,
            due_at: dossier.due_at,
            remaining: dossier.remaining,
            promised_on: dossier.promised_on,
            late: open && dossier.due_at.is_some_and(|due| due < now),
            refund_due: dossier.refund_due,
        }
    }
}
