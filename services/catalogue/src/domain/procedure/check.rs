//! Whether a dossier is complete. This is what submitting runs, so what it says beforehand is what will be said then.

use chrono::NaiveDate;
use city_clock::{Timestamp, hue_day};
use city_contracts::catalogue::procedure::{
    CheckFinding, CheckReport, Component, ComponentInput, ComponentKind, Severity,
};
use serde_json::Value;

use super::condition::{Condition, Truth};
use super::edition::Edition;
use super::form::{Breach, Form};
use super::routing::{Agencies, Route, Unroutable};
use super::wording::{self, Message};

/// A component with its condition read.
#[derive(Debug, Clone, PartialEq)]
pub struct ComponentTerm {
    /// As published.
    pub component: Component,
    /// When it is asked for at all.
    pub condition: Option<Condition>,
}

/// What somebody wants to send.
#[derive(Debug, Clone, Copy)]
pub struct Filing<'a> {
    /// The answers.
    pub answers: &'a Value,
    /// What is there, besides the answers.
    pub components: &'a [ComponentInput],
    /// The ward, where the answers do not name it.
    pub ward: Option<&'a str>,
    /// When it is sent.
    pub at: Timestamp,
}

/// What was found, and where it would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Everything that is missing or wrong, at once.
    pub report: CheckReport,
    /// Who would take it in and work on it; none when that is among the findings.
    pub route: Option<Route>,
}

/// Electronic papers: `copyType` 2.
const ELECTRONIC: u8 = 2;

/// Looks at everything that submitting would look at, and names all of it. Pure: the same filing at the same moment is
/// judged the same, here and at submission.
pub fn check_file(
    edition: &Edition,
    form: Option<&Form>,
    agencies: &Agencies,
    filing: Filing<'_>,
) -> Checked {
    let day = hue_day(filing.at);
    let mut findings = Vec::new();
    in_force(edition, form, filing.at, day, &mut findings);
    answers(form, filing.answers, day, &mut findings);
    components(edition, &filing, day, &mut findings);
    let route = route(edition, agencies, &filing, &mut findings);
    let ok = !findings.iter().any(|finding| finding.severity == Severity::Blocking);
    Checked { report: CheckReport { ok, findings }, route }
}

fn blocking(target: impl Into<String>, message: Message) -> CheckFinding {
    finding(target, Severity::Blocking, message)
}

fn warning(target: impl Into<String>, message: Message) -> CheckFinding {
    finding(target, Severity::Warning, message)
}

fn finding(target: impl Into<String>, severity: Severity, message: Message) -> CheckFinding {
    let Message { code, text } = message;
    CheckFinding { target: target.into(), code: code.to_owned(), severity, message: text }
}

fn in_force(
    edition: &Edition,
    form: Option<&Form>,
    at: Timestamp,
    day: NaiveDate,
    findings: &mut Vec<CheckFinding>,
) {
    if !edition.is_in_force(day) {
        findings.push(blocking("", wording::out_of_force()));
    }
    if form.is_some_and(|form| !form.is_open(at)) {
        findings.push(blocking("", wording::form_closed()));
    }
}

fn answers(form: Option<&Form>, answers: &Value, day: NaiveDate, findings: &mut Vec<CheckFinding>) {
    let Some(form) = form else { return };
    for violation in form.schema.validate(answers, day).violations {
        let severity = match violation.breach {
            Breach::Odd(_) => Severity::Warning,
            _ => Severity::Blocking,
        };
        let target = format!("/answers{}", violation.at);
        findings.push(finding(target, severity, wording::breach(violation.breach)));
    }
}

fn components(
    edition: &Edition,
    filing: &Filing<'_>,
    day: NaiveDate,
    findings: &mut Vec<CheckFinding>,
) {
    let terms = &edition.terms.components;
    let given = |code: &str| filing.components.iter().find(|given| given.code == code);
    for given in filing.components {
        if !terms.iter().any(|term| term.component.code == given.code) {
            findings.push(blocking(target(&given.code), wording::component_unknown()));
        } else if given.rejected {
            findings.push(blocking(target(&given.code), wording::file_rejected()));
        }
    }
    for term in terms {
        let component = &term.component;
        if component.kind == ComponentKind::EForm {
            continue; // the answers are it
        }
        if let Some(given) = given(&component.code) {
            enough(component, given, findings);
            continue;
        }
        if !component.required || component.alternatives.iter().any(|other| given(other).is_some())
        {
            continue;
        }
        let asked =
            term.condition.as_ref().map_or(Truth::True, |when| when.evaluate(filing.answers, day));
        match asked {
            Truth::True => {
                let or = !component.alternatives.is_empty();
                findings
                    .push(blocking(target(&component.code), wording::missing(&component.name, or)));
            }
            Truth::Unknown => {
                findings.push(warning(target(&component.code), wording::perhaps(&component.name)));
            }
            Truth::False => {}
        }
    }
}

/// Electronic papers are not counted: one file may hold them all, and an officer looks at it.
fn enough(component: &Component, given: &ComponentInput, findings: &mut Vec<CheckFinding>) {
    if given.copy_type == ELECTRONIC || given.rejected {
        return;
    }
    if given.originals < component.originals {
        findings.push(blocking(
            target(&component.code),
            wording::too_few_originals(&component.name, component.originals),
        ));
    }
    if given.copies < component.copies {
        findings.push(blocking(
            target(&component.code),
            wording::too_few_copies(&component.name, component.copies),
        ));
    }
}

fn target(code: &str) -> String {
    format!("/components/{}", code.replace('~', "~0").replace('/', "~1"))
}

fn route(
    edition: &Edition,
    agencies: &Agencies,
    filing: &Filing<'_>,
    findings: &mut Vec<CheckFinding>,
) -> Option<Route> {
    let pointer = edition.terms.ward_pointer();
    let answered = filing.answers.pointer(pointer).and_then(Value::as_str);
    let ward = answered.or(filing.ward);
    let found = agencies.route(&edition.terms.body.agency_roles, edition.non_territorial, ward);
    let message = match found {
        Ok(route) => return Some(route),
        Err(Unroutable::WardNeeded) => wording::ward_needed(),
        Err(Unroutable::WardUnknown) => wording::ward_unknown(),
        Err(Unroutable::NoAgency) => {
            findings.push(blocking("", wording::no_agency()));
            return None;
        }
    };
    findings.push(blocking(format!("/answers{pointer}"), message));
    None
}
