//! What editors send, and the checks it passes: everything wrong is named at once.

use chrono::NaiveDate;
use city_contracts::problem::Finding;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::ToSchema;

use crate::domain::registry::{Boundary, WeekHours};
use crate::error::Error;

/// A text in the city's languages.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Vietnamese, 1 to 200 characters.
    pub vi: String,
    /// English, 1 to 200 characters.
    pub en: Option<String>,
}

/// A position in degrees.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Latitude.
    pub lat: f64,
    /// Longitude.
    pub lon: f64,
}

/// A present ward or commune as an editor wants it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceDraft {
    /// The version that was looked at; none for a new unit.
    pub version: Option<i32>,
    /// Five digits.
    pub code: String,
    /// `WARD` or `COMMUNE`.
    pub kind: String,
    /// The name with the word for the unit.
    pub name: Texts,
    /// The name without it.
    pub short_name: Texts,
    /// The first day.
    pub valid_from: NaiveDate,
    /// Square kilometres.
    pub area_km2: Option<f64>,
    /// Roughly its middle.
    pub centroid: Option<Point>,
    /// `GeoJSON` Polygon or `MultiPolygon`.
    #[schema(value_type = Option<Object>)]
    pub boundary: Option<Value>,
    /// The decision it rests on, 1 to 500 characters.
    pub basis: String,
}

/// Units that end, what they become, and the units of afterwards.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SuccessionRecord {
    /// The last day of the units that end.
    pub ended_on: NaiveDate,
    /// 1 to 200 units.
    pub ended: Vec<EndedUnit>,
    /// New units, and those that go on under a reused code.
    pub units: Vec<PlaceDraft>,
}

/// A unit that ends.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndedUnit {
    /// Its code.
    pub code: String,
    /// The codes of the units it becomes, 1 to 40.
    pub successors: Vec<String>,
}

/// An agency as an editor wants it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgencyDraft {
    /// The version that was looked at; none for a new agency.
    pub version: Option<i32>,
    /// The word of the register: `PEOPLES_COMMITTEE`, `ONE_STOP` …
    pub kind: String,
    /// `CITY`, `COMMUNE`, `CENTRAL` or `PARTNER`.
    pub level: String,
    /// The agency above it.
    pub parent: Option<String>,
    /// The ward it serves; none: the whole city.
    pub ward_code: Option<String>,
    /// Its name.
    pub name: Texts,
    /// Where it is.
    pub address: Option<Texts>,
    /// Its public number, at most 40 characters.
    pub phone: Option<String>,
    /// Its public address for mail, at most 200 characters.
    pub email: Option<String>,
    /// Its own hours, `{"MON": [{"from": "07:30", "to": "11:30"}]}`; none: those of the calendar.
    #[schema(value_type = Option<Object>)]
    pub hours: Option<Value>,
    /// Whether it works.
    pub active: bool,
    /// The decision it rests on, 1 to 500 characters.
    pub basis: String,
}

/// A version of a calendar to be published after the one it is based on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarDraft {
    /// The newest version when it was drafted; 0 for a new calendar.
    pub based_on: u32,
    /// The decision it rests on, 1 to 500 characters.
    pub basis: String,
    /// The calendar; its `code` and `version` are set by the city.
    #[schema(value_type = Object)]
    pub body: Value,
    /// Days that are over may change.
    #[serde(default)]
    pub confirm_past: bool,
}

/// Gathers what is wrong.
#[derive(Debug, Default)]
pub struct Checks(Vec<Finding>);

impl Checks {
    pub fn require(&mut self, holds: bool, field: impl Into<String>, code: &str, message: &str) {
        if !holds {
            self.0.push(Finding::new(field, code, message));
        }
    }

    pub fn text(&mut self, raw: &str, field: impl Into<String>, most: usize) {
        let fits = (1..=most).contains(&raw.trim().chars().count());
        let fits = fits && !raw.chars().any(char::is_control);
        self.require(
            fits,
            field,
            "LENGTH",
            &format!("expected 1 to {most} characters, no control characters"),
        );
    }

    pub fn texts(&mut self, raw: &Texts, field: &str) {
        self.text(&raw.vi, format!("{field}/vi"), 200);
        if let Some(en) = &raw.en {
            self.text(en, format!("{field}/en"), 200);
        }
    }

    pub fn ward_code(&mut self, raw: &str, field: impl Into<String>) {
        let fits = raw.len() == 5 && raw.bytes().all(|byte| byte.is_ascii_digit());
        self.require(fits, field, "CODE", "expected five digits");
    }

