//! When it would be done, day by day, before anybody files anything.

use chrono::Duration;
use city_calendar::{Calendar, DueDay, Rule};
use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{
    DueDatePreviewRequest, DueDayView, DueLabel, DuePreview,
};
use city_contracts::common::Localised;

use super::{code_finding, refuse_if};
use crate::app::App;
use crate::app::dossier::CITY_CALENDAR;

use crate::error::{Error, broken};

/// How far from now one may ask.
const MAX_DISTANCE_DAYS: i64 = 366;

/// The due date of what is accepted at an instant, with the count that leads to it.
///
/// # Errors
/// `INPUT`, `NOT_FOUND`.
pub fn due_date_preview(app: &App, request: &DueDatePreviewRequest) -> Result<DuePreview, Error> {
    refuse_if(code_finding(&request.national_code))?;
    let now = app.clock.now();
    let at = request.at.unwrap_or(now);
    if (at - now).abs() > Duration::days(MAX_DISTANCE_DAYS) {
        return Err(Error::invalid("/at", "RANGE", "at most 366 days from now"));
    }
    let snapshot = app.snapshots.get()?;
    let found = snapshot.procedures.live(&request.national_code).ok_or(Error::NotFound)?;
    let terms = &found.edition.terms;
    if !terms.admits(request.channel) {
        return Err(Error::invalid("/channel", "CHANNEL", "this procedure is not filed this way"));
    }
    let published = snapshot.registry.current_calendar(CITY_CALENDAR).ok_or(Error::NotReady)?;
    preview(&published.calendar, terms.rule(request.channel), at)
}

fn preview(calendar: &Calendar, rule: Rule, at: Timestamp) -> Result<DuePreview, Error> {
    let too_far = |_| Error::invalid("/at", "HORIZON", "the day is more than 3660 days away");
    let due = calendar.due(rule, at, &[]).map_err(too_far)?;
    let days = calendar.explain(rule, at, &[]).map_err(too_far)?;
    let due_at = due.at().ok_or_else(|| broken("previewing a due date", "no stop was given"))?;
    let days = days.into_iter().map(|day| explained(day, |_| None)).collect();
    Ok(DuePreview { due_at, provisional: due.provisional(), rule, days })
}

/// A day of the count in the wire's words; `cause` says why a stop was made.
pub fn explained(day: DueDay<'_>, cause: impl Fn(usize) -> Option<Localised>) -> DueDayView {
    use city_calendar::DueLabel as Label;
    let (label, cause, counted) = match day.label {
        Label::CutoffPassed => (DueLabel::CutoffPassed, None, None),
        Label::Start => (DueLabel::Start, None, None),
        Label::Weekend => (DueLabel::Weekend, None, None),
        Label::DayOff { name } => {
            (DueLabel::DayOff, Some(Localised { vi: name.to_owned(), en: None }), None)
        }
        Label::Stopped { stop } => (DueLabel::Stopped, cause(stop), None),
        Label::Counted { k } => (DueLabel::Counted, None, Some(k)),
    };
    DueDayView { date: day.date, label, cause, counted }
}
