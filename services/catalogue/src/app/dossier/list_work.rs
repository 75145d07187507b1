//! The work list of staff: the open dossiers of an agency, the most urgent first.

use chrono::{DateTime, Utc};
use city_auth::Staff;
use city_auth::permission::{DOSSIER_INTAKE, DOSSIER_LEAD, DOSSIER_PROCESS};
use city_contracts::problem::Finding;
use city_ids::{AccountId, DossierId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::domain::dossier::{DossierCode, Status};
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::list::{Assignee, Key, Side, WorkFilter};

use super::scope::{agencies, may, require_reader};
use super::staff_view::DossierWorkItem;

const MOST: u32 = 100;
const USUAL: u32 = 50;

/// Filters of the work list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkQuery {
    /// The agency by code; needed by whoever serves several.
    pub agency: Option<String>,
    /// `competent` (default): what it decides; `receiving`: what it took in.
    pub side: Option<String>,
    /// Statuses by national code, separated by commas, such as `2,4`.
    pub status: Option<String>,
    /// `me`, `none`, or an account.
    pub assignee: Option<String>,
    /// Only those due before this instant.
    #[param(value_type = Option<String>)]
    pub due_before: Option<DateTime<Utc>>,
    /// One dossier by its code, open or ended; nothing else may be named with it.
    pub code: Option<String>,
    /// 1 to 100, default 50.
    pub first: Option<u32>,
    /// The cursor of the last entry seen.
    pub after: Option<String>,
}

/// One page of the work list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DossierWorkPage {
    /// The dossiers.
    pub items: Vec<DossierWorkItem>,
    /// To be sent as `after` for the next page; none when nothing follows.
    pub next: Option<String>,
}

/// Reads one page.
///
/// # Errors
/// [`Error::Input`] naming each parameter that does not fit; `SCOPE`.
pub async fn list_work(
    app: &App,
    who: &Staff,
    query: &WorkQuery,
) -> Result<DossierWorkPage, Error> {
    if let Some(code) = &query.code {
        return by_code(app, who, code).await;
    }
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let mut findings = Vec::new();
    let side = side(query, &mut findings);
    let first = query.first.unwrap_or(USUAL);
    if !(1..=MOST).contains(&first) {
        findings.push(Finding::new(
            "/first",
            "OUT_OF_RANGE",
            format!("ask for 1 to {MOST} entries"),
        ));
    }
    let statuses = statuses(query, &mut findings);
    let assignee = assignee(query, who, &mut findings);
    let after = query.after.as_deref().and_then(|raw| {
        let key = parse_cursor(raw);
        if key.is_none() {
            findings.push(Finding::new("/after", "CURSOR", "take the cursor of a page as it is"));
        }
        key
    });
    let permissions = match side {
        Side::Competent => &[DOSSIER_PROCESS, DOSSIER_LEAD][..],
        Side::Receiving => &[DOSSIER_INTAKE][..],
    };
    let agency = match &query.agency {
        Some(agency) => Some(agency.clone()),
        None => match agencies(who, permissions, &snapshot.registry, now) {
            Some(covered) if covered.len() == 1 => covered.into_iter().next(),
            _ => None,
        },
    };
    if agency.is_none() {
        findings.push(Finding::new("/agency", "REQUIRED", "name one of your agencies"));
    }
    let Some(agency) = agency.filter(|_| findings.is_empty()) else {
        return Err(Error::Input(findings));
    };
    let place = snapshot.registry.agency(&agency).and_then(|agency| agency.place.as_ref());
    let ward =
        place.and_then(|id| snapshot.registry.place(id)).and_then(|place| place.code.as_deref());
    if !permissions.iter().any(|held| may(who, *held, &snapshot.registry, &agency, ward, now)) {
        return Err(Error::Scope(permissions[0]));
    }
    let limit = i64::from(first) + 1; // one more tells whether there is a next page
    let filter =
        WorkFilter { agency, side, statuses, assignee, due_before: query.due_before, limit };
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let mut rows = store::dossier::list::page(&mut db, &filter, after).await?;
    drop(db);
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let more = rows.len() > first;
    rows.truncate(first);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| print_cursor(Key { due_at: row.due_at, id: row.id }));
    Ok(DossierWorkPage {
        items: rows.into_iter().map(|row| DossierWorkItem::of_row(row, now)).collect(),
        next,
    })
}

