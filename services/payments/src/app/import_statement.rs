//! A provider's statement is taken in: its lines are judged against messages and ledger, and what it paid is taken off what it
//! owes.

use chrono::NaiveDate;
use city_auth::Staff;
use city_clock::{Timestamp, hue_day};
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::payments::{Provider, ReconciliationClass};
use city_contracts::problem::Finding;
use city_ids::PostingId;
use city_receipt::{derive, sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::freeze_wallet::unexpected;
use super::judge_line::judge_line;
use super::{App, cursor};
use crate::domain::chart;
use crate::domain::ledger::{Claim, Class, Code, Posting, Verdict};
use crate::domain::reconciliation::{self as rules, Net};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::reconciliation::{NewRun, RefusedLine, Run};

/// Lines that are judged between two looks at the table.
const CHUNK: i64 = 500;
/// The most entries of a page.
const MOST: u32 = 100;
/// How the claim on a run ends it.
const NETTED: i16 = 1;

/// A statement with what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSeen {
    /// The statement.
    pub run: Run,
    /// How many of its lines are of which class.
    pub classes: Vec<(ReconciliationClass, i64)>,
    /// What its lines come to that were in none before.
    pub net: Net,
    /// The posting that took that off what the provider owes; none before that, and when there is nothing.
    pub posting: Option<PostingId>,
}

/// Takes a statement in. Idempotent: the same file again changes nothing, and goes on where a crash left it; a corrected file
/// of the day judges only what is new.
///
/// # Errors
/// `Input` for a file that cannot be read or a day that is not over; `NetRefused` when all is judged and the ledger cannot take
/// the net off what the provider owes yet: the same file again does that; those of a ledger that is away.
#[tracing::instrument(name = "payments.import_statement", skip_all, fields(recon.day = %day))]
pub async fn import_statement(
    app: &App,
    staff: &Staff,
    provider: Provider,
    day: NaiveDate,
    bytes: &[u8],
) -> Result<RunSeen, Error> {
    let now = app.clock.now();
    if day >= hue_day(now) {
        let message = "the day has to be over";
        return Err(Error::Input(vec![Finding::new("/day", "OUT_OF_RANGE", message)]));
    }
    let columns = app.providers.columns(provider);
    let (lines, refused) = rules::read(columns, bytes).map_err(|unreadable| {
        Error::Input(vec![Finding::new("/", "STATEMENT", unreadable.to_string())])
    })?;
    // Nothing was paid tomorrow.
    let (lines, ahead): (Vec<_>, Vec<_>) = lines.into_iter().partition(|line| line.paid_at <= now);
    let ahead = ahead.into_iter().map(|line| rules::Refused { number: line.number, code: "DATE" });
    let mut refused: Vec<_> = refused.into_iter().chain(ahead).collect();
    refused.sort_by_key(|refused| refused.number);
    let refused: Vec<_> = refused
        .into_iter()
        .map(|refused| RefusedLine { line: refused.number, code: refused.code.to_owned() })
        .collect();
    let hash = sha256(&[bytes]);
    let id = app.ids.uuid(now);
    let (refused, lines, officer) = (&refused[..], &lines[..], staff.account);
    let new = NewRun { id, provider, day, sha256: hash, officer, refused, lines, at: now };
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    store::reconciliation::insert_run(&mut tx, &new).await?;
    let run = store::reconciliation::find_run(&mut tx, provider, day, hash).await?;
    tx.commit().await.map_err(fault("committing"))?;
    let run = run.ok_or_else(|| broken("reading a statement", "it was written just now"))?;
    if run.done_at.is_none() {
        go_through(app, &run, now).await?;
    }
    let mut db = app.connection().await?;
    let run = store::reconciliation::find_run(&mut db, provider, day, hash).await?;
    let run = run.ok_or_else(|| broken("reading a statement", "it is gone"))?;
    seen(&mut db, run).await
}

