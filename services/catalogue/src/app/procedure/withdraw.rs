//! A procedure ends: with a note, with a replacement, or without a trace for residents.

use city_auth::Staff;
use city_auth::permission::SERVICE_PUBLISH;
use city_contracts::catalogue::procedure::{ProcedurePublished, WithdrawProcedure, WithdrawnAs};
use city_contracts::problem::Finding;

use super::desk::{Ask, ProcedureMoved, Taken, take};
use super::publish::announce;
use super::refuse_if;
use super::review::live;
use crate::app::App;
use crate::domain::edition::EditionMove;
use crate::error::{Error, fault};
use crate::store::procedure::root;
use crate::store::registry::publication;

const NOTE_MAX: usize = 1_000;

/// Takes a live procedure away from residents. It is back when a new edition goes live. Idempotent by the key.
///
/// # Errors
/// `SCOPE`, `STALE`; `STATE` when nothing is live; `INPUT` for a replacement that residents cannot see.
#[tracing::instrument(name = "catalogue.withdraw_procedure", skip_all)]
pub async fn withdraw(
    app: &App,
    who: &Staff,
    ask: Ask<'_, WithdrawProcedure>,
) -> Result<ProcedureMoved, Error> {
    let (now, wanted) = (app.clock.now(), ask.request);
    refuse_if(findings(app, ask.code, wanted)?)?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let taken = take(app, &mut tx, who, ("withdraw", SERVICE_PUBLISH), ask, wanted.version).await?;
    let recorder = match taken {
        Taken::Replay(first) => return Ok(first),
        Taken::New(recorder, _) => recorder,
    };
    let live = live(&mut tx, ask.code, EditionMove::Supersede).await?;
    publication::bump(&mut tx, now).await?;
    let replacement = wanted.replacement.as_deref();
    root::withdraw(&mut tx, ask.code, wanted.withdrawn_as, &wanted.note, replacement).await?;
    let body = ProcedurePublished {
        national_code: ask.code.to_owned(),
        edition_id: None,
        no: None,
        form_version_id: None,
    };
    announce(app, &mut tx, body, now).await?;
    let version = root::touch(&mut tx, ask.code, who.account, now).await?;
    let moved = ProcedureMoved::new(ask.code, version, live.no, live.course.state);
    recorder.record(&mut tx, &moved).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(moved)
}

fn findings(app: &App, code: &str, wanted: &WithdrawProcedure) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    let texts = [("vi", Some(&wanted.note.vi)), ("en", wanted.note.en.as_ref())];
    for (locale, text) in texts {
        let fits = |text: &String| (1..=NOTE_MAX).contains(&text.trim().chars().count());
        if !text.is_none_or(fits) {
            let message = "say why in 1 to 1000 characters";
            findings.push(Finding::new(format!("/note/{locale}"), "LENGTH", message));
        }
    }
    let snapshot = app.snapshots.get()?;
    let shown = |other: &String| other != code && snapshot.procedures.live(other).is_some();
    let fits = match (&wanted.replacement, wanted.withdrawn_as) {
        (Some(other), _) => shown(other),
        (None, way) => way != WithdrawnAs::Redirect,
    };
    if !fits {
        let message = "another procedure that residents can ask for";
        findings.push(Finding::new("/replacement", "PROCEDURE_UNKNOWN", message));
    }
    Ok(findings)
}
