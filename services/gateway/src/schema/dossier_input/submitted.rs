//! What residents send about dossiers that are on their way, or at its end.

use async_graphql::{ID, InputObject};
use city_contracts::catalogue::dossier as wire;
use city_contracts::common::Locale;
use serde_json::Value;

use super::only_named;
use crate::schema::user_error::{Checks, UserError};

/// Adds what was asked for, and the clock goes on.
#[derive(Clone, InputObject)]
#[graphql(name = "SupplementDossierInput")]
pub struct SupplementDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// All answers, when some were asked for; unchanged when absent.
    #[graphql(name = "answers")]
    answers: Option<Value>,
    /// A word to the officer, at most 1,000 characters.
    #[graphql(name = "note")]
    note: Option<String>,
}

impl SupplementDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SupplementDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::SupplementDossier {
            idempotency_key,
            id,
            version: self.version,
            answers: self.answers,
            note: self.note,
        });
        checks.done(wire)
    }
}

/// Takes a dossier back.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WithdrawDossierInput")]
pub struct WithdrawDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
}

impl WithdrawDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::DossierInput, Vec<UserError>> {
        only_named(locale, &self.idempotency_key, &self.id, self.version)
    }
}

/// Rates how a dossier was handled.
#[derive(Clone, InputObject)]
#[graphql(name = "RateDossierInput")]
pub struct RateDossierInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The global id of the dossier.
    #[graphql(name = "id")]
    id: ID,
    /// The dossier's version as last read; if it changed since, nothing happens.
    #[graphql(name = "version")]
    version: i32,
    /// 1 (bad) to 5 (good).
    #[graphql(name = "score")]
    score: i32,
    /// Codes of reasons, at most 5.
    #[graphql(name = "reasons")]
    reasons: Option<Vec<ID>>,
    /// In the person's own words, at most 1,000 characters.
    #[graphql(name = "text")]
    text: Option<String>,
}

impl RateDossierInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::RateDossier, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let named = checks.key_and_id(&self.idempotency_key, &self.id);
        let wire = named.map(|(idempotency_key, id)| wire::RateDossier {
            idempotency_key,
            id,
            version: self.version,
            score: self.score,
            reasons: self.reasons.unwrap_or_default().into_iter().map(String::from).collect(),
            text: self.text,
        });
        checks.done(wire)
    }
}
