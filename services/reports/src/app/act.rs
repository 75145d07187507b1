//! Staff act on a report: each action is a checked transition.

use chrono::NaiveDate;
use city_auth::permission::{REPORT_COORDINATE, REPORT_HANDLE, REPORT_LEAD, REPORT_TRIAGE};
use city_auth::{ObjectScope, Permission, Staff};
use city_calendar::Rule;
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use city_ids::ReportId;
use serde::Serialize;
use sqlx::PgConnection;

use crate::domain::{
    Action, Actor, AfterPhoto, AgencyCode, Evidence, PhotoPurpose, ReasonText, Rejection, Report,
    ResultText, ReturnReason, Review, Step,
};
use crate::error::{Error, fault};
use crate::reference::{Category, Reference};
use crate::store;
use crate::store::row::Stored;

use super::App;
use super::staff_view::ActionDone;
use super::steps::{self, Taken};
use city_events::idempotency::{Claim, claim};

/// What staff want to do, parsed.
#[derive(Debug)]
pub enum StaffAction {
    /// For the proposed agency unless another is named.
    Accept {
        agency: Option<AgencyCode>,
    },
    Reject {
        rejection: Rejection,
        text: ReasonText,
    },
    Start,
    Schedule {
        day: NaiveDate,
    },
    Hold {
        third_party: ReasonText,
        until: Timestamp,
    },
    Resume,
    Return {
        reason: ReturnReason,
        suggested: AgencyCode,
        text: Option<ReasonText>,
    },
    Reassign {
        agency: AgencyCode,
        text: Option<ReasonText>,
    },
    Resolve {
        result: ResultText,
        far_reason: Option<ReasonText>,
    },
    Approve,
    SendBack {
        text: ReasonText,
    },
    Grant {
        agency: AgencyCode,
        text: ReasonText,
    },
    Refuse {
        text: ReasonText,
    },
}

impl StaffAction {
    const fn action(&self) -> Action {
        match self {
            Self::Accept { .. } => Action::Accept,
            Self::Reject { .. } => Action::Reject,
            Self::Start => Action::Start,
            Self::Schedule { .. } => Action::Schedule,
            Self::Hold { .. } => Action::Hold,
            Self::Resume => Action::Resume,
            Self::Return { .. } => Action::Return,
            Self::Reassign { .. } => Action::Reassign,
            Self::Resolve { .. } => Action::Resolve,
            Self::Approve => Action::Approve,
            Self::SendBack { .. } => Action::SendBack,
            Self::Grant { .. } => Action::Grant,
            Self::Refuse { .. } => Action::Refuse,
        }
    }

    /// Any of these lets somebody do it; the first is the one that is named when none is held.
    const fn permissions(&self) -> &'static [Permission] {
        match self {
            Self::Accept { .. } | Self::Reject { .. } => &[REPORT_TRIAGE],
            Self::Start
            | Self::Schedule { .. }
            | Self::Hold { .. }
            | Self::Resume
            | Self::Return { .. }
            | Self::Resolve { .. } => &[REPORT_HANDLE],
            Self::Reassign { .. } => &[REPORT_TRIAGE, REPORT_COORDINATE],
            Self::Approve | Self::SendBack { .. } | Self::Grant { .. } | Self::Refuse { .. } => {
                &[REPORT_COORDINATE]
            }
        }
    }

    fn text(&self) -> Option<&str> {
        let text = match self {
            Self::Reject { text, .. }
            | Self::SendBack { text }
            | Self::Grant { text, .. }
            | Self::Refuse { text } => Some(text),
            Self::Return { text, .. } | Self::Reassign { text, .. } => text.as_ref(),
            Self::Hold { third_party, .. } => Some(third_party),
            Self::Resolve { result, .. } => return Some(result.as_str()),
            Self::Accept { .. }
            | Self::Start
            | Self::Schedule { .. }
            | Self::Resume
            | Self::Approve => None,
        };
        text.map(ReasonText::as_str)
    }
}

/// A command of staff about the version of a report they looked at.
#[derive(Debug)]
pub struct StaffCommand<'a, R> {
    pub key: &'a IdempotencyKey,
    pub id: ReportId,
    pub version: i32,
    pub action: StaffAction,
    /// As it was sent, for recognising a replay.
    pub request: &'a R,
}

/// Acts on a report. Idempotent by the command's key.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`, `STALE`, `STATE`, and what the transition refuses.
#[tracing::instrument(name = "reports.act", skip_all, fields(report.action = command.action.action().as_str()))]
pub async fn act<R: Serialize + Sync>(
    app: &App,
    who: &Staff,
    command: StaffCommand<'_, R>,
) -> Result<ActionDone, Error> {
    let (now, reference) = (app.clock.now(), app.reference()?);
    let operation = format!("act:{}:{}", command.action.action(), command.id);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, who.account, command.key, &operation, command.request, now).await? {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    let stored =
        store::report::find_for_update(&mut tx, command.id).await?.ok_or(Error::ReportNotFound)?;
    let by = actor(who, &stored, &reference, &command.action, now)?;
    if stored.report.version() != command.version {
        return Err(Error::Stale { current: stored.report.version() });
    }
    let (after, step) = Deciding { app, reference: &reference, stored: &stored, who, now }
        .decide(&mut tx, &command.action)
        .await?;
    let taken = [Taken::new(step, by).with_text(command.action.text())];
    steps::write(app, &mut tx, &stored, &after, &taken).await?;
    let done = ActionDone::of(&after);
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}

