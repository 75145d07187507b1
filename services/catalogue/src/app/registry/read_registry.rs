//! Reads of the registry: all from the picture, none from the database.

use chrono::NaiveDate;
use city_contracts::catalogue::registry::{
    AgencyByCode, AgencyView, Audience, CategoryView, LifeEventView, PlaceAt, PlaceAtPoint,
    PlaceByCode, PlaceView,
};
use city_contracts::common::GeoPoint;

use super::view;
use crate::domain::registry::{Agency, Category, MAX_OPENINGS, Place, PlaceId};
use crate::error::Error;
use crate::snapshot::Registry;

/// A point farther than this from every middle is not in the city.
const REACH_M: f64 = 20_000.0;
/// Metres of a degree of latitude; of longitude times the cosine.
const METRES_PER_DEGREE: f64 = 111_195.0;

/// The present unit of a code.
///
/// # Errors
/// [`Error::PlaceFormer`] with its successors, [`Error::PlaceUnknown`].
pub fn place(registry: &Registry, input: &PlaceByCode) -> Result<PlaceView, Error> {
    registry.ward_by_code(&input.code, "/code").map(|place| view::place_view(registry, place))
}

/// The wards and communes of today, by code.
pub fn wards(registry: &Registry) -> Vec<PlaceView> {
    registry.wards().map(|place| view::place_view(registry, place)).collect()
}

/// An agency with its next days.
///
/// # Errors
/// [`Error::Input`] for another number of days, [`Error::NotFound`].
pub fn agency(
    registry: &Registry,
    input: &AgencyByCode,
    today: NaiveDate,
) -> Result<AgencyView, Error> {
    if !(1..=MAX_OPENINGS).contains(&input.days) {
        return Err(Error::invalid("/days", "RANGE", format!("ask for 1 to {MAX_OPENINGS} days")));
    }
    let agency = registry.agency(&input.code).ok_or(Error::NotFound)?;
    Ok(view::agency_view(registry, agency, today, input.days))
}

/// The groups of services, in order: those for staff only for staff.
pub fn categories(registry: &Registry, is_staff: IsStaff) -> Vec<CategoryView> {
    registry
        .categories()
        .iter()
        .filter(|category| is_staff.may_see(category))
        .map(view::category_view)
        .collect()
}

/// Whether a member of staff reads.
#[derive(Debug, Clone, Copy)]
pub struct IsStaff(pub bool);

impl IsStaff {
    fn may_see(self, category: &Category) -> bool {
        self.0 || category.audience == Audience::Public
    }
}

/// The life events, in order.
pub fn life_events(registry: &Registry) -> Vec<LifeEventView> {
    registry.life_events().iter().map(view::life_event_view).collect()
}

/// The unit a position lies in: by boundary, else by the nearest middle; none far outside the city.
///
/// # Errors
/// [`Error::Input`] for numbers that are no position.
pub fn place_at(registry: &Registry, input: &PlaceAtPoint) -> Result<Option<PlaceAt>, Error> {
    let at = input.at;
    if !(-90.0..=90.0).contains(&at.lat) || !(-180.0..=180.0).contains(&at.lon) {
        return Err(Error::invalid(
            "/at",
            "RANGE",
            "expected a latitude of -90 to 90 and a longitude of -180 to 180",
        ));
    }
    let inside =
        registry.wards().find(|ward| ward.boundary.as_ref().is_some_and(|area| area.contains(at)));
    // A unit whose boundary is known and does not hold the point is not its unit.
    let nearest = || {
        let open = registry.wards().filter(|ward| ward.boundary.is_none());
        let by_distance = open.filter_map(|ward| Some((distance_m(at, ward.centroid?), ward)));
        let nearest = by_distance.min_by(|(one, _), (other, _)| one.total_cmp(other));
        nearest.filter(|(distance, _)| *distance <= REACH_M).map(|(_, ward)| ward)
    };
    let answer = |place: &Place, approximate| PlaceAt {
        place: view::place_view(registry, place),
        approximate,
    };
    Ok(match inside {
        Some(ward) => Some(answer(ward, false)),
        None => nearest().map(|ward| answer(ward, true)),
    })
}

fn distance_m(one: GeoPoint, other: GeoPoint) -> f64 {
    let north = (one.lat - other.lat) * METRES_PER_DEGREE;
    let east = (one.lon - other.lon) * METRES_PER_DEGREE * one.lat.to_radians().cos();
    north.hypot(east)
}

/// A place by its global id.
pub fn place_node(registry: &Registry, id: &str) -> Option<PlaceView> {
    let place = registry.place(&PlaceId::from_wire(id)?)?;
    Some(view::place_view(registry, place))
}

/// An agency by its global id, with the next fourteen days.
pub fn agency_node(registry: &Registry, id: &str, today: NaiveDate) -> Option<AgencyView> {
    let agency = registry.agency(id.strip_prefix(Agency::PREFIX)?)?;
    Some(view::agency_view(registry, agency, today, 14))
}

/// A group by its global id.
pub fn category_node(registry: &Registry, id: &str, is_staff: IsStaff) -> Option<CategoryView> {
    let category = registry.category(id.strip_prefix(Category::PREFIX)?)?;
    is_staff.may_see(category).then(|| view::category_view(category))
}
