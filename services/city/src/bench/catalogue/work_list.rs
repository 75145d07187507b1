//! C4: the work list of staff by due date, over 100,000 dossiers, with its index and without.

use std::time::{Duration, Instant};

use city_boot::BootError;
use http::header;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Executor as _, PgConnection};

use super::super::load::percentile;
use super::dossiers::{self, DOSSIERS};
use super::ground::Ground;
use super::recalculation::officer;
use super::{Outcome, Part, plans};

const ROUNDS: usize = 3;
/// Pages of 50 of each agency in a round.
const PAGES: usize = 3;
/// How many times faster than without the index, at the 95th percentile.
const GATE: f64 = 10.0;
/// Every plan must do without a sort.
const PLANS_GATE: f64 = 1.0;

pub(super) async fn measure(ground: &Ground) -> Result<Vec<Outcome>, BootError> {
    dossiers::make(ground).await?;
    let mut db = ground.connect().await?;
    let agencies = agencies(&mut db).await?;
    let plans = explained(ground, &mut db, &agencies).await?;
    let list = List::serve(ground).await?;

    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} rounds")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let progress = ProgressBar::new(ROUNDS as u64 * 2).with_style(style);
    let progress = progress.with_message("C4 work list");
    list.round(&agencies).await?; // warm
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        with.extend(list.round(&agencies).await?);
        progress.inc(1);
        let index = drop_index(&mut db).await?;
        let round = list.round(&agencies).await;
        make_index(&mut db, index).await?;
        without.extend(round?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(report(agencies.len(), &with, &without, &plans))
}

/// The plans of the list: pages far enough apart that PostgreSQL has settled on one for all, and those at its end, where the
/// dossiers without a date are.
async fn explained(
    ground: &Ground,
    db: &mut PgConnection,
    agencies: &[String],
) -> Result<Vec<String>, BootError> {
    plans::begin(db).await?;
    let asked = match List::serve(ground).await {
        Ok(list) => list.round(agencies).await.and(list.ends(agencies).await),
        Err(error) => Err(error),
    };
    plans::end(db).await?;
    asked?;
    plans::of(ground, &["from catalogue.dossier", "competent_agency = $1", "due_at is"])
}

/// The list of a catalogue with connections of its own.
struct List<'a> {
    ground: &'a Ground,
    url: String,
    client: reqwest::Client,
}

impl<'a> List<'a> {
    async fn serve(ground: &'a Ground) -> Result<Self, BootError> {
        let service = ground.catalogue().await?;
        let url = ground.serve(&service).await?;
        Ok(Self { ground, url, client: city_http::client() })
    }

    /// The first pages of each agency, one request after another.
    async fn round(&self, agencies: &[String]) -> Result<Vec<Duration>, BootError> {
        let mut latencies = Vec::new();
        let officer = officer(self.ground);
        for agency in agencies {
            let mut after = String::new();
            for _ in 0..PAGES {
                let url = format!("{}/admin/v1/dossiers?agency={agency}{after}", self.url);
                let bearer = self.ground.bearer(&officer);
                let sent = Instant::now();
                let page = self.page(&url, &bearer).await?;
                latencies.push(sent.elapsed());
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
        }
        Ok(latencies)
    }

    /// The first page of those whose clock stands still.
    async fn ends(&self, agencies: &[String]) -> Result<(), BootError> {
        let officer = officer(self.ground);
        for agency in agencies {
            let url = format!("{}/admin/v1/dossiers?agency={agency}&status=5,6,8", self.url);
            self.page(&url, &self.ground.bearer(&officer)).await?;
        }
        Ok(())
    }

    async fn page(&self, url: &str, bearer: &str) -> Result<Value, BootError> {
        let failed = |error| BootError::failed("reading the work list", error);
        let request = self.client.get(url).header(header::AUTHORIZATION, bearer);
        let answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let text = answer.text().await.map_err(failed)?;
        let page: Value = serde_json::from_str(&text).unwrap_or_default();
        if status.is_success() && page["items"].as_array().is_some_and(|items| !items.is_empty()) {
            return Ok(page);
        }
        Err(BootError::Config(format!("{url} answered {status}: {text}")))
    }
}

async fn agencies(db: &mut PgConnection) -> Result<Vec<String>, BootError> {
    sqlx::query_scalar(
        "select competent_agency from catalogue.dossier
         where ended_at is null and competent_agency is not null group by 1 order by count(*) desc, 1 limit 40",
    )
    .fetch_all(db)
    .await
    .map_err(|error| BootError::failed("listing agencies", error))
}

/// Drops the index of the list, and gives what makes it again.
async fn drop_index(db: &mut PgConnection) -> Result<String, BootError> {
    let failed = |error| BootError::failed("dropping the index", error);
    let made: String = sqlx::query_scalar(
        "select indexdef from pg_indexes where schemaname = 'catalogue' and indexname = 'dossier_work'",
    )
    .fetch_one(&mut *db)
    .await
    .map_err(failed)?;
    db.execute("drop index catalogue.dossier_work").await.map_err(failed)?;
    Ok(made)
}

async fn make_index(db: &mut PgConnection, made: String) -> Result<(), BootError> {
    let made = db.execute(AssertSqlSafe(made)).await;
    made.map(drop).map_err(|error| BootError::failed("making the index again", error))
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn report(
    agencies: usize,
    with: &[Duration],
    without: &[Duration],
    plans: &[String],
) -> Vec<Outcome> {
    println!(
        "C4 work list: {DOSSIERS} dossiers, {agencies} agencies, pages of 50 from the catalogue's route, {ROUNDS} rounds \
         a side in turn"
    );
    for (name, side) in [("with the index", with), ("without", without)] {
        let (p50, p95) = (percentile(side, 50), percentile(side, 95));
        println!("  {name:<15} p50 {p50:>9.1?}   p95 {p95:>9.1?}");
    }
    let is_sorted = |plan: &&String| plan.contains("Sort");
    let sorted = plans.iter().filter(is_sorted).count();
    println!("  {} plans, {sorted} with a sort; such as:", plans.len());
    let shown = plans.iter().find(is_sorted).or(plans.first());
    for line in shown.map(String::as_str).unwrap_or_default().lines().take(4) {
        println!("    {line}");
    }
    let part = Part::C4;
    let ratio = percentile(without, 95).as_secs_f64() / percentile(with, 95).as_secs_f64();
    let counted = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let unsorted = counted(plans.len() - sorted) / counted(plans.len());
    vec![
        Outcome { part, what: "p95", ratio, gate: GATE },
        Outcome { part, what: "plans without a sort", ratio: unsorted, gate: PLANS_GATE },
    ]
}
