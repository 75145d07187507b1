//! The deadline of a dossier for its applicant: how many days are left, and how it comes about.

use city_calendar::{Calendar, DueLabel, Horizon, Rule, Stop};
use city_clock::{Timestamp, hue_day};
use city_contracts::catalogue::dossier::DueDayView;
use city_contracts::common::Localised;
use sqlx::PgConnection;
use std::sync::Arc;

use crate::error::{Error, broken};
use crate::snapshot::Snapshot;
use crate::store::dossier::mine::{self, Row};

/// What a deadline is computed from.
#[derive(Debug)]
pub struct Due {
    rule: Rule,
    start: Timestamp,
    stops: Vec<Stop>,
    /// What began each stop, in the same order.
    causes: Vec<Option<String>>,
    calendar: Arc<Calendar>,
}

/// A deadline, seen from now.
#[derive(Debug)]
pub struct Reckoned {
    /// Working days left; minus the days it is late. None for rules that count no days.
    pub days_left: Option<i32>,
    /// Whether it lies where the calendar is not yet fixed.
    pub provisional: bool,
    /// While stopped: the deadline if it went on now.
    pub due_if_resumed_now: Option<Timestamp>,
}

/// The deadline of a dossier; none before it was accepted.
///
/// # Errors
/// A fault for a row that breaks a rule or names a calendar that is not there.
pub async fn of(
    db: &mut PgConnection,
    snapshot: &Snapshot,
    row: &Row,
) -> Result<Option<Due>, Error> {
    const DOING: &str = "reading the term of a dossier";
    let (Some(start), Some(sla), Some(code), Some(version)) =
        (row.accepted_at, &row.sla, &row.calendar_code, row.calendar_version)
    else {
        return Ok(None);
    };
    let rule: Rule = serde_json::from_value(sla.clone()).map_err(|error| broken(DOING, error))?;
    let version = u32::try_from(version).map_err(|error| broken(DOING, error))?;
    let calendar = snapshot
        .registry
        .calendar(code, version)
        .ok_or_else(|| broken(DOING, "its calendar is not there"))?
        .calendar
        .clone();
    let segments = mine::segments(db, row.id).await?;
    let (stops, causes) = segments
        .into_iter()
        .filter(|segment| segment.kind == "STOP")
        .map(|segment| (Stop { from: segment.started_at, to: segment.ended_at }, segment.cause))
        .unzip();
    Ok(Some(Due { rule, start, stops, causes, calendar }))
}

impl Due {
    /// As it looks from now.
    ///
    /// # Errors
    /// A fault for a deadline beyond the horizon, which no dossier is accepted with.
    pub fn reckon(&self, now: Timestamp) -> Result<Reckoned, Error> {
        let due = self.calendar.due(self.rule, self.start, &self.stops).map_err(beyond)?;
        let counts_days =
            !matches!(self.rule, Rule::WorkingHours { .. } | Rule::ElapsedMinutes { .. });
        let days = || self.calendar.days_left(due, &self.stops, hue_day(now));
        let stopped = self.stops.iter().any(|stop| stop.to.is_none());
        let due_if_resumed_now = if stopped {
            let closed = |stop: &Stop| Stop { to: Some(stop.to.unwrap_or(now)), ..*stop };
            let stops: Vec<_> = self.stops.iter().map(closed).collect();
            self.calendar.due(self.rule, self.start, &stops).map_err(beyond)?.at()
        } else {
            None
        };
        Ok(Reckoned {
            days_left: counts_days.then(days).and_then(|days| i32::try_from(days).ok()),
            provisional: due.provisional(),
            due_if_resumed_now,
        })
    }

    /// Day by day.
    ///
    /// # Errors
    /// As above.
    pub fn explained(&self) -> Result<Vec<DueDayView>, Error> {
        let days = self.calendar.explain(self.rule, self.start, &self.stops).map_err(beyond)?;
        Ok(days
            .into_iter()
            .map(|day| {
                let (label, cause, counted) = match day.label {
                    DueLabel::Start => ("START", None, None),
                    DueLabel::CutoffPassed => ("CUTOFF_PASSED", None, None),
                    DueLabel::Weekend => ("WEEKEND", None, None),
                    DueLabel::DayOff { name } => {
                        ("DAY_OFF", Some(Localised { vi: name.to_owned(), en: None }), None)
                    }
                    DueLabel::Stopped { stop } => {
                        let cause = self.causes.get(stop).and_then(Option::as_deref);
                        ("STOPPED", Some(stop_name(cause)), None)
                    }
                    DueLabel::Counted { k } => ("COUNTED", None, Some(k)),
                };
                DueDayView { date: day.date, label: label.to_owned(), cause, counted }
            })
            .collect())
    }
}

fn beyond(error: Horizon) -> Error {
    broken("computing a deadline", error)
}

/// Why the clock stood still, by what began the stop.
fn stop_name(cause: Option<&str>) -> Localised {
    let (vi, en) = match cause {
        Some("ASK") => ("Chờ bổ sung hồ sơ", "Waiting for more documents"),
        Some("ASK_PAYMENT") => ("Chờ thực hiện nghĩa vụ tài chính", "Waiting for a payment"),
        _ => ("Tạm dừng xử lý", "Processing stopped"),
    };
    Localised { vi: vi.to_owned(), en: Some(en.to_owned()) }
}
