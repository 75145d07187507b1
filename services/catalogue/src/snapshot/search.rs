//! What search and place names answer from: derived from the other sections, once a publication.

use city_contracts::catalogue::registry::PlaceKind;
use city_contracts::catalogue::search::SearchKind;

use super::{Procedures, Registry, Services};
use crate::domain::registry::Place;
use crate::domain::search::{Entry, FormerName, PlaceNames, SearchIndex, Unit, abbreviations};

/// The index over everything residents may find, and the names of places.
#[derive(Debug)]
pub struct Search {
    /// Services, procedures, places, agencies.
    pub index: SearchIndex,
    /// Place names, present and former.
    pub places: PlaceNames,
}

impl Search {
    /// Builds both; takes a fraction of a second, so never on an async thread.
    pub fn build(registry: &Registry, services: &Services, procedures: &Procedures) -> Self {
        let mut entries = registry_entries(registry);
        entries.extend(service_entries(services));
        entries.extend(procedure_entries(procedures));
        Self { index: SearchIndex::new(entries), places: place_names(registry) }
    }
}

/// The wards of today, found by their former names too, and the agencies at work.
fn registry_entries(registry: &Registry) -> Vec<Entry> {
    let wards = registry.wards().filter_map(|ward| {
        let former = registry.predecessors(&ward.id).flat_map(|old| names(old).collect::<Vec<_>>());
        let mut keywords: Vec<String> = former.collect();
        keywords.sort();
        keywords.dedup(); // a name and its short form can be one
        Some(Entry {
            kind: SearchKind::Place,
            code: ward.code.clone()?,
            name: ward.name.clone(),
            other_names: [Some(&ward.short_name.vi), ward.short_name.en.as_ref()]
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            keywords,
            other_codes: Vec::new(),
            demo: false,
        })
    });
    let agencies = registry.agencies().filter(|agency| agency.active).map(|agency| Entry {
        kind: SearchKind::Agency,
        code: agency.code.clone(),
        name: agency.name.clone(),
        other_names: Vec::new(),
        keywords: abbreviations(&agency.name.vi),
        other_codes: Vec::new(),
        demo: false,
    });
    wards.chain(agencies).collect()
}

fn service_entries(_services: &Services) -> Vec<Entry> {
    Vec::new()
}

fn procedure_entries(_procedures: &Procedures) -> Vec<Entry> {
    Vec::new()
}

fn names(place: &Place) -> impl Iterator<Item = String> {
    [place.name.vi.clone(), place.short_name.vi.clone()].into_iter()
}

fn place_names(registry: &Registry) -> PlaceNames {
    let units: Vec<_> = registry
        .wards()
        .filter_map(|ward| {
            let (name, short_name) = (ward.name.vi.clone(), ward.short_name.vi.clone());
            Some(Unit { code: ward.code.clone()?, name, short_name })
        })
        .collect();
    let former: Vec<_> = registry
        .places()
        .filter(|place| !place.is_present())
        .map(|place| FormerName {
            place_id: place.id.as_str().to_owned(),
            name: place.name.vi.clone(),
            short_name: place.short_name.vi.clone(),
            district: place.kind == PlaceKind::FormerDistrict,
            successors: registry.successors(&place.id).filter_map(|new| new.code.clone()).collect(),
        })
        .collect();
    PlaceNames::new(&units, &former)
}
