//! What can be done with dossiers.

use async_graphql::{Context, Object};
use city_contracts::catalogue::dossier::DossierView;

use super::asking::{Asking, asking};
use super::catalogue_batch::{OfDossier, complete};
use super::dossier::Dossier;
use super::dossier_input::{
    AttachComponentInput, CreateDossierInput, DetachComponentInput, DiscardDossierInput,
    DownloadDossierFileInput, MoveDraftToCurrentFormInput, RateDossierInput,
    RequestComponentUploadInput, SaveDossierInput, SubmitDossierInput, SupplementDossierInput,
    WithdrawDossierInput,
};
use super::dossier_payload::{
    DiscardPayload, DossierPayload, DownloadPayload, MoveDraftPayload, SubmitPayload, UploadPayload,
};
use super::mutation::{Settled, settle};
use super::query::Root;
use super::quote::Finding;
use super::refusal::Refusal;
use super::scalars::DateTime;

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct DossierMutation;

#[Object]
impl DossierMutation {
    /// Begins a draft; the form is filled in from the account.
    #[graphql(name = "createDossier")]
    async fn create_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The procedure and first answers.")]
        input: CreateDossierInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.create_dossier(&call, &wire).await;
            let checked = input.check(asking.app.client(), asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Saves a draft.
    #[graphql(name = "saveDossier")]
    async fn save_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "What is written so far.")] input: SaveDossierInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.save_dossier(&call, &wire).await;
            let checked = input.check(asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Makes an uploaded file a component of a dossier.
    #[graphql(name = "attachComponent")]
    async fn attach_component(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The component and its file.")]
        input: AttachComponentInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.attach_component(&call, &wire).await;
            let checked = input.check(asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Takes the file of a component out of a dossier.
    #[graphql(name = "detachComponent")]
    async fn detach_component(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The component.")] input: DetachComponentInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.detach_component(&call, &wire).await;
            let checked = input.check(asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Adds what was asked for; nobody can hold the clock back after it.
    #[graphql(name = "supplementDossier")]
    async fn supplement_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "What was asked for.")] input: SupplementDossierInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.supplement_dossier(&call, &wire).await;
            let checked = input.check(asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Takes a dossier back; it ends.
    #[graphql(name = "withdrawDossier")]
    async fn withdraw_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The dossier.")] input: WithdrawDossierInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.withdraw_dossier(&call, &wire).await;
            let checked = input.check(asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Rates how a dossier was handled: once, within 30 days of the hand-over.
    #[graphql(name = "rateDossier")]
    async fn rate_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The rating.")] input: RateDossierInput,
    ) -> Root<DossierPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.rate_dossier(&call, &wire).await;
            let checked = input.check(asking.locale);
            payload(ctx, settle(asking, checked, act).await?).await
        }
        .await
        .transpose()
    }

    /// Moves a draft to the present form of its procedure, with every answer that still fits.
    #[graphql(name = "moveDraftToCurrentForm")]
    async fn move_draft_to_current_form(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The draft.")] input: MoveDraftToCurrentFormInput,
    ) -> Root<MoveDraftPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| {
                asking.clients.catalogue.move_draft_to_current_form(&call, &wire).await
            };
            let checked = input.check(asking.locale);
            let (moved, user_errors) = settle(asking, checked, act).await?;
            let (view, dropped) = moved.map(|moved| (moved.dossier, moved.dropped)).unzip();
            let dossier = whole(ctx, asking, view).await?;
            let dropped = dropped.unwrap_or_default();
            Ok(Some(MoveDraftPayload { dossier, dropped, user_errors }))
        }
        .await
        .transpose()
    }

    /// Sends a draft: it gets its code, and what it costs is fixed.
    #[graphql(name = "submitDossier")]
    async fn submit_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The draft.")] input: SubmitDossierInput,
    ) -> Root<SubmitPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.submit_dossier(&call, &wire).await;
            let checked = input.check(asking.app.client(), asking.locale);
            let (sent, user_errors) = settle(asking, checked, act).await?;
            let (view, warnings) = sent.map(|sent| (sent.dossier, sent.warnings)).unzip();
            let dossier = whole(ctx, asking, view).await?;
            let warning = |finding| Finding::new(finding, asking.locale);
            let warnings = warnings.unwrap_or_default().into_iter().map(warning).collect();
            Ok(Some(SubmitPayload { dossier, warnings, user_errors }))
        }
        .await
        .transpose()
    }

    /// Throws a draft away, with its files.
    #[graphql(name = "discardDossier")]
    async fn discard_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The draft.")] input: DiscardDossierInput,
    ) -> Root<DiscardPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act = async |wire| asking.clients.catalogue.discard_dossier(&call, &wire).await;
            let checked = input.check(asking.locale);
            let (gone, user_errors) = settle(asking, checked, act).await?;
            let discarded_id = gone.map(|gone| gone.id.into());
            Ok(Some(DiscardPayload { discarded_id, user_errors }))
        }
        .await
        .transpose()
    }

    /// Asks for leave to upload a file: PUT its bytes as the ticket says, then attach its `fileId`.
    #[graphql(name = "requestComponentUpload")]
    async fn request_component_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The file to come.")] input: RequestComponentUploadInput,
    ) -> Root<UploadPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act =
                async |wire| asking.clients.catalogue.request_component_upload(&call, &wire).await;
            let checked = input.check(asking.locale);
            let (ticket, user_errors) = settle(asking, checked, act).await?;
            Ok(Some(UploadPayload { ticket: ticket.map(Into::into), user_errors }))
        }
        .await
        .transpose()
    }

    /// Asks for leave to fetch a file of a dossier; the first time for a result, it is handed over by that.
    #[graphql(name = "downloadDossierFile")]
    async fn download_dossier_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The file.")] input: DownloadDossierFileInput,
    ) -> Root<DownloadPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let act =
                async |wire| asking.clients.catalogue.download_dossier_file(&call, &wire).await;
            let checked = input.check(asking.locale);
            let (ticket, user_errors) = settle(asking, checked, act).await?;
            let (url, expires_at) =
                ticket.map(|ticket| (ticket.url, DateTime(ticket.expires_at))).unzip();
            Ok(Some(DownloadPayload { url, expires_at, user_errors }))
        }
        .await
        .transpose()
    }
}

async fn payload(
    ctx: &Context<'_>,
    (view, user_errors): Settled<DossierView>,
) -> Result<Option<DossierPayload>, Refusal> {
    let dossier = whole(ctx, asking(ctx), view).await?;
    Ok(Some(DossierPayload { dossier, user_errors }))
}

/// The dossier of a payload with what it points at, as far as it is selected.
async fn whole(
    ctx: &Context<'_>,
    asking: &Asking,
    view: Option<DossierView>,
) -> Result<Option<Dossier>, Refusal> {
    let mut dossier = view.map(|view| Dossier::read(view, asking.locale)).transpose()?;
    complete(asking, OfDossier::selected(ctx, &["dossier"]), dossier.iter_mut()).await?;
    Ok(dossier)
}
