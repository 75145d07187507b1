//! The order of work of a GraphQL request from its parameters on, whatever it came by: document, operation, variables,
//! cost, limits, execution. The first step that fails answers; no later one has run.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use async_graphql::parser::types::OperationType;
use async_graphql::{Response, Value};
use city_auth::permission::{DOCUMENT_ADHOC, SCHEMA_INTROSPECT};
use city_auth::{Principal, PrincipalKind};
use city_clients::{AppHeaders, Heard};
use city_contracts::common::Locale;
use city_http::{Kind, Outcome as _};

use crate::App;
use crate::cache::{Fresh, Given, Key};
use crate::engine::Plan;
use crate::http::parameters::Parameters;
use crate::limit::{self, Limit, address, table};
use crate::prepare::{
    Code, Fault, Introspection, Operation, Outcome, Policy, Reach, RequestError, check_limit,
};
use crate::schema::{ALONE, Asking, PRIVATE_ARGUMENTS, WITHOUT_TOKEN};
use crate::who::Denied;

/// Points one operation may cost.
const MOST_POINTS: u64 = 2_000;
const POINT: u64 = 10;
/// Cost points that count as another request.
const POINTS_PER_UNIT: u64 = 100;
const DEADLINE: Duration = Duration::from_secs(5);
const MUTATION_DEADLINE: Duration = Duration::from_secs(10);

/// How a request came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// HTTP GET: queries only.
    Get,
    /// HTTP POST: queries and mutations.
    Post,
    /// A connection that stays open: everything.
    Live,
}

/// Who asks, as far as execution needs to know.
#[derive(Debug, Clone)]
pub struct Caller {
    pub principal: Principal,
    pub locale: Locale,
    pub address: IpAddr,
    pub request_id: String,
    /// What the app says about itself.
    pub app: AppHeaders,
}

/// A refusal, and the methods that would do where the method was wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Refused {
    pub error: RequestError,
    pub allow: Option<&'static str>,
}

impl From<RequestError> for Refused {
    fn from(error: RequestError) -> Self {
        Self { error, allow: None }
    }
}

impl Refused {
    pub fn method(allow: &'static str, message: &str) -> Self {
        let error = RequestError::new(Code::MethodNotAllowed, Outcome::MethodNotAllowed, message);
        Self { error, allow: Some(allow) }
    }
}

impl From<Denied> for RequestError {
    fn from(denied: Denied) -> Self {
        let fault = Fault::new(denied.to_string()).with("reason", denied.code());
        if denied.kind() == Kind::Unauthenticated {
            return Self::of(Code::Unauthenticated, Outcome::Unauthenticated, fault);
        }
        let fault = fault.with("retryAfterSeconds", city_http::RETRY_AFTER_SECONDS);
        Self::of(Code::Unavailable, Outcome::Unavailable, fault)
    }
}

impl From<limit::Refused> for RequestError {
    fn from(refused: limit::Refused) -> Self {
        let fault = Fault::new(refused.to_string())
            .with("retryAfterSeconds", refused.retry_after_seconds());
        match refused {
            limit::Refused::TooMany { .. } => Self::of(Code::RateLimited, Outcome::TooMany, fault),
            limit::Refused::Closed => Self::of(Code::Unavailable, Outcome::Unavailable, fault),
        }
    }
}

impl App {
    /// Steps 3 to 5 before anything is counted: what would run, and as whom.
    ///
    /// # Errors
    /// The first refusal.
    pub async fn plan(
        &self,
        who: Result<Principal, Denied>,
        door: Door,
        parameters: Parameters,
    ) -> Result<(Plan, Principal), Refused> {
        let prepared = self.engine.document(&parameters.document).await?;
        let operation = prepared.operation(parameters.operation_name.as_deref())?;
        let principal = match who {
            Ok(principal) => principal,
            Err(_) if needs_no_token(operation) => Principal::anonymous(),
            Err(denied) => return Err(RequestError::from(denied).into()),
        };
        match (door, operation.kind) {
            (Door::Get, OperationType::Mutation) => {
                return Err(Refused::method("POST", "A mutation must be sent by POST"));
            }
            (Door::Get | Door::Post, OperationType::Subscription) => {
                return Err(Refused::method("GET", "A subscription needs a WebSocket"));
            }
            (Door::Get, OperationType::Query) if has_private_arguments(operation) => {
                return Err(Refused::method("POST", "These arguments may not stand in a URL"));
            }
            (Door::Live, _) | (_, OperationType::Query) | (Door::Post, OperationType::Mutation) => {
            }
        }
        if !self.engine.admits(prepared.hash())
            && !principal.may_somewhere(DOCUMENT_ADHOC, self.clock.now())
        {
            let message = "Only documents of released apps run here";
            let error = RequestError::new(Code::DocumentNotTrusted, Outcome::Refused, message);
            return Err(error.into());
        }
        let introspection = if self.profile.is_development()
            || principal.may_somewhere(SCHEMA_INTROSPECT, self.clock.now())
        {
            Introspection::Allowed
        } else {
            Introspection::Refused
        };
        operation.admit(&Policy { alone: ALONE, introspection })?;
        let plan = self.engine.plan(&prepared, parameters.operation_name, &parameters.variables)?;
        check_limit(plan.cost_tenths, MOST_POINTS)?;
        Ok((plan, principal))
    }

