//! Reads the registry as one snapshot.

use city_calendar::{Calendar, Rule};
use city_clock::{Timestamp, hue_day};
use city_contracts::common::Localised;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::domain::{
    AfterPhotoRule, AgencyCode, CategoryCode, GeoPoint, Precision, Ward, WardCode,
};
use crate::error::{Cause, Error, fault};
use crate::reference::{
    Agencies, Agency, Categories, CategoryRow, DefaultAgency, Mode, Reference, RoutingRule,
    WardEntry,
};

/// The registry as it holds at `at`.
///
/// # Errors
/// [`Error::NotReady`] while nothing was seeded or pulled; a row that breaks a rule is a fault.
pub async fn load(db: &mut PgConnection, at: Timestamp) -> Result<Reference, Error> {
    let calendar = calendar(db).await?.ok_or(Error::NotReady)?;
    let (agencies, categories) = (agencies(db).await?, categories(db).await?);
    let (rules, wards) = (rules(db, at).await?, wards(db, at).await?);
    if wards.is_empty() || categories.is_empty() {
        return Err(Error::NotReady);
    }
    Ok(Reference::new(calendar, Agencies::new(agencies), Categories::new(categories), rules, wards))
}

const READING: &str = "reading the registry";

fn broken(source: impl Into<Cause>) -> Error {
    Error::Internal { doing: READING, source: source.into() }
}

async fn calendar(db: &mut PgConnection) -> Result<Option<Calendar>, Error> {
    let query =
        sqlx::query_scalar!("select body from reports.ref_calendar order by version desc limit 1");
    let body = query.fetch_optional(db).await.map_err(fault(READING))?;
    body.map(|body| Calendar::from_json(&body.to_string()).map_err(broken)).transpose()
}

async fn wards(db: &mut PgConnection, at: Timestamp) -> Result<Vec<WardEntry>, Error> {
    let rows = sqlx::query!(
        r#"
        select code, name as "name: Json<Localised>", kind, lat, lon
        from reports.ref_ward
        where valid_from <= $1 and (valid_to is null or $1 <= valid_to)"#,
        hue_day(at)
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let wards = rows.into_iter().map(|row| {
        let centroid = GeoPoint::parse(row.lat, row.lon).map_err(broken)?;
        let place = Ward { code: WardCode::parse(&row.code).map_err(broken)?, centroid };
        Ok(WardEntry { name: row.name.0, kind: row.kind, place })
    });
    wards.collect()
}

async fn agencies(db: &mut PgConnection) -> Result<Vec<Agency>, Error> {
    let rows = sqlx::query!(
        r#"select code, name as "name: Json<Localised>", type as kind, parent, ward, active from reports.ref_agency"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let agencies = rows.into_iter().map(|row| {
        let committee_of = row.ward.filter(|_| row.kind == "PEOPLES_COMMITTEE");
        Ok(Agency {
            code: AgencyCode::parse(&row.code).map_err(broken)?,
            name: row.name.0,
            parent: row.parent.map(AgencyCode::restore),
            committee_of: committee_of.map(WardCode::restore),
            active: row.active,
        })
    });
    agencies.collect()
}

async fn categories(db: &mut PgConnection) -> Result<Vec<CategoryRow>, Error> {
    let rows = sqlx::query!(
        r#"
        select code, parent, label as "label: Json<Localised>", help as "help: Json<Localised>", sort, active,
               default_agency, target, triage_target, is_public, precision, photo_public, review_required, after_photo,
               emergency_phone
        from reports.category"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let categories = rows.into_iter().map(|row| {
        Ok(CategoryRow {
            code: CategoryCode::parse(&row.code).map_err(broken)?,
            parent: row.parent.map(CategoryCode::restore),
            label: row.label.0,
            help: row.help.map(|help| help.0),
            sort: row.sort,
            active: row.active,
            default_agency: row.default_agency.map(agency),
            target: rule(row.target)?,
            triage_target: rule(row.triage_target)?,
            is_public: row.is_public,
            precision: row
                .precision
                .map(|word| if word == "EXACT" { Precision::Exact } else { Precision::Cell }),
            photo_public: row.photo_public,
            review_required: row.review_required,
            after_photo: row.after_photo.as_deref().map(after_photo),
            emergency_phone: row.emergency_phone,
        })
    });
    categories.collect()
}

async fn rules(db: &mut PgConnection, at: Timestamp) -> Result<Vec<RoutingRule>, Error> {
    let rows = sqlx::query!(
        r#"
        select rank, category, ward, answer_code, answer_value, agency, mode, valid_from, valid_to
        from reports.routing_rule
        where active and (valid_to is null or $1 < valid_to)"#,
        at
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let rules = rows.into_iter().map(|row| RoutingRule {
        rank: row.rank,
        category: row.category.map(CategoryCode::restore),
        ward: row.ward.map(WardCode::restore),
        answer: row.answer_code.zip(row.answer_value),
        agency: agency(row.agency),
        mode: if row.mode == "ASSIGN" { Mode::Assign } else { Mode::Propose },
        valid_from: row.valid_from,
        valid_to: row.valid_to,
    });
    Ok(rules.collect())
}

fn agency(word: String) -> DefaultAgency {
    if word == "COMMUNE" {
        DefaultAgency::Commune
    } else {
        DefaultAgency::Agency(AgencyCode::restore(word))
    }
}

fn after_photo(word: &str) -> AfterPhotoRule {
    match word {
        "REQUIRED" => AfterPhotoRule::Required,
        "NEAR" => AfterPhotoRule::Near,
        _ => AfterPhotoRule::None,
    }
}

fn rule(stored: Option<Value>) -> Result<Option<Rule>, Error> {
    stored.map(|value| serde_json::from_value(value).map_err(broken)).transpose()
}
