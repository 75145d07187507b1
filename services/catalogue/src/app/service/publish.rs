//! An edition takes the place of the one before, for everybody at once.

use city_clock::Timestamp;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::edition::EditionState;
use crate::error::{Error, fault};
use crate::events::service as events;
use crate::store::registry::publication;
use crate::store::service::edition::{self, Edition};
use crate::store::service::root::{self, Service};

/// Publishes an approved edition whose day has come; a withdrawn service is back with it. In the caller's transaction, which
/// holds the lock of the service.
pub async fn publish(
    app: &App,
    tx: &mut PgConnection,
    service: &Service,
    approved: &Edition,
    now: Timestamp,
) -> Result<EditionState, Error> {
    let course = approved.course.clone().go_live(now)?;
    publication::bump(tx, now).await?;
    edition::go_live(tx, &service.code, approved.id, now).await?;
    if service.withdrawn_as.is_some() {
        root::reinstate(tx, &service.code).await?;
    }
    let event = events::published(app.ids.next(now), now, service, approved.no);
    city_events::outbox::push(tx, &event).await.map_err(fault("writing the outbox"))?;
    Ok(course.state)
}
