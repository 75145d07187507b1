//! Reads live editions as the picture keeps them: everything, once a publication.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::catalogue::service::ServiceKind;
use city_contracts::common::Localised;
use sqlx::PgConnection;
use sqlx::types::Json;

use super::texts::{Aggregated, localised};
use super::word;
use crate::domain::service::{Body, WithdrawnAs};
use crate::error::{Error, broken, fault};

const READING: &str = "reading the live services";

/// A service with the edition that is live.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveService {
    pub code: String,
    pub kind: ServiceKind,
    pub owner_agency: String,
    pub withdrawn: Option<Withdrawn>,
    /// The national code of the procedure behind it.
    pub procedure: Option<String>,
    pub no: i32,
    pub name: Localised,
    pub summary: Localised,
    pub body: Body,
    pub legal_basis: Vec<String>,
    pub live_at: Timestamp,
    pub assured_at: Option<Timestamp>,
    pub review_by: Option<NaiveDate>,
    pub demo: bool,
}

/// How a service ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    pub way: WithdrawnAs,
    pub note: Option<Localised>,
    pub replacement: Option<String>,
}

/// All services that have a live edition, withdrawn ones too.
pub async fn live(db: &mut PgConnection) -> Result<Vec<LiveService>, Error> {
    let rows = sqlx::query!(
        r#"
        select service.code, service.kind, service.owner_agency, service.withdrawn_as, service.replacement,
               procedure.national_code as "procedure?",
               edition.no, edition.body as "body: Json<Body>", edition.legal_basis, edition.live_at as "live_at!",
               edition.assured_at, edition.review_by, edition.demo,
               (select jsonb_object_agg(locale, text.body) from catalogue.service_text text
                where text.service = service.code and field = 'note') as "note: Json<Aggregated>",
               (select jsonb_object_agg(locale, text.body) from catalogue.service_edition_text text
                where text.edition = edition.id and field = 'name') as "name: Json<Aggregated>",
               (select jsonb_object_agg(locale, text.body) from catalogue.service_edition_text text
                where text.edition = edition.id and field = 'summary') as "summary: Json<Aggregated>"
        from catalogue.service service
        join catalogue.service_edition edition on edition.service = service.code and edition.state = 'LIVE'
        left join catalogue.procedure procedure on procedure.service = service.code
        order by service.code"#
    );
    let rows = rows.fetch_all(db).await.map_err(fault(READING))?;
    let services = rows.into_iter().map(|row| {
        let text = |aggregated: Option<Json<Aggregated>>| {
            let text = localised(aggregated.map(|texts| texts.0));
            text.ok_or_else(|| broken(READING, format!("{} lacks a text", row.code)))
        };
        let withdrawn = row.withdrawn_as.map(|way| -> Result<_, Error> {
            let way = WithdrawnAs::parse(&way);
            Ok(Withdrawn {
                way: way.ok_or_else(|| broken(READING, "an unknown way of withdrawal"))?,
                note: localised(row.note.map(|note| note.0)),
                replacement: row.replacement,
            })
        });
        Ok(LiveService {
            name: text(row.name)?,
            summary: text(row.summary)?,
            kind: word::read(row.kind, READING)?,
            owner_agency: row.owner_agency,
            withdrawn: withdrawn.transpose()?,
            procedure: row.procedure,
            no: row.no,
            body: row.body.0,
            legal_basis: row.legal_basis,
            live_at: row.live_at,
            assured_at: row.assured_at,
            review_by: row.review_by,
            demo: row.demo,
            code: row.code,
        })
    });
    services.collect()
}
