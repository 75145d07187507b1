//! The work list of staff: what lies in their scope, the most urgent first.

use std::collections::HashMap;

use city_auth::permission::REPORT_READ;
use city_auth::{Scope as Held, Staff};
use city_contracts::problem::Finding;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::{AgencyCode, CategoryCode, StateName, WardCode};
use crate::error::{Error, fault};
use crate::reference::Reference;
use crate::store;
use crate::store::work_list::{Assignee, Scope, Sort, WorkFilter};

use super::App;
use super::cursor::Cursor;
use super::staff_view::WorkItem;

const MOST: u32 = 100;
const USUAL: u32 = 50;
/// Words in one filter.
const MOST_WORDS: usize = 60;

/// Filters of the work list; several values of one are separated by commas.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WorkQuery {
    /// States, such as `SUBMITTED,ASSIGNED`.
    pub state: Option<String>,
    /// Agencies by code.
    pub agency: Option<String>,
    /// Categories or topics by code.
    pub category: Option<String>,
    /// Wards by code.
    pub ward: Option<String>,
    /// `me` or `none`.
    pub assignee: Option<String>,
    /// Only those past their due, or only those not.
    pub overdue: Option<bool>,
    /// Only open or only ended ones; sorted by due, all are open.
    pub open: Option<bool>,
    /// `due` (default), `filed` or `updated`.
    pub sort: Option<String>,
    /// 1 to 100, default 50.
    pub first: Option<u32>,
    /// The cursor of the last entry seen.
    pub after: Option<String>,
}

/// One page of the work list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkPage {
    /// The reports.
    pub items: Vec<WorkItem>,
    /// To be sent as `after` for the next page; none when nothing follows.
    pub next: Option<String>,
}

/// Reads one page.
///
/// # Errors
/// [`Error::Input`] naming each parameter that does not fit.
pub async fn list_work(app: &App, who: &Staff, query: &WorkQuery) -> Result<WorkPage, Error> {
    let (now, reference) = (app.clock.now(), app.reference()?);
    let mut findings = Vec::new();
    let sort = sort(query, &mut findings);
    let first = query.first.unwrap_or(USUAL);
    if !(1..=MOST).contains(&first) {
        findings.push(Finding::new(
            "/first",
            "OUT_OF_RANGE",
            format!("ask for 1 to {MOST} entries"),
        ));
    }
    let after = query.after.as_deref().and_then(|raw| {
        let cursor = Cursor::parse(raw).filter(|cursor| cursor.at.is_some() || sort == Sort::Due);
        if cursor.is_none() {
            findings.push(Finding::new("/after", "CURSOR", "take the cursor of a page as it is"));
        }
        cursor.map(|cursor| (cursor.at, cursor.id.as_uuid()))
    });
    let filter = WorkFilter {
        scope: scope(who, &reference, now),
        agencies: agencies(query, &mut findings),
        states: states(query, &mut findings),
        categories: categories(query, &reference, &mut findings),
        wards: wards(query, &mut findings),
        assignee: assignee(query, who, &mut findings),
        overdue: query.overdue,
        open: query.open,
        now,
        after,
        limit: i64::from(first) + 1, // one more tells whether there is a next page
    };
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let mut ids = store::work_list::list_ids(&mut db, sort, &filter).await?;
    let first = usize::try_from(first).unwrap_or(usize::MAX);
    let more = ids.len() > first;
    ids.truncate(first);
    let rows = store::report::find_all(&mut db, &ids, None).await?;
    drop(db);
    let rows: HashMap<_, _> =
        rows.into_iter().map(|row| (row.report.id().as_uuid(), row)).collect();
    let items: Vec<_> =
        ids.iter().filter_map(|id| rows.get(id)).map(|row| WorkItem::of(row, &reference)).collect();
    let next = items.last().filter(|_| more).map(|item| {
        let at = match sort {
            Sort::Due => item.due_at,
            Sort::Filed => Some(item.filed_at),
            Sort::Updated => Some(item.updated_at),
        };
        Cursor { at, id: item.id }.print()
    });
    Ok(WorkPage { items, next })
}

