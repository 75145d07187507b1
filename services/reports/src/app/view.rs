//! A report as somebody may see it. Nothing here tells who filed it.

use city_calendar::{DueDay, DueLabel, Stop};
use city_clock::Timestamp;
use city_contracts::common::{GeoPoint as WirePoint, Localised};
use city_contracts::reports::{ClockState, DueDayView, ReasonView, ReportView, TimelineEntryView};
use city_ids::{AccountId, ReportId};
use sqlx::PgConnection;

use crate::domain::{
    AgencyCode, GeoPoint, PhotoPurpose, Precision, Rater, Report, Score, State, StateName,
    Visibility, title,
};
use crate::error::Error;
use crate::events::wire_state;
use crate::reference::Reference;
use crate::store;
use crate::store::photo::ReportPhoto;
use crate::store::row::Stored;
use crate::store::timeline::TimelineRow;

use super::photo_urls::{PhotoAccess, photo_urls};
use super::{App, words};

/// Who looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    Anybody,
    Resident(AccountId),
}

impl Viewer {
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Anybody => None,
            Self::Resident(account) => Some(account),
        }
    }

    /// Whether this is the reporter.
    pub fn owns(self, report: &Report) -> bool {
        self.account().is_some_and(|account| report.facts().reporter.account() == Some(account))
    }

    pub fn may_see(self, report: &Report) -> bool {
        self.owns(report) || report.is_listed()
    }
}

/// Rows of the timeline that come with a report.
const TIMELINE_ROWS: i64 = 100;

/// One report with its timeline.
///
/// # Errors
/// [`Error::ReportNotFound`] also for one that the viewer may not know of.
pub async fn view_of(
    app: &App,
    db: &mut PgConnection,
    reference: &Reference,
    id: ReportId,
    viewer: Viewer,
    now: Timestamp,
) -> Result<ReportView, Error> {
    let stored = store::report::find(db, id, viewer.account()).await?;
    let stored =
        stored.filter(|stored| viewer.may_see(&stored.report)).ok_or(Error::ReportNotFound)?;
    let visible: &[Visibility] = if viewer.owns(&stored.report) {
        &[Visibility::Public, Visibility::Reporter]
    } else {
        &[Visibility::Public]
    };
    let photos = photos_of(db, std::slice::from_ref(&stored)).await?;
    let timeline = store::timeline::list(db, id, visible, 0, TIMELINE_ROWS).await?;
    let look = Look { app, reference, viewer, now };
    let mut view = look.report(&stored, &photos).await?;
    view.due_explanation = explanation(reference, &stored)?;
    if let Some(reason) = &mut view.reason {
        let rejected = timeline.iter().rev().find(|row| row.meta["kind"] == "REJECTED");
        reason.text = rejected.and_then(|row| row.text.clone()).or(reason.text.take());
    }
    view.timeline = timeline.into_iter().map(|row| entry(reference, row)).collect();
    Ok(view)
}

/// Several reports, in their order: one more statement at most, however many they are.
pub async fn views_of(
    app: &App,
    db: &mut PgConnection,
    reference: &Reference,
    stored: &[Stored],
    viewer: Viewer,
    now: Timestamp,
) -> Result<Vec<ReportView>, Error> {
    let photos = photos_of(db, stored).await?;
    let look = Look { app, reference, viewer, now };
    let mut views = Vec::with_capacity(stored.len());
    for report in stored {
        views.push(look.report(report, &photos).await?);
    }
    Ok(views)
}

async fn photos_of(db: &mut PgConnection, stored: &[Stored]) -> Result<Vec<ReportPhoto>, Error> {
    let with_photos: Vec<_> = stored
        .iter()
        .filter(|stored| stored.photo_count > 0)
        .map(|stored| stored.report.id())
        .collect();
    if with_photos.is_empty() {
        Ok(Vec::new())
    } else {
        store::photo::list_of(db, &with_photos).await
    }
}

struct Look<'a> {
    app: &'a App,
    reference: &'a Reference,
    viewer: Viewer,
    now: Timestamp,
}

