//! Where a report is: on the globe, on a local plane in metres, in a cell, in a ward.

use std::fmt;

use h3o::{CellIndex, LatLng, Resolution};

use super::WardCode;

/// Where the local plane begins, and its scale there. Inside the city distances are off by at most 0.3 %.
const ORIGIN: (f64, f64) = (16.46, 107.58);
const METRES_PER_DEGREE: (f64, f64) = (110_664.0, 106_786.0);

/// A WGS84 position in degrees.
///
/// Privacy: may be somebody's home, so `Debug` does not print it.
#[derive(Clone, Copy, PartialEq)]
pub struct GeoPoint {
    lat: f64,
    lon: f64,
}

/// Two numbers are not a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a latitude of -90 to 90 and a longitude of -180 to 180 degrees")]
pub struct GeoPointError;

/// A position in metres on the local plane: what the database indexes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plane {
    pub x: f64,
    pub y: f64,
}

impl Plane {
    pub fn distance_m(self, other: Self) -> f64 {
        (self.x - other.x).hypot(self.y - other.y)
    }
}

/// How exactly the public may see a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precision {
    Exact,
    /// The centre of the cell only: noise at a home.
    Cell,
}

impl GeoPoint {
    /// # Errors
    /// [`GeoPointError`] for anything outside the globe, and for what is not a number.
    pub fn parse(lat: f64, lon: f64) -> Result<Self, GeoPointError> {
        // A range holds no NaN and no infinity, so this is also the check for finite numbers.
        if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) {
            Ok(Self { lat, lon })
        } else {
            Err(GeoPointError)
        }
    }

    /// The position of a point on the local plane.
    ///
    /// # Errors
    /// [`GeoPointError`] for a point that is far outside the city.
    pub fn from_plane(point: Plane) -> Result<Self, GeoPointError> {
        let degrees = |metres: f64, scale: f64, origin: f64| metres / scale + origin;
        Self::parse(
            degrees(point.y, METRES_PER_DEGREE.0, ORIGIN.0),
            degrees(point.x, METRES_PER_DEGREE.1, ORIGIN.1),
        )
    }

    pub const fn lat(self) -> f64 {
        self.lat
    }

    pub const fn lon(self) -> f64 {
        self.lon
    }

    pub fn plane(self) -> Plane {
        Plane {
            x: (self.lon - ORIGIN.1) * METRES_PER_DEGREE.1,
            y: (self.lat - ORIGIN.0) * METRES_PER_DEGREE.0,
        }
    }

    /// The distance on the local plane, in metres.
    pub fn distance_m(self, other: Self) -> f64 {
        self.plane().distance_m(other.plane())
    }

    /// The H3 cell of resolution 9 around it, as PostgreSQL's `bigint`.
    ///
    /// # Panics
    /// Never: the position is finite, and the top bit of a cell index is reserved as 0.
    pub fn cell9(self) -> i64 {
        i64::try_from(u64::from(self.cell())).expect("the top bit of a cell index is 0")
    }

    /// What the public sees of it: itself, or the centre of its cell.
    #[must_use]
    pub fn public(self, precision: Precision) -> Self {
        match precision {
            Precision::Exact => self,
            Precision::Cell => {
                let centre = LatLng::from(self.cell());
                Self { lat: centre.lat(), lon: centre.lng() }
            }
        }
    }

    fn cell(self) -> CellIndex {
        LatLng::new(self.lat, self.lon).expect("the position is finite").to_cell(Resolution::Nine)
    }
}

impl fmt::Debug for GeoPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GeoPoint(…)")
    }
}

/// A ward as far as placing a report needs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Ward {
    pub code: WardCode,
    pub centroid: GeoPoint,
}

/// The point is in no ward of the city.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the place is outside the city")]
pub struct OutsideCity {
    /// The nearest ward, for the message; none while no ward is known.
    pub nearest: Option<WardCode>,
}

/// The ward whose centroid is nearest and at most `within_m` away; of two equally near, the lower code.
///
/// # Errors
/// [`OutsideCity`] with the nearest ward.
pub fn ward_of(point: GeoPoint, wards: &[Ward], within_m: f64) -> Result<&Ward, OutsideCity> {
    let nearest = wards
        .iter()
        .map(|ward| (point.distance_m(ward.centroid), ward))
        .min_by(|(d1, w1), (d2, w2)| d1.total_cmp(d2).then_with(|| w1.code.cmp(&w2.code)));
    match nearest {
        Some((distance_m, ward)) if distance_m <= within_m => Ok(ward),
        nearest => Err(OutsideCity { nearest: nearest.map(|(_, ward)| ward.code.clone()) }),
    }
}