/// Judges the lines of a run that are not judged, and takes what they come to off what the provider owes.
async fn go_through(app: &App, run: &Run, now: Timestamp) -> Result<(), Error> {
    let fee =
        store::reconciliation::agreed_fee(&mut *app.connection().await?, run.provider).await?;
    loop {
        let mut db = app.connection().await?;
        let lines = store::reconciliation::unjudged(&mut db, run.id, CHUNK).await?;
        drop(db); // the ledger is not asked with a connection in hand
        if lines.is_empty() {
            break;
        }
        for line in &lines {
            judge_line(app, run, line, fee, now).await?;
        }
    }
    let net = store::reconciliation::net(&mut *app.connection().await?, run.id).await?;
    post_net(app, run, net).await?;
    store::reconciliation::finish_run(&mut *app.connection().await?, run.id, now).await
}

/// Guarantee and fee cost from clearing. Idempotent: the claim on the run lets it happen once. A refusal is final for an id, and
/// what came in may bear later what it does not bear now: then any other id does.
async fn post_net(app: &App, run: &Run, net: Net) -> Result<(), Error> {
    let (clearing, bank, cost) = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let clearing = chart::clearing(run.provider);
        let clearing = store::ledger::open(&mut tx, clearing, Class::Clearing, None).await?;
        let bank = store::ledger::open(&mut tx, chart::GUARANTEE, Class::Guarantee, None).await?;
        let cost = store::ledger::open(&mut tx, chart::FEE_COST, Class::FeeCost, None).await?;
        tx.commit().await.map_err(fault("committing"))?;
        (clearing, bank, cost)
    };
    let legs = rules::legs(net, clearing, bank, cost);
    if legs.is_empty() {
        return Ok(());
    }
    let first = first_try(&mut *app.connection().await?, run.id).await?;
    let id = if first == Try::Spent { app.ids.uuid(app.clock.now()) } else { net_id(run.id) };
    let claims = vec![Claim { subject: run.id, outcome: NETTED }];
    let posting = Posting { claims, ..Posting::new(id, net_hash(run.id), legs) };
    posting.check().map_err(|error| broken("taking a statement off what is owed", error))?;
    match app.ledger.post(posting).await? {
        Verdict::Created(_) => Ok(()),
        // Another try was the one.
        Verdict::Refused(refused) if refused.code == Code::AlreadyResolved => Ok(()),
        Verdict::Refused(refused) => {
            let code = refused.code.name();
            tracing::error!(run.id = %run.id, code, "A statement is not taken off what is owed");
            Err(Error::NetRefused { code: refused.code })
        }
        other => Err(unexpected(&other)),
    }
}

/// What became of the first try to take a run off what is owed, whose id follows from the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Try {
    /// Nobody knows of it.
    Unknown,
    /// It moved the money.
    Created,
    /// It was refused, or somebody used its id for something else.
    Spent,
}

async fn first_try(db: &mut PgConnection, run: Uuid) -> Result<Try, Error> {
    let known = store::payment::find_known(db, net_id(run)).await?;
    Ok(known.map_or(Try::Unknown, |known| {
        let created = known.refused.is_none() && known.req_hash == net_hash(run);
        if created { Try::Created } else { Try::Spent }
    }))
}

fn net_id(run: Uuid) -> Uuid {
    derive("recon.net", run)
}

/// The same for every try.
fn net_hash(run: Uuid) -> [u8; 32] {
    sha256(&[b"recon.net", run.as_bytes()])
}

async fn seen(db: &mut PgConnection, run: Run) -> Result<RunSeen, Error> {
    let classes = store::reconciliation::classes(db, run.id).await?;
    let net = store::reconciliation::net(db, run.id).await?;
    let posting = match store::payment::find_winner(db, run.id).await? {
        Some(posting) => Some(posting),
        // Statements of the past claimed nothing.
        None => (first_try(db, run.id).await? == Try::Created).then(|| net_id(run.id)),
    };
    Ok(RunSeen { run, classes, net, posting: posting.map(PostingId::restore) })
}

/// A page of statements that were taken in, newest first.
///
/// # Errors
/// `Input`.
pub async fn list_runs(app: &App, args: &PageArgs) -> Result<Page<RunSeen>, Error> {
    let mut findings = Vec::new();
    let (first, before) = cursor::page(args, MOST, cursor::parse, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = store::reconciliation::list_runs(&mut db, before, limit).await?;
    let has_next_page = found.len() > first;
    let mut edges = Vec::new();
    for run in found.into_iter().take(first) {
        let cursor = cursor::print(run.at, run.id);
        edges.push(Edge { cursor, node: seen(&mut db, run).await? });
    }
    Ok(Page { edges, has_next_page })
}
