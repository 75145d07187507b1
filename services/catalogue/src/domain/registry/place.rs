//! A place through time: the city, its present units, and the units they were made of.

use std::fmt;

use chrono::NaiveDate;
use city_contracts::catalogue::registry::PlaceKind as WireKind;
use city_contracts::common::{GeoPoint, Localised};

/// What names a place for good: the code of a present unit, `code@2025-06-30` of a former one. Codes alone are reused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(String);

impl PlaceId {
    /// The prefix of a place among the ids of the city.
    pub const PREFIX: &str = "plc_";

    /// Trusts an id from the database.
    pub const fn restore(stored: String) -> Self {
        Self(stored)
    }

    /// The place a wire id names, if it has the form of one.
    pub fn from_wire(id: &str) -> Option<Self> {
        let rest = id.strip_prefix(Self::PREFIX)?;
        let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'@';
        ((1..=80).contains(&rest.len()) && rest.bytes().all(fits)).then(|| Self(rest.to_owned()))
    }

    /// The id on the wire.
    pub fn to_wire(&self) -> String {
        format!("{}{}", Self::PREFIX, self.0)
    }

    /// The id as stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What kind of unit it is or was.
pub type PlaceKind = WireKind;

/// A place.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub id: PlaceId,
    /// None: a former district.
    pub code: Option<String>,
    pub kind: PlaceKind,
    pub parent: Option<PlaceId>,
    /// With the word for the unit: "Phường Phú Xuân".
    pub name: Localised,
    /// Without it: "Phú Xuân".
    pub short_name: Localised,
    pub valid_from: Option<NaiveDate>,
    /// The last day; none: present.
    pub valid_to: Option<NaiveDate>,
    pub area_km2: Option<f64>,
    pub centroid: Option<GeoPoint>,
    pub boundary: Option<Boundary>,
    /// The publication that last wrote it.
    pub changed_in: i64,
    pub version: i32,
}

impl Place {
    /// Whether it is a unit of today.
    pub fn is_present(&self) -> bool {
        self.valid_to.is_none()
    }

    /// Whether residents live in it today as their ward or commune.
    pub fn is_ward(&self) -> bool {
        matches!(self.kind, PlaceKind::Ward | PlaceKind::Commune)
    }
}

/// Where a place ends: rings of `GeoJSON`, outer ones and the holes in them alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Boundary(Vec<Vec<(f64, f64)>>);

impl Boundary {
    /// Reads a `GeoJSON` Polygon or `MultiPolygon`; none for anything else.
    pub fn from_geojson(geometry: &serde_json::Value) -> Option<Self> {
        let coordinates = &geometry["coordinates"];
        let polygons = match geometry["type"].as_str()? {
            "Polygon" => vec![coordinates],
            "MultiPolygon" => coordinates.as_array()?.iter().collect(),
            _ => return None,
        };
        let rings =
            polygons.into_iter().map(serde_json::Value::as_array).collect::<Option<Vec<_>>>()?;
        let rings = rings.into_iter().flatten().map(ring).collect::<Option<Vec<_>>>()?;
        (!rings.is_empty()).then_some(Self(rings))
    }

    /// Whether a point lies inside: an odd number of ring edges lies east of it, so holes need no care of their own.
    pub fn contains(&self, at: GeoPoint) -> bool {
        let edges = self.0.iter().flat_map(|ring| ring.windows(2));
        let crossed = edges.filter(|edge| {
            let [(x1, y1), (x2, y2)] = **edge else { return false };
            (y1 > at.lat) != (y2 > at.lat) && at.lon < (x2 - x1) * (at.lat - y1) / (y2 - y1) + x1
        });
        crossed.count() % 2 == 1
    }
}

/// A closed ring of at least three corners.
fn ring(points: &serde_json::Value) -> Option<Vec<(f64, f64)>> {
    let point = |p: &serde_json::Value| Some((p[0].as_f64()?, p[1].as_f64()?));
    let ring = points.as_array()?.iter().map(point).collect::<Option<Vec<_>>>()?;
    (ring.len() >= 4 && ring.first() == ring.last()).then_some(ring)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_point_in_a_hole_is_outside() {
        let square = |a: f64, b: f64| json!([[a, a], [b, a], [b, b], [a, b], [a, a]]);
        let shape =
            json!({ "type": "Polygon", "coordinates": [square(0.0, 10.0), square(4.0, 6.0)] });
        let boundary = Boundary::from_geojson(&shape).unwrap();

        assert!(boundary.contains(GeoPoint { lat: 2.0, lon: 2.0 }));
        assert!(!boundary.contains(GeoPoint { lat: 5.0, lon: 5.0 }), "the hole");
        assert!(!boundary.contains(GeoPoint { lat: 11.0, lon: 5.0 }));
    }

    #[test]
    fn a_shape_that_is_no_area_is_refused() {
        for shape in [
            json!({ "type": "Point", "coordinates": [1, 2] }),
            json!({ "type": "Polygon", "coordinates": [] }),
            json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]] }),
            json!({ "type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]] }),
            json!({ "type": "Polygon", "coordinates": [["x"]] }),
        ] {
            assert_eq!(Boundary::from_geojson(&shape), None, "{shape}");
        }
    }

    #[test]
    fn the_wire_id_of_a_place_reads_back() {
        for id in ["19753", "19753@2025-06-30", "quan-phu-xuan@2025-06-30"] {
            let id = PlaceId::restore(id.to_owned());
            assert_eq!(PlaceId::from_wire(&id.to_wire()), Some(id));
        }
        assert_eq!(PlaceId::from_wire("plc_"), None);
        assert_eq!(PlaceId::from_wire("agy_HUE-SXD"), None);
        assert_eq!(PlaceId::from_wire("plc_a b"), None);
    }
}