impl Look<'_> {
    async fn report(&self, stored: &Stored, photos: &[ReportPhoto]) -> Result<ReportView, Error> {
        let (report, facts, columns) =
            (&stored.report, stored.report.facts(), stored.report.columns());
        let mine = self.viewer.owns(report);
        let category =
            self.reference.categories.get(&facts.category).ok_or_else(|| Error::Internal {
                doing: "showing a report",
                source: "its category is not in the registry".into(),
            })?;
        let access = if mine { PhotoAccess::Inside } else { PhotoAccess::Public };
        let published = report.is_listed() && category.photo_public;
        let of = |purpose| {
            let own = photos
                .iter()
                .filter(|photo| photo.report == report.id() && photo.purpose == purpose);
            own.cloned().collect::<Vec<_>>()
        };
        let of_problem =
            photo_urls(&self.app.blobs, &of(PhotoPurpose::Report), access, published).await?;
        let of_solution =
            photo_urls(&self.app.blobs, &of(PhotoPurpose::After), access, published).await?;
        let public_text = stored.public_text.as_ref().unwrap_or(&stored.description);
        let text = if mine { &stored.description } else { public_text };
        let point =
            stored.place.map(|place| wire_point(if mine { place.exact } else { place.public }));
        let window = self.app.config.contest_window();
        Ok(ReportView {
            id: report.id(),
            code: facts.code.to_string(),
            version: facts.version,
            title: title(public_text),
            description: Some(text.clone()),
            state: wire_state(columns.state),
            state_text: words::state(columns.state),
            category: category.view(),
            ward: self.reference.ward_view(&facts.ward),
            agency: columns.agency.as_ref().and_then(|code| self.reference.agencies.view(code)),
            address: stored
                .address
                .clone()
                .filter(|_| mine || category.precision == Precision::Exact),
            point,
            approximate: !mine
                && stored.place.is_some_and(crate::store::row::Place::is_approximate),
            photos: of_problem,
            after_photos: of_solution,
            // A result that is still under review has not been given.
            result: columns
                .result_text
                .filter(|_| columns.state != StateName::PendingReview)
                .map(|text| text.as_str().to_owned()),
            reason: columns
                .reason_code
                .map(|code| ReasonView { code: code.as_str().to_owned(), text: whose(report) }),
            filed_at: facts.filed_at,
            updated_at: facts.updated_at,
            clock: clock(report),
            due_at: facts.due_at,
            first_due_at: facts.first_due_at,
            due_explanation: Vec::new(),
            resolved_at: facts.outcome_at,
            closed_at: facts.closed_at,
            contest_until: report.contest_until(window),
            follower_count: facts.follower_count,
            rating: stored.rating.clone(),
            is_mine: mine,
            can_withdraw: mine && report.clone().withdraw(None, self.now).is_ok(),
            can_rate: mine
                && best().is_some_and(|score| {
                    report.clone().rate(score, Rater::Reporter, self.now).is_ok()
                }),
            can_contest: mine && report.clone().contest(window, None, self.now).is_ok(),
            timeline: Vec::new(),
        })
    }
}

fn best() -> Option<Score> {
    Score::parse(5).ok()
}

/// Whose duty it is, where the city said that it is not its own.
fn whose(report: &Report) -> Option<String> {
    match report.state() {
        State::Rejected(rejection) => rejection.whose().map(|whose| whose.as_str().to_owned()),
        _ => None,
    }
}

pub fn clock(report: &Report) -> ClockState {
    match report.state().name() {
        StateName::OnHold | StateName::AwaitingReporter => ClockState::Stopped,
        _ if !report.is_open() || report.facts().answered_at.is_some() => ClockState::Ended,
        _ => ClockState::Running,
    }
}

/// Whole centimetres: what the database adds behind them is no place.
pub fn wire_point(point: GeoPoint) -> WirePoint {
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    WirePoint { lat: round(point.lat()), lon: round(point.lon()) }
}

fn explanation(reference: &Reference, stored: &Stored) -> Result<Vec<DueDayView>, Error> {
    let stops: Vec<_> =
        stored.stops.iter().map(|stop| Stop { from: stop.from, to: stop.to }).collect();
    let days = reference.calendar.explain(stored.target, stored.report.facts().anchor_at, &stops);
    let days =
        days.map_err(|error| Error::Internal { doing: "explaining a due", source: error.into() })?;
    Ok(days.into_iter().map(due_day).collect())
}

fn due_day(day: DueDay<'_>) -> DueDayView {
    let (label, cause, counted) = match day.label {
        DueLabel::Start => ("START", None, None),
        DueLabel::CutoffPassed => ("CUTOFF_PASSED", None, None),
        DueLabel::Weekend => ("WEEKEND", None, None),
        DueLabel::DayOff { name } => {
            ("DAY_OFF", Some(Localised { vi: name.to_owned(), en: None }), None)
        }
        DueLabel::Stopped { .. } => {
            ("STOPPED", Some(words::both("Tạm dừng tính thời hạn", "The clock stood still")), None)
        }
        DueLabel::Counted { k } => ("COUNTED", None, Some(k)),
    };
    DueDayView { date: day.date, label: label.to_owned(), cause, counted }
}

fn entry(reference: &Reference, row: TimelineRow) -> TimelineEntryView {
    let word = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let data = &row.meta["data"];
    let agency =
        [&data["toAgency"], &data["agency"], &row.meta["agency"]].into_iter().find_map(word);
    TimelineEntryView {
        seq: row.seq,
        at: row.at,
        kind: word(&row.meta["kind"]).unwrap_or_default(),
        state: row.meta["to"].as_str().and_then(StateName::parse).map(wire_state),
        agency: agency.and_then(|code| reference.agencies.view(&AgencyCode::restore(code))),
        text: row.text,
    }
}
