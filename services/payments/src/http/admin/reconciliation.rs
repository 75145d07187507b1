//! Statements of providers, and where witnesses disagree.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use chrono::NaiveDate;
use city_auth::permission::RECONCILIATION_RUN;
use city_auth::{ObjectScope, Staff};
use city_clock::Timestamp;
use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::Provider;
use city_http::{Json, Path, Problem, Query, RequestKey};
use city_ids::{AccountId, PostingId, ProviderOrderId, ReconciliationBreakId};
use city_money::Vnd;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::ApprovalView;
use crate::app::{self, App, Resolved, RunSeen};
use crate::domain::approval::Remedy;
use crate::http::bill_import::{MAX_IMPORT_BYTES, broken_off};
use crate::http::page::PageQuery;
use crate::store::provider::name;
use crate::store::reconciliation::Break;

/// It is about the whole city.
const CITY: ObjectScope<'static> = ObjectScope { ward: None, agencies: &[] };
/// The most unreadable lines of a statement that are shown.
const MOST_REFUSED: usize = 1_000;

/// Whose statement of which day.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementOf {
    /// `VNPAY`, `MOMO` or `ZALOPAY`.
    #[param(value_type = String)]
    provider: Provider,
    /// The civil day.
    #[param(value_type = String)]
    day: NaiveDate,
}

/// A statement that was taken in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunView {
    /// Its id.
    pub id: String,
    /// Whose.
    pub provider: &'static str,
    /// Of which day.
    #[schema(value_type = String)]
    pub day: NaiveDate,
    /// How many lines are of which class.
    pub classes: BTreeMap<&'static str, i64>,
    /// The first 1,000 lines that could not be read, with the number in the file and why.
    pub refused: Vec<RefusedLineView>,
    /// What came in, by the lines that no statement had before.
    #[schema(value_type = String)]
    pub paid: Vnd,
    /// What went back.
    #[schema(value_type = String)]
    pub refunded: Vnd,
    /// What the provider kept.
    #[schema(value_type = String)]
    pub fees: Vnd,
    /// The posting that took that off what the provider owes; none before that, and when there is nothing.
    #[schema(value_type = Option<String>)]
    pub posting: Option<PostingId>,
    /// Whether all of it is judged and taken off what the provider owes; otherwise send the file again.
    pub done: bool,
    /// When it was first sent.
    #[schema(value_type = String)]
    pub at: Timestamp,
}

/// A line that could not be read.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedLineView {
    /// Its place in the file, the header being 1.
    pub line: i32,
    /// `COLUMNS`, `NUMBER`, `REFERENCE`, `KIND`, `AMOUNT`, `FEE`, `STATUS` or `DATE`.
    pub code: String,
}

impl From<RunSeen> for RunView {
    fn from(seen: RunSeen) -> Self {
        let refused = seen.run.refused.into_iter().take(MOST_REFUSED);
        Self {
            id: seen.run.id.to_string(),
            provider: name(seen.run.provider),
            day: seen.run.day,
            classes: seen.classes.into_iter().map(|(class, n)| (class.as_str(), n)).collect(),
            refused: refused
                .map(|refused| RefusedLineView { line: refused.line, code: refused.code })
                .collect(),
            paid: Vnd::new(seen.net.paid),
            refunded: Vnd::new(seen.net.refunded),
            fees: Vnd::new(seen.net.fees),
            posting: seen.posting,
            done: seen.run.done_at.is_some(),
            at: seen.run.at,
        }
    }
}

/// Where witnesses of a payment disagree.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BreakView {
    /// The break.
    #[schema(value_type = String)]
    pub id: ReconciliationBreakId,
    /// What it is.
    pub class: &'static str,
    /// With whom.
    pub provider: &'static str,
    /// The provider's number, our reference, or the day of which a statement is missing.
    pub key: String,
    /// The order it is about.
    #[schema(value_type = Option<String>)]
    pub order: Option<ProviderOrderId>,
    /// How much it is about.
    #[schema(value_type = String)]
    pub amount: Vnd,
    /// When it was opened.
    #[schema(value_type = String)]
    pub opened_at: Timestamp,
    /// When it should be closed.
    #[schema(value_type = String)]
    pub due_at: Timestamp,
    /// When it was closed.
    #[schema(value_type = Option<String>)]
    pub closed_at: Option<Timestamp>,
    /// The officer who closed it; none when a witness did.
    #[schema(value_type = Option<String>)]
    pub closed_by: Option<AccountId>,
    /// Why.
    pub reason: Option<String>,
}

impl From<Break> for BreakView {
    fn from(of: Break) -> Self {
        let (closed_at, by) =
            of.closed.map(|(at, officer, reason)| (at, (officer, reason))).unzip();
        let (closed_by, reason) = by.unwrap_or_default();
        Self {
            id: of.id,
            class: of.class.as_str(),
            provider: name(of.provider),
            key: of.key,
            order: of.order,
            amount: Vnd::new(of.amount),
            opened_at: of.opened_at,
            due_at: of.due_at,
            closed_at,
            closed_by,
            reason,
        }
    }
}

