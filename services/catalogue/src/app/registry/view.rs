//! How the registry is shown.

use chrono::NaiveDate;
use city_contracts::catalogue::registry::{
    AgencyFacts, AgencyRow, AgencyView, CategoryView, LifeEventView, PlaceFacts, PlaceRow,
    PlaceView,
};

use crate::domain::registry::{Agency, CITY_CALENDAR, Category, LifeEvent, Place, openings};
use crate::snapshot::Registry;

/// A place as far as it is itself.
pub fn place_facts(registry: &Registry, place: &Place) -> PlaceFacts {
    let wire = |place: &Place| place.id.to_wire();
    let named = place.id.as_str().split('@').next().unwrap_or_default();
    PlaceFacts {
        id: wire(place),
        code: place.code.clone().unwrap_or_else(|| named.to_owned()),
        kind: place.kind,
        name: place.name.clone(),
        short_name: place.short_name.clone(),
        parent_id: place.parent.as_ref().map(crate::domain::registry::PlaceId::to_wire),
        successor_ids: registry.successors(&place.id).map(wire).collect(),
        former_ids: registry.predecessors(&place.id).map(wire).collect(),
        agency_ids: registry
            .agencies_of(&place.id)
            .map(|agency| Agency::to_wire(&agency.code))
            .collect(),
        valid_from: place.valid_from,
        valid_to: place.valid_to,
        centroid: place.centroid,
        area_km2: place.area_km2,
    }
}

/// A place with its neighbours.
pub fn place_view(registry: &Registry, place: &Place) -> PlaceView {
    let facts = |place: &Place| place_facts(registry, place);
    PlaceView {
        facts: facts(place),
        parent: place.parent.as_ref().and_then(|id| registry.place(id)).map(facts),
        successors: registry.successors(&place.id).map(facts).collect(),
        former: registry.predecessors(&place.id).map(facts).collect(),
        agencies: registry.agencies_of(&place.id).map(agency_facts).collect(),
    }
}

/// An agency as far as it is itself.
pub fn agency_facts(agency: &Agency) -> AgencyFacts {
    AgencyFacts {
        id: Agency::to_wire(&agency.code),
        code: agency.code.clone(),
        kind: agency.kind.clone(),
        level: agency.level,
        name: agency.name.clone(),
        address: agency.address.clone(),
        parent_id: agency.parent.as_deref().map(Agency::to_wire),
        place_id: agency.place.as_ref().map(crate::domain::registry::PlaceId::to_wire),
        phone: agency.phone.clone(),
        email: agency.email.clone(),
        active: agency.active,
    }
}

/// An agency with its place, the one above it, and its next days; no days while no calendar is published.
pub fn agency_view(
    registry: &Registry,
    agency: &Agency,
    today: NaiveDate,
    days: u32,
) -> AgencyView {
    let calendar = registry.current_calendar(CITY_CALENDAR);
    AgencyView {
        facts: agency_facts(agency),
        place: agency
            .place
            .as_ref()
            .and_then(|id| registry.place(id))
            .map(|place| place_facts(registry, place)),
        parent: agency.parent.as_deref().and_then(|code| registry.agency(code)).map(agency_facts),
        openings: calendar
            .map(|published| openings(agency, &published.calendar, today, days))
            .unwrap_or_default(),
    }
}

/// A group of services.
pub fn category_view(category: &Category) -> CategoryView {
    CategoryView {
        id: Category::to_wire(&category.code),
        code: category.code.clone(),
        name: category.name.clone(),
        summary: category.summary.clone(),
        parent_id: category.parent.as_deref().map(Category::to_wire),
        sort: category.sort,
        audience: category.audience,
    }
}

/// A life event.
pub fn life_event_view(event: &LifeEvent) -> LifeEventView {
    LifeEventView {
        code: event.code.clone(),
        name: event.name.clone(),
        summary: event.summary.clone(),
        service_codes: event.services.clone(),
    }
}

/// A place as others copy it.
pub fn place_row(place: &Place) -> PlaceRow {
    PlaceRow {
        place_id: place.id.to_string(),
        code: place.code.clone(),
        kind: place.kind,
        parent_id: place.parent.as_ref().map(ToString::to_string),
        name: place.name.clone(),
        valid_from: place.valid_from,
        valid_to: place.valid_to,
        centroid: place.centroid,
        changed_in: place.changed_in,
    }
}

/// An agency as others copy it.
pub fn agency_row(agency: &Agency) -> AgencyRow {
    AgencyRow {
        code: agency.code.clone(),
        kind: agency.kind.clone(),
        level: agency.level,
        parent: agency.parent.clone(),
        place_id: agency.place.as_ref().map(ToString::to_string),
        name: agency.name.clone(),
        active: agency.active,
        changed_in: agency.changed_in,
    }
}
