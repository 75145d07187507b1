//! What the world is told about procedures.

use city_ids::{FormVersionId, ProcedureEditionId};
use serde::{Deserialize, Serialize};

/// `ProcedurePublished`: another edition is what residents see, or none any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcedurePublished {
    /// The procedure.
    pub national_code: String,
    /// Its live edition; none when it was withdrawn.
    pub edition_id: Option<ProcedureEditionId>,
    /// Which edition, from 1.
    pub no: Option<i32>,
    /// Its form.
    pub form_version_id: Option<FormVersionId>,
}
