//! What a reporter does to their own report: withdraw, rate, contest.

use city_auth::Resident;
use city_calendar::Rule;
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_contracts::reports::{ContestReport, RateReport, ReportView, WithdrawReport};
use city_ids::ReportId;
use serde::Serialize;
use sqlx::PgConnection;

use crate::domain::{Action, Actor, Rater, ReasonText, Report, Score};
use crate::error::{Error, fault};
use crate::reference::Reference;
use crate::store;
use crate::store::rating::NewRating;
use crate::store::row::Stored;

use super::App;
use super::filing::text as text_finding;
use super::steps::{self, Taken};
use super::view::{Viewer, view_of};
use city_events::idempotency::{Claim, claim};

const MOST_REASONS: usize = 5;
const LONGEST_REASON: usize = 40;

/// Takes a report back while nobody works on it. Idempotent by the request's key.
///
/// # Errors
/// `NOT_FOUND` for a foreign report, `STATE` once somebody works on it.
#[tracing::instrument(name = "reports.withdraw", skip_all)]
pub async fn withdraw_report(
    app: &App,
    who: &Resident,
    request: WithdrawReport,
) -> Result<ReportView, Error> {
    let command = Command {
        key: &request.idempotency_key,
        operation: "withdraw-report",
        id: request.id,
        request: &request,
    };
    command
        .run(app, who, |own: Own<'_>| {
            let due = steps::due_after(own.reference, own.stored, Action::Withdraw, own.now)?;
            let (after, step) = own.report().withdraw(due, own.now)?;
            Ok(Done { after, steps: vec![Taken::new(step, own.by)], rating: None })
        })
        .await
}

/// Rates an outcome, again and differently if wanted. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`; `NOT_FOUND` for a foreign report; `STATE` before an outcome, `RATING_CLOSED` 30 days after closing.
#[tracing::instrument(name = "reports.rate", skip_all)]
pub async fn rate_report(
    app: &App,
    who: &Resident,
    request: RateReport,
) -> Result<ReportView, Error> {
    let mut findings = Vec::new();
    let score = Score::parse(i64::from(request.score))
        .map_err(|error| findings.push(Finding::new("/score", "OUT_OF_RANGE", error.to_string())))
        .ok();
    let words = request.text.as_deref().filter(|text| !text.trim().is_empty());
    let words = words.and_then(|raw| {
        ReasonText::parse(raw).map_err(|error| findings.push(text_finding("/text", error))).ok()
    });
    check_reasons(&request.reasons, &mut findings);
    let (Some(score), true) = (score, findings.is_empty()) else {
        return Err(Error::Input(findings));
    };

    let command = Command {
        key: &request.idempotency_key,
        operation: "rate-report",
        id: request.id,
        request: &request,
    };
    command
        .run(app, who, |own: Own<'_>| {
            let round = own.stored.report.facts().round;
            let (after, rated) = own.report().rate(score, Rater::Reporter, own.now)?;
            let mut steps = vec![Taken::new(rated.rated, own.by.clone())];
            steps.extend(rated.closed.map(|closed| Taken::new(closed, own.by)));
            let (reasons, text) = (&request.reasons, words.as_ref().map(ReasonText::as_str));
            let rating = NewRating {
                report: request.id,
                round,
                account: who.account,
                score,
                reasons,
                text,
                at: own.now,
            };
            Ok(Done { after, steps, rating: Some(rating) })
        })
        .await
}

/// Contests an outcome inside the window, once a round. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`; `NOT_FOUND` for a foreign report; `STATE`, `CONTEST_CLOSED`, `ALREADY_CONTESTED`.
#[tracing::instrument(name = "reports.contest", skip_all)]
pub async fn contest_report(
    app: &App,
    who: &Resident,
    request: ContestReport,
) -> Result<ReportView, Error> {
    let words = ReasonText::parse(&request.text)
        .map_err(|error| Error::Input(vec![text_finding("/text", error)]))?;
    let command = Command {
        key: &request.idempotency_key,
        operation: "contest-report",
        id: request.id,
        request: &request,
    };
    command
        .run(app, who, |own: Own<'_>| {
            let decided = Rule::WorkingDays { n: app.config.decision_working_days };
            let by = own.reference.due(decided, own.now, &[])?;
            let (after, step) = own.report().contest(app.config.contest_window(), by, own.now)?;
            Ok(Done {
                after,
                steps: vec![Taken::new(step, own.by).with_text(Some(words.as_str()))],
                rating: None,
            })
        })
        .await
}

fn check_reasons(reasons: &[String], findings: &mut Vec<Finding>) {
    if reasons.len() > MOST_REASONS {
        findings.push(Finding::new(
            "/reasons",
            "TOO_MANY",
            format!("give at most {MOST_REASONS} reasons"),
        ));
    }
    for (index, reason) in reasons.iter().enumerate().take(MOST_REASONS) {
        let is_code = reason.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        if !is_code || reason.is_empty() || reason.len() > LONGEST_REASON {
            findings.push(Finding::new(
                format!("/reasons/{index}"),
                "CODE",
                "a reason is a code such as TOO_SLOW",
            ));
        }
    }
}

/// A reporter's command about a report of their own.
struct Command<'a, R> {
    key: &'a IdempotencyKey,
    operation: &'static str,
    id: ReportId,
    request: &'a R,
}

/// The reporter's own report, locked.
struct Own<'a> {
    stored: &'a Stored,
    reference: &'a Reference,
    by: Actor,
    now: Timestamp,
}

impl Own<'_> {
    fn report(&self) -> Report {
        self.stored.report.clone()
    }
}

/// What is to be written.
struct Done<'a> {
    after: Report,
    steps: Vec<Taken<'a>>,
    rating: Option<NewRating<'a>>,
}

impl<R: Serialize + Sync> Command<'_, R> {
    /// Claims the key, locks the report, lets `decide` act on it, writes, answers.
    async fn run<'d>(
        self,
        app: &App,
        who: &Resident,
        decide: impl FnOnce(Own<'_>) -> Result<Done<'d>, Error>,
    ) -> Result<ReportView, Error> {
        let (now, reference) = (app.clock.now(), app.reference()?);
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let recorder =
            match claim(&mut tx, who.account, self.key, self.operation, self.request, now).await? {
                Claim::Replay(first) => return Ok(first),
                Claim::New(recorder) => recorder,
            };
        let viewer = Viewer::Resident(who.account);
        let stored = lock_own(&mut tx, self.id, viewer).await?;
        let by = Actor::Reporter { account: Some(who.account) };
        let done = decide(Own { stored: &stored, reference: &reference, by, now })?;
        steps::write(app, &mut tx, &stored, &done.after, &done.steps).await?;
        if let Some(rating) = &done.rating {
            store::rating::upsert(&mut tx, rating).await?;
        }
        let view = view_of(app, &mut tx, &reference, self.id, viewer, now).await?;
        recorder.record(&mut tx, &view).await?;
        tx.commit().await.map_err(fault("committing"))?;
        Ok(view)
    }
}

async fn lock_own(db: &mut PgConnection, id: ReportId, viewer: Viewer) -> Result<Stored, Error> {
    let stored = store::report::find_for_update(db, id).await?;
    stored.filter(|stored| viewer.owns(&stored.report)).ok_or(Error::ReportNotFound)
}