/// What the caller's live grants cover.
fn scope(who: &Staff, reference: &Reference, now: city_clock::Timestamp) -> Scope {
    let mut scope = Scope::default();
    for held in who.principal.live_scopes(REPORT_READ, now) {
        match held {
            Held::City => scope.everything = true,
            Held::Agency(code) => {
                scope
                    .agencies
                    .extend(reference.agencies.subtree(code).iter().map(ToString::to_string));
            }
            Held::Ward(code) => scope.wards.push(code.clone()),
        }
    }
    scope.agencies.sort_unstable();
    scope.agencies.dedup(); // two bindings may overlap, and an agency read twice would show its reports twice
    scope
}

fn words(raw: Option<&String>, field: &str, findings: &mut Vec<Finding>) -> Option<Vec<String>> {
    let mut words: Vec<_> = raw?
        .split(',')
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect();
    if words.len() > MOST_WORDS {
        findings.push(Finding::new(field, "TOO_MANY", format!("name at most {MOST_WORDS}")));
        words.truncate(MOST_WORDS);
    }
    words.sort_unstable();
    words.dedup();
    (!words.is_empty()).then_some(words)
}

fn sort(query: &WorkQuery, findings: &mut Vec<Finding>) -> Sort {
    match query.sort.as_deref() {
        None | Some("due") => Sort::Due,
        Some("filed") => Sort::Filed,
        Some("updated") => Sort::Updated,
        Some(_) => {
            findings.push(Finding::new("/sort", "UNKNOWN", "sort by due, filed or updated"));
            Sort::Due
        }
    }
}

fn agencies(query: &WorkQuery, findings: &mut Vec<Finding>) -> Option<Vec<String>> {
    let words = words(query.agency.as_ref(), "/agency", findings)?;
    if words.iter().any(|word| AgencyCode::parse(word).is_err()) {
        findings.push(Finding::new("/agency", "CODE", "name agencies by their code"));
    }
    Some(words)
}

fn states(query: &WorkQuery, findings: &mut Vec<Finding>) -> Option<Vec<String>> {
    let words = words(query.state.as_ref(), "/state", findings)?;
    let states: Option<Vec<_>> =
        words.iter().map(|word| StateName::parse(&word.to_lowercase())).collect();
    if states.is_none() {
        findings.push(Finding::new(
            "/state",
            "UNKNOWN",
            "name states as reports show them, such as SUBMITTED",
        ));
    }
    states.map(|states| states.into_iter().map(|state| state.as_str().to_owned()).collect())
}

fn categories(
    query: &WorkQuery,
    reference: &Reference,
    findings: &mut Vec<Finding>,
) -> Option<Vec<String>> {
    let words = words(query.category.as_ref(), "/category", findings)?;
    let leaves = |word: &String| {
        CategoryCode::parse(word).map(|code| reference.categories.leaves(&code)).unwrap_or_default()
    };
    let leaves: Vec<_> = words.iter().map(leaves).collect();
    if leaves.iter().any(Vec::is_empty) {
        findings.push(Finding::new(
            "/category",
            "CATEGORY_UNKNOWN",
            "name categories or topics by their code",
        ));
    }
    Some(leaves.concat())
}

fn wards(query: &WorkQuery, findings: &mut Vec<Finding>) -> Option<Vec<String>> {
    let words = words(query.ward.as_ref(), "/ward", findings)?;
    if words.iter().any(|word| WardCode::parse(word).is_err()) {
        findings.push(Finding::new("/ward", "CODE", "name wards by their five digits"));
    }
    Some(words)
}

fn assignee(query: &WorkQuery, who: &Staff, findings: &mut Vec<Finding>) -> Assignee {
    match query.assignee.as_deref() {
        None => Assignee::Any,
        Some("me") => Assignee::Is(who.account),
        Some("none") => Assignee::Nobody,
        Some(_) => {
            findings.push(Finding::new("/assignee", "UNKNOWN", "me or none"));
            Assignee::Any
        }
    }
}
