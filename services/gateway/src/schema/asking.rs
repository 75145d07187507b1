//! What a resolver knows about the request it works for.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use async_graphql::Context;
use city_auth::Principal;
use city_clients::{AppHeaders, Call, CallError, Heard};
use city_contracts::common::Locale;

use super::refusal::Refusal;
use crate::clients::Clients;

/// The request behind a resolver.
#[derive(Debug, Clone)]
pub struct Asking {
    pub principal: Principal,
    pub locale: Locale,
    /// When the answer is of no more use.
    pub deadline: Instant,
    pub request_id: String,
    /// What the app says about itself.
    pub app: AppHeaders,
    /// Whether others may be given the same answer, as far as services said.
    pub heard: Heard,
    pub clients: Clients,
    /// The version of what a subscription shows, noted by its resolver: live updates only rise.
    pub shown_version: Arc<OnceLock<i64>>,
}

impl Asking {
    /// A call on behalf of whoever asks.
    pub fn call(&self) -> Call {
        Call {
            principal: self.principal.clone(),
            locale: self.locale,
            deadline: self.deadline,
            app: self.app.clone(),
            heard: self.heard.clone(),
        }
    }

    /// A service's refusal, told in the caller's language.
    pub fn refused(&self, error: &CallError) -> Refusal {
        Refusal::of(error, self.locale)
    }
}

/// The request behind this resolver.
pub fn asking<'a>(ctx: &Context<'a>) -> &'a Asking {
    ctx.data_unchecked::<Asking>()
}
