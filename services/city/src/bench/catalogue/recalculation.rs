//! C3: moving 100,000 open dossiers to a new calendar, and what readers notice of it.
//!
//! The baseline is one transaction a dossier, by the same worker: it is shown one dossier at a time, and only its own step is
//! timed. The servers sync nothing to disk, which spares the baseline more than the batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use city_auth::permission::{DOSSIER_INTAKE, DOSSIER_LEAD, DOSSIER_PROCESS};
use city_auth::{Grant, Principal, PrincipalKind, Scope};
use city_boot::{BootError, Worker};
use http::header;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sqlx::PgConnection;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::super::load::percentile;
use super::dossiers::{self, DOSSIERS};
use super::ground::Ground;
use super::{Outcome, Part, recounting};

/// In each turn: time without recalculation, steps of many dossiers, steps of one.
const TURNS: usize = 10;
const IDLE: Duration = Duration::from_secs(2);
const STEPS: usize = 20;
const SINGLES: usize = 100;
/// Between two reads.
const PAUSE: Duration = Duration::from_millis(10);
/// How many times more dossiers a second than the baseline.
const GATE: f64 = 3.0;
/// Reads may take twice as long meanwhile.
const READS_GATE: f64 = 0.5;

/// What the recalculation does while a read is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Phase {
    Idle,
    Batches,
    Other,
    Over,
}

pub(super) async fn measure(ground: &Ground) -> Result<Vec<Outcome>, BootError> {
    dossiers::make(ground).await?;
    let service = ground.catalogue().await?;
    let found = service.workers.iter().find(|worker| worker.name() == "recalculate-dossiers");
    let worker = found.cloned().ok_or_else(|| BootError::Config("the worker is gone".into()))?;
    let url = ground.serve(&service).await?;
    let mut db = ground.connect().await?;
    let must_move = recounting::publish(&mut db).await?;
    let singles = i32::try_from(TURNS * SINGLES).unwrap_or(i32::MAX);
    let singles = recounting::last(&mut db, singles).await?;

    let phase = Arc::new(AtomicU8::new(Phase::Other as u8));
    let mut reading = JoinSet::new();
    let reader = Reader::new(ground, url, Arc::clone(&phase));
    reading.spawn(reader.read());
    let turns = Turns { worker, phase: Arc::clone(&phase), db };
    let spent = turns.run(&singles).await;
    phase.store(Phase::Over as u8, Ordering::Relaxed);
    let read = reading.join_next().await;
    let (spent, mut db) = spent?;
    let seen = read.ok_or_else(|| BootError::Config("nobody read".into()))?;
    let seen = seen.map_err(|error| BootError::failed("reading meanwhile", error))??;

    let (all, moved, _) = recounting::state(&mut db).await?;
    if all != i64::from(DOSSIERS) || moved != must_move {
        let told = format!(
            "{all} dossiers were looked at and {moved} moved, not {DOSSIERS} and {must_move}"
        );
        return Err(BootError::Config(told));
    }
    Ok(report(&spent, &seen, moved))
}

/// What both sides did in which time.
#[derive(Default)]
struct Spent {
    batched: Duration,
    single: Duration,
    singles: usize,
}

struct Turns {
    worker: Arc<dyn Worker>,
    phase: Arc<AtomicU8>,
    db: PgConnection,
}

impl Turns {
    async fn run(mut self, singles: &[Uuid]) -> Result<(Spent, PgConnection), BootError> {
        let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} dossiers {eta}")
            .map_err(|error| BootError::failed("drawing the progress bar", error))?;
        let all = u64::from(DOSSIERS.unsigned_abs());
        let progress = ProgressBar::new(all).with_style(style).with_message("C3 recalculation");
        let mut spent = Spent::default();
        let mut singles = singles.chunks(SINGLES);
        loop {
            self.enter(Phase::Idle);
            tokio::time::sleep(IDLE).await;
            self.enter(Phase::Other);
            for dossier in singles.next().unwrap_or_default() {
                spent.single += self.single(*dossier).await?;
                spent.singles += 1;
            }
            self.enter(Phase::Batches);
            let begun = Instant::now();
            for _ in 0..STEPS {
                self.step().await?;
            }
            spent.batched += begun.elapsed();
            self.enter(Phase::Other);
            let (seen, _, is_done) = recounting::state(&mut self.db).await?;
            progress.set_position(u64::try_from(seen).unwrap_or_default());
            if is_done {
                break;
            }
        }
        progress.finish_and_clear();
        Ok((spent, self.db))
    }

    /// Moves one dossier in a transaction of its own; the time that took.
    async fn single(&mut self, dossier: Uuid) -> Result<Duration, BootError> {
        recounting::show(&mut self.db, dossier).await?;
        let begun = Instant::now();
        self.step().await?;
        let took = begun.elapsed();
        if recounting::put_back(&mut self.db, dossier).await? {
            return Ok(took);
        }
        Err(BootError::Config(format!("the worker left dossier {dossier} as it was")))
    }

    async fn step(&self) -> Result<(), BootError> {
        let worked = self.worker.step().await;
        worked.map(drop).map_err(|error| BootError::failed("recalculating", error))
    }

    fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Relaxed);
    }
}

