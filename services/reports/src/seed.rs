//! What a new installation starts with, from the project's `seed/` folder.

use city_clock::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::error::{Error, fault};
use crate::store::seed as store;

const WARDS: &str = include_str!("../../../seed/wards.json");
const AGENCIES: &str = include_str!("../../../seed/agencies.json");
const CALENDAR: &str = include_str!("../../../seed/calendar.json");
const CATEGORIES: &str = include_str!("../../../seed/report-categories.json");

/// Fills the registry copies and the categories. Idempotent: what the city changed in its categories and routing stays.
///
/// # Errors
/// Unavailable when the database is away; a seed file that does not fit is a fault.
pub async fn seed(db: &PgPool, at: Timestamp) -> Result<(), Error> {
    let wards = rows(WARDS, "wards", ward)?;
    let agencies = rows(AGENCIES, "agencies", agency)?;
    let topics: CategoryFile = read(CATEGORIES)?;
    let categories: Vec<_> = topics.categories.iter().flat_map(Topic::rows).collect();
    let rules: Vec<_> =
        (1..).zip(topics.categories.iter().flat_map(Topic::assigned)).map(rule).collect();
    let calendar: Value = read(CALENDAR)?;

    let mut tx = db.begin().await.map_err(fault("beginning"))?;
    store::wards(&mut tx, &json!(wards)).await?;
    store::agencies(&mut tx, &json!(agencies)).await?;
    store::calendar(&mut tx, &calendar).await?;
    store::categories(&mut tx, &json!(categories)).await?;
    store::routing_rules(&mut tx, &json!(rules), at).await?;
    tx.commit().await.map_err(fault("committing"))
}

fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::Internal { doing: "reading a seed file", source: error.into() })
}

fn rows(text: &str, member: &str, row: fn(&Value) -> Value) -> Result<Vec<Value>, Error> {
    let file: Value = read(text)?;
    Ok(file[member].as_array().map(Vec::as_slice).unwrap_or_default().iter().map(row).collect())
}

fn ward(seed: &Value) -> Value {
    json!({
        "code": seed["code"], "name": name(seed), "kind": seed["type"],
        "lat": seed["centroid"]["lat"], "lon": seed["centroid"]["lon"],
        "valid_from": seed["validFrom"], "valid_to": seed["validTo"],
    })
}

fn agency(seed: &Value) -> Value {
    json!({
        "code": seed["code"], "name": name(seed), "level": seed["level"], "type": seed["type"],
        "parent": seed["parentCode"], "ward": seed["wardCode"],
    })
}

fn name(seed: &Value) -> Value {
    json!({ "vi": seed["nameVi"], "en": seed["nameEn"] })
}

#[derive(Deserialize)]
struct CategoryFile {
    categories: Vec<Topic>,
}

/// A topic; its leaves have the same shape.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Topic {
    code: String,
    sort: i32,
    default_agency_code: Option<String>,
    routing_mode: Option<String>,
    #[serde(default)]
    subcategories: Vec<Topic>,
    #[serde(flatten)]
    rest: Value,
}

impl Topic {
    fn rows(&self) -> Vec<Value> {
        let leaves = self.subcategories.iter().map(|leaf| leaf.row(Some(&self.code)));
        std::iter::once(self.row(None)).chain(leaves).collect()
    }

    fn row(&self, parent: Option<&str>) -> Value {
        let (rest, settings) = (&self.rest, &self.rest["settings"]);
        json!({
            "code": self.code, "parent": parent, "label": name(rest), "sort": self.sort,
            "default_agency": self.default_agency_code,
            "target": rest["target"], "urgent_target": rest["urgentTarget"], "triage_target": rest["triageTarget"],
            "is_public": settings["isPublic"], "precision": settings["precision"],
            "photo_public": settings["photoPublic"], "guest_allowed": settings["guestAllowed"],
            "review_required": settings["reviewRequired"], "keep_original": settings["keepOriginal"],
            "after_photo": settings["afterPhoto"], "merge_radius_m": settings["mergeRadiusM"],
            "emergency_phone": rest["emergencyPhone"],
        })
    }

    /// The leaves that cannot wait for triage, with the agency of their topic.
    fn assigned(&self) -> Vec<(&str, &str)> {
        let agency = self.default_agency_code.as_deref();
        let urgent =
            self.subcategories.iter().filter(|leaf| leaf.routing_mode.as_deref() == Some("ASSIGN"));
        urgent.filter_map(|leaf| Some((leaf.code.as_str(), agency?))).collect()
    }
}

/// Ranks leave room for the city's own rules between them.
fn rule((number, (category, agency)): (i32, (&str, &str))) -> Value {
    json!({ "rank": number * 100, "category": category, "agency": agency, "mode": "ASSIGN" })
}
