//! The only file that executes. Two schemas over the same types: a strict one that validates a document once, when it is
//! prepared, and stops before execution; and the serving one, which has no extensions and validates next to nothing again.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::parser::types::{ExecutableDocument, OperationType, Selection};
use async_graphql::{
    ErrorExtensionValues, Request, Response, ServerError, ValidationMode, ValidationResult, Value,
    Variables,
};
use async_trait::async_trait;
use city_contracts::common::Locale;
use city_contracts::problem::Kind;
use futures_util::{FutureExt as _, StreamExt as _};

use crate::cache::Tag;
use crate::http::parameters::Source;
use crate::prepare::{
    Code, CostTable, DocumentCache, Fault, Operation, Outcome, Prepared, Reach, RequestError,
    Shape, ShapeError, TextHash, prepare,
};
use crate::schema::{self, Asking, BAD_INPUT, CitySchema, Refusal};
use crate::trusted::{Document, Mode, Trusted};
use crate::who::Flights;

/// Validates, remembers and runs documents.
pub struct Engine {
    strict: CitySchema,
    serving: CitySchema,
    shape: Shape,
    costs: CostTable,
    mode: Mode,
    trusted: Trusted,
    documents: DocumentCache,
    preparing: Flights<TextHash, Result<Arc<Prepared>, RequestError>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

/// One operation with its variables, ready to run as often as wanted.
#[derive(Debug, Clone)]
pub struct Plan {
    prepared: Arc<Prepared>,
    name: Option<String>,
    variables: Variables,
    /// In tenths of a point.
    pub cost_tenths: u64,
}

impl Plan {
    /// The operation.
    ///
    /// # Panics
    /// Never: a plan is made of an operation that was found.
    pub fn operation(&self) -> &Operation {
        self.prepared.operation(self.name.as_deref()).expect("it was found when the plan was made")
    }

    /// The hash of the document's text.
    pub fn document(&self) -> TextHash {
        self.prepared.hash()
    }

    /// The name the operation was asked for by.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The complete variables as sorted JSON: equal for equal questions.
    pub fn canonical_variables(&self) -> String {
        serde_json::to_value(&self.variables).unwrap_or_default().to_string()
    }

    /// Query, mutation or subscription.
    pub fn kind(&self) -> OperationType {
        self.operation().kind
    }
}

impl Engine {
    /// # Errors
    /// When the engine's own SDL cannot be read: a fault of this build.
    pub fn new(mode: Mode, trusted: Trusted) -> Result<Self, ShapeError> {
        let strict = schema::builder().extension(StopBeforeExecution).finish();
        Ok(Self {
            shape: Shape::parse(&strict.sdl())?,
            strict,
            serving: schema::builder().validation_mode(ValidationMode::Fast).finish(),
            costs: schema::costs(),
            mode,
            trusted,
            documents: DocumentCache::default(),
            preparing: Flights::default(),
        })
    }

    /// The document behind the parameters of a request.
    ///
    /// # Errors
    /// Those of preparing it, and codes for ids and hashes that are unknown or wrong.
    pub async fn document(&self, source: &Source) -> Result<Arc<Prepared>, RequestError> {
        match source {
            Source::Text(text) => self.prepared(text).await,
            Source::Hash { sha256, text: Some(text) } if TextHash::of(text).to_hex() == *sha256 => {
                self.prepared(text).await
            }
            Source::Hash { text: Some(_), .. } => {
                Err(RequestError::parameters("sha256Hash is not the hash of query"))
            }
            Source::Hash { sha256, text: None } => self.known(sha256).await.unwrap_or_else(|| {
                let code = Code::PersistedQueryNotFound;
                Err(RequestError::new(code, Outcome::Document, "PersistedQueryNotFound"))
            }),
            Source::Id(sha256) => self.released(sha256).await.unwrap_or_else(|| {
                let code = Code::DocumentNotFound;
                Err(RequestError::new(code, Outcome::Document, "No document has this id"))
            }),
        }
    }

    /// The document of a manifest with this hash.
    async fn released(&self, sha256: &str) -> Option<Result<Arc<Prepared>, RequestError>> {
        let hash = TextHash::from_hex(sha256)?;
        Some(self.prepared_once(hash, self.trusted.get(hash)?).await)
    }

    /// The same; where any document may run, also one that somebody sent before.
    async fn known(&self, sha256: &str) -> Option<Result<Arc<Prepared>, RequestError>> {
        if let Some(released) = self.released(sha256).await {
            return Some(released);
        }
        match self.mode {
            Mode::Trusted => None,
            Mode::Open => self.documents.get(TextHash::from_hex(sha256)?).map(Ok),
        }
    }

