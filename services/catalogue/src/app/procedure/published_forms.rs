//! Forms that were ever shown to residents, by id: what people answered stays readable with its form.

use city_contracts::catalogue::procedure::FormVersionView;
use city_ids::FormVersionId;

use crate::app::App;
use crate::error::{Error, fault};
use crate::store::procedure::form;

/// The forms of these ids that belong to an edition which is or was live.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn published_forms(
    app: &App,
    ids: &[FormVersionId],
) -> Result<Vec<FormVersionView>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let forms = form::list_published(&mut db, ids).await?;
    Ok(forms.into_iter().map(|form| form.view).collect())
}
