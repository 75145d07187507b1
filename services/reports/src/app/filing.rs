//! What a resident files, parsed: everything that is wrong is found at once.

use chrono::TimeDelta;
use city_clock::Timestamp;
use city_contracts::problem::Finding;
use city_contracts::reports::FileReport;
use city_ids::PhotoId;

use crate::config::Config;
use crate::domain::{Address, CategoryCode, Description, GeoPoint, TextError, WardCode};
use crate::error::Error;
use crate::reference::{Category, Reference};

/// Photos of one report.
const MAX_PHOTOS: usize = 5;
/// A photo taken longer ago shows another city.
const CAPTURED_DAYS: i64 = 30;
/// How far ahead a phone's clock may run.
const CAPTURED_AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Where it is.
#[derive(Debug)]
pub struct Whereabouts {
    pub ward: WardCode,
    pub basis: &'static str,
    pub point: Option<GeoPoint>,
    pub address: Option<Address>,
}

/// A report to be filed; everything in it is valid.
#[derive(Debug)]
pub struct NewFiling<'a> {
    pub category: &'a Category,
    pub description: Description,
    pub whereabouts: Whereabouts,
    pub photos: Vec<PhotoId>,
    pub wants_public: bool,
    pub share_contact: bool,
    pub captured_at: Option<Timestamp>,
}

impl<'a> NewFiling<'a> {
    /// Reads a request against the registry.
    ///
    /// # Errors
    /// [`Error::Input`] with all findings; [`Error::OutsideCity`] and [`Error::PlaceRequired`] when only that is wrong.
    pub fn parse(
        request: &FileReport,
        reference: &'a Reference,
        config: &Config,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut findings = Vec::new();
        let category =
            category(&request.category_code, reference).map_err(|found| findings.push(found)).ok();
        let description = Description::parse(&request.description)
            .map_err(|error| findings.push(text("/description", error)))
            .ok();
        photos(&request.photo_ids, &mut findings);
        captured(request.captured_at, now, &mut findings);
        let whereabouts = match whereabouts(request, reference, config, &mut findings) {
            Ok(whereabouts) => whereabouts,
            Err(error) if findings.is_empty() => return Err(error),
            Err(error) => {
                findings.extend(city_http::Outcome::findings(&error));
                None
            }
        };
        match (category, description, whereabouts) {
            (Some(category), Some(description), Some(whereabouts)) if findings.is_empty() => {
                Ok(Self {
                    category,
                    description,
                    whereabouts,
                    photos: request.photo_ids.clone(),
                    wants_public: request.wants_public,
                    share_contact: request.share_contact,
                    captured_at: request.captured_at,
                })
            }
            _ => Err(Error::Input(findings)),
        }
    }
}

fn category<'a>(raw: &str, reference: &'a Reference) -> Result<&'a Category, Finding> {
    let code = CategoryCode::parse(raw)
        .map_err(|error| Finding::new("/categoryCode", "CODE", error.to_string()))?;
    reference.categories.for_filing(&code).ok_or_else(|| {
        Finding::new(
            "/categoryCode",
            "CATEGORY_UNKNOWN",
            "choose a category that is offered, not a topic",
        )
    })
}

/// The finding about a text of the wrong length.
pub fn text(field: &str, error: TextError) -> Finding {
    let code = match error {
        TextError::TooShort { .. } => "TOO_SHORT",
        TextError::TooLong { .. } => "TOO_LONG",
    };
    Finding::new(field, code, error.to_string())
}

fn photos(ids: &[PhotoId], findings: &mut Vec<Finding>) {
    if ids.len() > MAX_PHOTOS {
        let message = format!("a report has at most {MAX_PHOTOS} photos");
        findings.push(Finding::new("/photoIds", "TOO_MANY", message));
        return;
    }
    for (index, id) in ids.iter().enumerate() {
        if ids.iter().take(index).any(|earlier| earlier == id) {
            findings.push(Finding::new(
                format!("/photoIds/{index}"),
                "DUPLICATE",
                "this photo is named twice",
            ));
        }
    }
}

fn captured(at: Option<Timestamp>, now: Timestamp, findings: &mut Vec<Finding>) {
    let Some(at) = at else { return };
    if at < now - TimeDelta::days(CAPTURED_DAYS) {
        findings.push(Finding::new(
            "/capturedAt",
            "TOO_OLD",
            "the photo was taken more than 30 days ago",
        ));
    } else if at > now + CAPTURED_AHEAD {
        findings.push(Finding::new(
            "/capturedAt",
            "IN_FUTURE",
            "the photo would be taken more than 5 minutes from now",
        ));
    }
}

/// None when something was found, the error when there is no place in the city.
fn whereabouts(
    request: &FileReport,
    reference: &Reference,
    config: &Config,
    findings: &mut Vec<Finding>,
) -> Result<Option<Whereabouts>, Error> {
    let before = findings.len();
    let raw = request.address.as_deref().filter(|address| !address.trim().is_empty());
    let address = raw.and_then(|raw| {
        Address::parse(raw).map_err(|error| findings.push(text("/address", error))).ok()
    });
    let ward = request.ward_code.as_deref().and_then(|raw| {
        let known = WardCode::parse(raw).ok().filter(|code| reference.ward(code).is_some());
        if known.is_none() {
            findings.push(Finding::new("/wardCode", "WARD_UNKNOWN", "this is not a ward of today"));
        }
        known
    });
    let point = request.at.and_then(|at| {
        GeoPoint::parse(at.lat, at.lon)
            .map_err(|error| findings.push(Finding::new("/at", "POSITION", error.to_string())))
            .ok()
    });
    if findings.len() > before {
        return Ok(None);
    }
    match (point, ward, address) {
        (Some(point), _, address) => {
            let ward =
                reference.ward_at(point, f64::from(config.ward_radius_m)).map_err(|outside| {
                    let named = outside.nearest.and_then(|code| reference.ward_view(&code));
                    Error::OutsideCity { nearest: named.map(|ward| (ward.code, ward.name)) }
                })?;
            Ok(Some(Whereabouts {
                ward: ward.clone(),
                basis: "CENTROID",
                point: Some(point),
                address,
            }))
        }
        (None, Some(ward), Some(address)) => {
            Ok(Some(Whereabouts { ward, basis: "ADDRESS", point: None, address: Some(address) }))
        }
        (None, _, _) => Err(Error::PlaceRequired),
    }
}
