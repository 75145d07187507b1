//! What editors and publishers read: all editions of a procedure, and what differs between two.

use city_auth::Staff;
use city_auth::permission::{SERVICE_EDIT, SERVICE_PUBLISH};
use city_contracts::catalogue::edition::EditionState as WireState;
use city_contracts::catalogue::procedure::{
    EditionChange, EditionDiff, EditionList, EditionRecord,
};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::desk::require;
use crate::app::App;
use crate::domain::edition::EditionState;
use crate::error::{Error, fault};
use crate::store::procedure::edition::{self, Stored, Which};
use crate::store::procedure::root::{self, Procedure};

/// All editions, newest first.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn list_editions(app: &App, who: &Staff, code: &str) -> Result<EditionList, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let found = readable(app, &mut db, who, code).await?;
    let stored = edition::list(&mut db, Which::All(code)).await?;
    let editions = stored.into_iter().map(record).collect();
    Ok(EditionList { version: found.version, editions })
}

/// What differs between two editions; without a first one, between the one before and it.
///
/// # Errors
/// `NOT_FOUND`, `SCOPE`.
pub async fn diff_editions(
    app: &App,
    who: &Staff,
    code: &str,
    from: Option<i32>,
    to: i32,
) -> Result<EditionDiff, Error> {
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    readable(app, &mut db, who, code).await?;
    let newer = edition::find(&mut db, Which::No(code, to)).await?.ok_or(Error::NotFound)?;
    let from = from.unwrap_or(to - 1);
    let older = edition::find(&mut db, Which::No(code, from)).await?;
    let mut changes = Vec::new();
    let old = older.as_ref().map_or(Value::Null, |older| json!(older.draft));
    compare("", &old, &json!(newer.draft), &mut changes);
    Ok(EditionDiff { from: older.map(|older| older.no), to, changes })
}

async fn readable(
    app: &App,
    db: &mut PgConnection,
    who: &Staff,
    code: &str,
) -> Result<Procedure, Error> {
    let found = root::find(db, code).await?.ok_or(Error::NotFound)?;
    let (snapshot, now) = (app.snapshots.get()?, app.clock.now());
    require(&snapshot.registry, who, SERVICE_EDIT, &found.owner_agency, now)
        .or_else(|_| require(&snapshot.registry, who, SERVICE_PUBLISH, &found.owner_agency, now))?;
    Ok(found)
}

/// Members are compared one by one, lists as a whole.
fn compare(at: &str, old: &Value, new: &Value, changes: &mut Vec<EditionChange>) {
    match (old.as_object(), new.as_object()) {
        (Some(one), Some(other)) => {
            let gone = one.keys().filter(|name| !other.contains_key(*name));
            for name in other.keys().chain(gone) {
                compare(&format!("{at}/{name}"), &old[name], &new[name], changes);
            }
        }
        _ if old == new => {}
        _ => {
            let said = |value: &Value| (!value.is_null()).then(|| value.clone());
            changes.push(EditionChange { path: at.to_owned(), old: said(old), new: said(new) });
        }
    }
}

fn record(stored: Stored) -> EditionRecord {
    let state = match stored.course.state {
        EditionState::Draft => WireState::Draft,
        EditionState::InReview => WireState::InReview,
        EditionState::Approved => WireState::Approved,
        EditionState::Live => WireState::Live,
        EditionState::Superseded => WireState::Superseded,
    };
    EditionRecord {
        id: stored.id,
        national_code: stored.national_code,
        no: stored.no,
        state,
        draft: stored.draft,
        review_note: stored.review_note,
        edited_by: stored.edited_by,
        approved_by: stored.approved_by,
        live_at: stored.live_at,
        superseded_at: stored.superseded_at,
        assured_at: stored.assured_at,
        source: stored.source,
        demo: stored.demo,
    }
}
