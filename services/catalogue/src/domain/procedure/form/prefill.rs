//! What of a form may be filled in from the account, shown with its source and editable.

use chrono::NaiveDate;
use city_contracts::catalogue::procedure::PrefillRule;
use city_contracts::problem::Finding;
use serde_json::Value;

use super::super::condition::{self, Condition, Truth};
use super::{Form, PrefillTerm, Schema};

const MAX_RULES: usize = 50;

/// What the account says. Privacy: names and phones pass through here and are kept nowhere.
#[derive(Clone, Default)]
pub struct AccountFacts {
    /// `account.fullName`
    pub full_name: Option<String>,
    /// `account.phone`
    pub phone: Option<String>,
    /// `account.home.wardCode`
    pub ward_code: Option<String>,
}

impl std::fmt::Debug for AccountFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AccountFacts(…)")
    }
}

impl AccountFacts {
    fn get(&self, source: &str) -> Option<&String> {
        match source {
            "account.fullName" => self.full_name.as_ref(),
            "account.phone" => self.phone.as_ref(),
            "account.home.wardCode" => self.ward_code.as_ref(),
            _ => None,
        }
    }
}

const SOURCES: [&str; 3] = ["account.fullName", "account.phone", "account.home.wardCode"];

/// A field that may be filled in.
#[derive(Clone, PartialEq, Eq)]
pub struct Prefilled {
    /// JSON Pointer of the field.
    pub to: String,
    /// Where the value is from.
    pub from: String,
    /// The value.
    pub value: String,
    /// Whether the answers so far say that it belongs there; otherwise it is offered once they do.
    pub certain: bool,
}

/// What may be filled in, given the answers so far; what is answered already stays as it is.
pub fn prefill(
    form: &Form,
    facts: &AccountFacts,
    answers: &Value,
    day: NaiveDate,
) -> Vec<Prefilled> {
    let terms = form.prefill.iter().filter(|term| answers.pointer(&term.rule.to).is_none());
    terms
        .filter_map(|term| {
            let truth = term.when.as_ref().map_or(Truth::True, |when| when.evaluate(answers, day));
            let value = facts.get(&term.rule.from).filter(|_| truth != Truth::False)?;
            Some(Prefilled {
                to: term.rule.to.clone(),
                from: term.rule.from.clone(),
                value: value.clone(),
                certain: truth == Truth::True,
            })
        })
        .collect()
}

/// Reads the rules of a form: each fills a field that exists from a source that exists.
pub fn read(
    rules: &[PrefillRule],
    schema: Option<&Schema>,
    findings: &mut Vec<Finding>,
) -> Vec<PrefillTerm> {
    if rules.len() > MAX_RULES {
        findings.push(Finding::new("/prefill", "TOO_LARGE", "a form has at most 50 such rules"));
        return Vec::new();
    }
    let mut terms = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let at = format!("/prefill/{index}");
        if !condition::is_pointer(&rule.to)
            || schema.is_some_and(|schema| !schema.has_field(&rule.to))
        {
            findings.push(Finding::new(format!("{at}/to"), "POINTER", "no field of this form"));
        }
        if !SOURCES.contains(&rule.from.as_str()) {
            let message = "account.fullName, account.phone or account.home.wardCode";
            findings.push(Finding::new(format!("{at}/from"), "UNKNOWN", message));
        }
        let when = rule.when.as_ref().map(|when| Condition::parse(when, &format!("{at}/when")));
        match when.transpose() {
            Ok(when) => terms.push(PrefillTerm { rule: rule.clone(), when }),
            Err(found) => findings.extend(found),
        }
    }
    terms
}
