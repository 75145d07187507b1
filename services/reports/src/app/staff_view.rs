//! A report as staff see it: what they need to handle it, never who filed it.

use chrono::{DateTime, Utc};
use city_contracts::common::Localised;
use city_ids::{AccountId, PhotoId, ReportId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::{Precision, Report, State, StateName, title};
use crate::error::Error;
use crate::reference::Reference;
use crate::store::photo::ReportPhoto;
use crate::store::row::Stored;
use crate::store::timeline::TimelineRow;

use super::App;
use super::photo_urls::{PhotoAccess, photo_urls};
use super::view::{clock, wire_point};

/// A text in both languages.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReportLabel {
    /// Vietnamese.
    pub vi: String,
    /// English, where there is one.
    pub en: Option<String>,
}

impl From<&Localised> for ReportLabel {
    fn from(text: &Localised) -> Self {
        Self { vi: text.vi.clone(), en: text.en.clone() }
    }
}

/// The report after an action.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionDone {
    /// The report.
    #[schema(value_type = String, example = "rpt_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d")]
    pub id: ReportId,
    /// What people quote.
    pub code: String,
    /// To be sent with the next action.
    pub version: i32,
    /// Where it is now.
    pub state: String,
    /// Who has it.
    pub agency: Option<String>,
    /// By when the agency answers; none while the clock stands.
    pub due_at: Option<DateTime<Utc>>,
    /// By when triage or a coordinator decides.
    pub step_due_at: Option<DateTime<Utc>>,
}

impl ActionDone {
    pub fn of(report: &Report) -> Self {
        let (facts, columns) = (report.facts(), report.columns());
        Self {
            id: facts.id,
            code: facts.code.to_string(),
            version: facts.version,
            state: columns.state.as_str().to_uppercase(),
            agency: columns.agency.map(|agency| agency.to_string()),
            due_at: facts.due_at,
            step_due_at: facts.step_due_at,
        }
    }
}

/// A row of the work list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
    /// The report.
    #[schema(value_type = String, example = "rpt_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d")]
    pub id: ReportId,
    /// What people quote.
    pub code: String,
    /// To be sent with an action.
    pub version: i32,
    /// The first 80 characters.
    pub title: String,
    /// Where it is on its way.
    pub state: String,
    /// The category's code.
    pub category: String,
    /// The category's name.
    pub category_label: Option<ReportLabel>,
    /// The ward's code.
    pub ward: String,
    /// The ward's name.
    pub ward_name: Option<ReportLabel>,
    /// Who has it, or had it when it ended.
    pub agency: Option<String>,
    /// Whom routing proposes, while nobody has it.
    pub proposed_agency: Option<String>,
    /// The officer in charge.
    #[schema(value_type = Option<String>)]
    pub assignee: Option<AccountId>,
    /// `NORMAL` or `URGENT`.
    pub priority: String,
    /// How it came in.
    pub channel: String,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// By when the agency answers; none while the clock stands.
    pub due_at: Option<DateTime<Utc>>,
    /// By when triage or a coordinator decides.
    pub step_due_at: Option<DateTime<Utc>>,
    /// `RUNNING`, `STOPPED` or `ENDED`.
    pub clock: String,
    /// Whether the agency answered in time, once it has.
    pub on_time: Option<bool>,
    /// 0 to 4.
    pub escalation_level: i16,
    /// How often an agency handed it back.
    pub bounce_count: i32,
    /// How many follow it.
    pub follower_count: i32,
    /// How many photos it has.
    pub photo_count: i32,
    /// Whether everybody may see it.
    pub listed: bool,
}

impl WorkItem {
    pub fn of(stored: &Stored, reference: &Reference) -> Self {
        let (report, facts, columns) =
            (&stored.report, stored.report.facts(), stored.report.columns());
        Self {
            id: facts.id,
            code: facts.code.to_string(),
            version: facts.version,
            title: title(stored.public_text.as_ref().unwrap_or(&stored.description)),
            state: columns.state.as_str().to_uppercase(),
            category: facts.category.to_string(),
            category_label: reference
                .categories
                .get(&facts.category)
                .map(|category| (&category.label).into()),
            ward: facts.ward.to_string(),
            ward_name: reference.ward(&facts.ward).map(|ward| (&ward.name).into()),
            agency: columns.agency.map(|agency| agency.to_string()),
            proposed_agency: columns.proposed_agency.map(|agency| agency.to_string()),
            assignee: columns.assignee,
            priority: stored.priority.clone(),
            channel: stored.channel.as_str().to_owned(),
            filed_at: facts.filed_at,
            updated_at: facts.updated_at,
            due_at: facts.due_at,
            step_due_at: facts.step_due_at,
            clock: word(&clock(report)),
            on_time: facts.on_time,
            escalation_level: facts.escalation_level,
            bounce_count: facts.bounce_count,
            follower_count: facts.follower_count,
            photo_count: stored.photo_count,
            listed: report.is_listed(),
        }
    }
}

/// A position.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct ReportPoint {
    /// Latitude in degrees.
    pub lat: f64,
    /// Longitude in degrees.
    pub lon: f64,
}

/// A photo for staff; its addresses work for five minutes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffPhoto {
    /// The photo.
    #[schema(value_type = String)]
    pub id: PhotoId,
    /// Counts the photos of the report.
    pub no: i32,
    /// `REPORT`, `AFTER` or `ANSWER`.
    pub purpose: String,
    /// Where it is on its way.
    pub state: String,
    /// Up to 320 px a side.
    pub thumb: Option<String>,
    /// Up to 1,280 px a side.
    pub screen: Option<String>,
    /// Up to 2,048 px a side.
    pub full: Option<String>,
    /// Why it was refused.
    pub refusal: Option<String>,
    /// Whether moderators took it from public reads.
    pub hidden: bool,
}

