//! An officer opens the answers of a dossier. The resident will see who did, when and why.

use city_auth::Staff;
use city_contracts::catalogue::dossier::DossierContact;
use city_ids::DossierId;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::read_sheet;
use super::scope::require_reader;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store;

/// Characters of a purpose.
const MOST: usize = 200;

/// What the applicant wrote.
#[derive(Serialize, ToSchema)]
pub struct AnswersView {
    /// As the form asks; an empty object once the key was dropped.
    #[schema(value_type = Object)]
    pub answers: Value,
    /// How to reach the applicant.
    #[schema(value_type = Object)]
    pub contact: DossierContact,
    /// Words to the officer.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for AnswersView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnswersView([redacted])")
    }
}

/// Opens the answers, and writes down that this was done before they are given out.
///
/// # Errors
/// [`Error::Input`] without a purpose, `NOT_FOUND`, `SCOPE`.
pub async fn read_answers(
    app: &App,
    who: &Staff,
    id: DossierId,
    purpose: &str,
) -> Result<AnswersView, Error> {
    let purpose = city_text::clean(purpose);
    let chars = purpose.chars().count();
    if !(3..=MOST).contains(&chars) {
        return Err(Error::invalid(
            "/purpose",
            "LENGTH",
            format!("say why, in 3 to {MOST} characters"),
        ));
    }
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let dossier = store::dossier::whole::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    require_reader(who, &snapshot.registry, &dossier, now)?;
    store::dossier::access::insert(&mut tx, id, who.account, now, &purpose).await?;
    let sheet = read_sheet(app, &mut tx, id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(match sheet {
        Some(sheet) => {
            AnswersView { answers: sheet.answers, contact: sheet.contact, notes: sheet.notes }
        }
        None => AnswersView {
            answers: Value::Object(serde_json::Map::new()),
            contact: DossierContact::default(),
            notes: Vec::new(),
        },
    })
}
