//! The forms of procedures.

use async_graphql::{ID, SimpleObject};
use city_contracts::catalogue::procedure as wire;
use serde_json::Value;

use super::scalars::DateTime;

/// A version of a form; a version never changes.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "FormVersion")]
pub struct FormVersion {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Which version, from 1.
    #[graphql(name = "no")]
    no: i32,
    /// What the answers must be: JSON Schema 2020-12.
    #[graphql(name = "schema")]
    schema: Value,
    /// Order and hints for showing it.
    #[graphql(name = "ui")]
    ui: Value,
    /// Until when dossiers on it are taken; null while it is the present one.
    #[graphql(name = "closesAt")]
    closes_at: Option<DateTime>,
    /// The share of required fields, 0 to 1, that ask for what the platform holds.
    #[graphql(name = "repeatAsk")]
    repeat_ask: f32,
    /// What is filled in from the account of who begins a dossier.
    #[graphql(name = "prefill")]
    prefill: Vec<PrefilledValue>,
}

/// A field that is filled in from the account, and can be changed.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "PrefilledValue")]
pub struct PrefilledValue {
    /// JSON Pointer of the field in the answers.
    #[graphql(name = "to")]
    to: String,
    /// What it takes: `account.fullName`, `account.phone` or `account.home.wardCode`.
    #[graphql(name = "from")]
    from: String,
    /// When it is filled in: a condition over the answers; null for always.
    #[graphql(name = "when")]
    when: Option<Value>,
}

impl From<wire::FormVersionView> for FormVersion {
    fn from(of: wire::FormVersionView) -> Self {
        let prefill =
            |of: wire::PrefillRule| PrefilledValue { to: of.to, from: of.from, when: of.when };
        Self {
            id: of.id.into(),
            no: of.no,
            schema: of.schema,
            ui: of.ui,
            closes_at: of.closes_at.map(DateTime),
            repeat_ask: of.repeat_ask,
            prefill: of.prefill.into_iter().map(prefill).collect(),
        }
    }
}
