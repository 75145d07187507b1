//! C1: reads that everybody may be given alike, through the gateway, by processor time of the servers.
//!
//! 64 callers ask trusted documents as apps do: of ten requests four are the first screen, three a service, two a procedure,
//! one the groups; one in five carries the tag of the answer before. The baseline is a gateway without its response cache
//! before a catalogue without its picture ([`super::bare`]); it has fewer callers, as with so many its gateway would not wait
//! for the answers. A request costs no more processor time for that.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use city_boot::BootError;
use city_catalogue::synthetic;
use city_ids::ServiceName;
use http::{StatusCode, header};
use indicatif::{ProgressBar, ProgressStyle};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::super::load::{ADDRESSES, Answer, Callers, Round, Turn};
use super::cpu::ServerCpu;
use super::ground::Ground;
use super::side::{Kind, Side};
use super::{Outcome, PROCEDURES, Part};

const CALLERS: usize = 64;
const BARE_CALLERS: usize = 8;
const WARM_UP: Duration = Duration::from_secs(5);
/// In turn, a minute each side.
const ROUNDS: u32 = 4;
const ROUND: Duration = Duration::from_secs(15);
/// One of so many requests may be told to come later.
const MOST_AWAY: usize = 50;
const CORES: f64 = 2.0;
/// Requests a second that two cores must be able to answer.
const TARGET: f64 = 1_000.0;
/// How many times less processor time than the baseline.
const GATE: f64 = 3.0;
const MANIFEST: &str = include_str!("../../../../../graphql/manifests/reference.json");

pub(super) async fn measure(ground: &Ground) -> Result<Vec<Outcome>, BootError> {
    publish(ground).await?;
    let mix = Arc::new(Mix::read(ground).await?);
    let callers = Callers::with(CALLERS, ADDRESSES)?;
    let few = callers.first(BARE_CALLERS);
    let mut sides = [
        Measured::start(ground, Kind::Kept, callers).await?,
        Measured::start(ground, Kind::Bare, few).await?,
    ];
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} rounds {eta}")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let progress = ProgressBar::new(u64::from(ROUNDS) * 2).with_style(style);
    let progress = progress.with_message("C1 cached reads");
    for side in &sides {
        side.ask(&mix, WARM_UP).await?;
    }
    for _ in 0..ROUNDS {
        for side in &mut sides {
            side.round(&mix).await?;
            progress.inc(1);
        }
    }
    progress.finish_and_clear();
    let [kept, bare] = sides;
    kept.require_answers()?;
    bare.require_answers()?;
    let outcome = report(&kept, &bare);
    kept.side.stop().await?;
    bare.side.stop().await?;
    Ok(vec![outcome])
}

/// The demonstration entries and the synthetic register, once.
async fn publish(ground: &Ground) -> Result<(), BootError> {
    let url = ground.servers.database_url.expose_secret();
    let pool = city_boot::db::pool(url, ServiceName::Catalogue, 2)?;
    let now = ground.clock.now();
    let failed = |error| BootError::failed("publishing what is read", error);
    city_catalogue::publish_demo(&pool, now).await.map_err(failed)?;
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} procedures")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let progress = ProgressBar::new(PROCEDURES as u64).with_style(style);
    let progress = progress.with_message("synthetic register");
    let made = synthetic::seed_procedures(&pool, PROCEDURES, now, || progress.inc(1)).await;
    progress.finish_and_clear();
    made.map(drop).map_err(failed)
}

/// What can be asked, as path and query.
struct Mix {
    homes: Vec<String>,
    services: Vec<String>,
    procedures: Vec<String>,
    categories: Vec<String>,
}

