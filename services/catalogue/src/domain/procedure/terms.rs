//! The lint of what an edition says: bounds, texts, codes that exist, conditions that can be read.

use std::collections::BTreeSet;

use city_contracts::catalogue::procedure::{
    COMMUNE_OF_WARD, Component, ComponentKind, Exemption, Fee, LegalRef, ProcedureBody, Role,
};
use city_contracts::common::Localised;
use city_contracts::problem::Finding;
use serde_json::Value;

use super::check::ComponentTerm;
use super::condition::{self, Condition};
use super::edition::Terms;
use super::fee::{ExemptionTerm, FeeTerm};

const MAX_ENTRIES: usize = 100;
const MAX_NAME: usize = 500;
const MAX_SUMMARY: usize = 140;
const MAX_TEXT: usize = 10_000;
const MAX_PAPERS: u16 = 99;

struct Lint {
    findings: Vec<Finding>,
}

pub fn read(body: ProcedureBody, at: &str) -> Result<Terms, Vec<Finding>> {
    let mut lint = Lint { findings: Vec::new() };
    lint.texts(&body, at);
    lint.roles(&body, at);
    let components = lint.components(&body.components, at);
    let fees = lint.fees(&body.fees, at);
    let exemptions = lint.exemptions(&body, at);
    if lint.findings.is_empty() {
        Ok(Terms { body, components, fees, exemptions })
    } else {
        Err(lint.findings)
    }
}

/// What is wrong with the texts a procedure rests on.
pub fn legal_findings(basis: &[LegalRef], at: &str) -> Vec<Finding> {
    let mut lint = Lint { findings: Vec::new() };
    lint.bounded(basis.len(), at);
    for (index, reference) in basis.iter().enumerate() {
        lint.legal(Some(reference), &format!("{at}/{index}"));
    }
    lint.findings
}

impl Lint {
    fn refuse(&mut self, at: impl Into<String>, code: &str, message: &str) {
        self.findings.push(Finding::new(at, code, message));
    }

    fn bounded(&mut self, entries: usize, at: &str) {
        if entries > MAX_ENTRIES {
            self.refuse(at, "TOO_MANY", "at most 100 entries");
        }
    }

    fn text(&mut self, text: &Localised, at: &str, max: usize) {
        for (locale, text) in [("vi", Some(&text.vi)), ("en", text.en.as_ref())] {
            let Some(text) = text else { continue };
            let at = format!("{at}/{locale}");
            if text.trim().is_empty() {
                self.refuse(at, "EMPTY", "say something, or leave the language out");
            } else if text.chars().count() > max {
                self.refuse(at, "TOO_LONG", &format!("at most {max} characters"));
            } else if city_text::clean(text) != *text {
                self.refuse(at, "TEXT", "composed (NFC), trimmed, without control characters");
            }
        }
    }

    fn optional(&mut self, text: Option<&Localised>, at: &str, max: usize) {
        if let Some(text) = text {
            self.text(text, at, max);
        }
    }

    fn texts(&mut self, body: &ProcedureBody, at: &str) {
        self.text(&body.name, &format!("{at}/name"), MAX_NAME);
        self.optional(body.summary.as_ref(), &format!("{at}/summary"), MAX_SUMMARY);
        self.optional(body.conditions.as_ref(), &format!("{at}/conditions"), MAX_TEXT);
        self.optional(body.result.as_ref(), &format!("{at}/result"), MAX_TEXT);
        self.bounded(body.steps.len(), &format!("{at}/steps"));
        for (index, step) in body.steps.iter().enumerate() {
            let at = format!("{at}/steps/{index}");
            self.text(&step.name, &format!("{at}/name"), MAX_NAME);
            self.optional(step.text.as_ref(), &format!("{at}/text"), MAX_TEXT);
        }
        if body.ward_pointer.as_deref().is_some_and(|pointer| !condition::is_pointer(pointer)) {
            self.refuse(format!("{at}/wardPointer"), "POINTER", "a pointer into the answers");
        }
    }

    fn roles(&mut self, body: &ProcedureBody, at: &str) {
        let at = format!("{at}/agencyRoles");
        self.bounded(body.agency_roles.len(), &at);
        let executing =
            body.agency_roles.iter().filter(|named| named.role == Role::Executes).count();
        if executing != 1 {
            self.refuse(&at, "EXECUTES", "exactly one agency does the work (EXECUTES)");
        }
        for (index, named) in body.agency_roles.iter().enumerate() {
            if named.agency != COMMUNE_OF_WARD && !is_agency_code(&named.agency) {
                self.refuse(
                    format!("{at}/{index}/agency"),
                    "CODE",
                    "an agency code or COMMUNE_OF_WARD",
                );
            }
        }
    }