    /// Whether a document may run for everybody.
    pub fn admits(&self, document: TextHash) -> bool {
        self.mode == Mode::Open || self.is_trusted(document)
    }

    /// Whether a document is in a manifest.
    pub fn is_trusted(&self, document: TextHash) -> bool {
        self.trusted.get(document).is_some()
    }

    /// For whom the values of a plan are.
    pub fn reach(&self, plan: &Plan) -> Reach {
        let reach = plan.operation().reach(&self.shape, schema::is_public);
        let asks_about_viewer = |field: &String| {
            schema::asks_about_viewer(field, self.arguments(plan, field, "filter").first())
        };
        match reach {
            Reach::Everybody if plan.operation().root_fields.iter().any(asks_about_viewer) => {
                Reach::Anonymous
            }
            reach => reach,
        }
    }

    /// What the values of a plan are made of, as far as events tell.
    pub fn tags(&self, plan: &Plan) -> Vec<Tag> {
        let of = |field: &String| {
            let filter = self.arguments(plan, field, "filter");
            schema::tags(field, filter.first())
        };
        plan.operation().root_fields.iter().flat_map(of).collect()
    }

    /// The plan of an operation of a document.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for variables that do not fit.
    pub fn plan(
        &self,
        prepared: &Arc<Prepared>,
        name: Option<String>,
        given: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Plan, RequestError> {
        let operation = prepared.operation(name.as_deref())?;
        let variables = operation.coerce(&self.shape, given)?;
        let cost_tenths = operation.cost(&self.shape, &self.costs, &variables)?;
        Ok(Plan { prepared: Arc::clone(prepared), name, variables, cost_tenths })
    }

    /// The values of an argument, one for each root field of that name that has it.
    pub fn arguments(&self, plan: &Plan, field: &str, argument: &str) -> Vec<Value> {
        let document = plan.operation().document(&self.shape, &plan.variables);
        let operations = document
            .operations
            .iter()
            .flat_map(|(_, operation)| &operation.node.selection_set.node.items);
        let of_field = operations.filter_map(|item| match &item.node {
            Selection::Field(found) if found.node.name.node == field => {
                found.node.get_argument(argument)
            }
            Selection::Field(_) | Selection::InlineFragment(_) | Selection::FragmentSpread(_) => {
                None
            }
        });
        let known = |value: async_graphql_value::Value| {
            value.into_const_with(|name| plan.variables.get(&name).cloned().ok_or(())).ok()
        };
        of_field.filter_map(|value| known(value.node.clone())).collect()
    }

    /// Runs a plan once; a subscription gives its present state. What is not ours to say is masked.
    pub async fn execute(&self, plan: &Plan, asking: Asking) -> Response {
        let (locale, request_id) = (asking.locale, asking.request_id.clone());
        let document = plan.operation().document(&self.shape, &plan.variables).into_owned();
        let mut request = Request::new("").variables(plan.variables.clone()).data(asking);
        request.set_parsed_query(document);
        let running = async {
            match plan.kind() {
                OperationType::Subscription => {
                    self.serving.execute_stream(request).next().await.unwrap_or_default()
                }
                OperationType::Query | OperationType::Mutation => {
                    self.serving.execute(request).await
                }
            }
        };
        mask(survived(running).await, locale, &request_id)
    }

    async fn prepared(&self, text: &str) -> Result<Arc<Prepared>, RequestError> {
        let hash = TextHash::of(text);
        if let Some(released) = self.trusted.get(hash) {
            return self.prepared_once(hash, released).await;
        }
        if let Some(known) = self.documents.get(hash) {
            return Ok(known);
        }
        let prepare = async {
            let prepared =
                Arc::new(prepare(text, &self.shape, |document| self.validate(document))?);
            self.documents.keep(hash, &prepared);
            Ok(prepared)
        };
        self.preparing.join(hash, prepare).await
    }

    /// A document of a manifest, which is remembered whatever became of it.
    async fn prepared_once(
        &self,
        hash: TextHash,
        document: &Document,
    ) -> Result<Arc<Prepared>, RequestError> {
        if let Some(known) = document.prepared.get() {
            return known.clone();
        }
        let prepare = async {
            let text = &document.text;
            let prepared = prepare(text, &self.shape, |parsed| self.validate(parsed)).map(Arc::new);
            if let Err(error) = &prepared {
                let first = error.faults.first().map_or("", |fault| fault.message.as_str());
                tracing::warn!(
                    document = document.origin,
                    "{} cannot run: {first}",
                    document.origin
                );
            }
            document.prepared.get_or_init(|| prepared).clone()
        };
        self.preparing.join(hash, prepare).await
    }

    fn validate(&self, document: &ExecutableDocument) -> Result<(), RequestError> {
        let mut request = Request::new("");
        request.set_parsed_query(document.clone());
        // Validation awaits nothing, so it is over at once.
        let verdict = self.strict.execute(request).now_or_never().unwrap_or_default();
        let fault = |error: ServerError| {
            let place = error.locations.first().copied().unwrap_or_default();
            Fault::new(error.message).at(place.line, place.column)
        };
        match verdict.errors {
            faults if faults.is_empty() => Ok(()),
            faults => Err(RequestError::validation(faults.into_iter().map(fault).collect())),
        }
    }
}

/// Ends a request after validation: no errors mean that the document is valid.
struct StopBeforeExecution;

impl ExtensionFactory for StopBeforeExecution {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait]
impl Extension for StopBeforeExecution {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await?;
        Err(Vec::new())
    }
}

/// A panic in a resolver ends its own request and no other.
async fn survived(running: impl Future<Output = Response>) -> Response {
    match AssertUnwindSafe(running).catch_unwind().await {
        Ok(response) => response,
        Err(_) => Response::from_errors(vec![ServerError::new("a resolver panicked", None)]),
    }
}

/// Only errors of our own type keep their words; the rest goes to the log under the request's id.
fn mask(mut response: Response, locale: Locale, request_id: &str) -> Response {
    for error in &mut response.errors {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("requestId", request_id);
        let expected = error.extensions.as_ref().and_then(|known| known.get(BAD_INPUT)).cloned();
        if let Some(refusal) = error.source::<Refusal>().cloned() {
            extensions.set("code", schema::code(refusal.kind));
            extensions.set("reason", refusal.reason.as_str());
            if let Some(seconds) = refusal.retry_after_seconds {
                extensions.set("retryAfterSeconds", seconds);
            }
            error.message = refusal.message;
        } else if let Some(Value::String(expected)) = expected {
            extensions.set("code", Code::BadUserInput.as_str());
            extensions.set("reason", Code::BadUserInput.as_str());
            error.message = expected;
        } else {
            tracing::error!(request.id = request_id, error = error.message, "A resolver failed");
            extensions.set("code", schema::code(Kind::Internal));
            extensions.set("reason", schema::code(Kind::Internal));
            schema::internal(locale).clone_into(&mut error.message);
        }
        error.source = None;
        error.extensions = Some(extensions);
    }
    response
}

#[cfg(test)]
mod tests {
    use async_graphql::Pos;
    use serde_json::json;