/// Where the money of a break goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RemedyName {
    /// What the provider owes beyond what anybody got, of a payment known by its number: to where money waits for its owner.
    Suspense,
    /// What the provider does not owe after all: the city bears it.
    WriteOff,
}

/// To close a break.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolveRequest {
    /// Why, 10 to 500 characters.
    pub reason: String,
    /// Where its money goes, if any is to move; a second officer decides about that.
    #[serde(default)]
    pub remedy: Option<RemedyName>,
}

/// Which part of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BreakQuery {
    /// Closed ones too.
    #[serde(default)]
    all: bool,
    /// 1 to 100 entries.
    #[serde(default = "crate::http::page::page_size")]
    first: u32,
    /// The cursor after which to go on.
    #[serde(default)]
    after: Option<String>,
}

/// `POST /admin/v1/payments/statements?provider&day`
#[utoipa::path(
    post, path = "/admin/v1/payments/statements", tag = "payments", operation_id = "importProviderStatement",
    summary = "Take in a provider's statement of a day",
    description = "CSV in UTF-8 of at most 20 MB and 100,000 lines. Each line is compared with messages and ledger; what only \
                   the statement knows is put aside, what disagrees becomes a break, and what it comes to is taken off what \
                   the provider owes. The same file again goes on where it stopped, such as one that takes longer than the \
                   minute in which it is answered, and changes nothing when it is done. NET_REFUSED: all is judged, and \
                   what it comes to is taken off when the file comes again once the money is there.",
    params(StatementOf),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, description = "What it came to", body = RunView), (status = 403, description = "SCOPE"),
              (status = 409, description = "NET_REFUSED"), (status = 413, description = "BODY_TOO_LARGE"),
              (status = 422, description = "INPUT"), (status = 503, description = "NO_LEADER, BUSY: send it again")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")),
               ("x-city-max-body" = json!(MAX_IMPORT_BYTES)), ("x-city-timeout" = json!(60)))
)]
pub async fn import(
    State(app): State<App>,
    staff: Staff,
    Query(of): Query<StatementOf>,
    body: Body,
) -> Result<Json<RunView>, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let file = to_bytes(body, MAX_IMPORT_BYTES).await.map_err(|error| broken_off(&error))?;
    let seen = app::import_statement(&app, &staff, of.provider, of.day, &file).await?;
    Ok(Json(seen.into()))
}

/// `GET /admin/v1/payments/runs`
#[utoipa::path(
    get, path = "/admin/v1/payments/runs", tag = "payments", operation_id = "listReconciliationRuns",
    summary = "Statements that were taken in, newest first",
    params(PageQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")))
)]
pub async fn runs(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<RunView>>, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let args = PageArgs::from(query);
    let page = app::list_runs(&app, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `GET /admin/v1/payments/breaks`
#[utoipa::path(
    get, path = "/admin/v1/payments/breaks", tag = "payments", operation_id = "listBreaks",
    summary = "Where witnesses of a payment disagree, what is due first first",
    params(BreakQuery),
    responses((status = 200, description = "One page"), (status = 403, description = "SCOPE"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")))
)]
pub async fn breaks(
    State(app): State<App>,
    staff: Staff,
    Query(query): Query<BreakQuery>,
) -> Result<Json<Page<BreakView>>, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let args = PageArgs { first: query.first, after: query.after };
    let page = app::list_breaks(&app, query.all, &args).await?;
    Ok(Json(page.map(Into::into)))
}

/// `POST /admin/v1/payments/breaks/{id}/resolve`
#[utoipa::path(
    post, path = "/admin/v1/payments/breaks/{id}/resolve", tag = "payments", operation_id = "resolveBreak",
    summary = "Close a break with a reason, or ask a second officer to move what it is about",
    description = "Answers with the closed break, or with the request to the second officer.",
    params(("id" = String, Path, description = "The break, such as brk_…"),
           ("Idempotency-Key" = String, Header, description = "Makes it happen once")),
    request_body = ResolveRequest,
    responses((status = 200, description = "The break, closed, or the request", body = BreakView), (status = 403, description = "SCOPE"),
              (status = 404, description = "NOT_FOUND"), (status = 409, description = "STATE, KEY_REUSED"),
              (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("payments")), ("x-city-permission" = json!("payments.reconciliation.run")))
)]
pub async fn resolve(
    State(app): State<App>,
    staff: Staff,
    Path(id): Path<ReconciliationBreakId>,
    RequestKey(key): RequestKey,
    Json(request): Json<ResolveRequest>,
) -> Result<Response, Problem> {
    staff.require(RECONCILIATION_RUN, CITY, app.clock.now())?;
    let remedy = request.remedy.map(|name| match name {
        RemedyName::Suspense => Remedy::Suspense,
        RemedyName::WriteOff => Remedy::WriteOff,
    });
    Ok(match app::resolve_break(&app, &staff, &key, id, &request.reason, remedy).await? {
        Resolved::Closed(found) => Json(BreakView::from(found)).into_response(),
        Resolved::Asked(approval) => Json(ApprovalView::from(approval)).into_response(),
    })
}
