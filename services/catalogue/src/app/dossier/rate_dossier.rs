//! A resident says how it went, once, within 30 days of the hand-over.

use city_auth::Filer;
use city_contracts::catalogue::dossier::{DossierStatus, DossierView, RateDossier};
use city_contracts::problem::Finding;

use super::own::{self, Asked};
use super::refused::Refused;
use super::submit_dossier::locked;
use super::{keep, view, written};
use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::rating::Rating;

/// Rates a dossier. Idempotent by the request's key.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], [`Error::Stale`], `RATING_CLOSED`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.rate_dossier", skip_all)]
pub async fn rate_dossier(
    app: &App,
    who: &Filer,
    request: &RateDossier,
) -> Result<DossierView, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &request.idempotency_key;
    let answer = match own::ask(app, &mut tx, who, key, "rate-dossier", request, now).await? {
        Asked::Again(first) => return Ok(first),
        Asked::New(answer) => answer,
    };
    let rating = parse(request)?;
    let head = own::head(&mut tx, who, request.id, request.version).await?;
    let status = DossierStatus::from_number(head.status).unwrap_or(DossierStatus::Draft);
    if !view::can_rate(status, head.returned_at, false, now) {
        return Err(Refused::RatingClosed.into());
    }
    if !store::dossier::rating::insert(&mut tx, head.id, &rating, now).await? {
        return Err(Refused::RatingClosed.into());
    }
    let before = locked(&mut tx, head.id).await?;
    let step = before.clone().rated(own::actor(who), rating.score, now)?;
    keep(app, &mut tx, &before, &step, now).await?;
    let view = answer.keep_dossier(app, &mut tx, who, head.id, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}

fn parse(request: &RateDossier) -> Result<Rating, Error> {
    let mut findings = Vec::new();
    let score = i16::try_from(request.score).ok().filter(|score| (1..=5).contains(score));
    if score.is_none() {
        findings.push(Finding::new("/score", "OUT_OF_RANGE", "1 (bad) to 5 (good)"));
    }
    if request.reasons.len() > 5 {
        findings.push(Finding::new("/reasons", "TOO_MANY", "at most 5 reasons"));
    }
    for (index, reason) in request.reasons.iter().enumerate().take(5) {
        let code = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=40).contains(&reason.len()) || !reason.chars().all(code) {
            let message = "a code of 1 to 40 of a to z, 0 to 9 and -";
            findings.push(Finding::new(format!("/reasons/{index}"), "SHAPE", message));
        }
    }
    let text = written::text(request.text.as_deref(), 1_000, "/text", &mut findings);
    match score {
        Some(score) if findings.is_empty() => {
            Ok(Rating { score, reasons: request.reasons.clone(), text })
        }
        _ => Err(Error::Input(findings)),
    }
}