    use super::*;

    fn answered(error: ServerError) -> serde_json::Value {
        let masked = mask(Response::from_errors(vec![error]), Locale::En, "req_1");
        serde_json::to_value(&masked.errors).expect("errors are JSON")
    }

    #[tokio::test]
    async fn a_panic_is_an_internal_error_without_its_words() {
        let panicking = async { std::panic::panic_any("password=hunter2".to_owned()) };

        let masked = mask(survived(panicking).await, Locale::En, "req_1");

        let extensions = json!({ "code": "INTERNAL", "reason": "INTERNAL", "requestId": "req_1" });
        let errors = json!([{ "message": "Internal error", "extensions": extensions }]);
        assert_eq!(
            serde_json::to_value(&masked).unwrap(),
            json!({ "errors": errors, "data": null })
        );
    }

    #[test]
    fn only_our_own_errors_keep_their_words() {
        let foreign =
            async_graphql::Error::new("connection to postgres://user:password@db refused");
        let own = Refusal {
            kind: Kind::TooMany,
            reason: "DAILY_LIMIT".into(),
            message: "enough".into(),
            retry_after_seconds: Some(9),
        };
        let own = async_graphql::Error::from(own);

        let foreign = answered(foreign.into_server_error(Pos::default()));
        let own = answered(own.into_server_error(Pos::default()));

        assert_eq!(foreign.pointer("/0/message"), Some(&json!("Internal error")));
        assert_eq!(own.pointer("/0/message"), Some(&json!("enough")));
        let extensions = json!({ "code": "TOO_MANY", "reason": "DAILY_LIMIT", "requestId": "req_1", "retryAfterSeconds": 9 });
        assert_eq!(own.pointer("/0/extensions"), Some(&extensions));
    }
}
