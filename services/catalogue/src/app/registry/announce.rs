//! Tells other services what a publication of the registry wrote.

use std::collections::HashSet;

use city_clock::Timestamp;
use city_contracts::catalogue::registry::{REGISTRY_PUBLISHED, RegistryPublished};
use city_contracts::event::Envelope;
use city_events::outbox;
use sqlx::PgConnection;

use super::changes::succession_row;
use super::view::{agency_row, place_row};
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::registry::sections;

/// Writes `RegistryPublished` with every row that `number` changed. Publishing is rare and the registry small, so it is read
/// back whole: what is told is what is stored.
pub async fn announce(
    app: &App,
    db: &mut PgConnection,
    number: i64,
    at: Timestamp,
) -> Result<(), Error> {
    let places = sections::places(&mut *db).await?;
    let succession = sections::succession(&mut *db).await?;
    let agencies = sections::agencies(&mut *db).await?;
    // All rows of an old unit together: who copies them replaces them together.
    let touched: HashSet<_> =
        succession.iter().filter(|(_, _, at)| *at == number).map(|(old, _, _)| old).collect();
    let body = RegistryPublished {
        number,
        places: places.iter().filter(|place| place.changed_in == number).map(place_row).collect(),
        succession: succession
            .iter()
            .filter(|(old, _, _)| touched.contains(old))
            .map(|(old, new, _)| succession_row(old, new))
            .collect(),
        agencies: agencies
            .iter()
            .filter(|agency| agency.changed_in == number)
            .map(agency_row)
            .collect(),
    };
    let event = Envelope::new(app.ids.next(at), REGISTRY_PUBLISHED, at, body);
    outbox::push(db, &event).await.map_err(fault("writing the outbox"))
}
