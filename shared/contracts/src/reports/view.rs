//! What the service shows.

use chrono::{DateTime, NaiveDate, Utc};
use city_ids::{PhotoId, ReportId};
use serde::{Deserialize, Serialize};

use super::{PhotoState, ReportState};
use crate::common::{GeoPoint, Localised};

/// A header the upload must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadHeader {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// Leave to upload one file: a signed PUT.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UploadTicket {
    /// The photo, to be named when filing.
    pub file_id: PhotoId,
    /// Where to PUT the bytes.
    pub url: String,
    /// The headers the PUT must carry.
    pub headers: Vec<UploadHeader>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// A category a resident can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CategoryView {
    /// The code.
    pub code: String,
    /// The name.
    pub label: Localised,
    /// What belongs here.
    pub help: Option<Localised>,
    /// The topic above; none for a topic itself.
    pub parent_code: Option<String>,
    /// How long it should take, for people.
    pub target_text: Localised,
    /// Whom to call first in an emergency.
    pub emergency_phone: Option<String>,
    /// Whether reports of it are published.
    pub is_public: bool,
}

/// A ward or commune, as the report knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WardView {
    /// The code, which is reused over time: valid now.
    pub code: String,
    /// The name.
    pub name: Localised,
    /// `WARD` or `COMMUNE`.
    pub kind: String,
    /// Roughly its middle.
    pub centroid: GeoPoint,
}

/// An agency, as the report knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgencyView {
    /// Our code.
    pub code: String,
    /// The name.
    pub name: Localised,
    /// The agency above.
    pub parent_code: Option<String>,
}

/// A photo of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhotoView {
    /// The photo.
    pub id: PhotoId,
    /// Where it is on its way.
    pub state: PhotoState,
    /// Up to 320 px a side.
    pub thumb: Option<String>,
    /// Up to 1,280 px a side.
    pub screen: Option<String>,
    /// Up to 2,048 px a side.
    pub full: Option<String>,
    /// Of the full size, in pixels.
    pub width: Option<i32>,
    /// Of the full size, in pixels.
    pub height: Option<i32>,
    /// Why it was refused.
    pub refusal: Option<String>,
}

/// Whether the deadline runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockState {
    /// Not yet.
    NotStarted,
    /// Counting.
    Running,
    /// Waiting for somebody else.
    Stopped,
    /// Over.
    Ended,
}

/// One day of the explanation of a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueDayView {
    /// The day.
    pub date: NaiveDate,
    /// `START`, `CUTOFF_PASSED`, `WEEKEND`, `DAY_OFF`, `STOPPED` or `COUNTED`.
    pub label: String,
    /// The holiday's or the stop's name.
    pub cause: Option<Localised>,
    /// Which counted day it is.
    pub counted: Option<u32>,
}

/// A reason given for a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonView {
    /// The code.
    pub code: String,
    /// What was written to it.
    pub text: Option<String>,
}

/// A rating.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingView {
    /// 1 to 5.
    pub score: i32,
    /// Codes of reasons.
    pub reasons: Vec<String>,
    /// In the rater's words; only for themselves.
    pub text: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A row of a report's timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineEntryView {
    /// Counts up from 1.
    pub seq: i32,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, such as `FILED`, `ACCEPTED`, `RESOLVED`.
    pub kind: String,
    /// The state it led to.
    pub state: Option<ReportState>,
    /// The agency that acted or was put in charge.
    pub agency: Option<AgencyView>,
    /// What was written to it.
    pub text: Option<String>,
}

/// A report, as the caller may see it. It never carries who filed it.
#[expect(clippy::struct_excessive_bools, reason = "each answers a question of its own on the wire")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportView {
    /// The report.
    pub id: ReportId,
    /// What people quote, such as `PA26-00012344`.
    pub code: String,
    /// Grows with each change.
    pub version: i32,
    /// The first 80 characters of the public text.
    pub title: String,
    /// The public text; whole for the reporter.
    pub description: Option<String>,
    /// Where it is on its way.
    pub state: ReportState,
    /// The state in words.
    pub state_text: Localised,
    /// The category.
    pub category: CategoryView,
    /// Where.
    pub ward: Option<WardView>,
    /// Who answers.
    pub agency: Option<AgencyView>,
    /// Street address.
    pub address: Option<String>,
    /// The position; the middle of its cell when it is approximate.
    pub point: Option<GeoPoint>,
    /// Whether the position was made coarse to protect a home.
    pub approximate: bool,
    /// Photos of the problem.
    pub photos: Vec<PhotoView>,
    /// Photos of the solution.
    pub after_photos: Vec<PhotoView>,
    /// What was done.
    pub result: Option<String>,
    /// Why it was rejected or returned.
    pub reason: Option<ReasonView>,
    /// When it was filed.
    pub filed_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Whether the deadline runs.
    pub clock: ClockState,
    /// The deadline; none while stopped.
    pub due_at: Option<DateTime<Utc>>,
    /// The first deadline that was promised.
    pub first_due_at: Option<DateTime<Utc>>,
    /// Day by day, how the deadline comes about; only when asked for.
    #[serde(default)]
    pub due_explanation: Vec<DueDayView>,
    /// When the outcome was given.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it was closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Until when the outcome can be contested.
    pub contest_until: Option<DateTime<Utc>>,
    /// How many follow it.
    pub follower_count: i32,
    /// The caller's own rating of this round.
    pub rating: Option<RatingView>,
    /// Whether the caller filed it.
    pub is_mine: bool,
    /// Whether the caller may withdraw it now.
    pub can_withdraw: bool,
    /// Whether the caller may rate it now.
    pub can_rate: bool,
    /// Whether the caller may contest the outcome now.
    pub can_contest: bool,
    /// The timeline, oldest first, as far as the caller may see it; only for a single report.
    #[serde(default)]
    pub timeline: Vec<TimelineEntryView>,
}
