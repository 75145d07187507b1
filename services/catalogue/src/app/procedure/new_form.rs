//! An editor adds a form version. It is shown once an edition that names it goes live.

use city_auth::Staff;
use city_auth::permission::SERVICE_EDIT;
use city_contracts::catalogue::procedure::{FormVersionDone, NewFormVersion};

use super::desk::{Ask, require};
use crate::app::App;
use crate::domain::procedure::lint_form;
use crate::error::{Error, fault};
use crate::store::procedure::{form, root};
use city_events::idempotency::{Claim, claim};

/// Keeps a new form version, which never changes. Idempotent by the key.
///
/// # Errors
/// `INPUT` with everything the lint finds, `SCOPE`, `NOT_FOUND`.
#[tracing::instrument(name = "catalogue.add_form_version", skip_all)]
pub async fn new_form(
    app: &App,
    who: &Staff,
    ask: Ask<'_, NewFormVersion>,
) -> Result<FormVersionDone, Error> {
    let now = app.clock.now();
    let repeat_ask = lint_form(ask.request).map_err(Error::Input)?.repeat_ask;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let operation = format!("procedure:form:{}", ask.code);
    let recorder = match claim(&mut tx, who.account, ask.key, &operation, ask.request, now).await? {
        Claim::Replay(first) => return Ok(first),
        Claim::New(recorder) => recorder,
    };
    let found = root::find_for_update(&mut tx, ask.code).await?.ok_or(Error::NotFound)?;
    require(&app.snapshots.get()?.registry, who, SERVICE_EDIT, &found.owner_agency, now)?;
    let id = app.ids.next(now);
    let no =
        form::insert(&mut tx, id, ask.code, ask.request, repeat_ask, (who.account, now)).await?;
    let done = FormVersionDone { id, no, repeat_ask };
    recorder.record(&mut tx, &done).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(done)
}
