//! A report's row with everything that use cases and views need of it, and how it becomes a report again.

use city_calendar::Rule;
use city_clock::Timestamp;
use city_contracts::reports::RatingView;
use city_ids::{AccountId, ReportId};
use serde::Deserialize;
use sqlx::types::{Json, Uuid};

use crate::domain::{
    AgencyCode, BrokenRow, CategoryCode, Channel, Digest, Facts, GeoPoint, Head, Outcome, Plane,
    PublicCode, RejectReason, Report, Reporter, ResultText, StateColumns, StateData, StateName,
    WardCode,
};
use crate::error::{Cause, Error};

/// Selects whole rows; `$1` is the account that looks, `$stops` says whether the stops come along.
///
/// The column list stands here once; each query keeps its own conditions and order, so each is searched for by its text.
macro_rules! select_rows {
    ($stops:tt, $tail:tt, $viewer:expr $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            $crate::store::row::Row,
            r#"
            select r.id, r.code, r.version, r.state, r.state_data as "state_data: sqlx::types::Json<crate::domain::StateData>",
                   r.resume_state, r.round, r.category, r.ward, r.agency, r.proposed_agency, r.assignee, r.priority,
                   r.target as "target: sqlx::types::Json<city_calendar::Rule>", r.channel, r.reporter,
                   r.guest_sha256 is not null as "is_guest!", r.wants_public, r.description, r.public_text, r.address,
                   r.lat, r.lon, r.public_pos[0] as public_x, r.public_pos[1] as public_y, r.on_map, r.filed_at,
                   r.anchor_at, r.updated_at, r.accepted_at, r.answered_at, r.on_time, r.outcome, r.outcome_at,
                   r.closed_at, r.step_due_at, r.due_at, r.first_due_at, r.published_at, r.hidden_at,
                   r.escalation_level, r.reason_code, r.result_text, r.canonical, r.contested_round, r.follower_count,
                   r.photo_count, r.head_seq, r.head_hash, r.bounce_count, r.reopen_count, r.anonymised_at,
                   (select jsonb_build_object('score', g.score, 'reasons', g.reasons, 'text', g.text, 'at', g.at)
                    from reports.rating g
                    where g.report = r.id and g.round = r.round and g.account = $1)
                       as "rating: sqlx::types::Json<city_contracts::reports::RatingView>","#
                + $stops
                + r#" as "stops: sqlx::types::Json<Vec<crate::store::row::StopRow>>"
            from reports.report r "#
                + $tail,
            $viewer
            $(, $argument)*
        )
    };
}
pub(super) use select_rows;

/// A row as it is stored.
#[derive(Debug)]
pub struct Row {
    pub id: Uuid,
    pub code: String,
    pub version: i32,
    pub state: String,
    pub state_data: Json<StateData>,
    pub resume_state: Option<String>,
    pub round: i32,
    pub category: String,
    pub ward: String,
    pub agency: Option<String>,
    pub proposed_agency: Option<String>,
    pub assignee: Option<Uuid>,
    pub priority: String,
    pub target: Json<Rule>,
    pub channel: String,
    pub reporter: Option<Uuid>,
    pub is_guest: bool,
    pub wants_public: bool,
    pub description: String,
    pub public_text: Option<String>,
    pub address: Option<String>,
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    pub public_x: Option<f64>,
    pub public_y: Option<f64>,
    pub on_map: bool,
    pub filed_at: Timestamp,
    pub anchor_at: Timestamp,
    pub updated_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub answered_at: Option<Timestamp>,
    pub on_time: Option<bool>,
    pub outcome: Option<String>,
    pub outcome_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    pub step_due_at: Option<Timestamp>,
    pub due_at: Option<Timestamp>,
    pub first_due_at: Option<Timestamp>,
    pub published_at: Option<Timestamp>,
    pub hidden_at: Option<Timestamp>,
    pub escalation_level: i16,
    pub reason_code: Option<String>,
    pub result_text: Option<String>,
    pub canonical: Option<Uuid>,
    pub contested_round: Option<i32>,
    pub follower_count: i32,
    pub photo_count: i32,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
    pub bounce_count: i32,
    pub reopen_count: i32,
    pub anonymised_at: Option<Timestamp>,
    pub rating: Option<Json<RatingView>>,
    pub stops: Option<Json<Vec<StopRow>>>,
}

/// A time in which the clock stood still.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct StopRow {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

