//! What an action answers.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, DossierId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::dossier::Dossier;

/// A dossier after an action.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierActionDone {
    /// The dossier.
    #[schema(value_type = String, example = "dos_0198…")]
    pub id: DossierId,
    /// Its code.
    pub code: Option<String>,
    /// To be sent with the next action.
    pub version: i32,
    /// The national code of its status.
    pub status: i16,
    /// The deadline; none while the clock stands still.
    #[schema(value_type = Option<String>)]
    pub due_at: Option<Timestamp>,
    /// Working days left when the clock runs again; minutes for deadlines by the hour.
    pub remaining: Option<i32>,
    /// The day promised with an apology.
    #[schema(value_type = Option<String>)]
    pub promised_on: Option<NaiveDate>,
    /// Who works on it.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AccountId>,
    /// The agency that decides.
    pub competent: String,
    /// Money is due back.
    pub refund_due: bool,
}

impl DossierActionDone {
    pub fn of(dossier: &Dossier) -> Self {
        Self {
            id: dossier.id,
            code: dossier.code.as_ref().map(ToString::to_string),
            version: dossier.version,
            status: dossier.status.code(),
            due_at: dossier.due_at,
            remaining: dossier.remaining,
            promised_on: dossier.promised_on,
            assignee: dossier.assignee,
            competent: dossier.competent.clone(),
            refund_due: dossier.refund_due,
        }
    }
}
