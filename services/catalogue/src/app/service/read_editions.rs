//! Staff read the editions of a service, also those residents do not see.

use chrono::{DateTime, NaiveDate, Utc};
use city_auth::Staff;
use city_auth::permission::{SERVICE_EDIT, SERVICE_PUBLISH};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use utoipa::ToSchema;

use super::desk::covers;
use crate::app::App;
use crate::domain::service::{Body, Texts};
use crate::error::{Error, fault};
use crate::store::service::edition::{self, Edition, Which};
use crate::store::service::root::{self, Service};

/// Editions on one page.
const PAGE: usize = 50;

/// A text in the languages it has so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftTexts {
    /// Vietnamese.
    pub vi: Option<String>,
    /// English.
    pub en: Option<String>,
}

impl From<Texts> for DraftTexts {
    fn from(Texts { vi, en }: Texts) -> Self {
        Self { vi, en }
    }
}

/// An edition as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditionView {
    /// `sed_…`
    pub id: String,
    /// From 1.
    pub no: i32,
    /// `DRAFT`, `IN_REVIEW`, `APPROVED`, `LIVE`, `SUPERSEDED`.
    pub state: String,
    /// Its name.
    pub name: DraftTexts,
    /// What it does.
    pub summary: DraftTexts,
    /// Group, audience, channels, identity, coverage, keywords, link.
    #[schema(value_type = Object)]
    pub body: Body,
    /// The law it rests on.
    pub legal_basis: Vec<String>,
    /// What is different from the one before.
    pub change_note: Option<String>,
    /// From when it holds; none: from its approval.
    pub effective_from: Option<DateTime<Utc>>,
    /// By when it must be checked.
    pub review_by: Option<NaiveDate>,
    /// Everybody who had a hand in it.
    pub editors: Vec<String>,
    /// When it was last written.
    pub edited_at: DateTime<Utc>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// What the publisher said.
    pub review_note: Option<String>,
    /// When somebody last checked it.
    pub assured_at: Option<DateTime<Utc>>,
    /// Since when residents see it.
    pub live_at: Option<DateTime<Utc>>,
    /// Until when they saw it.
    pub superseded_at: Option<DateTime<Utc>>,
    /// Where its facts are from.
    pub source: Value,
    /// Published for demonstration, not checked by a person.
    pub demo: bool,
}

impl From<Edition> for EditionView {
    fn from(edition: Edition) -> Self {
        let content = edition.content;
        Self {
            id: edition.id.to_string(),
            no: edition.no,
            state: edition.course.state.as_str().to_owned(),
            name: content.name.into(),
            summary: content.summary.into(),
            body: content.body,
            legal_basis: content.legal_basis,
            change_note: content.change_note,
            effective_from: content.effective_from,
            review_by: content.review_by,
            editors: edition.course.editors.iter().map(ToString::to_string).collect(),
            edited_at: edition.edited_at,
            approved_by: edition.approved_by.map(|by| by.to_string()),
            review_note: edition.review_note,
            assured_at: edition.assured_at,
            live_at: edition.live_at,
            superseded_at: edition.superseded_at,
            source: edition.source,
            demo: edition.demo,
        }
    }
}

/// A service with a page of its editions, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditionPage {
    /// The service.
    pub code: String,
    /// Name it in the next act.
    pub version: i32,
    /// What kind of entry.
    #[schema(value_type = String)]
    pub kind: city_contracts::catalogue::service::ServiceKind,
    /// Who is responsible.
    pub owner_agency: String,
    /// `WITHDRAWN`, `REDIRECT`, `GONE` once it ended.
    pub withdrawn_as: Option<String>,
    /// The editions.
    pub items: Vec<EditionView>,
    /// The number to go on from (`before`); none at the end.
    pub next: Option<i32>,
}

/// The editions of a service.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn list_editions(
    app: &App,
    who: &Staff,
    code: &str,
    before: Option<i32>,
) -> Result<EditionPage, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let service = readable(app, &mut db, who, code).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut editions = edition::list(&mut db, code, before, limit).await?;
    let more = editions.len() > PAGE;
    editions.truncate(PAGE);
    let next = editions.last().map(|edition| edition.no).filter(|_| more);
    Ok(EditionPage {
        code: service.code,
        version: service.version,
        kind: service.kind,
        owner_agency: service.owner_agency,
        withdrawn_as: service.withdrawn_as.map(|way| way.as_str().to_owned()),
        items: editions.into_iter().map(EditionView::from).collect(),
        next,
    })
}

/// A service whose editor or publisher somebody is.
pub async fn readable(
    app: &App,
    db: &mut PgConnection,
    who: &Staff,
    code: &str,
) -> Result<Service, Error> {
    let (snapshot, now) = (app.snapshots.get()?, app.clock.now());
    let service = root::find(db, code).await?.ok_or(Error::NotFound)?;
    let held = [SERVICE_EDIT, SERVICE_PUBLISH]
        .into_iter()
        .any(|permission| covers(&snapshot.registry, who, permission, &service.owner_agency, now));
    if held { Ok(service) } else { Err(Error::Scope(SERVICE_EDIT)) }
}

/// One edition of it.
pub async fn one(db: &mut PgConnection, code: &str, no: i32) -> Result<Edition, Error> {
    edition::find(db, code, Which::No(no)).await?.ok_or(Error::NotFound)
}