/// In which capacity somebody acts, if a live grant covers the report.
fn actor(
    who: &Staff,
    stored: &Stored,
    reference: &Reference,
    action: &StaffAction,
    now: Timestamp,
) -> Result<Actor, Error> {
    let columns = stored.report.columns();
    let agencies = reference.chain(columns.agency.as_ref());
    let object =
        ObjectScope { ward: Some(stored.report.facts().ward.as_str()), agencies: &agencies };
    let held =
        action.permissions().iter().find(|permission| who.principal.may(**permission, object, now));
    let Some(held) = held else { return Err(Error::Scope(action.permissions()[0])) };
    let account = who.account;
    Ok(match (*held, columns.agency.clone()) {
        (REPORT_TRIAGE, _) => Actor::Triage { account },
        (REPORT_COORDINATE, _) => Actor::Coordinator { account },
        (_, Some(agency)) if who.principal.may(REPORT_LEAD, object, now) => {
            Actor::Lead { account, agency }
        }
        (_, Some(agency)) => Actor::Officer { account, agency },
        // Nobody has the report, so the transition will say that this is no state for it; a name is needed until then.
        (_, None) => Actor::Triage { account },
    })
}

struct Deciding<'a> {
    app: &'a App,
    reference: &'a Reference,
    stored: &'a Stored,
    who: &'a Staff,
    now: Timestamp,
}

impl Deciding<'_> {
    async fn decide(&self, db: &mut PgConnection, action: &StaffAction) -> Result<Step, Error> {
        let (report, at, officer) = (self.stored.report.clone(), self.now, self.who.account);
        let due = |action| steps::due_after(self.reference, self.stored, action, at);
        Ok(match action {
            StaffAction::Accept { agency } => {
                let proposed = report.state().proposed_agency().cloned();
                let agency = match agency.clone().or(proposed) {
                    Some(agency) => self.active(agency, "/agency")?,
                    None => {
                        return Err(Error::invalid(
                            "/agency",
                            "REQUIRED",
                            "no agency is proposed: name one",
                        ));
                    }
                };
                report.accept(agency, self.audience()?, at)?
            }
            StaffAction::Reject { rejection, .. } => report.reject(rejection.clone(), at)?,
            StaffAction::Start => report.start(officer, at)?,
            StaffAction::Schedule { day } => report.schedule(*day, at)?,
            StaffAction::Hold { third_party, until } => {
                report.hold(third_party.clone(), *until, due(Action::Hold)?, at)?
            }
            StaffAction::Resume => report.resume(due(Action::Resume)?, at)?,
            StaffAction::Return { reason, suggested, .. } => {
                let suggested = self.active(suggested.clone(), "/suggestedAgency")?;
                let step_due = self.reference.due(self.category()?.triage_target, at, &[])?;
                report.hand_back(*reason, suggested, step_due, due(Action::Return)?, at)?
            }
            StaffAction::Reassign { agency, .. } => {
                let agency = self.active(agency.clone(), "/agency")?;
                report.reassign(agency, due(Action::Reassign)?, at)?
            }
            StaffAction::Resolve { result, far_reason } => {
                return self.resolve(db, report, result, far_reason.as_ref()).await;
            }
            StaffAction::Approve => report.approve(officer, at)?,
            StaffAction::SendBack { .. } => report.send_back(officer, at)?,
            StaffAction::Grant { agency, .. } => {
                let agency = self.active(agency.clone(), "/agency")?;
                let due = self.reference.due(self.stored.target, at, &[])?; // a new clock
                report.grant(officer, agency, self.audience()?, due, at)?
            }
            StaffAction::Refuse { .. } => report.refuse(officer, at)?,
        })
    }

    /// The state is judged before the proof, so that nobody is sent for a photo of a report that has ended.
    async fn resolve(
        &self,
        db: &mut PgConnection,
        report: Report,
        result: &ResultText,
        far_reason: Option<&ReasonText>,
    ) -> Result<Step, Error> {
        let category = self.category()?;
        let photos = store::photo::list_of(db, &[report.id()]).await?;
        let after: Vec<_> = photos
            .into_iter()
            .filter(|photo| photo.purpose == PhotoPurpose::After && !photo.is_hidden)
            .map(|photo| AfterPhoto { state: photo.state, taken: photo.taken })
            .collect();
        let place = self.stored.place.map(|place| place.exact);
        let evidence = Evidence::check(category.after_photo, place, &after, far_reason);
        let evidence = match evidence {
            Ok(evidence) => evidence,
            Err(_) if !report.state().name().is_owned() => {
                return Err(Error::from(crate::domain::WrongState {
                    from: report.state().name(),
                    attempted: Action::Resolve,
                }));
            }
            Err(refusal) => return Err(refusal.into()),
        };
        let review = if category.review_required {
            let decided = Rule::WorkingDays { n: self.app.config.decision_working_days };
            Review::Needed { by: self.reference.due(decided, self.now, &[])? }
        } else {
            Review::NotNeeded
        };
        let due = steps::due_after(self.reference, self.stored, Action::Resolve, self.now)?;
        Ok(report.resolve(self.who.account, result.clone(), evidence, review, due, self.now)?)
    }

    fn category(&self) -> Result<&Category, Error> {
        self.reference.categories.get(&self.stored.report.facts().category).ok_or_else(|| {
            Error::Internal {
                doing: "acting on a report",
                source: "its category is not in the registry".into(),
            }
        })
    }

    fn audience(&self) -> Result<crate::domain::Audience, Error> {
        Ok(self.app.config.audience(self.category()?.is_public))
    }

    fn active(&self, agency: AgencyCode, field: &str) -> Result<AgencyCode, Error> {
        if self.reference.agencies.active(&agency).is_some() {
            Ok(agency)
        } else {
            Err(Error::invalid(field, "AGENCY_UNKNOWN", "no active agency has this code"))
        }
    }
}
