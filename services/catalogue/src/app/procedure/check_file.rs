//! Somebody asks whether what they have is complete, before they send it.

use city_contracts::catalogue::procedure::{CheckFileRequest, CheckReport, ComponentInput};
use city_contracts::problem::Finding;

use super::{answers_finding, code_finding, refuse_if};
use crate::app::App;
use crate::domain::procedure::{self, Filing};
use crate::error::Error;
use crate::snapshot::agencies;

const MAX_COMPONENTS: usize = 100;
const MAX_PAPERS: u16 = 99;

/// Everything that submitting would find, by the same function.
///
/// # Errors
/// `INPUT`, `NOT_FOUND`; `PLACE_FORMER`, `PLACE_UNKNOWN` for the ward.
pub fn check_file(app: &App, request: &CheckFileRequest) -> Result<CheckReport, Error> {
    let findings = code_finding(&request.national_code).into_iter();
    let findings = findings.chain(answers_finding(&request.answers));
    refuse_if(findings.chain(component_findings(&request.components)))?;
    let snapshot = app.snapshots.get()?;
    if let Some(ward) = &request.ward_code {
        snapshot.registry.ward_by_code(ward, "/wardCode")?;
    }
    let found = snapshot.procedures.live(&request.national_code).ok_or(Error::NotFound)?;
    let filing = Filing {
        answers: &request.answers,
        components: &request.components,
        ward: request.ward_code.as_deref(),
        at: app.clock.now(),
    };
    let agencies = agencies(&snapshot.registry);
    Ok(procedure::check_file(&found.edition, found.form.as_deref(), &agencies, filing).report)
}

fn component_findings(components: &[ComponentInput]) -> Vec<Finding> {
    if components.len() > MAX_COMPONENTS {
        return vec![Finding::new("/components", "TOO_MANY", "at most 100 components")];
    }
    let mut findings = Vec::new();
    for (index, given) in components.iter().enumerate() {
        let at = format!("/components/{index}");
        if given.code.is_empty() || given.code.len() > 64 {
            findings.push(Finding::new(format!("{at}/code"), "CODE", "1 to 64 characters"));
        }
        if given.copy_type > 2 {
            let message = "0 original, 1 copy, 2 electronic";
            findings.push(Finding::new(format!("{at}/copyType"), "UNKNOWN", message));
        }
        if given.originals.max(given.copies) > MAX_PAPERS {
            findings.push(Finding::new(
                at.clone(),
                "TOO_MANY",
                "at most 99 originals and 99 copies",
            ));
        }
        if components[..index].iter().any(|other| other.code == given.code) {
            findings.push(Finding::new(
                format!("{at}/code"),
                "TWICE",
                "this component is there already",
            ));
        }
    }
    findings
}
