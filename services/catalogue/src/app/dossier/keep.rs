//! Writes a step of a dossier, and tells the world.

use city_clock::Timestamp;
use city_events::outbox;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::dossier::{Dossier, Step};
use crate::error::{Error, fault};
use crate::{events, store};

/// Writes a step in the present transaction: rows, history and public events. Gives the dossier as it is now stored.
///
/// `before` is the dossier as it was locked.
pub async fn keep(
    app: &App,
    db: &mut PgConnection,
    before: &Dossier,
    step: &Step,
    at: Timestamp,
) -> Result<Dossier, Error> {
    let after = store::dossier::whole::save(db, before, step, at).await?;
    for happening in &step.happenings {
        if let Some(event) = events::dossier::public(app.ids.next(at), happening, &after) {
            outbox::push(db, &event).await.map_err(fault("writing the outbox"))?;
        }
    }
    Ok(after)
}
