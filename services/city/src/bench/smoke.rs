//! The feed page of 20: GraphQL through the gateway against the same SQL and view behind a bare axum route.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use city_auth::Keyring;
use city_boot::{BootError, Process};
use city_contracts::reports::ListReports;
use city_http::{Json, Limits, Problem};
use city_ids::Ids;
use city_reports::app::{self, App, Viewer};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::load::{CALLERS, Callers, Round, Target};
use super::rows::copy_reports;
use crate::embedded::{Durability, Embedded, EmbeddedOptions};
use crate::start::{self, Parts, private_store};

const ROWS: u32 = 10_000;
const ROUNDS: u32 = 5;
/// How long each step of warming up lasts.
const WARM_UP: Duration = Duration::from_secs(1);
/// Steps with all callers in which some may still be told to come back later.
const PATIENCE: u32 = 20;
const ROUND: Duration = Duration::from_secs(4);
const FEED: &str = include_str!("../../../../graphql/operations/Feed.graphql");

pub(super) async fn run(process: Process) -> Result<(), BootError> {
    let data_dir = std::env::temp_dir().join(format!("city-bench-{}", std::process::id()));
    let options =
        EmbeddedOptions { durability: Durability::Throwaway, ..EmbeddedOptions::all(&data_dir) };
    let servers = Embedded::start(options)
        .await
        .map_err(|error| BootError::failed("starting servers", error))?;
    let measured = measure(&servers, &process).await;
    process.tasks.shutdown(Duration::from_secs(9)).await;
    servers.stop().await;
    let removed = std::fs::remove_dir_all(&data_dir);
    measured.and(
        removed
            .map_err(|error| BootError::failed(format!("removing {}", data_dir.display()), error)),
    )
}

async fn measure(servers: &Embedded, process: &Process) -> Result<(), BootError> {
    let missing = || BootError::Config("a private server did not say where it is".into());
    let parts = Parts {
        profile: city_boot::Profile::Development,
        database_url: servers.postgres_url.clone().ok_or_else(missing)?,
        redis_url: servers.redis_url.clone().ok_or_else(missing)?,
        redis_prefix: String::new(),
        s3: private_store(servers).ok_or_else(missing)?,
        keyring: Arc::new(Keyring::generate(&Ids::random())),
        notifications_keyring_file: None,
        catalogue_keyring_file: None,
        payments_keyring_file: None,
        payments_head_key_file: None,
        payments_durability: Some("throwaway"),
        response_cache: Some(false),
        listen: "127.0.0.1:0".to_owned(),
        photo_child: None,
    };
    start::migrate(&parts.database_url).await?;
    start::seed(&parts.database_url, parts.profile, &parts.keyring).await?;
    let running = start::start(&parts, process).await?;
    let url = format!("http://{}", running.gateway);
    crate::demo::run(&crate::demo::DemoCommand::against(&url))
        .await
        .map_err(|error| BootError::failed("filing the report that is copied", error))?;

    let app = start::reports_app(&parts)?;
    copy_reports(&app.db, ROWS).await?;
    app.load_reference().await.map_err(|error| BootError::failed("reading the registry", error))?;
    let bare = process.listen("127.0.0.1:0").await?;
    let bare_url = format!("http://{}/feed", Process::address(&bare)?);
    let routes = Router::new().route("/feed", post(feed)).with_state(app);
    let stop = process.tasks.stopping();
    process
        .tasks
        .spawn(async move { city_http::serve(bare, routes, Limits::default(), stop).await });

    let graphql = Target {
        url: format!("{url}/graphql"),
        body: json!({ "query": FEED, "operationName": "Feed" }).to_string(),
    };
    let bare = Target { url: bare_url, body: json!({ "page": { "first": 20 } }).to_string() };
    report(compare(&graphql, &bare).await?);
    Ok(())
}

/// The baseline: the reports service's own use case, without token, hop, schema or limits.
async fn feed(
    State(app): State<App>,
    Json(request): Json<ListReports>,
) -> Result<axum::response::Response, Problem> {
    use axum::response::IntoResponse as _;
    Ok(Json(app::feed(&app, Viewer::Anybody, &request).await?).into_response())
}

/// The rounds of both sides.
#[derive(Default)]
struct Sides {
    graphql: Vec<Round>,
    bare: Vec<Round>,
}

/// Lets a side open its connections: more callers step by step, for so many at once may be told to come back later, and
/// then all of them until nobody is.
async fn warm_up(callers: &Callers, side: &Target) -> Result<(), BootError> {
    for some in [1, 2, 4, 8] {
        callers.first(some).round(side, WARM_UP).await?;
    }
    for _ in 0..PATIENCE {
        if callers.round(side, WARM_UP).await?.away() == 0 {
            return Ok(());
        }
    }
    Err(BootError::Config(format!("{} keeps answering 503: the machine is too busy", side.url)))
}

/// Rounds of both sides in turn, so that whatever else the machine does meets both.
async fn compare(graphql: &Target, bare: &Target) -> Result<Sides, BootError> {
    let callers = Callers::new()?;
    for side in [graphql, bare] {
        warm_up(&callers, side).await?;
    }
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} rounds")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let progress =
        ProgressBar::new(ROUNDS.into()).with_style(style).with_message("feed page of 20");
    let mut rounds = Sides::default();
    for _ in 0..ROUNDS {
        rounds.graphql.push(callers.round(graphql, ROUND).await?);
        rounds.bare.push(callers.round(bare, ROUND).await?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(rounds)
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn report(rounds: Sides) {
    println!(
        "Feed page of 20 out of {ROWS} reports, {CALLERS} callers, {ROUNDS} rounds in turn, median round:"
    );
    let graphql = tell("GraphQL through the gateway", rounds.graphql);
    let bare = tell("bare axum, same SQL and view", rounds.bare);
    println!(
        "  ratio {:.2}, without the response cache (a starting point; there is no target yet)",
        graphql / bare
    );
}

/// Prints the round of median rate, and gives that rate.
#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn tell(side: &str, mut rounds: Vec<Round>) -> f64 {
    rounds.sort_by(|one, other| one.per_second().total_cmp(&other.per_second()));
    let Some(median) = rounds.get(rounds.len() / 2) else { return f64::NAN };
    let (rate, p50, p99) = (median.per_second(), median.percentile(50), median.percentile(99));
    let away = rounds.iter().map(Round::away).sum::<usize>();
    println!("  {side:<28} {rate:>8.0} req/s   p50 {p50:>8.1?}   p99 {p99:>8.1?}   503 {away}");
    rate
}
