//! One consistent copy of the registry.

use std::collections::HashMap;

use city_calendar::{Calendar, Rule, Stop};
use city_clock::Timestamp;
use city_contracts::common::{GeoPoint as WirePoint, Localised};
use city_contracts::reports::WardView;

use crate::domain::{AgencyCode, OutsideCity, Ward, WardCode, ward_of};
use crate::error::Error;

use super::{Agencies, Categories, RoutingRule};

/// A ward with what is shown of it.
#[derive(Debug, Clone)]
pub struct WardEntry {
    pub name: Localised,
    pub kind: String,
    pub place: Ward,
}

/// Everything the city publishes that reports rest on.
#[derive(Debug)]
pub struct Reference {
    pub calendar: Calendar,
    pub agencies: Agencies,
    pub categories: Categories,
    pub(super) rules: Vec<RoutingRule>,
    wards: HashMap<WardCode, WardEntry>,
    places: Vec<Ward>,
}

impl Reference {
    pub fn new(
        calendar: Calendar,
        agencies: Agencies,
        categories: Categories,
        mut rules: Vec<RoutingRule>,
        wards: Vec<WardEntry>,
    ) -> Self {
        rules.sort_by_key(|rule| rule.rank);
        let places = wards.iter().map(|ward| ward.place.clone()).collect();
        let wards = wards.into_iter().map(|ward| (ward.place.code.clone(), ward)).collect();
        Self { calendar, agencies, categories, rules, wards, places }
    }

    pub fn ward(&self, code: &WardCode) -> Option<&WardEntry> {
        self.wards.get(code)
    }

    /// The ward a point lies in, as far as the middles of wards can tell.
    ///
    /// # Errors
    /// [`OutsideCity`] with the nearest ward.
    pub fn ward_at(
        &self,
        point: crate::domain::GeoPoint,
        within_m: f64,
    ) -> Result<&WardCode, OutsideCity> {
        ward_of(point, &self.places, within_m).map(|ward| &ward.code)
    }

    pub fn ward_view(&self, code: &WardCode) -> Option<WardView> {
        let ward = self.ward(code)?;
        let centroid = WirePoint { lat: ward.place.centroid.lat(), lon: ward.place.centroid.lon() };
        Some(WardView {
            code: code.to_string(),
            name: ward.name.clone(),
            kind: ward.kind.clone(),
            centroid,
        })
    }

    /// When something that began at `start` is due; none while the clock stands.
    ///
    /// # Errors
    /// A rule that reaches more than ten years ahead is a fault of the configuration.
    pub fn due(
        &self,
        rule: Rule,
        start: Timestamp,
        stops: &[Stop],
    ) -> Result<Option<Timestamp>, Error> {
        let due = self.calendar.due(rule, start, stops);
        due.map(city_calendar::Due::at)
            .map_err(|error| Error::Internal { doing: "computing a due", source: error.into() })
    }

    /// The agencies above an agency, itself first; none for none.
    pub fn chain<'a>(&'a self, agency: Option<&'a AgencyCode>) -> Vec<&'a str> {
        agency.map(|code| self.agencies.chain(code)).unwrap_or_default()
    }
}
