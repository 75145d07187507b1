//! 100,000 open dossiers, spread over counters, statuses and deadlines, made in bulk.

use city_boot::BootError;
use indicatif::{ProgressBar, ProgressStyle};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use super::ground::Ground;

/// How many.
pub(super) const DOSSIERS: i32 = 100_000;
/// In one transaction.
const BATCH: i32 = 5_000;

const PREPARE: &str = include_str!("dossiers.sql");

/// Draws of a dossier are digits of a hash of its number, so that the same are made everywhere. Of twenty six are accepted, ten
/// being processed, two asked for more, one asked for money, one stopped; two of three are due within the coming six weeks.
const MAKE: &str = "
with today as (
    select max(no) as no from hue_day where day <= (now() at time zone 'Asia/Ho_Chi_Minh')::date
), drawn as (
    select n, ('x' || substr(md5(n::text), 1, 7))::bit(28)::integer as a,
           ('x' || substr(md5(n::text), 8, 7))::bit(28)::integer as b,
           ('x' || substr(md5(n::text), 15, 7))::bit(28)::integer as c,
           ('x' || substr(md5(n::text), 22, 7))::bit(28)::integer as d
    from generate_series($1::integer, $2::integer) n
), planned as (
    select drawn.*, (array[5, 10, 15, 20, 30])[1 + a % 5] as days,
           case when n % 20 < 6 then 2 when n % 20 < 16 then 4 when n % 20 < 18 then 5
                when n % 20 = 18 then 6 else 8 end::smallint as status
    from drawn
), begun as (
    -- Accepted on a working day between two days ago and a week and a half before its term would be over.
    select planned.*, today.no as today, today.no - 2 - b % (days + 8) as accepted_no from planned, today
), timed as (
    select begun.*, accepted.day + time '08:00' + c % 400 * interval '1 minute' as accepted_local,
           1 + d % least(days - 1, today - accepted_no - 1) as after
    from begun join hue_day accepted on accepted.no = begun.accepted_no
)
insert into made
select (lpad(to_hex((extract(epoch from at.submitted_at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text), 1, 3)
            || '8' || substr(md5(n::text), 4, 15))::uuid,
       n, status, days, counter.receiving, counter.competent, counter.ward,
       md5('resident ' || n)::uuid, md5('officer ' || counter.competent || d % 5)::uuid,
       edition.id, edition.national_code, case status when 2 then 3 when 4 then 4 else 5 end,
       at.submitted_at, at.accepted_at,
       case when status > 4 then (stop.day + time '09:00') at time zone 'Asia/Ho_Chi_Minh' end,
       after, due.closes_at
from timed
join hue_day due on due.no = accepted_no + days
join hue_day stop on stop.no = accepted_no + after
join counter on counter.no = d % (select count(*) from counter)::integer
join edition on edition.no = a % (select count(*) from edition)::integer
cross join lateral (
    select accepted_local at time zone 'Asia/Ho_Chi_Minh' as accepted_at,
           (accepted_local - (5 + c % 50) * interval '1 minute') at time zone 'Asia/Ho_Chi_Minh' as submitted_at
) at";

const DOSSIER: &str = "
insert into catalogue.dossier (
    id, code, account, actor, applicant_type, channel, status, procedure_code, procedure_edition, receiving_agency,
    competent_agency, ward, assignee, sealed, wrapped_key, key_id, track_mac, quote, sla, calendar_code,
    calendar_version, submitted_at, accepted_at, due_at, first_due_at, remaining, late_flagged_at, due_soon_at,
    resumable, saved_at, version, created_at, updated_at)
select id, receiving || '-' || to_char(submitted_at at time zone 'Asia/Ho_Chi_Minh', 'YYMMDD') || '-' || lpad(n::text, 6, '0'),
       account, account, 0, case when n % 5 < 3 then 2 else 1 end, status, procedure_code, edition, receiving,
       competent, ward, case when status > 2 then officer end,
       -- As long as the sealed answers of a usual form.
       decode(repeat(md5(n::text), 44), 'hex'), decode(repeat(md5(n::text), 4), 'hex'), 'bench',
       sha256(convert_to(n::text, 'UTF8')),
       jsonb_build_object('editionId', 'ped_' || replace(edition::text, '-', ''), 'total', '0', 'lines', '[]'::jsonb,
           'applied', '[]'::jsonb, 'possible', '[]'::jsonb, 'validUntil', submitted_at + interval '1 day'),
       jsonb_build_object('rule', 'WORKING_DAYS', 'n', days), 'VN-HUE',
       (select max(version) from catalogue.calendar where code = 'VN-HUE'),
       submitted_at, accepted_at, case when status <= 4 then due_at end, due_at,
       -- The day of the stop is not counted.
       case when status > 4 then days - stopped_after + 1 end,
       case when status <= 4 and due_at < now() then due_at + interval '1 minute' end,
       case when status <= 4 and due_at < now() + interval '1 day' then due_at - interval '1 day' end,
       case when status = 8 then true end, submitted_at, version, submitted_at - interval '1 hour',
       coalesce(stopped_at, accepted_at + interval '15 minutes')
from made";

const RUNS: &str = "
insert into catalogue.clock_segment (dossier, seq, kind, started_at, ended_at, cause_seq)
select id, 1, 'RUN', accepted_at, stopped_at, 2 from made
union all select id, 2, 'STOP', stopped_at, null, 4 from made where stopped_at is not null";

const ROUNDS: &str = "
insert into catalogue.dossier_request (dossier, round, asked_at, asked_by, deadline)
select id, 1, stopped_at, officer, (now() at time zone 'Asia/Ho_Chi_Minh')::date + 10 + n % 20 from made where status = 5";

const ITEMS: &str = "
insert into catalogue.request_item (dossier, round, target, reason)
select id, 1, 'component:to-khai', 'not-signed' from made where status = 5";

const BILLS: &str = "
insert into catalogue.dossier_bill (bill_ref, dossier, purpose, amount, lines, state, requested_at)
select md5('bill ' || n)::uuid, id, 'DUTY', 250000,
       '[{\"code\": \"duty\", \"name\": \"Nghĩa vụ tài chính\", \"amount\": \"250000\"}]'::jsonb, 'OPEN', stopped_at
from made where status = 6";

/// A row of each history, in SQL over `made`.
struct Happened {
    seq: i32,
    kind: &'static str,
    at: &'static str,
    actor: &'static str,
    from: &'static str,
    to: &'static str,
    /// To which dossiers.
    which: &'static str,
}

const HISTORY: [Happened; 4] = [
    Happened {
        seq: 1,
        kind: "'SUBMIT'",
        at: "submitted_at",
        actor: "account",
        from: "0",
        to: "1",
        which: "true",
    },
    Happened {
        seq: 2,
        kind: "'ACCEPT'",
        at: "accepted_at",
        actor: "officer",
        from: "1",
        to: "2",
        which: "true",
    },
    Happened {
        seq: 3,
        kind: "'START'",
        at: "accepted_at + interval '15 minutes'",
        actor: "officer",
        from: "2",
        to: "4",
        which: "status > 2",
    },
    Happened {
        seq: 4,
        kind: "case status when 5 then 'ASK' when 6 then 'ASK_PAYMENT' else 'STOP' end",
        at: "stopped_at",
        actor: "officer",
        from: "4",
        to: "status",
        which: "status > 4",
    },
];

const NUMBERS: &str = "
insert into catalogue.dossier_seq as s (agency, day, last)
select receiving, (submitted_at at time zone 'Asia/Ho_Chi_Minh')::date, max(n) from made group by 1, 2
on conflict (agency, day) do update set last = greatest(s.last, excluded.last)";

/// Makes them, unless another part did.
pub(super) async fn make(ground: &Ground) -> Result<(), BootError> {
    let mut db = ground.connect().await?;
    if present(&mut db).await? >= i64::from(DOSSIERS) {
        return Ok(());
    }
    let failed = |error: sqlx::Error| BootError::failed("making dossiers", error);
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} dossiers {eta}")
        .map_err(|error| BootError::failed("drawing the progress bar", error))?;
    let all = u64::from(DOSSIERS.unsigned_abs());
    let progress = ProgressBar::new(all).with_style(style).with_message("dossiers");
    db.execute(PREPARE).await.map_err(failed)?;
    for first in (1..=DOSSIERS).step_by(usize::try_from(BATCH).unwrap_or(1)) {
        batch(&mut db, first, first + BATCH - 1).await.map_err(failed)?;
        progress.inc(u64::from(BATCH.unsigned_abs()));
    }
    progress.finish_and_clear();
    for table in ["dossier", "dossier_event", "clock_segment", "dossier_request", "dossier_bill"] {
        let vacuum = format!("vacuum (analyze) catalogue.{table}");
        db.execute(AssertSqlSafe(vacuum)).await.map_err(failed)?;
    }
    let made = present(&mut db).await?;
    if made < i64::from(DOSSIERS) {
        return Err(BootError::Config(format!("only {made} of {DOSSIERS} dossiers were made")));
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a benchmark's data is made in bulk")]
async fn batch(db: &mut PgConnection, first: i32, last: i32) -> Result<(), sqlx::Error> {
    let mut tx = db.begin().await?;
    tx.execute("truncate made").await?;
    sqlx::query(MAKE).bind(first).bind(last).execute(&mut *tx).await?;
    for statement in [DOSSIER, RUNS, ROUNDS, ITEMS, BILLS] {
        tx.execute(statement).await?;
    }
    for Happened { seq, kind, at, actor, from, to, which } in HISTORY {
        // The canonical row of a history that says nothing more, hashed over the row before.
        let statement = format!(
            "insert into catalogue.dossier_event
                 (dossier, seq, at, actor, kind, from_status, to_status, data, prev_hash, hash)
             select id, {seq}, at, actor, kind, from_status, to_status, '{{}}', prev,
                    sha256(prev || convert_to('[\"' || id || '\",{seq},' || (extract(epoch from at) * 1000000)::bigint
                        || ',\"' || actor || '\",null,\"' || kind || '\",' || from_status || ',' || to_status
                        || ',null,null,{{}}]', 'UTF8'))
             from (select id, {at} as at, {actor} as actor, {kind} as kind, {from}::smallint as from_status,
                          {to}::smallint as to_status,
                          coalesce((select hash from catalogue.dossier_event where dossier = id and seq = {seq} - 1),
                                   decode(repeat('00', 32), 'hex')) as prev
                   from made where {which}) row"
        );
        tx.execute(AssertSqlSafe(statement)).await?;
    }
    tx.execute(NUMBERS).await?;
    tx.commit().await
}

async fn present(db: &mut PgConnection) -> Result<i64, BootError> {
    sqlx::query_scalar("select count(*) from catalogue.dossier where key_id = 'bench'")
        .fetch_one(db)
        .await
        .map_err(|error| BootError::failed("counting dossiers", error))
}
