//! A resident's report, as the one who asks may see it.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::reports::{self as wire, ReportView, TimelineEntryView};

use super::agency::Agency;
use super::asking::asking;
use super::category::ReportCategory;
use super::connection::{FIRST, ReportEventConnection};
use super::due::{ClockState, DueDay};
use super::photo::Photo;
use super::place::Place;
use super::refusal::Refusal;
use super::scalars::DateTime;
use super::shared::{GeoPoint, Localised};
use super::timeline;

/// Where a report is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ReportState", remote = "city_contracts::reports::ReportState")]
pub enum ReportState {
    /// Filed; nobody has looked at it yet.
    #[graphql(name = "SUBMITTED")]
    Submitted,
    /// An agency is in charge.
    #[graphql(name = "ASSIGNED")]
    Assigned,
    /// Somebody works on it.
    #[graphql(name = "IN_PROGRESS")]
    InProgress,
    /// The work has a date.
    #[graphql(name = "SCHEDULED")]
    Scheduled,
    /// The work waits for something outside the city's hands.
    #[graphql(name = "ON_HOLD")]
    OnHold,
    /// The city asked the reporter something.
    #[graphql(name = "AWAITING_REPORTER")]
    AwaitingReporter,
    /// The work is done and is being checked.
    #[graphql(name = "PENDING_REVIEW")]
    PendingReview,
    /// Somebody contests the outcome, and the city decides about that.
    #[graphql(name = "REOPEN_REQUESTED")]
    ReopenRequested,
    /// The problem is solved.
    #[graphql(name = "RESOLVED")]
    Resolved,
    /// The city will not act, and says why.
    #[graphql(name = "REJECTED")]
    Rejected,
    /// Another report of the same problem goes on.
    #[graphql(name = "DUPLICATE")]
    Duplicate,
    /// Over for good.
    #[graphql(name = "CLOSED")]
    Closed,
    /// The reporter took it back.
    #[graphql(name = "WITHDRAWN")]
    Withdrawn,
}

/// Why the city decided as it did.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ReportReason")]
pub struct ReportReason {
    /// The code of the reason.
    #[graphql(name = "code")]
    code: ID,
    /// What was written to it.
    #[graphql(name = "text")]
    text: Option<String>,
}

/// What the reporter thinks of the outcome.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ReportRating")]
pub struct ReportRating {
    /// 1 (bad) to 5 (good).
    #[graphql(name = "score")]
    score: i32,
    /// The codes of the reasons given.
    #[graphql(name = "reasons")]
    reasons: Vec<ID>,
    /// In the rater's own words; only they see it.
    #[graphql(name = "text")]
    text: Option<String>,
    /// When it was given.
    #[graphql(name = "at")]
    at: DateTime,
}