/// Reads the catalogue again and again, as residents and officers do.
struct Reader {
    client: reqwest::Client,
    url: String,
    phase: Arc<AtomicU8>,
    /// Who asks what; the headers are good for as long as an internal token.
    requests: Vec<(Principal, &'static str, Option<serde_json::Value>)>,
    bearer: Box<dyn Fn(&Principal) -> String + Send + Sync>,
}

/// How long reads took.
#[derive(Default)]
struct Seen {
    idle: Vec<Duration>,
    meanwhile: Vec<Duration>,
}

impl Reader {
    fn new(ground: &Ground, url: String, phase: Arc<AtomicU8>) -> Self {
        let (nobody, officer) = (Principal::anonymous(), officer(ground));
        let app = json!({ "platform": null, "appVersion": null, "osVersion": null });
        let home = json!({ "wardCode": null, "client": app });
        let requests = vec![
            (nobody.clone(), "/internal/v1/service-home", Some(home)),
            (officer.clone(), "/admin/v1/dossiers?agency=HUE-PVHCC", None),
            (nobody, "/internal/v1/categories", Some(json!(null))),
            (officer, "/admin/v1/dossiers?agency=HUE-PVHCC&side=receiving", None),
        ];
        let bearer = ground.bearers();
        Self { client: city_http::client(), url, phase, requests, bearer: Box::new(bearer) }
    }

    async fn read(self) -> Result<Seen, BootError> {
        let mut seen = Seen::default();
        for (principal, path, body) in self.requests.iter().cycle() {
            let phase = self.phase.load(Ordering::Relaxed);
            if phase == Phase::Over as u8 {
                break;
            }
            let bearer = (self.bearer)(principal);
            let sent = Instant::now();
            self.ask(&bearer, path, body.as_ref()).await?;
            let took = sent.elapsed();
            if phase == self.phase.load(Ordering::Relaxed) {
                if phase == Phase::Idle as u8 {
                    seen.idle.push(took);
                } else if phase == Phase::Batches as u8 {
                    seen.meanwhile.push(took);
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(seen)
    }

    async fn ask(
        &self,
        bearer: &str,
        path: &str,
        body: Option<&serde_json::Value>,
    ) -> Result<(), BootError> {
        let failed = |error| BootError::failed("reading meanwhile", error);
        let url = format!("{}{path}", self.url);
        let request = match body {
            Some(body) => self.client.post(url).json(body),
            None => self.client.get(url),
        };
        let answer = request.header(header::AUTHORIZATION, bearer).send().await.map_err(failed)?;
        let status = answer.status();
        let text = answer.text().await.map_err(failed)?;
        if status.is_success() {
            return Ok(());
        }
        Err(BootError::Config(format!("{path} answered {status}: {text}")))
    }
}

/// An officer of the whole city.
pub(super) fn officer(ground: &Ground) -> Principal {
    let permissions = vec![DOSSIER_PROCESS, DOSSIER_LEAD, DOSSIER_INTAKE];
    Principal {
        kind: PrincipalKind::Staff,
        account: Some(ground.ids.next(ground.clock.now())),
        auth_at: Some(ground.clock.now()),
        grants: vec![Grant { scope: Scope::City, permissions, until: None }],
        ..Principal::anonymous()
    }
}

#[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
fn report(spent: &Spent, seen: &Seen, moved: i64) -> Vec<Outcome> {
    let batched = f64::from(DOSSIERS) / spent.batched.as_secs_f64();
    let singles = f64::from(u32::try_from(spent.singles).unwrap_or(u32::MAX));
    let single = singles / spent.single.as_secs_f64();
    println!(
        "C3 recalculation: {DOSSIERS} open dossiers, {moved} of them moved, both sides in turn"
    );
    println!("  many a transaction {batched:>8.0} dossiers/s");
    println!("  one a transaction  {single:>8.0} dossiers/s, over {} dossiers", spent.singles);
    let (idle, meanwhile) = (percentile(&seen.idle, 95), percentile(&seen.meanwhile, 95));
    println!(
        "  p95 of reads: {idle:.1?} idle ({} reads), {meanwhile:.1?} meanwhile ({} reads)",
        seen.idle.len(),
        seen.meanwhile.len()
    );
    let part = Part::C3;
    let reads = idle.as_secs_f64() / meanwhile.as_secs_f64();
    vec![
        Outcome { part, what: "dossiers a second", ratio: batched / single, gate: GATE },
        Outcome { part, what: "p95 of reads, idle to meanwhile", ratio: reads, gate: READS_GATE },
    ]
}
