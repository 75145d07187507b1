//! Procedures, their forms and first editions.

use city_clock::Timestamp;
use city_contracts::catalogue::procedure::{NewFormVersion, ProcedureDraft};
use city_ids::{AccountId, FormVersionId, ProcedureEditionId};
use serde::Deserialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::read;
use crate::domain::procedure::{Terms, lint_form};
use crate::error::{Error, broken};
use crate::store::procedure::edition::{self, NewDraft, Which};
use crate::store::procedure::{form, root};

const PROCEDURES: &str = include_str!("../../../../seed/procedures.json");

/// Nobody's accounts: real ones carry a time and never begin with so many noughts.
const EDITOR: AccountId = AccountId::restore(Uuid::from_u128(1));
const PUBLISHER: AccountId = AccountId::restore(Uuid::from_u128(2));

#[derive(Deserialize)]
struct File {
    procedures: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    national_code: String,
    draft: ProcedureDraft,
    form: Option<NewFormVersion>,
    source: Value,
}

/// Fills this part and says how many procedures it made. All stay drafts until a person has checked them.
pub async fn seed(db: &mut PgConnection, _number: i64, at: Timestamp) -> Result<u64, Error> {
    let mut made = 0;
    for (index, entry) in (0_u128..).zip(read::<File>(PROCEDURES)?.procedures) {
        made += u64::from(insert(db, &entry, index, at).await?);
    }
    Ok(made)
}

/// The same ids everywhere, so that a demonstration can be repeated.
async fn insert(
    db: &mut PgConnection,
    entry: &Entry,
    index: u128,
    at: Timestamp,
) -> Result<bool, Error> {
    let code = entry.national_code.as_str();
    if !root::insert(db, code, &entry.draft, EDITOR, at).await? {
        return Ok(false); // somebody may have worked on it since
    }
    let unfit =
        |_| broken("reading a seed file", format!("procedure {code} does not pass the lint"));
    Terms::read(entry.draft.body.clone(), "/body").map_err(unfit)?;
    let mut form_id = None;
    if let Some(new) = &entry.form {
        let repeat_ask = lint_form(new).map_err(unfit)?.repeat_ask;
        let id = FormVersionId::restore(Uuid::from_u128(0x1000 + index));
        form::insert(db, id, code, new, repeat_ask, (EDITOR, at)).await?;
        form_id = Some(id.as_uuid());
    }
    let new = NewDraft {
        id: ProcedureEditionId::restore(Uuid::from_u128(0x2000 + index)),
        national_code: code,
        draft: &entry.draft,
        form: form_id,
        source: &entry.source,
        by: EDITOR,
        at,
    };
    edition::insert(db, &new).await?;
    Ok(true)
}

/// Publishes the drafts of the seed that nobody touched, flagged as demonstration; says how many.
pub async fn publish_drafts(db: &mut PgConnection, at: Timestamp) -> Result<u64, Error> {
    let mut published = 0;
    for entry in read::<File>(PROCEDURES)?.procedures {
        let code = entry.national_code.as_str();
        let Some(open) = edition::find(db, Which::Open(code)).await? else { continue };
        let untouched = open.no == 1 && open.course.editors == [EDITOR];
        if !untouched || open.course.clone().submit().is_err() {
            continue;
        }
        edition::flag_as_demo(db, open.id).await?;
        edition::submit(db, open.id, at).await?;
        edition::approve(db, open.id, PUBLISHER, None, at).await?;
        edition::go_live(db, code, open.id, at).await?;
        if !root::publish(db, code, &open.draft).await? {
            return Err(broken("publishing the seed", format!("the service of {code} is taken")));
        }
        published += 1;
    }
    Ok(published)
}
