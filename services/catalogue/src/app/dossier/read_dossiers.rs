//! An applicant reads their dossiers.

use city_auth::{Filer, PrincipalKind};
use city_contracts::catalogue::dossier::{DossierById, DossierFilter, DossierView, ListDossiers};
use city_contracts::common::{Edge, Page};
use city_contracts::problem::Finding;
use city_ids::DossierId;

use super::view;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::mine::Wanted;

/// The purpose under which a helper's reading is noted.
pub const ASSISTED: &str = "ASSISTED";
const MOST: u32 = 50;

/// One dossier of one's own. A helper's reading is noted, and the applicant sees it.
///
/// # Errors
/// [`Error::NotFound`], `INPUT`.
pub async fn dossier(app: &App, who: &Filer, asked: &DossierById) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    if let (PrincipalKind::Assisted, Some(helper)) = (who.principal.kind, who.principal.actor) {
        let own = store::dossier::draft::head(&mut tx, asked.id, who.account).await?;
        own.ok_or(Error::NotFound)?;
        store::dossier::access::insert(&mut tx, asked.id, helper, now, ASSISTED).await?;
    }
    let view = view::one(app, &mut tx, who.account, asked.id, asked.events.as_ref(), now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

/// One's own dossiers, newest first.
///
/// # Errors
/// `INPUT` for a page that cannot be.
pub async fn my_dossiers(
    app: &App,
    who: &Filer,
    asked: &ListDossiers,
) -> Result<Page<DossierView>, Error> {
    let now = app.clock.now();
    let after = bounds(asked)?;
    let DossierFilter { statuses, national_code, open } = &asked.filter;
    let statuses: Vec<i16> = statuses.iter().map(|status| status.number()).collect();
    let wanted = Wanted {
        statuses: &statuses,
        procedure: national_code.as_deref(),
        open: *open,
        after,
        limit: i64::from(asked.page.first) + 1,
    };
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let mut ids = store::dossier::mine::list(&mut db, who.account, &wanted).await?;
    let first = usize::try_from(asked.page.first).unwrap_or_default();
    let has_next_page = ids.len() > first;
    ids.truncate(first);
    let views = view::several(app, &mut db, who.account, &ids, now).await?;
    let edges = views.into_iter().map(|node| Edge { cursor: node.id.to_string(), node });
    Ok(Page { edges: edges.collect(), has_next_page })
}

fn bounds(asked: &ListDossiers) -> Result<Option<DossierId>, Error> {
    let mut findings = Vec::new();
    if !(1..=MOST).contains(&asked.page.first) {
        findings.push(Finding::new(
            "/page/first",
            "OUT_OF_RANGE",
            format!("ask for 1 to {MOST} entries"),
        ));
    }
    if asked.filter.statuses.len() > 11 {
        findings.push(Finding::new("/filter/statuses", "TOO_MANY", "there are eleven"));
    }
    if asked.filter.national_code.as_ref().is_some_and(|code| code.len() > 40) {
        findings.push(Finding::new("/filter/nationalCode", "TOO_LONG", "no code is that long"));
    }
    let after = asked.page.after.as_deref().map(DossierId::parse);
    if after.as_ref().is_some_and(Result::is_err) {
        findings.push(Finding::new(
            "/page/after",
            "CURSOR",
            "take the cursor of an entry as it is",
        ));
    }
    if findings.is_empty() { Ok(after.and_then(Result::ok)) } else { Err(Error::Input(findings)) }
}

/// Dossiers by their ids, in order: none for what is absent or another's.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn nodes(
    app: &App,
    of: Option<city_ids::AccountId>,
    ids: &[DossierId],
) -> Result<Vec<DossierView>, Error> {
    let Some(of) = of else { return Ok(Vec::new()) };
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    view::several(app, &mut db, of, ids, app.clock.now()).await
}
