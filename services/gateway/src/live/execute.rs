//! From a `subscribe` to what runs: the same steps as a POST (`crate::request`), and what a subscription watches.

use std::sync::Arc;

use async_graphql::Value as GraphqlValue;
use async_graphql::parser::types::OperationType;
use city_contracts::common::Locale;
use city_contracts::problem::Kind;
use city_http::trace;
use city_ids::{DossierId, ProviderOrderId, ReportId};
use serde_json::{Value, json};

use super::groups::{GroupKey, Resolve, Resolved, Viewer};
use super::topics::Topic;
use super::{Caller, Live};
use crate::App;
use crate::cache::Given;
use crate::engine::Plan;
use crate::http::parameters::{Parameters, Source};
use crate::prepare::{RequestError, TextHash};
use crate::request::{self, Door};
use crate::schema;

/// What became of a `subscribe`.
pub enum Asked {
    /// A query or mutation ran: its result as JSON.
    Answer(String),
    /// Nothing ran: the `errors`.
    Refused(Value),
    /// Something to be watched, and how to look at it.
    Subscription(Box<GroupKey>, Resolve),
}

/// Runs a query or mutation, or says what a subscription watches.
pub async fn ask(live: &Live, caller: &Caller, parameters: Parameters) -> Asked {
    match begin(&live.app, caller, parameters).await {
        Ok(asked) => asked,
        Err(error) => refused(&error),
    }
}

/// The `errors` of a request that did not run.
pub fn refused(error: &RequestError) -> Asked {
    Asked::Refused(error.envelope(&request_id())["errors"].take())
}

/// The `errors` of one operation too many on a connection.
pub fn too_many_operations(locale: Locale) -> Value {
    let message = match locale {
        Locale::Vi => "Quá nhiều thao tác cùng lúc trên một kết nối",
        Locale::En => "Too many operations at once on one connection",
    };
    let code = schema::code(Kind::TooMany);
    json!([{ "message": message, "extensions": { "code": code, "reason": code, "requestId": request_id() } }])
}

async fn begin(app: &App, caller: &Caller, parameters: Parameters) -> Result<Asked, RequestError> {
    let who = app.who.again(&caller.principal).await;
    let document = hash(&parameters.document);
    let operation = parameters.operation_name.clone();
    let variables = Value::Object(parameters.variables.clone()).to_string();
    let (plan, principal) =
        app.plan(who, Door::Live, parameters).await.map_err(|refused| refused.error)?;
    let asking = asking(caller, &principal);
    app.count(&plan, &asking).await?;
    let topic = match plan.kind() {
        OperationType::Subscription => topic(app, &plan, &asking),
        OperationType::Query | OperationType::Mutation => None,
    };
    let (Some(topic), Some(document)) = (topic, document) else {
        let answer = match app.answer(&plan, asking).await {
            Given::Kept(entry) => String::from_utf8_lossy(&entry.body).into_owned(),
            Given::Passing(response) => serde_json::to_string(&*response).unwrap_or_default(),
        };
        return Ok(Asked::Answer(answer));
    };
    let viewer = Viewer::of(&principal);
    let key = GroupKey { topic, document, operation, variables, viewer, locale: caller.locale };
    Ok(Asked::Subscription(Box::new(key), resolve(app.clone(), plan, asking)))
}

/// How a group looks at what it watches: as this member is at that moment.
fn resolve(app: App, plan: Plan, asking: request::Caller) -> Resolve {
    let watched = Arc::new((app, plan, asking));
    Arc::new(move || {
        let watched = Arc::clone(&watched);
        Box::pin(async move {
            let (app, plan, asking) = &*watched;
            match app.who.again(&asking.principal).await {
                Ok(principal) => {
                    let shown = Arc::default();
                    let caller = request::Caller { principal, ..asking.clone() };
                    let response = app.run_noting(plan, caller, Arc::clone(&shown)).await;
                    resolved(&response, shown.get().copied())
                }
                Err(denied) => Resolved::Failed {
                    errors: RequestError::from(denied).envelope(&asking.request_id)["errors"]
                        .take(),
                },
            }
        })
    })
}

/// What a subscription watches; none if it names nothing that can exist, or nobody whose it could be.
fn topic(app: &App, plan: &Plan, asking: &request::Caller) -> Option<Topic> {
    match plan.operation().root_fields.first()?.as_str() {
        "reportChanged" => {
            match app.engine.arguments(plan, "reportChanged", "id").into_iter().next()? {
                GraphqlValue::String(id) => ReportId::parse(&id).ok().map(Topic::Report),
                _ => None,
            }
        }
        "dossierChanged" => {
            match app.engine.arguments(plan, "dossierChanged", "id").into_iter().next()? {
                GraphqlValue::String(id) => DossierId::parse(&id).ok().map(Topic::Dossier),
                _ => None,
            }
        }
        "providerPaymentChanged" => {
            match app.engine.arguments(plan, "providerPaymentChanged", "id").into_iter().next()? {
                GraphqlValue::String(id) => {
                    ProviderOrderId::parse(&id).ok().map(Topic::ProviderPayment)
                }
                _ => None,
            }
        }
        "walletChanged" => asking.principal.account.map(Topic::Wallet),
        "inboxChanged" => asking.principal.account.map(Topic::Inbox),
        _ => None,
    }
}

/// What a result means to its group: a root that is null without an error is gone.
fn resolved(response: &async_graphql::Response, version: Option<i64>) -> Resolved {
    let whole = serde_json::to_value(response).unwrap_or_default();
    let root = whole["data"].as_object().and_then(|data| data.values().next());
    match root {
        Some(root) if !root.is_null() => {
            Resolved::Value { result: whole.to_string().into(), version }
        }
        Some(_) | None if response.errors.is_empty() => Resolved::Gone,
        Some(_) | None => Resolved::Failed { errors: whole["errors"].clone() },
    }
}

fn asking(caller: &Caller, principal: &city_auth::Principal) -> request::Caller {
    let Caller { locale, address, .. } = *caller;
    let (principal, app) = (principal.clone(), caller.app.clone());
    request::Caller { principal, locale, address, request_id: request_id(), app }
}

fn request_id() -> String {
    trace::current().map(trace::TraceContext::trace_id).unwrap_or_default()
}

fn hash(document: &Source) -> Option<TextHash> {
    match document {
        Source::Text(text) => Some(TextHash::of(text)),
        Source::Id(sha256) | Source::Hash { sha256, .. } => TextHash::from_hex(sha256),
    }
}
