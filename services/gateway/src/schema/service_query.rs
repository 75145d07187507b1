//! What can be asked about services and procedures.

use async_graphql::{Context, ID, Object};
use city_contracts::catalogue::procedure::{
    CheckFileRequest, DueDatePreviewRequest, FeeQuoteRequest, ProcedureRequest,
};
use city_contracts::catalogue::service::{FindService, ListServices, ReadServiceHome};
use serde_json::Value;

use super::asking::asking;
use super::catalogue_batch::add_procedures;
use super::connection::{Connection, FIRST, ServiceConnection, page_args};
use super::procedure::{FilingChannel, Procedure};
use super::query::Root;
use super::quote::{CheckReport, ComponentInput, DuePreview, FeeQuote};
use super::refusal::answered;
use super::scalars::DateTime;
use super::selected;
use super::service::Service;
use super::service_home::ServiceHome;
use super::service_input::ServiceFilter;

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct ServiceQuery;

#[Object]
impl ServiceQuery {
    /// The first screen of the services: what the caller keeps and opened, what helps in situations of life, what does not
    /// work.
    #[graphql(name = "serviceHome")]
    async fn service_home(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "wardCode", desc = "The code of the ward where the caller lives or is.")]
        ward_code: Option<ID>,
    ) -> Root<ServiceHome> {
        async {
            let asking = asking(ctx);
            let client = asking.app.client();
            let wire = ReadServiceHome { ward_code: ward_code.map(String::from), client };
            let home = asking.clients.catalogue.service_home(&asking.call(), &wire).await;
            let Some(home) = answered(home, asking.locale)? else { return Ok(None) };
            let mut home = ServiceHome::new(home, asking.locale);
            let selects = |list| ctx.look_ahead().field(list).field("procedure").exists();
            let is_selected = selects("favourites")
                || selects("recent")
                || ctx
                    .look_ahead()
                    .field("suggestions")
                    .field("services")
                    .field("procedure")
                    .exists();
            add_procedures(asking, is_selected, home.services()).await?;
            Ok(Some(home))
        }
        .await
        .transpose()
    }

    /// One service, or what replaced it; null when there is none with this code.
    #[graphql(name = "service")]
    async fn service(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "code", desc = "The city's code for it.")] code: ID,
    ) -> Root<Service> {
        async {
            let asking = asking(ctx);
            let wire = FindService {
                code: code.into(),
                ward_codes: selected::texts(ctx, &["availability"], "wardCode"),
                client: asking.app.client(),
            };
            let service = asking.clients.catalogue.service(&asking.call(), &wire).await;
            let service = answered(service, asking.locale)?.flatten();
            let mut service = service.map(|view| Service::new(view, asking.locale));
            let is_selected = ctx.look_ahead().field("procedure").exists();
            add_procedures(asking, is_selected, service.iter_mut()).await?;
            Ok(service)
        }
        .await
        .transpose()
    }

    /// The services of the city, by group.
    #[graphql(name = "services")]
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "filter", desc = "Only these services.")] filter: Option<ServiceFilter>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<ServiceConnection> {
        async {
            let asking = asking(ctx);
            let wire = ListServices {
                filter: filter.map(Into::into).unwrap_or_default(),
                page: page_args(first, after),
                ward_codes: selected::texts(ctx, &["edges", "node", "availability"], "wardCode"),
                client: asking.app.client(),
            };
            let page = asking.clients.catalogue.services(&asking.call(), &wire).await;
            let Some(page) = answered(page, asking.locale)? else { return Ok(None) };
            let read = |view| Ok(Service::new(view, asking.locale));
            let mut page = Connection::read(page, wire.page.after.as_deref(), read)?;
            let node = ctx.look_ahead().field("edges").field("node");
            add_procedures(asking, node.field("procedure").exists(), page.nodes_mut()).await?;
            Ok(Some(page))
        }
        .await
        .transpose()
    }

    /// One administrative procedure as it is in force; null when there is none with this code.
    #[graphql(name = "procedure")]
    async fn procedure(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "nationalCode", desc = "Its code in the national register.")]
        national_code: ID,
    ) -> Root<Procedure> {
        async {
            let asking = asking(ctx);
            let wire = ProcedureRequest { national_code: national_code.into() };
            let found = asking.clients.catalogue.procedure(&asking.call(), &wire).await;
            Ok(answered(found, asking.locale)?.map(|view| Procedure::new(view, asking.locale)))
        }
        .await
        .transpose()
    }

    /// What a procedure costs for these answers. Ask with POST: answers may not stand in a URL.
    #[graphql(name = "feeQuote")]
    async fn fee_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "nationalCode", desc = "The procedure.")] national_code: ID,
        #[graphql(name = "answers", desc = "The answers so far, as the form asks for them.")]
        answers: Value,
    ) -> Root<FeeQuote> {
        async {
            let asking = asking(ctx);
            let wire = FeeQuoteRequest { national_code: national_code.into(), answers };
            let quote = asking.clients.catalogue.fee_quote(&asking.call(), &wire).await;
            Ok(answered(quote, asking.locale)?.map(|view| FeeQuote::new(view, asking.locale)))
        }
        .await
        .transpose()
    }

    /// Whether these answers and papers would do: everything that is missing or wrong, at once. Sending a dossier runs the same
    /// check. Ask with POST: answers may not stand in a URL.
    #[graphql(name = "checkFile")]
    async fn check_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "nationalCode", desc = "The procedure.")] national_code: ID,
        #[graphql(name = "answers", desc = "The answers, as the form asks for them.")]
        answers: Value,
        #[graphql(name = "components", desc = "The papers and files that are there.")]
        components: Vec<ComponentInput>,
        #[graphql(name = "wardCode", desc = "The ward, where the answers do not name it.")]
        ward_code: Option<ID>,
    ) -> Root<CheckReport> {
        async {
            let asking = asking(ctx);
            let wire = CheckFileRequest {
                national_code: national_code.into(),
                answers,
                components: components.into_iter().map(Into::into).collect(),
                ward_code: ward_code.map(String::from),
            };
            let report = asking.clients.catalogue.check_file(&asking.call(), &wire).await;
            Ok(answered(report, asking.locale)?.map(|view| CheckReport::new(view, asking.locale)))
        }
        .await
        .transpose()
    }

    /// When a dossier would be done that is taken in now or at another time.
    #[graphql(name = "dueDatePreview")]
    async fn due_date_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "nationalCode", desc = "The procedure.")] national_code: ID,
        #[graphql(name = "channel", desc = "How it is filed.")] channel: FilingChannel,
        #[graphql(name = "at", desc = "When it is taken in; now when absent.")] at: Option<
            DateTime,
        >,
    ) -> Root<DuePreview> {
        async {
            let asking = asking(ctx);
            let wire = DueDatePreviewRequest {
                national_code: national_code.into(),
                channel: channel.into(),
                at: at.map(|at| at.0),
            };
            let preview = asking.clients.catalogue.due_date_preview(&asking.call(), &wire).await;
            Ok(answered(preview, asking.locale)?.map(|view| DuePreview::new(view, asking.locale)))
        }
        .await
        .transpose()
    }
}
