//! Places, agencies, categories, life events, the calendar.

use std::collections::{BTreeMap, BTreeSet};

use city_clock::Timestamp;
use city_text::fold;
use serde::Deserialize;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::read;
use crate::error::Error;
use crate::store::registry::seed as store;

const WARDS: &str = include_str!("../../../../seed/wards.json");
const FORMER: &str = include_str!("../../../../seed/former-wards.json");
const AGENCIES: &str = include_str!("../../../../seed/agencies.json");
const CATEGORIES: &str = include_str!("../../../../seed/service-categories.json");
const LIFE_EVENTS: &str = include_str!("../../../../seed/life-events.json");
const CALENDAR: &str = include_str!("../../../../seed/calendar.json");

/// Fills this part in the publication `number`, and says how many rows it changed.
pub async fn seed(db: &mut PgConnection, number: i64, at: Timestamp) -> Result<u64, Error> {
    let (present, former): (Present, Former) = (read(WARDS)?, read(FORMER)?);
    let agencies: Agencies = read(AGENCIES)?;
    let categories: Categories = read(CATEGORIES)?;
    let events: LifeEvents = read(LIFE_EVENTS)?;

    let mut places = present.rows();
    places.extend(former.districts());
    places.extend(former.units.iter().map(FormerUnit::row));
    let mut changed = store::places(db, &json!(places), number, at).await?;
    changed += store::succession(db, &json!(former.succession()), number).await?;
    changed += store::agencies(db, &json!(agencies.rows()), number, at).await?;
    changed += store::categories(db, &json!(categories.rows())).await?;
    changed += store::life_events(db, &json!(events.rows())).await?;
    changed += store::calendar(db, &read::<Value>(CALENDAR)?, number, at).await?;
    Ok(changed)
}

#[derive(Deserialize)]
struct Present {
    city: Value,
    wards: Vec<Value>,
}

impl Present {
    /// Parents first.
    fn rows(&self) -> Vec<Value> {
        let city = json!({
            "place_id": self.city["code"], "code": self.city["code"], "kind": "CITY",
            "area_km2": self.city["totalAreaKm2"], "source": self.city["source"],
            "vi": self.city["nameVi"], "en": self.city["nameEn"], "short": self.city["nameVi"],
        });
        let ward = |ward: &Value| {
            json!({
                "place_id": ward["code"], "code": ward["code"], "kind": ward["type"], "parent_id": ward["parentCode"],
                "valid_from": ward["validFrom"], "valid_to": ward["validTo"], "area_km2": ward["areaKm2"],
                "lat": ward["centroid"]["lat"], "lon": ward["centroid"]["lon"],
                "source": { "status": ward["source"]["status"], "ids": ward["source"]["ids"],
                            "ofCentroidAndArea": ward["sourceOfCentroidAndArea"] },
                "vi": ward["nameVi"], "en": ward["nameEn"], "short": ward["shortNameVi"],
            })
        };
        std::iter::once(city).chain(self.wards.iter().map(ward)).collect()
    }
}

#[derive(Deserialize)]
struct Former {
    source: Value,
    units: Vec<FormerUnit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FormerUnit {
    code: String,
    name_vi: String,
    #[serde(rename = "type")]
    kind: String,
    former_district_vi: String,
    valid_to: String,
    replaced_by_code: String,
    source: Value,
}

impl FormerUnit {
    fn id(&self) -> String {
        format!("{}@{}", self.code, self.valid_to)
    }

    /// Districts have no code, so their name stands in its place.
    fn district_id(&self) -> String {
        format!("{}@{}", fold(&self.former_district_vi).replace(' ', "-"), self.valid_to)
    }

    fn row(&self) -> Value {
        json!({
            "place_id": self.id(), "code": self.code, "kind": format!("FORMER_{}", self.kind),
            "parent_id": self.district_id(), "valid_to": self.valid_to, "source": self.source,
            "vi": self.name_vi, "short": without_unit(&self.name_vi),
        })
    }
}

impl Former {
    fn districts(&self) -> Vec<Value> {
        let by_id: BTreeMap<_, _> =
            self.units.iter().map(|unit| (unit.district_id(), unit)).collect();
        let district = |(id, unit): (String, &FormerUnit)| {
            json!({
                "place_id": id, "kind": "FORMER_DISTRICT", "parent_id": "46", "valid_to": unit.valid_to,
                "source": self.source, "vi": unit.former_district_vi,
                "short": without_unit(&unit.former_district_vi),
            })
        };
        by_id.into_iter().map(district).collect()
    }

    /// Each unit became one present unit; a district became all that its units became.
    fn succession(&self) -> Vec<Value> {
        let of_units = self.units.iter().map(|unit| (unit.id(), unit.replaced_by_code.as_str()));
        let of_districts =
            self.units.iter().map(|unit| (unit.district_id(), unit.replaced_by_code.as_str()));
        let pairs: BTreeSet<_> = of_units.chain(of_districts).collect();
        pairs.into_iter().map(|(old, new)| json!({ "old_id": old, "new_id": new })).collect()
    }
}

/// The name without the word for the unit.
fn without_unit(name: &str) -> &str {
    const UNITS: [&str; 6] = ["Phường ", "Xã ", "Thị trấn ", "Quận ", "Huyện ", "Thị xã "];
    UNITS.iter().find_map(|unit| name.strip_prefix(unit)).unwrap_or(name)
}

#[derive(Deserialize)]
struct Agencies {
    agencies: Vec<Value>,
}

impl Agencies {
    fn rows(&self) -> Vec<Value> {
        let row = |agency: &Value| {
            json!({
                "code": agency["code"], "kind": agency["type"], "level": agency["level"],
                "parent": agency["parentCode"], "place_id": agency["wardCode"], "source": agency["source"],
                "vi": agency["nameVi"], "en": agency["nameEn"],
            })
        };
        self.agencies.iter().map(row).collect()
    }
}

#[derive(Deserialize)]
struct Categories {
    categories: Vec<Value>,
}

impl Categories {
    fn rows(&self) -> Vec<Value> {
        let row = |category: &Value| {
            json!({
                "code": category["code"], "sort": category["sortOrder"], "audience": category["audience"],
                "source": category["source"], "vi": category["nameVi"], "en": category["nameEn"],
            })
        };
        self.categories.iter().map(row).collect()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LifeEvents {
    life_events: Vec<Value>,
}

impl LifeEvents {
    fn rows(&self) -> Vec<Value> {
        let row = |(sort, event): (i32, &Value)| {
            json!({
                "code": event["code"], "sort": sort * 10, "source": event["source"], "services": event["services"],
                "vi": event["nameVi"], "en": event["nameEn"],
            })
        };
        (1..).zip(&self.life_events).map(row).collect()
    }
}
