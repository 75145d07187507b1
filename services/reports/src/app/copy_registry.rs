//! Copies the registry of the catalogue: what it tells when it publishes, and by asking, which heals whatever was missed.

use std::time::Duration;

use city_auth::Principal;
use city_calendar::Calendar;
use city_clients::{Call, CallError};
use city_contracts::catalogue::registry::{CalendarView, RegistryPublished};
use city_contracts::common::Locale;
use city_events::inbox;
use city_ids::{EventId, ServiceName};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store::copies;

/// The calendar by which the city works.
const CITY_CALENDAR: &str = "VN-HUE";
/// How long an answer of the catalogue is waited for.
const PATIENCE: Duration = Duration::from_secs(4);

/// What the catalogue published.
#[derive(Debug)]
pub enum Published {
    Registry(Box<RegistryPublished>),
    Calendar(Box<CalendarView>),
}

/// Applies what the catalogue published; false if that was done before. Idempotent: claims the event id. Ordering: none
/// needed, each row knows its publication.
///
/// # Errors
/// Unavailable when the database is away; the event comes again.
pub async fn apply_published(
    app: &App,
    consumer: &str,
    event: EventId,
    published: &Published,
) -> Result<bool, Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let claimed = inbox::claim(&mut tx, consumer, event, app.clock.now()).await;
    if !claimed.map_err(fault("claiming an event"))? {
        return Ok(false);
    }
    match published {
        Published::Registry(body) => {
            copies::places(&mut tx, &body.places).await?;
            copies::agencies(&mut tx, &body.agencies).await?;
        }
        Published::Calendar(view) if view.code == CITY_CALENDAR => {
            refuse_broken(view)?;
            copies::calendar(&mut tx, view).await?;
        }
        Published::Calendar(_) => {}
    }
    tx.commit().await.map_err(fault("committing"))?;
    app.load_reference().await?;
    Ok(true)
}

/// Asks the catalogue for what was written after the last copy, and for a newer calendar. False when it does not answer:
/// reports goes on with the copies it has.
///
/// # Errors
/// Unavailable when our own database is away; a copy that breaks a rule is a fault.
pub async fn pull_registry(app: &App) -> Result<bool, Error> {
    let (since, version) = {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        (copies::number(&mut db).await?, copies::calendar_version(&mut db).await?)
    };
    let call = Call::new(Principal::service(ServiceName::Reports), Locale::Vi, PATIENCE);
    let asked = async {
        let changes = app.catalogue.registry(&call, since).await?;
        let newer = |named: &&city_contracts::catalogue::registry::CalendarVersion| {
            named.code == CITY_CALENDAR && i64::from(named.version) > i64::from(version)
        };
        let calendar = match changes.calendars.iter().find(newer) {
            Some(named) => Some(app.catalogue.current_calendar(&call, &named.code).await?),
            None => None,
        };
        Ok::<_, CallError>((changes, calendar))
    };
    let (changes, calendar) = match asked.await {
        Ok(answered) => answered,
        Err(error) => {
            tracing::debug!(error = %error, "The registry cannot be asked for just now");
            return Ok(false);
        }
    };
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    copies::places(&mut tx, &changes.places).await?;
    copies::agencies(&mut tx, &changes.agencies).await?;
    if let Some(view) = &calendar {
        refuse_broken(view)?;
        copies::calendar(&mut tx, view).await?;
    }
    copies::set_number(&mut tx, changes.number).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}

/// A calendar that cannot be counted by must not replace one that can.
fn refuse_broken(view: &CalendarView) -> Result<(), Error> {
    Calendar::from_value(&view.body).map(drop).map_err(|error| Error::Internal {
        doing: "reading a calendar of the catalogue",
        source: error.into(),
    })
}