/// A stored report: what the domain decides about, and what only views and records need.
#[derive(Debug, Clone)]
pub struct Stored {
    pub report: Report,
    pub description: String,
    pub public_text: Option<String>,
    pub address: Option<String>,
    pub place: Option<Place>,
    pub priority: String,
    pub channel: Channel,
    /// The term that was promised when it was filed.
    pub target: Rule,
    pub photo_count: i32,
    pub head: Head,
    /// The viewer's own.
    pub rating: Option<RatingView>,
    /// Only where they were asked for.
    pub stops: Vec<StopRow>,
}

/// Where it is, and where the public may think it is.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    pub exact: GeoPoint,
    pub public: GeoPoint,
}

impl Place {
    pub fn is_approximate(self) -> bool {
        self.exact.distance_m(self.public) > 1.0
    }
}

/// A stored value that no code of ours could have written.
fn unreadable(source: impl Into<Cause>) -> Error {
    Error::Internal { doing: "reading a stored report", source: source.into() }
}

impl TryFrom<Row> for Stored {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let state = StateName::parse(&row.state).ok_or_else(|| unreadable("an unknown state"))?;
        let channel =
            Channel::parse(&row.channel).ok_or_else(|| unreadable("an unknown channel"))?;
        let hash: [u8; 32] =
            row.head_hash.try_into().map_err(|_| unreadable("a hash of another length"))?;
        let place = match (row.lat, row.lon, row.public_x, row.public_y) {
            (Some(lat), Some(lon), Some(x), Some(y)) => Some(Place {
                exact: GeoPoint::parse(lat, lon).map_err(unreadable)?,
                public: GeoPoint::from_plane(Plane { x, y }).map_err(unreadable)?,
            }),
            _ => None,
        };
        let broken = |column| BrokenRow { state, column };
        let columns = StateColumns {
            state,
            resume_state: match row.resume_state {
                Some(name) => Some(StateName::parse(&name).ok_or(broken("resume_state"))?),
                None => None,
            },
            agency: row.agency.map(AgencyCode::restore),
            proposed_agency: row.proposed_agency.map(AgencyCode::restore),
            assignee: row.assignee.map(AccountId::restore),
            canonical: row.canonical.map(ReportId::restore),
            reason_code: match row.reason_code {
                Some(code) => Some(RejectReason::parse(&code).map_err(|_| broken("reason_code"))?),
                None => None,
            },
            result_text: row.result_text.map(ResultText::restore),
            data: row.state_data.0,
        };
        let facts = Facts {
            id: ReportId::restore(row.id),
            code: PublicCode::parse(&row.code).map_err(unreadable)?,
            version: row.version,
            round: row.round,
            category: CategoryCode::restore(row.category),
            ward: WardCode::restore(row.ward),
            reporter: reporter(row.reporter, row.is_guest, channel, row.anonymised_at.is_some()),
            wants_public: row.wants_public,
            filed_at: row.filed_at,
            anchor_at: row.anchor_at,
            updated_at: row.updated_at,
            accepted_at: row.accepted_at,
            published_at: row.published_at,
            hidden_at: row.hidden_at,
            step_due_at: row.step_due_at,
            due_at: row.due_at,
            first_due_at: row.first_due_at,
            answered_at: row.answered_at,
            on_time: row.on_time,
            outcome: row.outcome.as_deref().and_then(Outcome::restore),
            outcome_at: row.outcome_at,
            closed_at: row.closed_at,
            contested_round: row.contested_round,
            follower_count: row.follower_count,
            bounce_count: row.bounce_count,
            reopen_count: row.reopen_count,
            escalation_level: row.escalation_level,
        };
        Ok(Self {
            report: Report::restore(facts, columns)?,
            description: row.description,
            public_text: row.public_text,
            address: row.address,
            place,
            priority: row.priority,
            channel,
            target: row.target.0,
            photo_count: row.photo_count,
            head: Head { seq: row.head_seq, hash: Digest(hash) },
            rating: row.rating.map(|rating| rating.0),
            stops: row.stops.map(|stops| stops.0).unwrap_or_default(),
        })
    }
}

fn reporter(account: Option<Uuid>, is_guest: bool, channel: Channel, anonymised: bool) -> Reporter {
    match (account, channel) {
        (Some(account), _) => Reporter::Account(AccountId::restore(account)),
        (None, _) if is_guest => Reporter::Guest,
        (None, Channel::Hotline | Channel::Counter | Channel::Zalo | Channel::Facebook)
            if !anonymised =>
        {
            Reporter::OnBehalf
        }
        (None, _) => Reporter::Nobody,
    }
}
