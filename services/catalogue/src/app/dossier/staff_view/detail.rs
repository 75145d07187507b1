//! One dossier.

use chrono::NaiveDate;
use city_calendar::{Calendar, DueDay, DueLabel};
use city_clock::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::parts::{BillRow, ComponentView, ResultView, RoundRow};
use super::work_item::DossierWorkItem;
use crate::domain::dossier::{Dossier, Outcome, Refusal, Timer};
use crate::error::Error;
use crate::store::dossier::component::StoredComponent;
use crate::store::dossier::result::ResultRow;

/// One dossier for staff, without its answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierDetail {
    /// As in the work list.
    #[serde(flatten)]
    pub item: DossierWorkItem,
    /// Status in Vietnamese.
    pub status_vi: &'static str,
    /// Status in English.
    pub status_en: &'static str,
    /// `GRANTED` or `REFUSED`.
    pub outcome: Option<&'static str>,
    /// The first deadline that was promised.
    #[schema(value_type = Option<String>)]
    pub first_due_at: Option<Timestamp>,
    /// Working days left; minus the days it is late.
    pub days_left: Option<i64>,
    /// Whether the deadline lies where the calendar is not yet fixed.
    pub provisional: bool,
    /// While stopped: the deadline if it went on now.
    #[schema(value_type = Option<String>)]
    pub due_if_resumed_now: Option<Timestamp>,
    /// Day by day, how the deadline comes about.
    pub due_explanation: Vec<DueDayRow>,
    /// Whether a stop may end.
    pub resumable: Option<bool>,
    /// Rounds of questions.
    pub rounds: Vec<RoundRow>,
    /// Bills.
    pub bills: Vec<BillRow>,
    /// What the applicant brought.
    pub components: Vec<ComponentView>,
    /// Results.
    pub results: Vec<ResultView>,
    /// The agency that a transfer under way goes to.
    pub transfer_to: Option<String>,
}

/// A day of the way to the deadline.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DueDayRow {
    /// The day.
    #[schema(value_type = String)]
    pub date: NaiveDate,
    /// `START`, `CUTOFF_PASSED`, `WEEKEND`, `DAY_OFF`, `STOPPED` or `COUNTED`.
    pub label: &'static str,
    /// As which day it counts.
    pub counted: Option<u32>,
    /// The holiday.
    pub name: Option<String>,
    /// The row of the history that began the stop.
    pub cause_seq: Option<i32>,
}

impl DossierDetail {
    /// # Errors
    /// A due date that cannot be computed.
    pub fn of(
        dossier: &Dossier,
        calendar: &Calendar,
        results: Vec<ResultRow>,
        components: Vec<StoredComponent>,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let timer = dossier.timer();
        let open = timer.as_ref().filter(|_| dossier.ended_at.is_none());
        let due =
            timer.as_ref().map(|timer| timer.due(calendar)).transpose().map_err(Refusal::from)?;
        let days_left =
            open.map(|timer| timer.days_left(calendar, now)).transpose().map_err(Refusal::from)?;
        let resumed = open
            .map(|timer| timer.due_if_resumed(calendar, now))
            .transpose()
            .map_err(Refusal::from)?;
        let explanation = match &timer {
            Some(timer) => explanation(timer, calendar)?,
            None => Vec::new(),
        };
        let (status_vi, status_en) = dossier.status.names();
        Ok(Self {
            item: DossierWorkItem::of(dossier, now),
            status_vi,
            status_en,
            outcome: dossier.outcome.map(Outcome::as_str),
            first_due_at: dossier.first_due_at,
            days_left: days_left.flatten(),
            provisional: due.is_some_and(city_calendar::Due::provisional),
            due_if_resumed_now: resumed.flatten(),
            due_explanation: explanation,
            resumable: dossier.resumable,
            rounds: dossier.rounds.iter().map(RoundRow::of).collect(),
            bills: dossier.bills.iter().map(BillRow::of).collect(),
            components: components.into_iter().map(ComponentView::of).collect(),
            results: results.into_iter().map(ResultView::of).collect(),
            transfer_to: dossier.transfer.as_ref().map(|transfer| transfer.to.clone()),
        })
    }
}

fn explanation(timer: &Timer, calendar: &Calendar) -> Result<Vec<DueDayRow>, Error> {
    let days = timer.explain(calendar).map_err(Refusal::from)?;
    let row = |day: DueDay<'_>| {
        let plain = |label| (label, None, None, None);
        let (label, counted, name, cause_seq) = match day.label {
            DueLabel::Start => plain("START"),
            DueLabel::CutoffPassed => plain("CUTOFF_PASSED"),
            DueLabel::Weekend => plain("WEEKEND"),
            DueLabel::DayOff { name } => ("DAY_OFF", None, Some(name.to_owned()), None),
            DueLabel::Stopped { stop } => ("STOPPED", None, None, timer.causes.get(stop).copied()),
            DueLabel::Counted { k } => ("COUNTED", Some(k), None, None),
        };
        DueDayRow { date: day.date, label, counted, name, cause_seq }
    };
    Ok(days.into_iter().map(row).collect())
}