    /// Takes the operation from the limits of whoever asks.
    ///
    /// # Errors
    /// `RATE_LIMITED`, and `UNAVAILABLE` where a limit is closed.
    pub async fn count(&self, plan: &Plan, caller: &Caller) -> Result<(), RequestError> {
        let host = address::host_key(caller.address);
        let account = caller.principal.account.map(|account| account.to_string());
        let units =
            u32::try_from(1 + plan.cost_tenths / (POINT * POINTS_PER_UNIT)).unwrap_or(u32::MAX);
        match &account {
            Some(account) => self.limits.check(&table::GRAPHQL_SIGNED_IN, account, units).await?,
            None => self.limits.check(&table::GRAPHQL_ANONYMOUS, &host, units).await?,
        }
        if plan.kind() != OperationType::Subscription {
            for field in &plan.operation().root_fields {
                for (limit, key) in
                    self.limits_of(field, plan, caller, account.as_deref().unwrap_or(&host))
                {
                    self.limits.check(limit, &key, 1).await?;
                }
            }
        }
        Ok(())
    }

    /// The limits of one root field. `owner` is the account, or the address of a guest.
    fn limits_of(
        &self,
        field: &str,
        plan: &Plan,
        caller: &Caller,
        owner: &str,
    ) -> Vec<(&'static Limit, String)> {
        let host = || address::host_key(caller.address);
        match field {
            "requestPhoneCode" => {
                let mut limits = vec![
                    (&table::CODE_ADDRESS, host()),
                    (&table::CODE_NETWORK, address::network_key(caller.address)),
                ];
                let installation = self.input_text(plan, field, "installationId");
                limits.extend(
                    installation.map(|installation| (&table::CODE_INSTALLATION, installation)),
                );
                limits
            }
            "confirmPhoneCode" => {
                let challenge = self.input_text(plan, field, "challengeId").unwrap_or_default();
                vec![
                    (&table::CODE_CONFIRM_ADDRESS, host()),
                    (&table::CODE_CONFIRM_ACCOUNT, challenge),
                ]
            }
            "fileReport" => vec![(&table::FILE_REPORT, owner.to_owned())],
            "trackDossier" | "payeeByPhone" => vec![(&table::TRACKING, owner.to_owned())],
            "setWalletPin" | "createStepUp" => vec![
                (&table::CODE_CONFIRM_ADDRESS, host()),
                (&table::CODE_CONFIRM_ACCOUNT, owner.to_owned()),
            ],
            "sendMoney" | "payBill" | "payMerchant" | "startProviderPayment" => {
                vec![(&table::PAYMENT, owner.to_owned())]
            }
            "requestPhotoUpload" | "requestComponentUpload" => {
                vec![(&table::UPLOAD_TICKET, owner.to_owned())]
            }
            _ => Vec::new(),
        }
    }

    fn input_text(&self, plan: &Plan, field: &str, member: &str) -> Option<String> {
        match self.engine.arguments(plan, field, "input").into_iter().next()? {
            Value::Object(mut members) => match members.swap_remove(member)? {
                Value::String(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The answer to a plan: a kept one where it is the same for everybody, else what running it gives.
    pub async fn answer(&self, plan: &Plan, caller: Caller) -> Given {
        let is_anonymous = caller.principal.kind == PrincipalKind::Anonymous;
        let reach = match plan.kind() {
            OperationType::Query => self.engine.reach(plan),
            OperationType::Mutation | OperationType::Subscription => Reach::Viewer,
        };
        let (cache, caller) = match (&self.cache, reach) {
            (Some(cache), Reach::Everybody) => {
                (cache, Caller { principal: Principal::anonymous(), ..caller })
            }
            (Some(cache), Reach::Anonymous) if is_anonymous => (cache, caller),
            _ => return Given::Passing(Arc::new(self.run(plan, caller).await)),
        };
        let key = Key {
            document: plan.document(),
            operation: plan.name().map(str::to_owned),
            variables: plan.canonical_variables(),
            locale: caller.locale,
            app: caller.app.clone(),
        };
        let fetch = || {
            let (app, plan) = (self.clone(), plan.clone());
            async move {
                let heard = Heard::default();
                let response = app.run_with(&plan, caller, Arc::default(), heard.clone()).await;
                Fresh { response, keeping: heard.keeping() }
            }
        };
        cache.answer(key, || self.engine.tags(plan), fetch).await
    }

    /// Runs a plan once, within the deadline of its kind.
    async fn run(&self, plan: &Plan, caller: Caller) -> Response {
        self.run_noting(plan, caller, Arc::default()).await
    }

    /// The same for a subscription, whose resolver notes the version of what it shows.
    pub async fn run_noting(
        &self,
        plan: &Plan,
        caller: Caller,
        shown_version: Arc<OnceLock<i64>>,
    ) -> Response {
        self.run_with(plan, caller, shown_version, Heard::default()).await
    }

    async fn run_with(
        &self,
        plan: &Plan,
        caller: Caller,
        shown_version: Arc<OnceLock<i64>>,
        heard: Heard,
    ) -> Response {
        let patience = match plan.kind() {
            OperationType::Mutation => MUTATION_DEADLINE,
            OperationType::Query | OperationType::Subscription => DEADLINE,
        };
        let asking = Asking {
            principal: caller.principal,
            locale: caller.locale,
            deadline: Instant::now() + patience,
            request_id: caller.request_id,
            app: caller.app,
            heard,
            clients: self.clients.clone(),
            shown_version,
        };
        // On the heap: what all resolvers together need would not fit beside the frames of a worker's stack.
        Box::pin(self.engine.execute(plan, asking)).await
    }
}

fn has_private_arguments(operation: &Operation) -> bool {
    operation.root_fields.iter().any(|field| PRIVATE_ARGUMENTS.contains(&field.as_str()))
}

fn needs_no_token(operation: &Operation) -> bool {
    let mut acts = operation.root_fields.iter().filter(|field| *field != "__typename").peekable();
    operation.kind == OperationType::Mutation
        && acts.peek().is_some()
        && acts.all(|field| WITHOUT_TOKEN.contains(&field.as_str()))
}
