//! A state as columns of its row, and back.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};
use serde::{Deserialize, Serialize};

use super::{
    AgencyCode, Duty, Ended, ReasonText, RejectReason, Rejection, Resolution, ResultText, Resume,
    State, StateName,
};

/// The columns of `report` that hold its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateColumns {
    pub state: StateName,
    /// What the state inside a question, a duplicate, a contest or a closed report is.
    pub resume_state: Option<StateName>,
    pub agency: Option<AgencyCode>,
    pub proposed_agency: Option<AgencyCode>,
    pub assignee: Option<AccountId>,
    pub canonical: Option<ReportId>,
    pub reason_code: Option<RejectReason>,
    pub result_text: Option<ResultText>,
    pub data: StateData,
}

/// `state_data`: what has no column of its own because nothing searches for it.
///
/// Privacy: may hold text, so it stays out of `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StateData {
    #[serde(skip_serializing_if = "Option::is_none")]
    day: Option<NaiveDate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    third_party: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolver: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whose: Option<String>,
}

impl std::fmt::Debug for StateData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StateData")
            .field("day", &self.day)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// A stored report breaks a rule of its state: a fault, never a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored report that is {state} lacks a fitting {column}")]
pub struct BrokenRow {
    pub state: StateName,
    pub column: &'static str,
}

impl From<&State> for StateColumns {
    fn from(state: &State) -> Self {
        let mut row = Self {
            state: state.name(),
            resume_state: None,
            agency: state.agency().cloned(),
            proposed_agency: state.proposed_agency().cloned(),
            assignee: state.assignee(),
            canonical: None,
            reason_code: None,
            result_text: None,
            data: StateData::default(),
        };
        match state {
            State::Submitted { .. }
            | State::Assigned(_)
            | State::InProgress(_)
            | State::Withdrawn { .. } => {}
            State::Scheduled { day, .. } => row.data.day = Some(*day),
            State::OnHold { third_party, until, .. } => {
                row.data.third_party = Some(third_party.as_str().to_owned());
                row.data.until = Some(*until);
            }
            State::AwaitingReporter { resume, until } => {
                row.data.until = Some(*until);
                row.put_resume(resume);
            }
            State::Duplicate { canonical, resume } => {
                row.canonical = Some(*canonical);
                row.put_resume(resume);
            }
            State::PendingReview(resolution) | State::Resolved(resolution) => {
                row.put_resolution(resolution);
            }
            State::Rejected(rejection) => row.put_rejection(rejection),
            State::ReopenRequested { before } | State::Closed { before } => match before {
                Ended::Resolved(resolution) => {
                    row.resume_state = Some(StateName::Resolved);
                    row.put_resolution(resolution);
                }
                Ended::Rejected(rejection) => {
                    row.resume_state = Some(StateName::Rejected);
                    row.put_rejection(rejection);
                }
            },
        }
        row
    }
}

impl StateColumns {
    fn put_resume(&mut self, resume: &Resume) {
        self.resume_state = Some(match resume {
            Resume::Submitted { .. } => StateName::Submitted,
            Resume::Assigned(_) => StateName::Assigned,
            Resume::InProgress(_) => StateName::InProgress,
            Resume::Scheduled { day, .. } => {
                self.data.day = Some(*day);
                StateName::Scheduled
            }
        });
    }

    fn put_resolution(&mut self, resolution: &Resolution) {
        self.data.resolver = Some(resolution.resolver);
        self.result_text = Some(resolution.result.clone());
    }

    fn put_rejection(&mut self, rejection: &Rejection) {
        self.reason_code = Some(rejection.reason);
        self.data.whose = rejection.whose.as_ref().map(|whose| whose.as_str().to_owned());
    }
}

impl TryFrom<StateColumns> for State {
    type Error = BrokenRow;

    fn try_from(row: StateColumns) -> Result<Self, BrokenRow> {
        Ok(match row.state {
            StateName::Submitted => Self::Submitted { proposed: row.proposed_agency },
            StateName::Assigned => Self::Assigned(row.duty()?),
            StateName::InProgress => Self::InProgress(row.duty()?),
            StateName::Scheduled => Self::Scheduled { duty: row.duty()?, day: row.day()? },
            StateName::OnHold => Self::OnHold {
                duty: row.duty()?,
                until: row.until()?,
                third_party: row
                    .data
                    .third_party
                    .clone()
                    .map(ReasonText::restore)
                    .ok_or(row.lacks("third party"))?,
            },
            StateName::AwaitingReporter => match row.resume()? {
                Resume::Scheduled { .. } => return Err(row.lacks("resume_state")),
                resume => Self::AwaitingReporter { resume, until: row.until()? },
            },
            StateName::PendingReview => Self::PendingReview(row.resolution()?),
            StateName::ReopenRequested => Self::ReopenRequested { before: row.before()? },
            StateName::Resolved => Self::Resolved(row.resolution()?),
            StateName::Rejected => Self::Rejected(row.rejection()?),
            StateName::Duplicate => Self::Duplicate {
                canonical: row.canonical.ok_or(row.lacks("canonical"))?,
                resume: row.resume()?,
            },
            StateName::Closed => Self::Closed { before: row.before()? },
            StateName::Withdrawn => Self::Withdrawn { agency: row.agency },
        })
    }
}

impl StateColumns {
    const fn lacks(&self, column: &'static str) -> BrokenRow {
        BrokenRow { state: self.state, column }
    }

    fn duty(&self) -> Result<Duty, BrokenRow> {
        let agency = self.agency.clone().ok_or(self.lacks("agency"))?;
        Ok(Duty { agency, assignee: self.assignee })
    }

    fn day(&self) -> Result<NaiveDate, BrokenRow> {
        self.data.day.ok_or(self.lacks("day"))
    }

    fn until(&self) -> Result<Timestamp, BrokenRow> {
        self.data.until.ok_or(self.lacks("until"))
    }

    fn resume(&self) -> Result<Resume, BrokenRow> {
        match self.resume_state {
            Some(StateName::Submitted) => {
                Ok(Resume::Submitted { proposed: self.proposed_agency.clone() })
            }
            Some(StateName::Assigned) => Ok(Resume::Assigned(self.duty()?)),
            Some(StateName::InProgress) => Ok(Resume::InProgress(self.duty()?)),
            Some(StateName::Scheduled) => {
                Ok(Resume::Scheduled { duty: self.duty()?, day: self.day()? })
            }
            _ => Err(self.lacks("resume_state")),
        }
    }

    fn before(&self) -> Result<Ended, BrokenRow> {
        match self.resume_state {
            Some(StateName::Resolved) => Ok(Ended::Resolved(self.resolution()?)),
            Some(StateName::Rejected) => Ok(Ended::Rejected(self.rejection()?)),
            _ => Err(self.lacks("resume_state")),
        }
    }

    fn resolution(&self) -> Result<Resolution, BrokenRow> {
        Ok(Resolution {
            duty: self.duty()?,
            resolver: self.data.resolver.ok_or(self.lacks("resolver"))?,
            result: self.result_text.clone().ok_or(self.lacks("result_text"))?,
        })
    }

    fn rejection(&self) -> Result<Rejection, BrokenRow> {
        let reason = self.reason_code.ok_or(self.lacks("reason_code"))?;
        Ok(Rejection { reason, whose: self.data.whose.clone().map(ReasonText::restore) })
    }
}
