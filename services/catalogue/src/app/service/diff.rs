//! What is different between two editions, for the person who approves the later one.

use city_auth::Staff;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::read_editions::{EditionView, one, readable};
use crate::app::App;
use crate::error::{Error, fault};

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Difference {
    /// JSON Pointer into the edition.
    pub field: String,
    /// What the first says; null where it says nothing.
    pub from: Value,
    /// What the second says.
    pub to: Value,
}

/// What differs between two editions of a service.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn diff_editions(
    app: &App,
    who: &Staff,
    code: &str,
    (from, to): (i32, i32),
) -> Result<Vec<Difference>, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    readable(app, &mut db, who, code).await?;
    let (from, to) = (one(&mut db, code, from).await?, one(&mut db, code, to).await?);
    let mut found = Vec::new();
    compare("", &content(&from.into()), &content(&to.into()), &mut found);
    Ok(found)
}

/// What an edition says, without the marks of its way.
fn content(edition: &EditionView) -> Value {
    json!({
        "name": edition.name, "summary": edition.summary, "body": edition.body, "legalBasis": edition.legal_basis,
        "effectiveFrom": edition.effective_from, "reviewBy": edition.review_by,
    })
}

/// Members are compared one by one, lists as a whole.
fn compare(at: &str, from: &Value, to: &Value, found: &mut Vec<Difference>) {
    match (from.as_object(), to.as_object()) {
        (Some(one), Some(other)) => {
            for name in one.keys().chain(other.keys().filter(|name| !one.contains_key(*name))) {
                compare(&format!("{at}/{name}"), &from[name], &to[name], found);
            }
        }
        _ if from == to => {}
        _ => found.push(Difference { field: at.to_owned(), from: from.clone(), to: to.clone() }),
    }
}
