//! Dossiers of residents: written, sent, followed.

use city_contracts::catalogue::dossier::{
    AttachComponent, CreateDossier, DetachComponent, DiscardedDossier, DossierById, DossierInput,
    DossierTrack, DossierView, DownloadDossierFile, DownloadTicket, ListDossiers, MovedDraft,
    RateDossier, RequestComponentUpload, SaveDossier, SubmitDossier, SubmittedDossier,
    SupplementDossier, TrackDossier, UploadTicket,
};
use city_contracts::common::Page;

use crate::call::{Call, CallError};
use crate::catalogue::Catalogue;

impl Catalogue {
    /// One dossier of the caller's.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn dossier(
        &self,
        call: &Call,
        input: &DossierById,
    ) -> Result<DossierView, CallError> {
        self.read(call, "reading a dossier", "/internal/v1/dossier", input).await
    }

    /// A page of the caller's dossiers.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn my_dossiers(
        &self,
        call: &Call,
        input: &ListDossiers,
    ) -> Result<Page<DossierView>, CallError> {
        self.read(call, "reading dossiers", "/internal/v1/my-dossiers", input).await
    }

    /// What everybody learns who knows a dossier's code.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn track_dossier(
        &self,
        call: &Call,
        input: &TrackDossier,
    ) -> Result<DossierTrack, CallError> {
        self.read(call, "tracking a dossier", "/internal/v1/track-dossier", input).await
    }

    /// Begins a draft.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn create_dossier(
        &self,
        call: &Call,
        input: &CreateDossier,
    ) -> Result<DossierView, CallError> {
        self.0.write(call, "beginning a dossier", "/internal/v1/create-dossier", input).await
    }

    /// Saves a draft.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn save_dossier(
        &self,
        call: &Call,
        input: &SaveDossier,
    ) -> Result<DossierView, CallError> {
        self.0.write(call, "saving a dossier", "/internal/v1/save-dossier", input).await
    }

    /// Moves a draft to the present form.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn move_draft_to_current_form(
        &self,
        call: &Call,
        input: &DossierInput,
    ) -> Result<MovedDraft, CallError> {
        self.0.write(call, "moving a draft", "/internal/v1/move-draft-to-current-form", input).await
    }

    /// Throws a draft away.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn discard_dossier(
        &self,
        call: &Call,
        input: &DossierInput,
    ) -> Result<DiscardedDossier, CallError> {
        self.0.write(call, "discarding a draft", "/internal/v1/discard-dossier", input).await
    }

    /// Leave to upload a file.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn request_component_upload(
        &self,
        call: &Call,
        input: &RequestComponentUpload,
    ) -> Result<UploadTicket, CallError> {
        self.0
            .write(call, "asking for an upload", "/internal/v1/request-component-upload", input)
            .await
    }

    /// Makes an uploaded file a component.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn attach_component(
        &self,
        call: &Call,
        input: &AttachComponent,
    ) -> Result<DossierView, CallError> {
        self.0.write(call, "attaching a file", "/internal/v1/attach-component", input).await
    }

    /// Takes a component out.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn detach_component(
        &self,
        call: &Call,
        input: &DetachComponent,
    ) -> Result<DossierView, CallError> {
        self.0.write(call, "taking a file out", "/internal/v1/detach-component", input).await
    }

    /// Leave to fetch a file.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn download_dossier_file(
        &self,
        call: &Call,
        input: &DownloadDossierFile,
    ) -> Result<DownloadTicket, CallError> {
        self.0
            .write(call, "asking for a download", "/internal/v1/download-dossier-file", input)
            .await
    }

    /// Sends a draft.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn submit_dossier(
        &self,
        call: &Call,
        input: &SubmitDossier,
    ) -> Result<SubmittedDossier, CallError> {
        self.0.write(call, "sending a dossier", "/internal/v1/submit-dossier", input).await
    }

    /// Adds what was asked for.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn supplement_dossier(
        &self,
        call: &Call,
        input: &SupplementDossier,
    ) -> Result<DossierView, CallError> {
        self.0
            .write(call, "supplementing a dossier", "/internal/v1/supplement-dossier", input)
            .await
    }

    /// Takes a dossier back.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn withdraw_dossier(
        &self,
        call: &Call,
        input: &DossierInput,
    ) -> Result<DossierView, CallError> {
        self.0.write(call, "withdrawing a dossier", "/internal/v1/withdraw-dossier", input).await
    }

    /// Rates how a dossier was handled.
    ///
    /// # Errors
    /// Those that `docs/ERRORS.md` lists for dossiers, and those of any call.
    pub async fn rate_dossier(
        &self,
        call: &Call,
        input: &RateDossier,
    ) -> Result<DossierView, CallError> {
        self.0.write(call, "rating a dossier", "/internal/v1/rate-dossier", input).await
    }
}