/// A whole report for staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffReport {
    #[serde(flatten)]
    pub item: WorkItem,
    /// As the reporter wrote it.
    pub description: String,
    /// As everybody reads it, when a moderator changed it.
    pub public_text: Option<String>,
    /// Street address.
    pub address: Option<String>,
    /// Where it is.
    pub point: Option<ReportPoint>,
    /// All photos.
    pub photos: Vec<StaffPhoto>,
    /// Counts up with each reopening.
    pub round: i32,
    /// What was done.
    pub result: Option<String>,
    /// Why it was rejected.
    pub reason_code: Option<String>,
    /// Whom the report waits for while it is on hold.
    pub third_party: Option<String>,
    /// The first deadline that was promised.
    pub first_due_at: Option<DateTime<Utc>>,
    /// When the outcome was given.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Until when the outcome can be contested.
    pub contest_until: Option<DateTime<Utc>>,
}

/// How much of a report somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// It lies in their scope.
    Whole,
    /// It is of others, and listed: what everybody sees.
    Public,
}

impl StaffReport {
    /// The report with all its photos, as deep as the viewer may look.
    ///
    /// # Errors
    /// When the address of a photo cannot be signed.
    pub async fn of(
        app: &App,
        stored: &Stored,
        photos: &[ReportPhoto],
        reference: &Reference,
        depth: Depth,
    ) -> Result<Self, Error> {
        let (report, facts, columns) =
            (&stored.report, stored.report.facts(), stored.report.columns());
        let category = reference.categories.get(&facts.category);
        let published =
            report.is_listed() && category.is_some_and(|category| category.photo_public);
        let whole = depth == Depth::Whole;
        let address_shown =
            whole || category.is_some_and(|category| category.precision == Precision::Exact);
        let third_party = match report.state() {
            State::OnHold { third_party, .. } if whole => Some(third_party.as_str().to_owned()),
            _ => None,
        };
        let place = stored.place.map(|place| if whole { place.exact } else { place.public });
        let public_text = stored.public_text.clone();
        let mut item = WorkItem::of(stored, reference);
        if !whole {
            // Who works on it and what is decided next stays with those who handle it.
            (item.assignee, item.proposed_agency, item.step_due_at) = (None, None, None);
        }
        // A result that is still under review has not been given.
        let result_given = whole || columns.state != StateName::PendingReview;
        Ok(Self {
            item,
            description: public_text
                .clone()
                .filter(|_| !whole)
                .unwrap_or_else(|| stored.description.clone()),
            public_text,
            address: stored.address.clone().filter(|_| address_shown),
            point: place.map(wire_point).map(|at| ReportPoint { lat: at.lat, lon: at.lon }),
            photos: staff_photos(app, photos, depth, published).await?,
            round: facts.round,
            result: columns
                .result_text
                .filter(|_| result_given)
                .map(|text| text.as_str().to_owned()),
            reason_code: columns.reason_code.map(|reason| reason.as_str().to_owned()),
            third_party,
            first_due_at: facts.first_due_at,
            resolved_at: facts.outcome_at,
            closed_at: facts.closed_at,
            contest_until: report.contest_until(app.config.contest_window()),
        })
    }
}

async fn staff_photos(
    app: &App,
    photos: &[ReportPhoto],
    depth: Depth,
    published: bool,
) -> Result<Vec<StaffPhoto>, Error> {
    let access = match depth {
        Depth::Whole => PhotoAccess::Inside,
        Depth::Public => PhotoAccess::Public,
    };
    let views = photo_urls(&app.blobs, photos, access, published).await?;
    let shown = views.into_iter().filter_map(|view| {
        let photo = photos.iter().find(|photo| photo.id == view.id)?;
        Some(StaffPhoto {
            id: view.id,
            no: photo.no,
            purpose: photo.purpose.as_str().to_owned(),
            state: photo.state.name().to_owned(),
            thumb: view.thumb,
            screen: view.screen,
            full: view.full,
            refusal: view.refusal,
            hidden: photo.is_hidden,
        })
    });
    Ok(shown.collect())
}

/// A row of the timeline for staff.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StaffTimelineEntry {
    /// Counts up from 1.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: String,
    /// In which capacity somebody acted.
    pub role: String,
    /// Of which agency.
    pub agency: Option<String>,
    /// The state before.
    pub from: Option<String>,
    /// The state after.
    pub to: Option<String>,
    /// `PUBLIC`, `REPORTER` or `STAFF`.
    pub visibility: String,
    /// Codes, dates and numbers that belong to it.
    #[schema(value_type = Object)]
    pub data: Value,
    /// What was written to it.
    pub text: Option<String>,
}

impl From<TimelineRow> for StaffTimelineEntry {
    fn from(row: TimelineRow) -> Self {
        let text = |member: &str| row.meta[member].as_str().map(str::to_owned);
        Self {
            seq: row.seq,
            at: row.at,
            kind: text("kind").unwrap_or_default(),
            role: row.actor_kind.clone(),
            agency: text("agency"),
            from: text("from").map(|state| state.to_uppercase()),
            to: text("to").map(|state| state.to_uppercase()),
            visibility: row.visibility.clone(),
            data: row.meta["data"].clone(),
            text: row.text,
        }
    }
}

/// The wire's word of an enum.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_default()
}
