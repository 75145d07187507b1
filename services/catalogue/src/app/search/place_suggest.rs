//! Anybody looks for the ward or commune of today behind a place name.

use city_contracts::catalogue::registry::PlaceKind;
use city_contracts::catalogue::search::{PlaceMatch, PlaceSuggestRequest};
use city_contracts::common::{Locale, Localised};

use super::input::checked;
use crate::app::registry::place_view;
use crate::domain::registry::{Place, PlaceId};
use crate::domain::search::Match;
use crate::error::Error;
use crate::snapshot::{Registry, Snapshot};

/// The present units that a name can mean, best first.
///
/// # Errors
/// [`Error::Input`] when the query is empty or too long.
pub fn place_suggest(
    snapshot: &Snapshot,
    request: &PlaceSuggestRequest,
) -> Result<Vec<PlaceMatch>, Error> {
    let (query, first) = checked(&request.q, request.first)?;
    let found = snapshot.search.places.suggest(&query, first);
    Ok(found.iter().filter_map(|found| place_match(&snapshot.registry, found)).collect())
}

fn place_match(registry: &Registry, found: &Match<'_>) -> Option<PlaceMatch> {
    let former = found.former.map(|id| PlaceId::restore(id.to_owned()));
    Some(PlaceMatch {
        place: place_view(registry, registry.present(found.code)?),
        matched_on: found.name.to_owned(),
        kind: found.by,
        note: former.and_then(|id| former_note(registry, registry.place(&id)?)),
    })
}

/// What people are told about a former name: `Tên cũ đến 30/06/2025: Xã Phú Xuân (Huyện Phú Vang)`.
fn former_note(registry: &Registry, place: &Place) -> Option<Localised> {
    let until = place.valid_to?.format("%d/%m/%Y");
    let district = place.parent.as_ref().and_then(|id| registry.place(id));
    let district = district.filter(|parent| parent.kind == PlaceKind::FormerDistrict);
    let note = |sentence: &str, locale: Locale| {
        let district = district.map(|district| format!(" ({})", district.name.text(locale)));
        format!("{sentence} {until}: {}{}", place.name.text(locale), district.unwrap_or_default())
    };
    Some(Localised {
        vi: note("Tên cũ đến", Locale::Vi),
        en: Some(note("Former name until", Locale::En)),
    })
}
