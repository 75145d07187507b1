//! What can be asked about places, offices, groups of services, and by a few words.

use async_graphql::{Context, ID, Object};
use city_contracts::catalogue::registry::{AgencyByCode, PlaceAtPoint};
use city_contracts::catalogue::search::{self as wire, PlaceSuggestRequest, SearchRequest};

use super::agency::{Agency, DAYS};
use super::asking::asking;
use super::connection::{FIRST, page_args};
use super::place::{Place, PlaceAt};
use super::query::Root;
use super::refusal::answered;
use super::search::{PlaceMatch, SearchKind, SearchResult};
use super::selected;
use super::service_group::{Category, LifeEvent};
use super::shared::GeoPointInput;

/// Place names that are given when nobody says how many.
const SUGGESTIONS: i32 = 10;

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct PlaceQuery;

#[Object]
impl PlaceQuery {
    /// The groups of services.
    #[graphql(name = "categories")]
    async fn categories(&self, ctx: &Context<'_>) -> Root<Vec<Category>> {
        async {
            let asking = asking(ctx);
            let all = asking.clients.catalogue.categories(&asking.call()).await;
            let of = |view| Category::new(view, asking.locale);
            Ok(answered(all, asking.locale)?.map(|all| all.into_iter().map(of).collect()))
        }
        .await
        .transpose()
    }

    /// Situations of life, and the services they ask for.
    #[graphql(name = "lifeEvents")]
    async fn life_events(&self, ctx: &Context<'_>) -> Root<Vec<LifeEvent>> {
        async {
            let asking = asking(ctx);
            let all = asking.clients.catalogue.life_events(&asking.call()).await;
            let of = |view| LifeEvent::new(view, asking.locale);
            Ok(answered(all, asking.locale)?.map(|all| all.into_iter().map(of).collect()))
        }
        .await
        .transpose()
    }

    /// Today's wards and communes.
    #[graphql(name = "wards")]
    async fn wards(&self, ctx: &Context<'_>) -> Root<Vec<Place>> {
        async {
            let asking = asking(ctx);
            let all = asking.clients.catalogue.wards(&asking.call()).await;
            let of = |view| Place::new(view, asking.locale);
            Ok(answered(all, asking.locale)?.map(|all| all.into_iter().map(of).collect()))
        }
        .await
        .transpose()
    }

    /// One office; null when there is none with this code.
    #[graphql(name = "agency")]
    async fn agency(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "code", desc = "The city's code for it.")] code: ID,
    ) -> Root<Agency> {
        async {
            let asking = asking(ctx);
            let days = selected::largest(ctx, &["openings"], "days", DAYS.unsigned_abs());
            let wire = AgencyByCode { code: code.into(), days };
            let agency = asking.clients.catalogue.agency(&asking.call(), &wire).await;
            Ok(answered(agency, asking.locale)?.map(|view| Agency::new(view, asking.locale)))
        }
        .await
        .transpose()
    }

    /// The ward or commune a position lies in; null outside of the city.
    #[graphql(name = "placeAt")]
    async fn place_at(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "at", desc = "The position.")] at: GeoPointInput,
    ) -> Root<PlaceAt> {
        async {
            let asking = asking(ctx);
            let wire = PlaceAtPoint { at: at.into() };
            let place = asking.clients.catalogue.place_at(&asking.call(), &wire).await;
            Ok(answered(place, asking.locale)?.map(|view| PlaceAt::new(view, asking.locale)))
        }
        .await
        .transpose()
    }

    /// The present units that a place name, today's or a former one, can mean. It never chooses among equals.
    #[graphql(name = "placeSuggest")]
    async fn place_suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "q", desc = "What was typed, 1 to 100 characters.")] q: String,
        #[graphql(
            name = "first",
            default_with = "Some(SUGGESTIONS)",
            desc = "How many, 1 to 50; more come when they share the best match's name."
        )]
        first: Option<i32>,
    ) -> Root<Vec<PlaceMatch>> {
        async {
            let asking = asking(ctx);
            let first = page_args(first.or(Some(SUGGESTIONS)), None).first;
            let wire = PlaceSuggestRequest { q, first };
            let all = asking.clients.catalogue.place_suggest(&asking.call(), &wire).await;
            let of = |view| PlaceMatch::new(view, asking.locale);
            Ok(answered(all, asking.locale)?.map(|all| all.into_iter().map(of).collect()))
        }
        .await
        .transpose()
    }

    /// Services, procedures, places and offices by whatever spelling somebody types, best first.
    #[graphql(name = "search")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "q", desc = "What was typed, 1 to 100 characters.")] q: String,
        #[graphql(name = "kinds", desc = "Only these; all when absent or empty.")] kinds: Option<
            Vec<SearchKind>,
        >,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
    ) -> Root<SearchResult> {
        async {
            let asking = asking(ctx);
            let mut kinds: Vec<_> =
                kinds.unwrap_or_default().into_iter().map(wire::SearchKind::from).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let wire = SearchRequest { q, kinds, first: page_args(first, None).first };
            let found = asking.clients.catalogue.search(&asking.call(), &wire).await;
            Ok(answered(found, asking.locale)?.map(|view| SearchResult::new(view, asking.locale)))
        }
        .await
        .transpose()
    }
}
