//! What residents send about dossiers.

mod draft;
mod file;
mod submitted;

use async_graphql::{ID, InputObject};
use city_contracts::catalogue::dossier as wire;
use city_contracts::common::Locale;

pub use draft::{
    CreateDossierInput, DiscardDossierInput, MoveDraftToCurrentFormInput, SaveDossierInput,
    SubmitDossierInput,
};
pub use file::{
    AttachComponentInput, DetachComponentInput, DownloadDossierFileInput,
    RequestComponentUploadInput,
};
pub use submitted::{RateDossierInput, SupplementDossierInput, WithdrawDossierInput};

use super::dossier_enums::DossierStatus;
use super::user_error::{Checks, UserError};

/// Which dossiers. Fields narrow down together; an empty list is as none.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DossierFilter")]
pub struct DossierFilter {
    /// In one of these statuses.
    #[graphql(name = "statuses")]
    statuses: Option<Vec<DossierStatus>>,
    /// Of this procedure.
    #[graphql(name = "nationalCode")]
    national_code: Option<ID>,
    /// True: only those still going on, drafts included; false: only those that ended.
    #[graphql(name = "open")]
    open: Option<bool>,
}

impl From<DossierFilter> for wire::DossierFilter {
    fn from(of: DossierFilter) -> Self {
        Self {
            statuses: of.statuses.unwrap_or_default().into_iter().map(Into::into).collect(),
            national_code: of.national_code.map(String::from),
            open: of.open,
        }
    }
}

/// What only names a dossier and its version.
fn only_named(
    locale: Locale,
    key: &ID,
    id: &ID,
    version: i32,
) -> Result<wire::DossierInput, Vec<UserError>> {
    let mut checks = Checks::new(locale);
    let wire = checks.key_and_id(key, id).map(|(idempotency_key, id)| wire::DossierInput {
        idempotency_key,
        id,
        version,
    });
    checks.done(wire)
}
