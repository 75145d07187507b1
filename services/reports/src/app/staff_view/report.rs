//! One report, as deep as the viewer may look.

use chrono::{DateTime, Utc};
use city_ids::PhotoId;
use serde::Serialize;
use utoipa::ToSchema;

use super::work_item::WorkItem;
use crate::app::App;
use crate::app::photo_urls::{PhotoAccess, photo_urls};
use crate::app::view::wire_point;
use crate::domain::{Precision, State, StateName};
use crate::error::Error;
use crate::reference::Reference;
use crate::store::photo::ReportPhoto;
use crate::store::row::Stored;

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
