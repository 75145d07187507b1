//! Drafts end 90 days after they were last saved, and their writer is warned 7 days before. Tries at the tracking page are
//! forgotten, and dossiers that nobody is linked to any more are erased at the end of their term.

use chrono::TimeDelta;
use city_clock::hue_day;
use city_contracts::catalogue::dossier::DossierStatus;
use city_contracts::catalogue::dossier_event::DossierEvent;
use city_contracts::event::Envelope;
use city_events::outbox;

use super::track_dossier::TRIES_COUNT;
use super::view::DRAFT_LIFE;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::dossier::{draft, file, sealed, track};

/// How long before its end the writer of a draft is warned.
const WARN_BEFORE: TimeDelta = TimeDelta::days(7);
/// Tries forgotten in one step.
const BATCH: i64 = 500;

/// Ends one draft whose term is over; false when there is none.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn expire_draft(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let Some(aged) = draft::take_expired(&mut tx, now - DRAFT_LIFE).await? else {
        return Ok(false);
    };
    file::drop_all(&mut tx, aged.id, now).await?;
    draft::delete(&mut tx, aged.id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    tracing::info!(dossier.id = %aged.id, "Draft {} ended unsent", aged.id);
    Ok(true)
}

/// Warns of one draft that ends soon; false when there is none.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn warn_draft(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let near = now - (DRAFT_LIFE - WARN_BEFORE);
    let Some(aging) = draft::take_unwarned(&mut tx, near, now).await? else {
        return Ok(false);
    };
    let body = DossierEvent {
        dossier: aging.id,
        code: None,
        version: aging.version,
        status: DossierStatus::Draft,
        procedure: aging.procedure,
        account: aging.account,
        assignee: None,
        receiving: None,
        competent: None,
        due_at: None,
        old_due_at: None,
        promised_on: None,
        on_time: None,
        round: None,
        deadline: Some(hue_day(aging.saved_at + DRAFT_LIFE)),
        reasons: Vec::new(),
        what: Some("DRAFT".to_owned()),
        transfer: None,
        score: None,
    };
    let event = Envelope::new(app.ids.next(now), "DossierReminder", now, body);
    outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(true)
}

/// Forgets tries that no longer count; false when there are none.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn forget_tries(app: &App) -> Result<bool, Error> {
    let before = app.clock.now() - TRIES_COUNT;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    Ok(track::prune(&mut db, before, BATCH).await? > 0)
}

/// Drops the key of one ended dossier that nobody is linked to and whose term is over; false when there is none.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn erase_expired(app: &App) -> Result<bool, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let ended_before = now - TimeDelta::days(i64::from(app.retention_days));
    let Some(id) = sealed::take_over_term(&mut tx, ended_before).await? else { return Ok(false) };
    sealed::drop_key(&mut tx, id).await?;
    file::drop_all(&mut tx, id, now).await?;
    tx.commit().await.map_err(fault("committing"))?;
    tracing::info!(dossier.id = %id, "Answers of dossier {id} were erased at the end of their term");
    Ok(true)
}
