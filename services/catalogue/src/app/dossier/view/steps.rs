//! The way of a dossier so far.

use city_contracts::catalogue::dossier::{DossierEventView, DossierStatus};
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::problem::Finding;
use city_ids::{AccountId, DossierId};
use sqlx::PgConnection;

use crate::error::Error;
use crate::store::dossier::mine;

/// A page of a dossier's way, oldest first.
pub async fn steps(
    db: &mut PgConnection,
    id: DossierId,
    of: AccountId,
    page: &PageArgs,
) -> Result<Page<DossierEventView>, Error> {
    let mut findings = Vec::new();
    if !(1..=50).contains(&page.first) {
        findings.push(Finding::new("/events/first", "OUT_OF_RANGE", "ask for 1 to 50 entries"));
    }
    let after = page.after.as_deref().map(str::parse::<i32>);
    if after.as_ref().is_some_and(Result::is_err) {
        findings.push(Finding::new(
            "/events/after",
            "CURSOR",
            "take the cursor of an entry as it is",
        ));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let first = usize::try_from(page.first).unwrap_or(50);
    let after = after.and_then(Result::ok).unwrap_or(0);
    let mut rows = mine::steps(db, id, after, i64::from(page.first) + 1).await?;
    let has_next_page = rows.len() > first;
    rows.truncate(first);
    let edges =
        rows.into_iter().map(|row| Edge { cursor: row.seq.to_string(), node: step(row, of) });
    Ok(Page { edges: edges.collect(), has_next_page })
}

fn step(row: mine::Step, of: AccountId) -> DossierEventView {
    let actor = match (row.actor, row.acting_for) {
        (None, _) => "SYSTEM",
        (Some(_), Some(_)) => "HELPER",
        (Some(actor), None) if actor == of => "RESIDENT",
        (Some(_), None) => "OFFICER",
    };
    DossierEventView {
        seq: row.seq,
        at: row.at,
        kind: row.kind,
        actor: actor.to_owned(),
        from: row.from_status.and_then(DossierStatus::from_number),
        to: row.to_status.and_then(DossierStatus::from_number),
        note: row.public_note,
    }
}