async fn by_code(app: &App, who: &Staff, code: &str) -> Result<DossierWorkPage, Error> {
    let code = DossierCode::parse(code)
        .map_err(|error| Error::invalid("/code", "CODE", error.to_string()))?;
    let (now, snapshot) = (app.clock.now(), app.snapshots.get()?);
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let found = match store::dossier::list::by_code(&mut db, code.as_str()).await? {
        Some(id) => store::dossier::whole::find(&mut db, id).await?,
        None => None,
    };
    // What lies outside one's scope is not there: a code is easy to guess.
    let seen =
        found.filter(|dossier| require_reader(who, &snapshot.registry, dossier, now).is_ok());
    Ok(DossierWorkPage {
        items: seen.iter().map(|found| DossierWorkItem::of(found, now)).collect(),
        next: None,
    })
}

fn side(query: &WorkQuery, findings: &mut Vec<Finding>) -> Side {
    match query.side.as_deref() {
        None | Some("competent") => Side::Competent,
        Some("receiving") => Side::Receiving,
        Some(_) => {
            findings.push(Finding::new("/side", "UNKNOWN", "competent or receiving"));
            Side::Competent
        }
    }
}

fn statuses(query: &WorkQuery, findings: &mut Vec<Finding>) -> Option<Vec<i16>> {
    let words = query.status.as_deref()?.split(',').map(str::trim);
    let open = |word: &str| {
        let status = word.parse().ok().and_then(Status::from_code)?;
        (status != Status::Draft && !status.ended()).then_some(status.code())
    };
    let statuses: Option<Vec<_>> = words.map(open).collect();
    if statuses.is_none() {
        findings.push(Finding::new("/status", "UNKNOWN", "of 1, 2, 4, 5, 6, 8"));
    }
    statuses
}

fn assignee(query: &WorkQuery, who: &Staff, findings: &mut Vec<Finding>) -> Assignee {
    match query.assignee.as_deref() {
        None => Assignee::Any,
        Some("me") => Assignee::Is(who.account),
        Some("none") => Assignee::Nobody,
        Some(other) => AccountId::parse(other).map_or_else(
            |_| {
                findings.push(Finding::new("/assignee", "UNKNOWN", "me, none or an account"));
                Assignee::Any
            },
            Assignee::Is,
        ),
    }
}

fn print_cursor(key: Key) -> String {
    let at = key.due_at.map(|at| format!("{:x}", at.timestamp_micros())).unwrap_or_default();
    format!("{at}.{}", key.id.as_uuid().simple())
}

fn parse_cursor(raw: &str) -> Option<Key> {
    let (at, id) = raw.split_once('.')?;
    let due_at = match at {
        "" => None,
        hex => {
            // Nothing is due before 1970, and far before it lies what PostgreSQL cannot compare.
            let micros = i64::from_str_radix(hex, 16).ok().filter(|micros| *micros >= 0)?;
            Some(DateTime::from_timestamp_micros(micros)?)
        }
    };
    let id = (id.len() == 32).then(|| Uuid::try_parse(id).ok()).flatten()?;
    Some(Key { due_at, id: DossierId::restore(id) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_printed_parses_back(micros in 0..4_000_000_000_000_000_i64, missing: bool, id: u128) {
            let due_at = DateTime::from_timestamp_micros(micros).filter(|_| !missing);
            let key = Key { due_at, id: DossierId::restore(Uuid::from_u128(id)) };
            prop_assert_eq!(parse_cursor(&print_cursor(key)), Some(key));
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(parse_cursor(&raw).is_none() || raw.contains('.'));
        }
    }
}
