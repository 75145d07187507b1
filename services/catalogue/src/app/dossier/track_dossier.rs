//! Anybody with a code and the applicant's last four digits sees where a dossier is, and nothing else.

use chrono::TimeDelta;
use city_contracts::catalogue::dossier::{DossierStatus, DossierTrack, TrackDossier};
use city_contracts::problem::Finding;

use super::refused::Refused;
use super::{vault, view};
use crate::app::App;
use crate::domain::dossier::DossierCode;
use crate::error::{Error, broken, fault};
use crate::store::dossier::track;

/// Wrong tries of a code, and the time they count.
const MOST_WRONG: i64 = 5;
pub const TRIES_COUNT: TimeDelta = TimeDelta::hours(1);

/// Where a dossier is. A wrong code and wrong digits are answered alike, and both count: after five within an hour the code
/// stays shut, also for the right digits, until the oldest of them is an hour old.
///
/// # Errors
/// `INPUT`, [`Error::NotFound`], `TRACK_LIMIT`.
#[tracing::instrument(name = "catalogue.track_dossier", skip_all)]
pub async fn track_dossier(app: &App, asked: &TrackDossier) -> Result<DossierTrack, Error> {
    let now = app.clock.now();
    let snapshot = app.snapshots.get()?;
    let (code, digits) = parse(asked)?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    track::lock(&mut tx, code.as_str()).await?;
    let tries = track::wrong_since(&mut tx, code.as_str(), now - TRIES_COUNT, MOST_WRONG).await?;
    if let [oldest, ..] = tries.as_slice()
        && i64::try_from(tries.len()).is_ok_and(|tries| tries >= MOST_WRONG)
    {
        let wait = (*oldest + TRIES_COUNT - now).num_seconds().max(0);
        let retry_after_seconds = u64::try_from(wait).unwrap_or_default() + 1;
        return Err(Refused::TrackLimit { retry_after_seconds }.into());
    }
    let found = track::find(&mut tx, code.as_str()).await?;
    let stored = found.as_ref().and_then(|found| found.track_mac.as_deref());
    let known = vault::tracks(app, stored.unwrap_or_default(), code.as_str(), digits);
    let Some(found) = found.filter(|_| known) else {
        track::count_wrong(&mut tx, app.ids.uuid(now), code.as_str(), now).await?;
        tx.commit().await.map_err(fault("committing"))?;
        return Err(Error::NotFound);
    };
    let status = DossierStatus::from_number(found.status)
        .ok_or_else(|| broken("reading a dossier", "its status is unknown"))?;
    Ok(DossierTrack {
        code: code.as_str().to_owned(),
        status_text: view::status_text(status),
        due_at: found.due_at,
        receiving: view::agency(&snapshot, found.receiving_agency.as_deref().unwrap_or_default()),
        updated_at: found.updated_at,
    })
}

fn parse(asked: &TrackDossier) -> Result<(DossierCode, &str), Error> {
    let mut findings = Vec::new();
    let code = DossierCode::parse(&asked.code);
    if let Err(error) = &code {
        findings.push(Finding::new("/code", "SHAPE", error.to_string()));
    }
    let digits = asked.phone_last4.trim();
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.push(Finding::new(
            "/phoneLast4",
            "SHAPE",
            "the last four digits of the applicant's phone",
        ));
    }
    match code {
        Ok(code) if findings.is_empty() => Ok((code, digits)),
        _ => Err(Error::Input(findings)),
    }
}
