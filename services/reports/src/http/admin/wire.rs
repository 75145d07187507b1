//! From the body of an action to the action: everything that is missing or wrong is named at once.

use chrono::{DateTime, NaiveDate, Utc};
use city_contracts::problem::Finding;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{StaffAction, text_finding};
use crate::domain::{AgencyCode, ReasonText, Rejection, ResultText, ReturnReason, Text, TextKind};
use crate::error::Error;

/// The members of all actions; each action says which it needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StaffActionRequest {
    /// The version that was looked at.
    pub version: i32,
    /// Who gets it.
    pub agency: Option<String>,
    /// Why it is rejected: `NOT_IN_REMIT`, `NOT_A_REPORT`, `NOT_ENOUGH_DETAIL`, `NOT_FOUND`, `ALREADY_FIXED`,
    /// `PRIVATE_MATTER`, `ABUSE`, `OTHER`; or handed back: `WRONG_AGENCY`, `WRONG_PLACE`, `WRONG_CATEGORY`, `OTHER`.
    pub reason: Option<String>,
    /// Whose duty it is instead, 1 to 1,000 characters.
    pub whose: Option<String>,
    /// To be read by the reporter, or by triage for a return; 1 to 1,000 characters.
    pub text: Option<String>,
    /// The day of the work, at most 180 ahead.
    pub day: Option<NaiveDate>,
    /// Who must act first, 1 to 1,000 characters.
    pub third_party: Option<String>,
    /// Until when it is held, at most 90 days.
    pub until: Option<DateTime<Utc>>,
    /// Who should get it instead.
    pub suggested_agency: Option<String>,
    /// What was done, 1 to 4,000 characters.
    pub result: Option<String>,
    /// Why the after-photo was taken elsewhere, 1 to 1,000 characters.
    pub far_reason: Option<String>,
}

/// Reads the members that an action needs.
///
/// # Errors
/// [`Error::ActionUnknown`]; [`Error::Input`] with all findings; refusals about reasons.
pub fn parse(action: &str, request: &StaffActionRequest) -> Result<StaffAction, Error> {
    let mut reading = Reading { findings: Vec::new() };
    let parsed = reading.action(action, request)?;
    match parsed {
        Some(action) if reading.findings.is_empty() => Ok(action),
        _ => Err(Error::Input(reading.findings)),
    }
}

struct Reading {
    findings: Vec<Finding>,
}

impl Reading {
    fn action(
        &mut self,
        action: &str,
        request: &StaffActionRequest,
    ) -> Result<Option<StaffAction>, Error> {
        let text = request.text.as_ref();
        Ok(match action {
            "accept" => {
                let agency = request
                    .agency
                    .as_ref()
                    .map(|_| self.agency("/agency", request.agency.as_ref()));
                Some(StaffAction::Accept { agency: agency.flatten() })
            }
            "reject" => return self.reject(request),
            "start" => Some(StaffAction::Start),
            "schedule" => {
                self.present("/day", request.day).map(|day| StaffAction::Schedule { day })
            }
            "hold" => {
                let third_party = self.text("/thirdParty", request.third_party.as_ref());
                let until = self.present("/until", request.until);
                third_party
                    .zip(until)
                    .map(|(third_party, until)| StaffAction::Hold { third_party, until })
            }
            "resume" => Some(StaffAction::Resume),
            "return" => {
                let reason = self.present("/reason", request.reason.as_deref());
                let suggested = self.agency("/suggestedAgency", request.suggested_agency.as_ref());
                let text = self.optional("/text", text);
                match (reason, suggested) {
                    (Some(reason), Some(suggested)) => Some(StaffAction::Return {
                        reason: ReturnReason::parse(reason)?,
                        suggested,
                        text,
                    }),
                    _ => None,
                }
            }
            "reassign" => {
                let agency = self.agency("/agency", request.agency.as_ref());
                let text = self.optional("/text", text);
                agency.map(|agency| StaffAction::Reassign { agency, text })
            }
            "resolve" => {
                let result: Option<ResultText> = self.text("/result", request.result.as_ref());
                let far_reason = self.optional("/farReason", request.far_reason.as_ref());
                result.map(|result| StaffAction::Resolve { result, far_reason })
            }
            "approve" => Some(StaffAction::Approve),
            "send-back" => self.text("/text", text).map(|text| StaffAction::SendBack { text }),
            "grant" => {
                let agency = self.agency("/agency", request.agency.as_ref());
                let text = self.text("/text", text);
                agency.zip(text).map(|(agency, text)| StaffAction::Grant { agency, text })
            }
            "refuse" => self.text("/text", text).map(|text| StaffAction::Refuse { text }),
            _ => return Err(Error::ActionUnknown),
        })
    }

    fn reject(&mut self, request: &StaffActionRequest) -> Result<Option<StaffAction>, Error> {
        let reason = self.present("/reason", request.reason.as_deref());
        let text: Option<ReasonText> = self.text("/text", request.text.as_ref());
        let whose = self.optional("/whose", request.whose.as_ref());
        match (reason, text) {
            (Some(reason), Some(text)) if self.findings.is_empty() => {
                Ok(Some(StaffAction::Reject { rejection: Rejection::parse(reason, whose)?, text }))
            }
            _ => Ok(None),
        }
    }

    fn present<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.findings.push(Finding::new(field, "REQUIRED", "this action needs it"));
        }
        value
    }

    fn text<K: TextKind>(&mut self, field: &str, raw: Option<&String>) -> Option<Text<K>> {
        let raw = self.present(field, raw)?;
        Text::parse(raw).map_err(|error| self.findings.push(text_finding(field, error))).ok()
    }

    fn optional(&mut self, field: &str, raw: Option<&String>) -> Option<ReasonText> {
        let raw = raw.filter(|raw| !raw.trim().is_empty())?;
        Text::parse(raw).map_err(|error| self.findings.push(text_finding(field, error))).ok()
    }

    fn agency(&mut self, field: &str, raw: Option<&String>) -> Option<AgencyCode> {
        let raw = self.present(field, raw)?;
        AgencyCode::parse(raw)
            .map_err(|error| self.findings.push(Finding::new(field, "CODE", error.to_string())))
            .ok()
    }
}
