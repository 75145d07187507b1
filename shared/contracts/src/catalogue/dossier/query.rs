//! What is asked about dossiers, and what a tracking page is told.

use chrono::{DateTime, Utc};
use city_ids::DossierId;
use serde::{Deserialize, Serialize};

use super::{DossierAgency, DossierStatus};
use crate::common::{Localised, PageArgs};

/// `POST /internal/v1/dossier`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DossierById {
    /// The dossier.
    pub id: DossierId,
    /// Which part of its events; the first 20 when absent.
    #[serde(default)]
    pub events: Option<PageArgs>,
}

/// Which of one's own dossiers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DossierFilter {
    /// In one of these; all when empty.
    pub statuses: Vec<DossierStatus>,
    /// Only of this procedure.
    pub national_code: Option<String>,
    /// Only open (drafts included) or only ended ones.
    pub open: Option<bool>,
}

/// `POST /internal/v1/my-dossiers`; the answer is a [`Page`] of [`DossierView`], newest first.
///
/// [`Page`]: crate::common::Page
/// [`DossierView`]: super::DossierView
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDossiers {
    /// Which.
    #[serde(default)]
    pub filter: DossierFilter,
    /// Which part.
    pub page: PageArgs,
}

/// `POST /internal/v1/track-dossier`
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrackDossier {
    /// The dossier's code.
    pub code: String,
    /// The last four digits of the applicant's phone.
    pub phone_last4: String,
}

impl std::fmt::Debug for TrackDossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TrackDossier([redacted])")
    }
}

/// What anybody learns who knows a code and the applicant's last four digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DossierTrack {
    /// The code.
    pub code: String,
    /// Where it is, in words.
    pub status_text: Localised,
    /// The deadline; none while it does not run.
    pub due_at: Option<DateTime<Utc>>,
    /// Who takes it in.
    pub receiving: DossierAgency,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}
