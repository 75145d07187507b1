//! A dry run: what publishing a calendar would do, without doing it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use city_clock::hue_day;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draft_calendar;
use super::input::CalendarDraft;
use crate::app::App;
use crate::domain::registry::changed_past;
use crate::error::{Error, fault};
use crate::store;

/// Dossiers looked at in one step.
const BATCH: i64 = 500;

/// What a publication does, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CalendarOutcome {
    /// The number of the version.
    pub version: i32,
    /// Whether it was published.
    pub published: bool,
    /// Open dossiers that count by this calendar.
    pub dossiers: u32,
    /// How many of them move by how many days, later ones positive; those that do not move are left out.
    pub moves: Vec<Move>,
    /// Days that are over on which the new version works differently, at most 31 of them.
    pub past_days: Vec<NaiveDate>,
}

/// How many dossiers move by so many days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Move {
    /// Days later.
    pub days: i64,
    /// How many.
    pub dossiers: u32,
}

/// Says what publishing would do.
///
/// # Errors
/// [`Error::Input`], [`Error::Stale`] when it is not based on the newest version.
#[tracing::instrument(name = "registry.preview_calendar", skip_all)]
pub async fn preview_calendar(
    app: &App,
    code: &str,
    draft: &CalendarDraft,
) -> Result<CalendarOutcome, Error> {
    let drafted = draft_calendar::read(code, draft)?;
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let old = store::registry::calendar::current(&mut db, code).await?;
    let current = old.as_ref().map_or(0, |old| i32::try_from(old.version()).unwrap_or(i32::MAX));
    if current + 1 != drafted.version {
        return Err(Error::Stale { current });
    }
    let today = hue_day(app.clock.now());
    let past_days = old.map(|old| changed_past(&old, &drafted.calendar, today)).unwrap_or_default();

    let (mut dossiers, mut moves, mut after) = (0, BTreeMap::<i64, u32>::new(), None);
    loop {
        let listed =
            store::registry::calendar::list_dossiers(&mut db, code, drafted.version, after, BATCH);
        let ids = listed.await?;
        let Some(last) = ids.last().copied() else { break };
        for dossier in store::dossier::whole::list(&mut db, &ids).await? {
            dossiers += 1;
            let Some(timer) = dossier.timer() else { continue };
            let due = timer
                .due(&drafted.calendar)
                .map_err(|error| Error::invalid("/body", "HORIZON", error.to_string()))?;
            // Where the clock stands still there is no due day to move.
            let Some((old, new)) = dossier.due_at.zip(due.at()) else { continue };
            let days = (hue_day(new) - hue_day(old)).num_days();
            if days != 0 {
                *moves.entry(days).or_default() += 1;
            }
        }
        after = Some(last);
    }
    let moves = moves.into_iter().map(|(days, dossiers)| Move { days, dossiers }).collect();
    let past_days = past_days.into_iter().take(31).collect();
    Ok(CalendarOutcome { version: drafted.version, published: false, dossiers, moves, past_days })
}
