//! What many staff routes have in common, said once for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Response};
use utoipa::{IntoParams, IntoResponses};

/// The header that makes a command happen once.
pub enum OnceKey {}

impl IntoParams for OnceKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .description(Some("Makes it happen once"))
            .required(Required::True)
            .schema(Some(text));
        vec![key.build()]
    }
}

/// Why editors are refused who write an edition or move it.
pub enum EditRefused {}

impl IntoResponses for EditRefused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals("SCOPE")
    }
}

/// Why publishers are refused who judge an edition.
pub enum JudgementRefused {}

impl IntoResponses for JudgementRefused {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        refusals("SCOPE, TWO_PERSONS")
    }
}

fn refusals(forbidden: &str) -> BTreeMap<String, RefOr<Response>> {
    let rows = [
        ("403", forbidden),
        ("404", "NOT_FOUND"),
        ("409", "STATE, STALE, KEY_REUSED"),
        ("422", "INPUT"),
    ];
    rows.map(|(status, codes)| (status.to_owned(), RefOr::T(Response::new(codes)))).into()
}
