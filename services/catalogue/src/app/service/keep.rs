//! What a resident keeps: favourites and the history of what they opened. It goes with the account.

use city_auth::{Anyone, Resident};
use city_contracts::catalogue::service::{
    Service, ServiceHistory, SetFavouriteService, SetServiceHistory,
};
use city_ids::AccountId;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::reader::Reader;
use super::view;
use crate::app::App;
use crate::error::{Error, fault};
use crate::store::service::kept;
use city_events::idempotency::{Claim, claim};

/// Keeps a service, or no longer. Idempotent by the key.
///
/// # Errors
/// `NOT_FOUND`, `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.set_favourite_service", skip_all)]
pub async fn set_favourite(
    app: &App,
    who: &Resident,
    asked: &SetFavouriteService,
) -> Result<Service, Error> {
    let snapshot = app.snapshots.get()?;
    let anyone = Anyone(who.principal.clone());
    let mut reader = Reader::new(app, &anyone, &asked.client, &[], &snapshot.registry)?;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let claimed = claim(
        &mut tx,
        who.account,
        &asked.idempotency_key,
        "set-favourite-service",
        asked,
        reader.at,
    )
    .await?;
    let recorder = match claimed {
        Claim::Replay(first) => return Ok(first),
        Claim::New(recorder) => recorder,
    };
    let found = snapshot.services.find(&asked.code).ok_or(Error::NotFound)?;
    kept::set_favourite(&mut tx, who.account, &found.entry.live.code, asked.favourite).await?;
    reader.kept = kept::list(&mut tx, who.account).await?;
    let answer = view::service(&snapshot, found.entry, found.redirected_from, &reader);
    recorder.record(&mut tx, &answer).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(answer)
}

/// Whether openings are recorded; off forgets what was recorded. Idempotent by the key.
///
/// # Errors
/// `KEY_REUSED`.
#[tracing::instrument(name = "catalogue.set_service_history", skip_all)]
pub async fn set_history(
    app: &App,
    who: &Resident,
    asked: &SetServiceHistory,
) -> Result<ServiceHistory, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let claimed =
        claim(&mut tx, who.account, &asked.idempotency_key, "set-service-history", asked, now)
            .await?;
    let recorder = match claimed {
        Claim::Replay(first) => return Ok(first),
        Claim::New(recorder) => recorder,
    };
    kept::set_history(&mut tx, who.account, asked.on).await?;
    let answer = ServiceHistory { history_on: asked.on };
    recorder.record(&mut tx, &answer).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(answer)
}

/// Forgets everything somebody kept, in the caller's transaction; says how many rows that were. Again, it finds nothing.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn erase_account(tx: &mut PgConnection, account: AccountId) -> Result<u64, Error> {
    kept::erase(tx, account).await
}

/// Everything somebody kept, for the copy of their data they may ask for.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn export_account(tx: &mut PgConnection, account: AccountId) -> Result<Value, Error> {
    let mut services: Vec<_> = kept::list(tx, account).await?.into_iter().collect();
    services.sort_by(|(one, _), (other, _)| one.cmp(other));
    let services: Vec<_> = services
        .into_iter()
        .map(|(code, kept)| {
            json!({ "service": code, "favourite": kept.favourite, "lastOpenedAt": kept.last_opened_at })
        })
        .collect();
    Ok(json!({ "services": services, "historyOn": kept::history_on(tx, account).await? }))
}
