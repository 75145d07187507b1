//! What search and place names answer from: derived from the other sections, once a publication.

use city_contracts::catalogue::registry::PlaceKind;
use city_contracts::catalogue::search::SearchKind;

use sqlx::PgPool;

use super::procedures::PublishedProcedure;
use super::{Procedures, Registry, Services, Snapshot};
use crate::domain::registry::Place;
use crate::domain::search::{Entry, FormerName, PlaceNames, SearchIndex, Unit, abbreviations};
use crate::error::Error;

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

/// Everything that residents can search for, as it is published now; for measuring.
///
/// # Errors
/// Unavailable when the database is away; a row that breaks a rule is a fault.
pub async fn search_entries(db: &PgPool) -> Result<Vec<Entry>, Error> {
    Ok(Snapshot::load(db).await?.search.index.entries().to_vec())
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

/// What is listed for residents: nothing for staff, nothing withdrawn.
fn service_entries(services: &Services) -> Vec<Entry> {
    let entry = |service: &super::Entry| {
        let live = &service.live;
        let mut keywords = live.body.keywords.clone();
        keywords.extend(abbreviations(&live.name.vi));
        Entry {
            kind: SearchKind::Service,
            code: live.code.clone(),
            name: live.name.clone(),
            other_names: Vec::new(),
            keywords,
            other_codes: live.procedure.clone().into_iter().collect(),
            demo: live.demo,
        }
    };
    services.listed().map(entry).collect()
}

fn procedure_entries(procedures: &Procedures) -> Vec<Entry> {
    let entry = |procedure: &PublishedProcedure| {
        let name = procedure.edition.terms.body.name.clone();
        Entry {
            kind: SearchKind::Procedure,
            code: procedure.national_code().to_owned(),
            keywords: abbreviations(&name.vi),
            name,
            other_names: Vec::new(),
            other_codes: Vec::new(),
            demo: procedure.is_demo(),
        }
    };
    procedures.iter().map(entry).collect()
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