    pub fn agency_code(&mut self, raw: &str, field: impl Into<String>) {
        let fits = |byte: u8| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        let fits = (2..=40).contains(&raw.len()) && raw.bytes().all(fits);
        self.require(fits, field, "CODE", "expected 2 to 40 upper-case letters, digits, - or _");
    }

    /// Nothing, or all that is wrong.
    pub fn done(self) -> Result<(), Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Input(self.0)) }
    }
}

impl PlaceDraft {
    /// What is wrong with it; `at` is the pointer to it.
    pub fn check(&self, at: &str, checks: &mut Checks) {
        checks.ward_code(&self.code, format!("{at}/code"));
        let kinds = ["WARD", "COMMUNE"];
        checks.require(
            kinds.contains(&&*self.kind),
            format!("{at}/kind"),
            "UNKNOWN",
            "expected WARD or COMMUNE",
        );
        checks.texts(&self.name, &format!("{at}/name"));
        checks.texts(&self.short_name, &format!("{at}/shortName"));
        checks.text(&self.basis, format!("{at}/basis"), 500);
        let area = self.area_km2.is_none_or(|area| (0.0..=10_000.0).contains(&area));
        checks.require(
            area,
            format!("{at}/areaKm2"),
            "RANGE",
            "expected 0 to 10,000 square kilometres",
        );
        let on_earth =
            |at: Point| (-90.0..=90.0).contains(&at.lat) && (-180.0..=180.0).contains(&at.lon);
        let centroid = self.centroid.is_none_or(on_earth);
        checks.require(
            centroid,
            format!("{at}/centroid"),
            "RANGE",
            "expected a position in degrees",
        );
        let boundary =
            self.boundary.as_ref().is_none_or(|shape| Boundary::from_geojson(shape).is_some());
        checks.require(
            boundary,
            format!("{at}/boundary"),
            "SHAPE",
            "expected a GeoJSON Polygon or MultiPolygon of closed rings",
        );
    }

    /// Its texts as rows.
    pub fn rows(&self) -> Value {
        rows(&[("name", Some(&self.name)), ("short_name", Some(&self.short_name))])
    }
}

impl AgencyDraft {
    /// What is wrong with it.
    pub fn check(&self, code: &str, checks: &mut Checks) {
        checks.agency_code(code, "");
        checks.agency_code(&self.kind, "/kind");
        let levels = ["CITY", "COMMUNE", "CENTRAL", "PARTNER"];
        checks.require(
            levels.contains(&&*self.level),
            "/level",
            "UNKNOWN",
            "expected CITY, COMMUNE, CENTRAL or PARTNER",
        );
        if let Some(parent) = &self.parent {
            checks.agency_code(parent, "/parent");
        }
        checks.texts(&self.name, "/name");
        if let Some(address) = &self.address {
            checks.texts(address, "/address");
        }
        if let Some(phone) = &self.phone {
            checks.text(phone, "/phone", 40);
        }
        if let Some(email) = &self.email {
            checks.text(email, "/email", 200);
        }
        if let Some(hours) = &self.hours {
            let refused = serde_json::from_value::<WeekHours>(hours.clone()).err();
            let why = refused.map(|error| error.to_string());
            checks.require(why.is_none(), "/hours", "SHAPE", why.as_deref().unwrap_or_default());
        }
        checks.text(&self.basis, "/basis", 500);
    }

    /// Its texts as rows.
    pub fn rows(&self) -> Value {
        rows(&[("name", Some(&self.name)), ("address", self.address.as_ref())])
    }
}

/// Where a value edited by a person comes from.
pub fn source(basis: &str) -> Value {
    json!({ "status": "edited", "basis": clean(basis) })
}

fn rows(fields: &[(&str, Option<&Texts>)]) -> Value {
    let mut rows = Vec::new();
    for (field, texts) in fields {
        let Some(texts) = texts else { continue };
        rows.push(json!({ "locale": "vi", "field": field, "body": clean(&texts.vi) }));
        if let Some(en) = &texts.en {
            rows.push(json!({ "locale": "en", "field": field, "body": clean(en) }));
        }
    }
    Value::from(rows)
}

/// Trimmed and NFC: phones and keyboards send Vietnamese composed and decomposed.
pub fn clean(raw: &str) -> String {
    raw.trim().nfc().collect()
}