impl Mix {
    async fn read(ground: &Ground) -> Result<Self, BootError> {
        let mut db = ground.connect().await?;
        let mut codes = async |statement: &'static str| {
            let codes = sqlx::query_scalar::<_, String>(statement).fetch_all(&mut db).await;
            codes.map_err(|error| BootError::failed("listing what can be read", error))
        };
        let wards = codes(
            "select code from catalogue.place where kind in ('WARD', 'COMMUNE') and valid_to is null order by code",
        )
        .await?;
        let services = codes(
            "select s.code from catalogue.service s join catalogue.service_edition e on e.service = s.code
             where e.state = 'LIVE' and s.kind <> 'STAFF' and s.withdrawn_as is null order by s.code",
        )
        .await?;
        let procedures = codes(
            "select national_code from catalogue.procedure_edition where state = 'LIVE' order by national_code",
        )
        .await?;
        let homes = wards.iter().map(|code| json!({ "wardCode": code }));
        Ok(Self {
            homes: asked("ServiceHome", homes.chain([json!({})]))?,
            services: asked("Service", services.iter().map(|code| json!({ "code": code })))?,
            procedures: asked(
                "Procedure",
                procedures.iter().map(|code| json!({ "nationalCode": code })),
            )?,
            categories: asked("Categories", [json!({})])?,
        })
    }

    /// The request of a turn. Few procedures are asked for often and most rarely, as with any register; the rest is even.
    fn request(&self, turn: Turn) -> Option<&str> {
        let drawn = turn.caller.wrapping_mul(7_919).wrapping_add(turn.count.wrapping_mul(104_729));
        let even = |list: &[String]| drawn % list.len().max(1);
        let list = match (turn.count * 7 + turn.caller) % 10 {
            0..4 => &self.homes,
            4..7 => &self.services,
            7..9 => {
                // The cube of an even draw: half of the requests go to an eighth of the procedures.
                let (size, even) = (self.procedures.len(), even(&self.procedures));
                let skewed = even * even / size.max(1) * even / size.max(1);
                return self.procedures.get(skewed).map(String::as_str);
            }
            _ => &self.categories,
        };
        list.get(even(list)).map(String::as_str)
    }
}

/// The trusted document of this name with each of these variables, as a GET.
fn asked(name: &str, variables: impl IntoIterator<Item = Value>) -> Result<Vec<String>, BootError> {
    let manifest: Value = serde_json::from_str(MANIFEST)
        .map_err(|error| BootError::failed("reading the manifest", error))?;
    let operations = manifest["operations"].as_array();
    let entry = operations.into_iter().flatten().find(|entry| entry["name"] == name);
    let id = entry.and_then(|entry| entry["id"].as_str());
    let id = id.ok_or_else(|| BootError::Config(format!("no trusted document {name}")))?;
    let path = |variables: Value| {
        let bytes = variables.to_string().into_bytes();
        let encoded: Vec<_> = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
        format!("/graphql?documentId={id}&variables={}", encoded.concat())
    };
    Ok(variables.into_iter().map(path).collect())
}

/// A side with what was measured of it.
struct Measured {
    side: Side,
    callers: Callers,
    cpu: ServerCpu,
    spent: Duration,
    all: Round,
    tags: Arc<Mutex<Tags>>,
}

/// What the callers of a side keep.
#[derive(Default)]
struct Tags {
    by_path: HashMap<String, String>,
    /// Answers that were no more than "you have it".
    unchanged: usize,
    /// Answers that a service was away, as on a machine that stood still for two seconds.
    away: usize,
}

impl Measured {
    async fn start(ground: &Ground, kind: Kind, callers: Callers) -> Result<Self, BootError> {
        let side = Side::start(ground, kind).await?;
        let cpu = ServerCpu::of(side.pid, &mut ground.connect().await?).await?;
        let (spent, all, tags) = (Duration::ZERO, Round::default(), Arc::default());
        Ok(Self { side, callers, cpu, spent, all, tags })
    }

    async fn round(&mut self, mix: &Arc<Mix>) -> Result<(), BootError> {
        let before = self.cpu.read()?;
        let round = self.ask(mix, ROUND).await?;
        self.spent += self.cpu.read()?.saturating_sub(before);
        self.all.extend(&round);
        Ok(())
    }

