//! Figures of dossiers for whoever answers for them.

use chrono::{Days, NaiveDate, NaiveTime};
use city_auth::Staff;
use city_auth::permission::DOSSIER_STATS;
use city_clock::{Timestamp, hue_offset};
use city_contracts::problem::Finding;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::error::{Error, fault};
use crate::store;
use crate::store::dossier::stats::Figures;

use super::scope::agencies;

/// Days of one answer.
const MOST_DAYS: i64 = 366;

/// Which figures.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatsQuery {
    /// `ward`, `agency`, `procedure` or `day`.
    pub by: String,
    /// First day.
    #[param(value_type = String)]
    pub from: NaiveDate,
    /// Last day, at most 366 days in all.
    #[param(value_type = String)]
    pub to: NaiveDate,
}

/// Figures by key, and their sum.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatsAnswer {
    /// All of them; its key is empty.
    pub total: Figures,
    /// By key, in its order; keys without any figure are left out.
    pub rows: Vec<Figures>,
}

/// Counts within the caller's scope.
///
/// # Errors
/// [`Error::Input`] naming each parameter that does not fit.
pub async fn stats(app: &App, who: &Staff, query: &StatsQuery) -> Result<StatsAnswer, Error> {
    let mut findings = Vec::new();
    if !["ward", "agency", "procedure", "day"].contains(&query.by.as_str()) {
        findings.push(Finding::new("/by", "UNKNOWN", "ward, agency, procedure or day"));
    }
    let days = (query.to - query.from).num_days();
    if !(0..MOST_DAYS).contains(&days) {
        findings.push(Finding::new(
            "/to",
            "OUT_OF_RANGE",
            "from the first day on, at most 366 days",
        ));
    }
    let span = midnight(query.from).zip(query.to.checked_add_days(Days::new(1)).and_then(midnight));
    if span.is_none() {
        findings.push(Finding::new("/from", "OUT_OF_RANGE", "days from 1970 to 2200"));
    }
    let Some((from, to)) = span.filter(|_| findings.is_empty()) else {
        return Err(Error::Input(findings));
    };
    let snapshot = app.snapshots.get()?;
    let scope = agencies(who, &[DOSSIER_STATS], &snapshot.registry, app.clock.now());
    let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
    let rows = store::dossier::stats::count(&mut db, &query.by, from, to, scope.as_deref()).await?;
    let total = rows.iter().fold(Figures::default(), |sum, row| Figures {
        key: String::new(),
        received: sum.received + row.received,
        resolved: sum.resolved + row.resolved,
        on_time: sum.on_time + row.on_time,
        late: sum.late + row.late,
        stopped: sum.stopped + row.stopped,
        rounds: sum.rounds + row.rounds,
        online: sum.online + row.online,
    });
    Ok(StatsAnswer { total, rows })
}

/// The instant at which a day of Hue begins; none outside the years that PostgreSQL can compare.
fn midnight(day: NaiveDate) -> Option<Timestamp> {
    let year = chrono::Datelike::year(&day);
    if !(1970..=2200).contains(&year) {
        return None;
    }
    let local = day.and_time(NaiveTime::MIN).and_local_timezone(hue_offset()).single()?;
    Some(local.to_utc())
}