    /// Codes are unique, and short enough to be pointers.
    fn codes<'a>(
        &mut self,
        codes: impl Iterator<Item = &'a String>,
        at: &str,
    ) -> BTreeSet<&'a str> {
        let mut known = BTreeSet::new();
        for (index, code) in codes.enumerate() {
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if code.is_empty() || code.len() > 64 || !code.chars().all(plain) {
                self.refuse(
                    format!("{at}/{index}/code"),
                    "CODE",
                    "1 to 64 of a to z, 0 to 9 and -",
                );
            } else if !known.insert(code.as_str()) {
                self.refuse(format!("{at}/{index}/code"), "TWICE", "another entry has this code");
            }
        }
        known
    }

    fn condition(&mut self, json: Option<&Value>, at: &str) -> Option<Condition> {
        Condition::parse(json?, at).map_err(|found| self.findings.extend(found)).ok()
    }

    fn components(&mut self, components: &[Component], at: &str) -> Vec<ComponentTerm> {
        let at = format!("{at}/components");
        self.bounded(components.len(), &at);
        let known = self.codes(components.iter().map(|component| &component.code), &at);
        let mut terms = Vec::new();
        for (index, component) in components.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.text(&component.name, &format!("{at}/name"), MAX_NAME);
            if component.originals.max(component.copies) > MAX_PAPERS {
                self.refuse(&at, "TOO_MANY", "at most 99 originals and 99 copies");
            }
            if component.kind == ComponentKind::EForm && !component.alternatives.is_empty() {
                self.refuse(
                    format!("{at}/alternatives"),
                    "SHAPE",
                    "a form filled in here has none",
                );
            }
            for (number, other) in component.alternatives.iter().enumerate() {
                if *other == component.code || !known.contains(other.as_str()) {
                    let at = format!("{at}/alternatives/{number}");
                    self.refuse(at, "UNKNOWN", "the code of another component");
                }
            }
            let condition =
                self.condition(component.condition.as_ref(), &format!("{at}/condition"));
            terms.push(ComponentTerm { component: component.clone(), condition });
        }
        terms
    }

    fn legal(&mut self, reference: Option<&LegalRef>, at: &str) {
        let Some(reference) = reference else { return };
        self.text(&reference.title, &format!("{at}/title"), MAX_NAME);
        if reference.number.as_ref().is_some_and(|number| number.chars().count() > 100) {
            self.refuse(format!("{at}/number"), "TOO_LONG", "at most 100 characters");
        }
        let is_link = |url: &String| {
            url.len() <= 500 && url::Url::parse(url).is_ok_and(|url| url.scheme() == "https")
        };
        if reference.url.as_ref().is_some_and(|url| !is_link(url)) {
            self.refuse(format!("{at}/url"), "URL", "an https address of at most 500 characters");
        }
    }

    fn fees(&mut self, fees: &[Fee], at: &str) -> Vec<FeeTerm> {
        let at = format!("{at}/fees");
        self.bounded(fees.len(), &at);
        self.codes(fees.iter().map(|fee| &fee.code), &at);
        let mut terms = Vec::new();
        for (index, fee) in fees.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.text(&fee.name, &format!("{at}/name"), MAX_NAME);
            self.legal(fee.basis.as_ref(), &format!("{at}/basis"));
            if !(1..=3).contains(&fee.kind) {
                self.refuse(
                    format!("{at}/type"),
                    "UNKNOWN",
                    "1 ordinary, 2 appraisal, 3 extension",
                );
            }
            if ![1, 2, 4].contains(&fee.collect) {
                self.refuse(format!("{at}/collect"), "UNKNOWN", "1 intake, 2 supplement, 4 result");
            }
            if [fee.amount_vnd, fee.per_unit].into_iter().flatten().any(|amount| amount.dong() < 0)
            {
                self.refuse(&at, "AMOUNT", "a fee is not negative");
            }
            if fee.amount_vnd.is_some() && fee.per_unit.is_some() {
                self.refuse(&at, "AMOUNT", "either a whole amount or one of a unit");
            }
            let pointer_fits = match (&fee.per_unit, &fee.units_pointer) {
                (Some(_), Some(pointer)) => condition::is_pointer(pointer),
                (None, None) => true,
                _ => false,
            };
            if !pointer_fits {
                self.refuse(
                    format!("{at}/unitsPointer"),
                    "POINTER",
                    "with perUnit, and only then, a pointer",
                );
            }
            if fee.amount_vnd.is_none() && fee.per_unit.is_none() && fee.basis.is_none() {
                self.refuse(
                    format!("{at}/basis"),
                    "REQUIRED",
                    "an amount that is not known needs its basis",
                );
            }
            let condition = self.condition(fee.condition.as_ref(), &format!("{at}/condition"));
            terms.push(FeeTerm { fee: fee.clone(), condition });
        }
        terms
    }

    fn exemptions(&mut self, body: &ProcedureBody, at: &str) -> Vec<ExemptionTerm> {
        let at = format!("{at}/exemptions");
        let exemptions: &[Exemption] = &body.exemptions;
        self.bounded(exemptions.len(), &at);
        self.codes(exemptions.iter().map(|exemption| &exemption.code), &at);
        let mut terms = Vec::new();
        for (index, exemption) in exemptions.iter().enumerate() {
            let at = format!("{at}/{index}");
            self.text(&exemption.name, &format!("{at}/name"), MAX_NAME);
            self.optional(exemption.evidence.as_ref(), &format!("{at}/evidence"), MAX_TEXT);
            self.legal(exemption.basis.as_ref(), &format!("{at}/basis"));
            if !(1..=100).contains(&exemption.percent) {
                self.refuse(format!("{at}/percent"), "RANGE", "1 to 100");
            }
            for (number, fee) in exemption.fees.iter().enumerate() {
                if !body.fees.iter().any(|known| known.code == *fee) {
                    self.refuse(format!("{at}/fees/{number}"), "UNKNOWN", "no fee has this code");
                }
            }
            let condition = self.condition(Some(&exemption.condition), &format!("{at}/condition"));
            if let Some(condition) = condition {
                terms.push(ExemptionTerm { exemption: exemption.clone(), condition });
            }
        }
        terms
    }
}

/// A code as agencies have them.
pub fn is_agency_code(code: &str) -> bool {
    (1..=64).contains(&code.len())
        && code
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-' || c == '_')
}