    async fn ask(&self, mix: &Arc<Mix>, lasting: Duration) -> Result<Round, BootError> {
        let (mix, tags, url) = (Arc::clone(mix), Arc::clone(&self.tags), self.side.url.clone());
        let asked = self
            .callers
            .round_of(lasting, move |client, turn| {
                let (mix, tags, url) = (Arc::clone(&mix), Arc::clone(&tags), url.clone());
                async move {
                    let path = mix.request(turn).unwrap_or_default();
                    let with_tag = (turn.count + turn.count / 10).is_multiple_of(5);
                    get(&client, &url, path, with_tag, &tags).await
                }
            })
            .await;
        asked.map_err(|error| BootError::failed(self.side.complaint(), error))
    }

    /// A side that often did not answer was not measured.
    fn require_answers(&self) -> Result<(), BootError> {
        let away = self.tags.lock().unwrap_or_else(PoisonError::into_inner).away;
        if away * MOST_AWAY <= self.all.count() {
            return Ok(());
        }
        let told =
            format!("{away} requests were told to come later, {} answered", self.all.count());
        Err(BootError::Config(told))
    }

    /// Processor time a request.
    fn each(&self) -> f64 {
        let count = u32::try_from(self.all.count()).unwrap_or(u32::MAX);
        self.spent.as_secs_f64() / f64::from(count.max(1))
    }
}

async fn get(
    client: &reqwest::Client,
    url: &str,
    path: &str,
    with_tag: bool,
    tags: &Mutex<Tags>,
) -> Result<Answer, BootError> {
    let failed = |error| BootError::failed("reading", error);
    let known = || tags.lock().unwrap_or_else(PoisonError::into_inner);
    let tag = if with_tag { known().by_path.get(path).cloned() } else { None };
    let mut request = client.get(format!("{url}{path}"));
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    let answer = request.send().await.map_err(failed)?;
    let (status, tag) = (answer.status(), answer.headers().get(header::ETAG).cloned());
    let body = answer.bytes().await.map_err(failed)?;
    if status == StatusCode::NOT_MODIFIED {
        known().unchanged += 1;
        return Ok(Answer::Counts);
    }
    let says = |text: &[u8]| body.windows(text.len()).any(|at| at == text);
    if says(b"\"code\":\"UNAVAILABLE\"") {
        known().away += 1;
        return Ok(Answer::Away);
    }
    if !status.is_success() || says(b"\"errors\":[") {
        let text = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
        return Err(BootError::Config(format!("{path} answered {status}: {text}")));
    }
    if let Some(tag) = tag.as_ref().and_then(|tag| tag.to_str().ok()) {
        known().by_path.insert(path.to_owned(), tag.to_owned());
    }
    Ok(Answer::Counts)
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn report(kept: &Measured, bare: &Measured) -> Outcome {
    println!(
        "C1 cached reads: {CALLERS} callers ({BARE_CALLERS} of the baseline), {ROUNDS} rounds of {ROUND:?} a side in turn; processor time of gateway, \
         catalogue and PostgreSQL"
    );
    for (name, side) in [("picture and cache", kept), ("neither", bare)] {
        let (each, count, rate) = (side.each(), side.all.count(), side.all.per_second());
        let (p50, p99) = (side.all.percentile(50), side.all.percentile(99));
        let (micros, capacity) = (each * 1e6, CORES / each);
        let tags = side.tags.lock().unwrap_or_else(PoisonError::into_inner);
        let (unchanged, away) = (tags.unchanged, tags.away);
        println!(
            "  {name:<18} {micros:>7.0} µs a request, so 2 cores do {capacity:>6.0}/s; {count} requests at {rate:.0}/s \
             ({unchanged} unchanged, {away} told to come later), p50 {p50:.1?}, p99 {p99:.1?}"
        );
    }
    let within = if CORES / kept.each() >= TARGET { "at least" } else { "NOT" };
    println!("  {within} the target of {TARGET:.0} requests a second on 2 cores");
    let ratio = bare.each() / kept.each();
    Outcome { part: Part::C1, what: "processor time a request", ratio, gate: GATE }
}
