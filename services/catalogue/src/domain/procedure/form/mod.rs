//! Forms: which schemas are admitted, what answers they take, what may be filled in beforehand.
//!
//! The validator is our own because answers come from anybody and schemas are shared by thousands: only the keywords that
//! [`Schema::read`] admits exist, references never lead out or round, patterns run in linear time, and every validation
//! counts its work and ends at a bound. A general validator gives none of these.

mod element;
mod format;
mod json;
mod lint;
mod moving;
mod prefill;
mod repeat_ask;
mod schema;
#[cfg(test)]
mod tests;
mod validate;

use chrono::{DateTime, Utc};
use city_contracts::catalogue::procedure::{FormVersionView, NewFormVersion, PrefillRule};
use city_contracts::problem::Finding;
use city_ids::FormVersionId;
use serde_json::Value;

pub use json::exceeds;
pub use moving::{Moved, move_answers};
pub use prefill::{AccountFacts, prefill};
pub use schema::Schema;
pub use validate::{Breach, MAX_ANSWER_BYTES};

use super::condition::Condition;

/// A form version: what is published of it, and what it means.
#[derive(Debug, Clone)]
pub struct Form {
    /// Its id.
    pub id: FormVersionId,
    /// Until when drafts on it are taken.
    pub closes_at: Option<DateTime<Utc>>,
    /// What answers it takes.
    pub schema: Schema,
    /// What may be filled in beforehand.
    pub prefill: Vec<PrefillTerm>,
    /// As published.
    pub view: FormVersionView,
}

/// A prefill rule with its condition read.
#[derive(Debug, Clone, PartialEq)]
pub struct PrefillTerm {
    /// As published.
    pub rule: PrefillRule,
    /// When.
    pub when: Option<Condition>,
}

/// What was read of a new form version.
#[derive(Debug, Clone)]
pub struct ReadForm {
    /// What answers it takes.
    pub schema: Schema,
    /// What may be filled in beforehand.
    pub prefill: Vec<PrefillTerm>,
    /// Required leaf fields whose element the platform holds ÷ required leaf fields.
    pub repeat_ask: f32,
}

impl Form {
    /// A stored form version.
    ///
    /// # Errors
    /// What the lint finds: it passed when it was stored, so a finding is a fault.
    pub fn restore(view: FormVersionView) -> Result<Self, Vec<Finding>> {
        let ReadForm { schema, prefill, .. } = read(&view.schema, &view.ui, &view.prefill)?;
        Ok(Self { id: view.id, closes_at: view.closes_at, schema, prefill, view })
    }

    /// Whether drafts on it are still taken.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.closes_at.is_none_or(|end| at < end)
    }
}

/// Reads what an editor sends as a form.
///
/// # Errors
/// Everything the lint finds, at once.
pub fn lint(new: &NewFormVersion) -> Result<ReadForm, Vec<Finding>> {
    read(&new.schema, &new.ui, &new.prefill)
}

fn read(schema: &Value, ui: &Value, rules: &[PrefillRule]) -> Result<ReadForm, Vec<Finding>> {
    let mut findings = Vec::new();
    let read = Schema::read(schema).map_err(|found| findings.extend(found)).ok();
    if !(ui.is_object() || ui.is_null()) || exceeds(ui, lint::MAX_UI_BYTES) {
        findings.push(Finding::new("/ui", "SHAPE", "hints are an object of at most 32 kB"));
    }
    let prefill = prefill::read(rules, read.as_ref(), &mut findings);
    match read {
        Some(read) if findings.is_empty() => {
            Ok(ReadForm { schema: read, prefill, repeat_ask: repeat_ask::share(schema) })
        }
        _ => Err(findings),
    }
}