/// A problem in the city that a resident reported. It never says who filed it.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Report", complex)]
#[expect(clippy::struct_excessive_bools, reason = "what the caller may do now, as an app shows it")]
pub struct Report {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// What people quote on the phone, such as `PA26-00012344`.
    #[graphql(name = "code")]
    code: String,
    /// Grows with each change: of two answers, the higher one is newer.
    #[graphql(name = "version")]
    version: i32,
    /// The first words of the public text.
    #[graphql(name = "title")]
    title: String,
    /// The public text; for the reporter the whole one.
    #[graphql(name = "description")]
    description: Option<String>,
    /// Where it is on its way.
    #[graphql(name = "state")]
    state: ReportState,
    /// The state in words.
    #[graphql(name = "stateText")]
    state_text: Localised,
    /// What kind of problem it is.
    #[graphql(name = "category")]
    category: ReportCategory,
    /// The ward it lies in.
    #[graphql(name = "ward")]
    ward: Option<Place>,
    /// The agency in charge.
    #[graphql(name = "agency")]
    agency: Option<Agency>,
    /// The street address.
    #[graphql(name = "address")]
    address: Option<String>,
    /// Where it is; the middle of a larger cell when `approximate`.
    #[graphql(name = "point")]
    point: Option<GeoPoint>,
    /// Whether the position was made coarse to protect a home.
    #[graphql(name = "approximate")]
    approximate: bool,
    /// Photos of the problem, at most 5 a step.
    #[graphql(name = "photos")]
    photos: Vec<Photo>,
    /// Photos of the solution.
    #[graphql(name = "afterPhotos")]
    after_photos: Vec<Photo>,
    /// What the city did.
    #[graphql(name = "result")]
    result: Option<String>,
    /// Why it was rejected or returned.
    #[graphql(name = "reason")]
    reason: Option<ReportReason>,
    /// When it was filed.
    #[graphql(name = "filedAt")]
    filed_at: DateTime,
    /// When it last changed.
    #[graphql(name = "updatedAt")]
    updated_at: DateTime,
    /// Whether the deadline runs.
    #[graphql(name = "clock")]
    clock: ClockState,
    /// The deadline; null while it is stopped.
    #[graphql(name = "dueAt")]
    due_at: Option<DateTime>,
    /// The deadline as it was first promised.
    #[graphql(name = "firstDueAt")]
    first_due_at: Option<DateTime>,
    /// Day by day, how the deadline comes about; empty in lists.
    #[graphql(name = "dueExplanation")]
    due_explanation: Vec<DueDay>,
    /// When the outcome was given.
    #[graphql(name = "resolvedAt")]
    resolved_at: Option<DateTime>,
    /// When it was closed for good.
    #[graphql(name = "closedAt")]
    closed_at: Option<DateTime>,
    /// Until when the outcome can be contested.
    #[graphql(name = "contestUntil")]
    contest_until: Option<DateTime>,
    /// How many people follow it.
    #[graphql(name = "followerCount")]
    follower_count: i32,
    /// The caller's own rating of the present outcome.
    #[graphql(name = "rating")]
    rating: Option<ReportRating>,
    /// Whether the caller filed it.
    #[graphql(name = "isMine")]
    is_mine: bool,
    /// Whether the caller may take it back now.
    #[graphql(name = "canWithdraw")]
    can_withdraw: bool,
    /// Whether the caller may rate it now.
    #[graphql(name = "canRate")]
    can_rate: bool,
    /// Whether the caller may contest the outcome now.
    #[graphql(name = "canContest")]
    can_contest: bool,
    #[graphql(skip)]
    timeline: Vec<TimelineEntryView>,
}

#[ComplexObject]
impl Report {
    /// What happened so far, oldest first, as far as the caller may see it. Null in lists: ask for the report by its id.
    #[graphql(name = "timeline")]
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many steps, 1 to 50.")]
        first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Option<ReportEventConnection> {
        // Every report has at least the step by which it was filed.
        (!self.timeline.is_empty())
            .then(|| timeline::page(&self.timeline, first, after, asking(ctx).locale))
    }
}

impl Report {
    /// Rises with each change.
    pub fn shown_version(&self) -> i32 {
        self.version
    }

    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(of: ReportView, locale: Locale) -> Result<Self, Refusal> {
        let text = |text| Localised::new(text, locale);
        let rating = |of: wire::RatingView| ReportRating {
            score: of.score,
            reasons: of.reasons.into_iter().map(ID).collect(),
            text: of.text,
            at: DateTime(of.at),
        };
        let photos = |of: Vec<wire::PhotoView>| of.into_iter().map(Photo::from).collect();
        let due_days = of.due_explanation.into_iter().map(|day| DueDay::read(day, locale));
        Ok(Self {
            id: of.id.into(),
            code: of.code,
            version: of.version,
            title: of.title,
            description: of.description,
            state: of.state.into(),
            state_text: text(of.state_text),
            category: ReportCategory::new(of.category, locale),
            ward: of.ward.map(|ward| Place::of_report(ward, locale)).transpose()?,
            agency: of.agency.map(|agency| Agency::of_report(agency, locale)),
            address: of.address,
            point: of.point.map(GeoPoint::from),
            approximate: of.approximate,
            photos: photos(of.photos),
            after_photos: photos(of.after_photos),
            result: of.result,
            reason: of
                .reason
                .map(|reason| ReportReason { code: ID(reason.code), text: reason.text }),
            filed_at: DateTime(of.filed_at),
            updated_at: DateTime(of.updated_at),
            clock: of.clock.into(),
            due_at: of.due_at.map(DateTime),
            first_due_at: of.first_due_at.map(DateTime),
            due_explanation: due_days.collect::<Result<_, _>>()?,
            resolved_at: of.resolved_at.map(DateTime),
            closed_at: of.closed_at.map(DateTime),
            contest_until: of.contest_until.map(DateTime),
            follower_count: of.follower_count,
            rating: of.rating.map(rating),
            is_mine: of.is_mine,
            can_withdraw: of.can_withdraw,
            can_rate: of.can_rate,
            can_contest: of.can_contest,
            timeline: of.timeline,
        })
    }
}
