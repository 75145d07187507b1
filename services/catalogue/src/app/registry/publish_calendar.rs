//! A new version of a working calendar. Dossiers are moved to it by the worker `recalculate-dossiers`.

use city_auth::Staff;
use city_clock::hue_day;
use city_contracts::catalogue::registry::{CALENDAR_PUBLISHED, CalendarView};
use city_contracts::event::Envelope;
use city_contracts::key::IdempotencyKey;
use city_events::outbox;

use super::draft_calendar;
use super::input::{CalendarDraft, clean};
use super::preview_calendar::CalendarOutcome;
use crate::app::App;
use crate::domain::registry::changed_past;
use crate::error::{Error, fault};
use crate::store::registry::calendar::NewVersion;
use crate::store::registry::{calendar, publication};
use city_events::idempotency::{Claim, claim};

/// Publishes version n + 1. Of two at once one gets [`Error::Stale`]. Idempotent by the key.
///
/// # Errors
/// [`Error::Input`], [`Error::Stale`], [`Error::PastDays`] when days that are over would change and nobody confirmed it,
/// [`Error::KeyReused`].
#[tracing::instrument(name = "registry.publish_calendar", skip_all)]
pub async fn publish_calendar(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    code: &str,
    draft: &CalendarDraft,
) -> Result<CalendarOutcome, Error> {
    let drafted = draft_calendar::read(code, draft)?;
    let at = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let recorder =
        match claim(&mut tx, staff.account, key, "registry.publish_calendar", &(code, draft), at)
            .await?
        {
            Claim::Replay(first) => return Ok(first),
            Claim::New(recorder) => recorder,
        };
    // From here on publications wait for each other, so what is read now is the newest until the commit.
    let number = publication::bump(&mut tx, at).await?;
    let old = calendar::current(&mut tx, code).await?;
    let current = old.as_ref().map_or(0, |old| i32::try_from(old.version()).unwrap_or(i32::MAX));
    if current + 1 != drafted.version {
        return Err(Error::Stale { current });
    }
    let past_days =
        old.map(|old| changed_past(&old, &drafted.calendar, hue_day(at))).unwrap_or_default();
    if !past_days.is_empty() && !draft.confirm_past {
        return Err(Error::PastDays(past_days));
    }
    let basis = clean(&draft.basis);
    let new = NewVersion { code, version: drafted.version, body: &drafted.body, basis: &basis };
    calendar::insert(&mut tx, &new, staff.account, number, at).await?;
    let view = CalendarView {
        code: code.to_owned(),
        version: drafted.calendar.version(),
        basis,
        published_at: at,
        body: drafted.body.clone(),
    };
    let event = Envelope::new(app.ids.next(at), CALENDAR_PUBLISHED, at, view);
    outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    let outcome = CalendarOutcome {
        version: drafted.version,
        published: true,
        dossiers: 0,
        moves: Vec::new(),
        past_days: past_days.into_iter().take(31).collect(),
    };
    recorder.record(&mut tx, &outcome).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(outcome)
}
