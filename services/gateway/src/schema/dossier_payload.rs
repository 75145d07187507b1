//! What mutations of dossiers answer.

use async_graphql::{ID, SimpleObject};

use super::dossier::Dossier;
use super::quote::Finding;
use super::scalars::DateTime;
use super::shared::UploadTicket;
use super::user_error::UserError;

/// The answer to a mutation of a dossier.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DossierPayload")]
pub struct DossierPayload {
    /// The dossier as it is now; null when the city refused.
    #[graphql(name = "dossier")]
    pub dossier: Option<Dossier>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to sending a draft.
#[derive(Debug, SimpleObject)]
#[graphql(name = "SubmitPayload")]
pub struct SubmitPayload {
    /// The dossier as it is now; null when the city refused.
    #[graphql(name = "dossier")]
    pub dossier: Option<Dossier>,
    /// What the check found and what did not keep the dossier from being sent.
    #[graphql(name = "warnings")]
    pub warnings: Vec<Finding>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to moving a draft to the present form.
#[derive(Debug, SimpleObject)]
#[graphql(name = "MoveDraftPayload")]
pub struct MoveDraftPayload {
    /// The dossier as it is now; null when the city refused.
    #[graphql(name = "dossier")]
    pub dossier: Option<Dossier>,
    /// JSON Pointers of the answers that no longer fit and were left behind.
    #[graphql(name = "dropped")]
    pub dropped: Vec<String>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to throwing a draft away.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DiscardPayload")]
pub struct DiscardPayload {
    /// The global id of the draft that is gone; null when the city refused.
    #[graphql(name = "discardedId")]
    pub discarded_id: Option<ID>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to asking for an upload.
#[derive(Debug, SimpleObject)]
#[graphql(name = "UploadPayload")]
pub struct UploadPayload {
    /// Leave to upload the file; null when the city refused.
    #[graphql(name = "ticket")]
    pub ticket: Option<UploadTicket>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to asking for a file.
#[derive(Debug, SimpleObject)]
#[graphql(name = "DownloadPayload")]
pub struct DownloadPayload {
    /// Where to GET the file, as an attachment; null when the city refused.
    #[graphql(name = "url")]
    pub url: Option<String>,
    /// Until when.
    #[graphql(name = "expiresAt")]
    pub expires_at: Option<DateTime>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}
