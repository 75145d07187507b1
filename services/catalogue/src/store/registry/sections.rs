//! Reads the registry as the picture keeps it: everything, once a publication.

use city_calendar::Calendar;
use city_contracts::catalogue::registry::{AgencyLevel, Audience, CalendarView, PlaceKind};
use city_contracts::common::{GeoPoint, Localised};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::domain::registry::{Agency, Boundary, Category, LifeEvent, Place, PlaceId, WeekHours};
use crate::error::{Error, broken, fault};

const READING: &str = "reading the registry";

/// All places, present and former.
pub async fn places(db: &mut PgConnection) -> Result<Vec<Place>, Error> {
    let rows = sqlx::query!(
        r#"
        select place_id, code, kind, parent_id, valid_from, valid_to, area_km2, lat, lon, boundary, changed_in, version,
               (select jsonb_object_agg(locale, body) from catalogue.place_text text
                where text.place_id = place.place_id and field = 'name') as "name!: Json<Localised>",
               (select jsonb_object_agg(locale, body) from catalogue.place_text text
                where text.place_id = place.place_id and field = 'short_name') as "short_name: Json<Localised>"
        from catalogue.place
        order by place_id"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let places = rows.into_iter().map(|row| {
        let boundary = row.boundary.map(|shape| {
            Boundary::from_geojson(&shape)
                .ok_or_else(|| broken(READING, format!("the boundary of {}", row.place_id)))
        });
        Ok(Place {
            boundary: boundary.transpose()?,
            id: PlaceId::restore(row.place_id),
            code: row.code,
            kind: word::<PlaceKind>(row.kind)?,
            parent: row.parent_id.map(PlaceId::restore),
            short_name: row.short_name.map_or_else(|| row.name.0.clone(), |name| name.0),
            name: row.name.0,
            valid_from: row.valid_from,
            valid_to: row.valid_to,
            area_km2: row.area_km2,
            centroid: row.lat.zip(row.lon).map(|(lat, lon)| GeoPoint { lat, lon }),
            changed_in: row.changed_in,
            version: row.version,
        })
    });
    places.collect()
}

/// Old unit, new unit, and the publication that said so.
pub async fn succession(db: &mut PgConnection) -> Result<Vec<(PlaceId, PlaceId, i64)>, Error> {
    let rows = sqlx::query!(
        "select old_id, new_id, changed_in from catalogue.place_succession order by old_id, new_id"
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let pair = |old, new, at| (PlaceId::restore(old), PlaceId::restore(new), at);
    Ok(rows.into_iter().map(|row| pair(row.old_id, row.new_id, row.changed_in)).collect())
}

/// All agencies, also those that have ended.
pub async fn agencies(db: &mut PgConnection) -> Result<Vec<Agency>, Error> {
    let rows = sqlx::query!(
        r#"
        select code, kind, level, parent, place_id, phone, email, hours as "hours: Json<WeekHours>", active, changed_in, version,
               (select jsonb_object_agg(locale, body) from catalogue.agency_text text
                where text.agency = agency.code and field = 'name') as "name!: Json<Localised>",
               (select jsonb_object_agg(locale, body) from catalogue.agency_text text
                where text.agency = agency.code and field = 'address') as "address: Json<Localised>"
        from catalogue.agency
        order by code"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let agencies = rows.into_iter().map(|row| {
        Ok(Agency {
            code: row.code,
            kind: row.kind,
            level: word::<AgencyLevel>(row.level)?,
            parent: row.parent,
            place: row.place_id.map(PlaceId::restore),
            name: row.name.0,
            address: row.address.map(|address| address.0),
            phone: row.phone,
            email: row.email,
            hours: row.hours.map(|hours| hours.0),
            active: row.active,
            changed_in: row.changed_in,
            version: row.version,
        })
    });
    agencies.collect()
}

/// All groups of services, in order.
pub async fn categories(db: &mut PgConnection) -> Result<Vec<Category>, Error> {
    let rows = sqlx::query!(
        r#"
        select code, parent, sort, audience,
               (select jsonb_object_agg(locale, body) from catalogue.category_text text
                where text.category = category.code and field = 'name') as "name!: Json<Localised>",
               (select jsonb_object_agg(locale, body) from catalogue.category_text text
                where text.category = category.code and field = 'summary') as "summary: Json<Localised>"
        from catalogue.category
        order by sort, code"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let categories = rows.into_iter().map(|row| {
        Ok(Category {
            code: row.code,
            parent: row.parent,
            sort: row.sort,
            audience: word::<Audience>(row.audience)?,
            name: row.name.0,
            summary: row.summary.map(|summary| summary.0),
        })
    });
    categories.collect()
}

/// All life events, in order, each with its services in order.
pub async fn life_events(db: &mut PgConnection) -> Result<Vec<LifeEvent>, Error> {
    let rows = sqlx::query!(
        r#"
        select code,
               (select jsonb_object_agg(locale, body) from catalogue.life_event_text text
                where text.life_event = life_event.code and field = 'name') as "name!: Json<Localised>",
               (select jsonb_object_agg(locale, body) from catalogue.life_event_text text
                where text.life_event = life_event.code and field = 'summary') as "summary: Json<Localised>",
               array(select service from catalogue.life_event_service entry
                     where entry.life_event = life_event.code order by sort, service) as "services!"
        from catalogue.life_event
        order by sort, code"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let event = |code, name: Json<Localised>, summary: Option<Json<Localised>>, services| {
        LifeEvent { code, name: name.0, summary: summary.map(|summary| summary.0), services }
    };
    Ok(rows.into_iter().map(|row| event(row.code, row.name, row.summary, row.services)).collect())
}

/// All versions of all calendars, oldest first.
pub async fn calendars(db: &mut PgConnection) -> Result<Vec<(CalendarView, Calendar)>, Error> {
    let rows = sqlx::query!(
        "select code, version, body, basis, published_at from catalogue.calendar order by code, version"
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let calendars = rows.into_iter().map(|row| {
        let calendar = Calendar::from_value(&row.body).map_err(|error| broken(READING, error))?;
        let view = CalendarView {
            code: row.code,
            version: u32::try_from(row.version).map_err(|error| broken(READING, error))?,
            basis: row.basis,
            published_at: row.published_at,
            body: row.body,
        };
        Ok((view, calendar))
    });
    calendars.collect()
}

/// A word that the table's check knows, as the type of the wire.
fn word<T: DeserializeOwned>(stored: String) -> Result<T, Error> {
    serde_json::from_value(Value::String(stored)).map_err(|error| broken(READING, error))
}
