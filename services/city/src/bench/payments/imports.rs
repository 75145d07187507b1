//! A biller's file of 50,000 bills, sent to the service and applied, against `COPY` of the rows that come of it.
//!
//! The one reads, checks and compares each line, and makes bills and revisions of them; the other puts finished rows into
//! tables with the same columns, indexes and checks. Both in turn, on the database of the doors.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use city_auth::permission::BILL_EDIT;
use city_auth::{Grant, Principal, PrincipalKind, Scope};
use city_boot::{BootError, Progress};
use city_clock::{Clock as _, SystemClock, hue_day};
use city_ids::ServiceName;
use sqlx::{AssertSqlSafe, PgConnection};

use super::doors::Doors;
use super::ground::{connect, refused};

const BILLS: u32 = 50_000;
/// How often each side does it, with other numbers each time.
const TIMES: u32 = 3;
const TARGET: f64 = 10.0;
const BILLER: &str = "BENCH-WATER";

const GROUND: &str = "
    with opened as (
        insert into payments.ledger_account (ext, class, flags) values (md5('biller')::uuid, 22, 1) returning id
    ), named as (
        insert into payments.biller (id, code, name, purpose) values (md5('biller')::uuid, 'BENCH-WATER', 'Water', 5)
        returning id
    )
    insert into payments.biller_head (biller, head_code, account) select named.id, '', opened.id from named, opened;
    create schema naive;
    create table naive.bill (like payments.bill including all);
    create table naive.bill_revision (like payments.bill_revision including all);";

/// The median time of each side.
pub(super) struct Imports {
    service: Duration,
    copy: Duration,
}

/// Lets both do it.
pub(super) async fn measure(doors: &Doors) -> Result<Imports, BootError> {
    let mut db = connect(&doors.database_url).await?;
    sqlx::raw_sql(GROUND).execute(&mut db).await.map_err(refused("making a biller"))?;
    let (mut service, mut copy) = (Vec::new(), Vec::new());
    for time in 0..TIMES {
        let file = file(time);
        let begun = Instant::now();
        import(doors, file).await?;
        service.push(begun.elapsed());
        copy.push(copied(&mut db, time).await?);
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Ok(Imports { service: median(service), copy: median(copy) })
}

/// Bills of one head each.
fn file(time: u32) -> String {
    let mut file =
        String::from("number,customer_code,holder,period,due_date,head_code,head_name,amount\n");
    let due = hue_day(SystemClock.now() + Duration::from_hours(14 * 24));
    for bill in 0..BILLS {
        let amount = 20_000 + bill * 7_919 % 480_001;
        // Writing to a String cannot fail.
        _ = writeln!(
            file,
            "W{time}-{bill:06},KH{bill:06},Nguyen Van A,2026-11,{due},NUOC,Tien nuoc,{amount}"
        );
    }
    file
}

/// Sends the file as an officer does, and applies it as the worker does.
async fn import(doors: &Doors, file: String) -> Result<(), BootError> {
    let now = SystemClock.now();
    let grant = Grant { scope: Scope::City, permissions: vec![BILL_EDIT], until: None };
    let officer = Principal {
        kind: PrincipalKind::Staff,
        account: Some(doors.asking.ids.next(now)),
        session: Some(doors.asking.ids.next(now)),
        auth_at: Some(now),
        grants: vec![grant],
        ..Principal::anonymous()
    };
    let token = doors.asking.gateway.mint(&officer, ServiceName::Payments);
    let url = format!("{}/admin/v1/payments/billers/{BILLER}/bills", doors.service_url);
    let request = city_http::client().post(url).bearer_auth(token).body(file);
    let request = request.header("content-type", "text/csv");
    let request = request.header("idempotency-key", doors.asking.ids.uuid(now).to_string());
    let failed = |error| BootError::failed("sending bills", error);
    let answer = request.timeout(Duration::from_mins(5)).send().await.map_err(failed)?;
    let status = answer.status();
    let told = answer.text().await.map_err(failed)?;
    if status != http::StatusCode::ACCEPTED || !told.contains("\"refused\":0") {
        return Err(BootError::Config(format!("a file of bills was answered {status}: {told}")));
    }
    loop {
        let step = doors.applying.step().await;
        let step = step.map_err(|error| BootError::failed("applying bills", error))?;
        if matches!(step, Progress::Idle) {
            return Ok(());
        }
    }
}

/// The rows of one file once more, through `COPY`.
async fn copied(db: &mut PgConnection, time: u32) -> Result<Duration, BootError> {
    let bills = format!("select * from payments.bill where number like 'W{time}-%'");
    let revisions =
        format!("select r.* from payments.bill_revision r join ({bills}) b on b.id = r.bill");
    let mut rows = Vec::new();
    for (select, table) in [(bills, "naive.bill"), (revisions, "naive.bill_revision")] {
        rows.push((copy_out(db, &select).await?, table));
    }
    let begun = Instant::now();
    run(db, "begin").await?;
    for (rows, table) in rows {
        let into = format!("copy {table} from stdin");
        let mut copy = db.copy_in_raw(&into).await.map_err(refused("copying in"))?;
        copy.send(rows).await.map_err(refused("copying in"))?;
        let copied = copy.finish().await.map_err(refused("copying in"))?;
        if copied != u64::from(BILLS) {
            return Err(BootError::Config(format!("{copied} rows came of {BILLS} bills")));
        }
    }
    run(db, "commit").await?;
    Ok(begun.elapsed())
}

async fn copy_out(db: &mut PgConnection, select: &str) -> Result<Vec<u8>, BootError> {
    use futures_util::TryStreamExt as _;
    let out = format!("copy ({select}) to stdout");
    let rows = db.copy_out_raw(&out).await.map_err(refused("copying out"))?;
    let rows = rows.try_fold(Vec::new(), async |mut all: Vec<u8>, part| {
        all.extend_from_slice(&part);
        Ok(all)
    });
    rows.await.map_err(refused("copying out"))
}

async fn run(db: &mut PgConnection, sql: &str) -> Result<(), BootError> {
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(db).await;
    done.map(drop).map_err(refused("copying"))
}

impl Imports {
    /// Prints both and their ratio.
    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    pub(super) fn report(&self) {
        let ratio = self.service.as_secs_f64() / self.copy.as_secs_f64();
        let met = if ratio <= TARGET { "met" } else { "MISSED" };
        let what = format!("import of {BILLS} bills / COPY of the rows ({:.1?})", self.copy);
        println!("  {what:<58} {ratio:>7.2}   target <= {TARGET}: {met}");
    }
}
