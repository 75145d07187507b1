//! Writing a draft.

use axum::extract::State;
use chrono::{DateTime, NaiveDate, Utc};
use city_auth::Staff;
use city_contracts::catalogue::service::ServiceKind;
use city_http::{Json, Path, Problem, RequestKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::text::{kept, texts};
use crate::app::App;
use crate::app::service::{self, Ask, Draft, DraftTexts, ServiceMoved};
use crate::domain::service::{Body, Content};
use crate::error::Error;
use crate::http::described::OnceKey;

/// What an editor writes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DraftRequest {
    /// The version that was looked at; left out for a new service.
    pub version: Option<i32>,
    /// Of a new service: `NATIVE`, `PROCEDURE`, `EXTERNAL`, `MINIAPP`, `INFO`, `STAFF`. It stays.
    #[schema(value_type = Option<String>)]
    pub kind: Option<ServiceKind>,
    /// Of a new service: the code of the agency. It stays.
    pub owner_agency: Option<String>,
    /// At most 120 characters.
    #[serde(default)]
    pub name: DraftTexts,
    /// At most 140 characters.
    #[serde(default)]
    pub summary: DraftTexts,
    /// `category`, `audience`, `channels`, `minIdentity`, `coverage` (`ALL_WARDS` or ward codes), `keywords`, `deepLink`.
    #[schema(value_type = Object)]
    pub body: Body,
    /// The law it rests on.
    #[serde(default)]
    pub legal_basis: Vec<String>,
    /// What is different from the edition before; needed from the second on.
    pub change_note: Option<String>,
    /// From when it holds; left out: from its approval.
    pub effective_from: Option<DateTime<Utc>>,
    /// By when it must be checked.
    pub review_by: Option<NaiveDate>,
}

impl DraftRequest {
    fn draft(&self) -> Draft {
        let list = |raw: &[String]| raw.iter().map(|entry| city_text::clean(entry)).collect();
        let body = Body {
            category: city_text::clean(&self.body.category),
            keywords: list(&self.body.keywords),
            deep_link: kept(self.body.deep_link.as_deref()),
            ..self.body.clone()
        };
        Draft {
            kind: self.kind,
            owner_agency: self.owner_agency.clone(),
            content: Content {
                name: texts(&self.name),
                summary: texts(&self.summary),
                body,
                legal_basis: list(&self.legal_basis),
                change_note: kept(self.change_note.as_deref()),
                effective_from: self.effective_from,
                review_by: self.review_by,
            },
        }
    }
}

/// Lower-case words joined by hyphens, at most 64 characters.
fn is_code(code: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    code.len() <= 64 && code.split('-').all(word)
}

/// `PUT /admin/v1/services/{code}/draft`
#[utoipa::path(
    put, path = "/admin/v1/services/{code}/draft", tag = "services", operation_id = "saveServiceDraft",
    summary = "Write the draft of an entry",
    description = "Begins a new service, or the next edition of one that is live, or writes over the open draft. What \
                   residents see stays as it is until a second person approves.",
    params(("code" = String, Path, description = "Lower-case words joined by hyphens, such as field-report"), OnceKey),
    request_body = DraftRequest,
    responses((status = 200, description = "The draft is kept", body = ServiceMoved),
              (status = 403, description = "SCOPE"), (status = 404, description = "NOT_FOUND"),
              (status = 409, description = "STATE, STALE, CODE_TAKEN, KEY_REUSED"), (status = 422, description = "INPUT")),
    extensions(("x-city-service" = json!("catalogue")), ("x-city-permission" = json!("catalogue.service.edit")))
)]
pub async fn put(
    State(app): State<App>,
    staff: Staff,
    Path(code): Path<String>,
    RequestKey(key): RequestKey,
    Json(request): Json<DraftRequest>,
) -> Result<Json<ServiceMoved>, Problem> {
    if !is_code(&code) {
        let words = "a code is lower-case words joined by hyphens, at most 64 characters";
        return Err(Error::invalid("/code", "CODE", words).into());
    }
    let ask = Ask { key: &key, code: &code, version: request.version, request: &request };
    Ok(Json(service::save_draft(&app, &staff, ask, request.draft()).await?))
}
