//! What can be asked. Every field is one call to the service that owns the answer.

use async_graphql::{Context, ID, MergedObject, Object};
use city_auth::PrincipalKind;
use city_contracts::notifications::ListMessages;
use city_contracts::problem::Kind;
use city_contracts::reports::ListReports;
use city_ids::ReportId;

use super::account::Viewer;
use super::asking::asking;
use super::biller::BillerQuery;
use super::category::ReportCategory;
use super::connection::{Connection, FIRST, MessageConnection, ReportConnection, page_args};
use super::dossier_query::DossierQuery;
use super::merchant::MerchantQuery;
use super::message::{Message, MessageFilter};
use super::node::{self, Node};
use super::payment_query::PaymentQuery;
use super::place_query::PlaceQuery;
use super::provider_payment::ProviderQuery;
use super::refusal::{Refusal, answered};
use super::report::Report;
use super::report_input::ReportFilter;
use super::service_query::ServiceQuery;

/// A root field: nullable, so that its error never empties its neighbours. The engine propagates the error of a resolver
/// that answers `Result<Option<_>>` to the parent, and catches it only this way round.
pub type Root<T> = Option<Result<T, Refusal>>;

/// What can be asked. Every field is null when its service is away; the reason is in `errors`.
#[derive(Debug, Clone, Copy, Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(
    GeneralQuery,
    PlaceQuery,
    ServiceQuery,
    DossierQuery,
    PaymentQuery,
    MerchantQuery,
    BillerQuery,
    ProviderQuery,
);

/// What can be asked about anything by its id, about accounts, reports and messages.
#[derive(Debug, Clone, Copy, Default)]
pub struct GeneralQuery;

#[Object]
impl GeneralQuery {
    /// The entity with this global id; null when it does not exist or is not for the caller.
    #[graphql(name = "node")]
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id", desc = "A global id.")] id: ID,
    ) -> Root<Node> {
        node::find(ctx, &[id]).await.map(|mut found| found.pop().flatten()).transpose()
    }

    /// The entities with these global ids, in their order; null for each that does not exist or is not for the caller.
    #[graphql(name = "nodes")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "ids", desc = "Global ids, at most 50.")] ids: Vec<ID>,
    ) -> Root<Vec<Option<Node>>> {
        async {
            let asking = asking(ctx);
            if ids.len() > node::MOST_IDS {
                return Err(node::too_many(asking.locale));
            }
            Ok(Some(node::find(ctx, &ids).await?))
        }
        .await
        .transpose()
    }

    /// The signed-in person; null when nobody is signed in.
    #[graphql(name = "viewer")]
    async fn viewer(&self, ctx: &Context<'_>) -> Root<Viewer> {
        async {
            let asking = asking(ctx);
            if asking.principal.kind == PrincipalKind::Anonymous {
                return Ok(None);
            }
            match asking.clients.accounts.viewer(&asking.call()).await {
                Ok(viewer) => Ok(Some(viewer.into())),
                Err(error)
                    if matches!(
                        error.kind(),
                        Kind::Unauthenticated | Kind::Forbidden | Kind::NotFound
                    ) =>
                {
                    Ok(None)
                }
                Err(error) => Err(asking.refused(&error)),
            }
        }
        .await
        .transpose()
    }

    /// What residents can report: topics, and the categories that belong to them.
    #[graphql(name = "reportCategories")]
    async fn report_categories(&self, ctx: &Context<'_>) -> Root<Vec<ReportCategory>> {
        async {
            let asking = asking(ctx);
            let all = asking.clients.reports.report_categories(&asking.call()).await;
            let of = |view| ReportCategory::new(view, asking.locale);
            Ok(answered(all, asking.locale)?.map(|all| all.value.into_iter().map(of).collect()))
        }
        .await
        .transpose()
    }

    /// One report, whole; null when it does not exist or is not for the caller.
    #[graphql(name = "report")]
    async fn report(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id", desc = "The global id of a report.")] id: ID,
    ) -> Root<Report> {
        find_report(ctx, &id).await.transpose()
    }

    /// The public feed of the city, newest first.
    #[graphql(name = "reports")]
    async fn reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "filter", desc = "Only these reports.")] filter: Option<ReportFilter>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<ReportConnection> {
        async {
            let asking = asking(ctx);
            let wire = list(filter, first, after);
            let page = asking.clients.reports.reports(&asking.call(), &wire).await;
            let page = answered(page, asking.locale)?.map(|answered| answered.value);
            let read = |view| Report::read(view, asking.locale);
            page.map(|page| Connection::read(page, wire.page.after.as_deref(), read)).transpose()
        }
        .await
        .transpose()
    }

    /// The caller's own reports, newest first.
    #[graphql(name = "myReports")]
    async fn my_reports(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "filter", desc = "Only these reports.")] filter: Option<ReportFilter>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<ReportConnection> {
        async {
            let asking = asking(ctx);
            let wire = list(filter, first, after);
            let page = answered(
                asking.clients.reports.my_reports(&asking.call(), &wire).await,
                asking.locale,
            )?;
            let read = |view| Report::read(view, asking.locale);
            page.map(|page| Connection::read(page, wire.page.after.as_deref(), read)).transpose()
        }
        .await
        .transpose()
    }

    /// The caller's inbox, newest first.
    #[graphql(name = "messages")]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "filter", desc = "Only these messages.")] filter: Option<MessageFilter>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<MessageConnection> {
        async {
            let asking = asking(ctx);
            let unread_only = filter.unwrap_or_default().unread_only;
            let wire =
                ListMessages { unread_only, page: page_args(first, after), locale: asking.locale };
            let page = answered(
                asking.clients.notifications.messages(&asking.call(), &wire).await,
                asking.locale,
            )?;
            let read = |view| Ok(Message::from(view));
            page.map(|page| Connection::read(page, wire.page.after.as_deref(), read)).transpose()
        }
        .await
        .transpose()
    }

    /// How many messages of the caller's inbox are unread.
    #[graphql(name = "unreadCount")]
    async fn unread_count(&self, ctx: &Context<'_>) -> Root<i32> {
        async {
            let asking = asking(ctx);
            let count = answered(
                asking.clients.notifications.unread_count(&asking.call()).await,
                asking.locale,
            )?;
            Ok(count.map(|count| clamp(count.unread_count)))
        }
        .await
        .transpose()
    }
}

/// A report by its global id. What is no id of a report names none.
pub async fn find_report(ctx: &Context<'_>, id: &ID) -> Result<Option<Report>, Refusal> {
    let asking = asking(ctx);
    let Ok(id) = ReportId::parse(id) else { return Ok(None) };
    let report = answered(asking.clients.reports.report(&asking.call(), id).await, asking.locale)?;
    report.map(|answered| Report::read(answered.value, asking.locale)).transpose()
}

fn list(filter: Option<ReportFilter>, first: Option<i32>, after: Option<String>) -> ListReports {
    ListReports {
        filter: filter.map(Into::into).unwrap_or_default(),
        page: page_args(first, after),
    }
}

/// A count as GraphQL's `Int` holds it.
pub fn clamp(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
