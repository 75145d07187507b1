//! What can be asked about dossiers.

use async_graphql::{Context, ID, Object};
use city_contracts::catalogue::dossier::{DossierById, ListDossiers, TrackDossier};
use city_ids::DossierId;

use super::asking::asking;
use super::catalogue_batch::{OfDossier, complete};
use super::connection::{Connection, DossierConnection, FIRST, page_args};
use super::dossier::{Dossier, DossierTrack};
use super::dossier_input::DossierFilter;
use super::query::Root;
use super::refusal::{Refusal, answered};
use super::selected;

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct DossierQuery;

#[Object]
impl DossierQuery {
    /// One dossier, whole; null when it does not exist or is not the caller's.
    #[graphql(name = "dossier")]
    async fn dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id", desc = "The global id of a dossier.")] id: ID,
    ) -> Root<Dossier> {
        find_dossier(ctx, &id).await.transpose()
    }

    /// The caller's dossiers, drafts included, newest first.
    #[graphql(name = "myDossiers")]
    async fn my_dossiers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "filter", desc = "Only these dossiers.")] filter: Option<DossierFilter>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<DossierConnection> {
        async {
            let asking = asking(ctx);
            let filter = filter.map(Into::into).unwrap_or_default();
            let wire = ListDossiers { filter, page: page_args(first, after) };
            let page = asking.clients.catalogue.my_dossiers(&asking.call(), &wire).await;
            let Some(page) = answered(page, asking.locale)? else { return Ok(None) };
            let read = |view| Dossier::read(view, asking.locale);
            let mut page = Connection::read(page, wire.page.after.as_deref(), read)?;
            let selected = OfDossier::selected(ctx, &["edges", "node"]);
            complete(asking, selected, page.nodes_mut()).await?;
            Ok(Some(page))
        }
        .await
        .transpose()
    }

    /// Where a dossier is, for whoever knows its code and the last four digits of the applicant's phone; null when they do not
    /// fit. Ask with POST: they may not stand in a URL.
    #[graphql(name = "trackDossier")]
    async fn track_dossier(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "code", desc = "The dossier's code.")] code: String,
        #[graphql(name = "phoneLast4", desc = "The last four digits of the applicant's phone.")]
        phone_last4: String,
    ) -> Root<DossierTrack> {
        async {
            let asking = asking(ctx);
            let wire = TrackDossier { code, phone_last4 };
            let track = asking.clients.catalogue.track_dossier(&asking.call(), &wire).await;
            Ok(answered(track, asking.locale)?.map(|view| DossierTrack::new(view, asking.locale)))
        }
        .await
        .transpose()
    }
}

/// A dossier by its global id. What is no id of a dossier names none.
pub async fn find_dossier(ctx: &Context<'_>, id: &ID) -> Result<Option<Dossier>, Refusal> {
    let asking = asking(ctx);
    let Ok(id) = DossierId::parse(id) else { return Ok(None) };
    let wire = DossierById { id, events: selected::page(ctx, &["events"], asking.locale)? };
    let dossier = asking.clients.catalogue.dossier(&asking.call(), &wire).await;
    let Some(view) = answered(dossier, asking.locale)? else { return Ok(None) };
    let mut dossier = Dossier::read(view, asking.locale)?;
    complete(asking, OfDossier::selected(ctx, &[]), std::iter::once(&mut dossier)).await?;
    Ok(Some(dossier))
}
