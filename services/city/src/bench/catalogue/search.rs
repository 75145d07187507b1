//! C2: 10,000 searches over 2,307 procedures in two languages and the seed, on one core.
//!
//! The baseline is what one would have without the index in memory: a trigram index of PostgreSQL over the same folded texts,
//! asked with the same queries over one connection for the 20 most similar entries. It does less: it knows no marks, no
//! beginnings and no codes.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_catalogue::search::{Entry, Query, SearchIndex};
use city_catalogue::{search_entries, synthetic};
use city_ids::ServiceName;
use city_text::fold;
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, PgConnection};

use super::super::load::percentile;
use super::ground::Ground;
use super::queries::{WAYS, queries};
use super::{Outcome, PROCEDURES, Part};

const QUERIES: usize = 10_000;
const HITS: usize = 20;
/// The 95th percentile that the index must stay below on the reference machine.
const TARGET: Duration = Duration::from_millis(20);
/// How many times faster than the baseline, at the 95th percentile.
const GATE: f64 = 5.0;

pub(super) async fn measure(ground: &Ground) -> Result<Vec<Outcome>, BootError> {
    let url = ground.servers.database_url.expose_secret();
    let pool = city_boot::db::pool(url, ServiceName::Catalogue, 2)?;
    let mut entries = search_entries(&pool)
        .await
        .map_err(|error| BootError::failed("reading what can be found", error))?;
    // Another part may have published them.
    entries.retain(|entry| !entry.code.starts_with("99."));
    entries.extend(synthetic::procedures(PROCEDURES).map(|procedure| procedure.entry()));
    let by_way = queries(&entries, QUERIES / WAYS.len())?;

    let mut db = PgConnection::connect(url)
        .await
        .map_err(|error| BootError::failed("connecting to the baseline", error))?;
    baseline_rows(&mut db, &entries).await?;
    let built = Instant::now();
    let index = SearchIndex::new(entries);
    let built = built.elapsed();

    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} queries")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let progress = ProgressBar::new(QUERIES as u64 * 2).with_style(style).with_message("C2 search");
    let mut rounds = Vec::new();
    for queries in &by_way {
        // Both sides in turn, so that whatever else the machine does meets both.
        let ours = ask_index(&index, queries)?;
        progress.inc(queries.len() as u64);
        let theirs = ask_baseline(&mut db, queries).await?;
        progress.inc(queries.len() as u64);
        rounds.push((ours, theirs));
    }
    progress.finish_and_clear();
    Ok(vec![report(&index, built, rounds)])
}

fn ask_index(index: &SearchIndex, queries: &[String]) -> Result<Vec<Duration>, BootError> {
    let ask = |q: &String| {
        let asked = Instant::now();
        let query = Query::parse(q).map_err(|error| BootError::failed("reading a query", error))?;
        std::hint::black_box(index.search(&query, &[], HITS));
        Ok(asked.elapsed())
    };
    queries.iter().map(ask).collect()
}

/// The same texts that the index has, one row each.
#[expect(
    clippy::disallowed_methods,
    reason = "the baseline is a table of the benchmark's own, which no migration makes"
)]
async fn baseline_rows(db: &mut PgConnection, entries: &[Entry]) -> Result<(), BootError> {
    let failed = |error: sqlx::Error| {
        BootError::failed("making the baseline (is the extension pg_trgm installed?)", error)
    };
    let texts = entries.iter().zip(0_i32..).flat_map(|(entry, number)| {
        let names = std::iter::once(&entry.name.vi).chain(&entry.name.en);
        let texts = names.chain(&entry.other_names).chain(&entry.keywords);
        texts.map(move |text| (number, fold(text))).collect::<Vec<_>>()
    });
    let (numbers, texts): (Vec<i32>, Vec<String>) = texts.unzip();
    for statement in [
        "create extension if not exists pg_trgm",
        "create schema bench",
        "create table bench.search_text (entry integer not null, folded text not null)",
    ] {
        sqlx::query(statement).execute(&mut *db).await.map_err(failed)?;
    }
    sqlx::query("insert into bench.search_text select * from unnest($1::integer[], $2::text[])")
        .bind(numbers)
        .bind(texts)
        .execute(&mut *db)
        .await
        .map_err(failed)?;
    for statement in [
        "create index on bench.search_text using gin (folded gin_trgm_ops)",
        "analyze bench.search_text",
        "set pg_trgm.similarity_threshold = 0.45",
    ] {
        sqlx::query(statement).execute(&mut *db).await.map_err(failed)?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the baseline's table is not one of the city's")]
async fn ask_baseline(
    db: &mut PgConnection,
    queries: &[String],
) -> Result<Vec<Duration>, BootError> {
    let mut latencies = Vec::with_capacity(queries.len());
    for q in queries {
        let asked = Instant::now();
        let found: Vec<(i32, f32)> = sqlx::query_as(
            "select entry, max(similarity(folded, $1)) from bench.search_text where folded % $1
             group by entry order by 2 desc, 1 limit $2",
        )
        .bind(fold(q))
        .bind(i64::try_from(HITS).unwrap_or(i64::MAX))
        .fetch_all(&mut *db)
        .await
        .map_err(|error| BootError::failed("asking the baseline", error))?;
        std::hint::black_box(found);
        latencies.push(asked.elapsed());
    }
    Ok(latencies)
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn report(
    index: &SearchIndex,
    built: Duration,
    rounds: Vec<(Vec<Duration>, Vec<Duration>)>,
) -> Outcome {
    let entries = index.entries().len();
    println!(
        "C2 search: {QUERIES} queries over {entries} entries ({PROCEDURES} synthetic procedures), one core; index built in {built:.1?}"
    );
    println!("  {:<22} {:>10} {:>10}   {:>12} {:>12}", "p50, p95", "index", "", "pg_trgm", "");
    let (mut all_ours, mut all_theirs) = (Vec::new(), Vec::new());
    for (way, (ours, theirs)) in WAYS.iter().zip(rounds) {
        line(way, &ours, &theirs);
        all_ours.extend(ours);
        all_theirs.extend(theirs);
    }
    line("all", &all_ours, &all_theirs);
    let (ours, theirs) = (percentile(&all_ours, 95), percentile(&all_theirs, 95));
    let within = if ours < TARGET { "below" } else { "NOT below" };
    println!("  p95 of the index {ours:.1?}, {within} the target of {TARGET:?}");
    let ratio = theirs.as_secs_f64() / ours.as_secs_f64();
    Outcome { part: Part::C2, what: "p95", ratio, gate: GATE }
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn line(way: &str, ours: &[Duration], theirs: &[Duration]) {
    let (p50, p95) = (percentile(ours, 50), percentile(ours, 95));
    let (b50, b95) = (percentile(theirs, 50), percentile(theirs, 95));
    println!("  {way:<22} {p50:>10.1?} {p95:>10.1?}   {b50:>12.1?} {b95:>12.1?}");
}
