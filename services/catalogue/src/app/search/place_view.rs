//! A place on the wire, with its neighbours in time and order.

use city_contracts::catalogue::registry::{AgencyFacts, PlaceFacts, PlaceView};

use crate::domain::registry::{Agency, Place, PlaceId};
use crate::snapshot::Registry;

/// The place, one level deep.
pub fn place_view(registry: &Registry, place: &Place) -> PlaceView {
    let parent = place.parent.as_ref().and_then(|id| registry.place(id));
    PlaceView {
        facts: facts(registry, place),
        parent: parent.map(|parent| facts(registry, parent)),
        successors: registry.successors(&place.id).map(|new| facts(registry, new)).collect(),
        former: registry.predecessors(&place.id).map(|old| facts(registry, old)).collect(),
        agencies: registry.agencies_of(&place.id).map(agency).collect(),
    }
}

fn facts(registry: &Registry, place: &Place) -> PlaceFacts {
    let wire = |places: &mut dyn Iterator<Item = &Place>| {
        places.map(|place| place.id.to_wire()).collect::<Vec<_>>()
    };
    PlaceFacts {
        id: place.id.to_wire(),
        code: place.code.clone().unwrap_or_else(|| place.id.as_str().to_owned()),
        kind: place.kind,
        name: place.name.clone(),
        short_name: place.short_name.clone(),
        parent_id: place.parent.as_ref().map(PlaceId::to_wire),
        successor_ids: wire(&mut registry.successors(&place.id)),
        former_ids: wire(&mut registry.predecessors(&place.id)),
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

fn agency(agency: &Agency) -> AgencyFacts {
    AgencyFacts {
        id: Agency::to_wire(&agency.code),
        code: agency.code.clone(),
        kind: agency.kind.clone(),
        level: agency.level,
        name: agency.name.clone(),
        address: agency.address.clone(),
        parent_id: agency.parent.as_deref().map(Agency::to_wire),
        place_id: agency.place.as_ref().map(PlaceId::to_wire),
        phone: agency.phone.clone(),
        email: agency.email.clone(),
        active: agency.active,
    }
}
