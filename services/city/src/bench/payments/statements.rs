//! A page far back in the statement of an account with a million legs, against its first page.
//!
//! Both are read by the service's own function, in turn, on a database of their own: legs over twelve months, one in ten
//! of them a debit.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_clock::{Clock as _, SystemClock, Timestamp};
use city_payments::ledger::AccountNo;
use city_payments::{StatementWanted, statement_page};
use sqlx::{AssertSqlSafe, PgConnection};

use super::ground::{Ground, connect};
use crate::start;

const LEGS: i64 = 1_000_000;
const DEPTH: i64 = 500_000;
/// Others have the numbers behind it; those below are the service's own.
const FIRST: i64 = 1_000_000;
const ACCOUNT: AccountNo = AccountNo(FIRST);
/// A page of 20, and one more to know whether there is a next.
const LINES: i64 = 21;
/// How often each page is read.
const READS: usize = 400;
const TARGET: f64 = 1.5;

/// The median time of each page.
pub(super) struct Pages {
    first: Duration,
    deep: Duration,
}

fn rows() -> String {
    // The same id as a phone would make at that instant, so that each leg lies in its month.
    let id = "(lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '70008000'
               || lpad(to_hex(n), 12, '0'))::uuid";
    format!(
        "select payments.make_transfer_partitions((now() - interval '13 months')::date, 14);
         insert into payments.ledger_account (id, ext, class, flags) overriding system value
             select {FIRST} + n, md5(n::text)::uuid, case when n = 0 then 21 else 20 end, 1
             from generate_series(0, 1000) n;
         insert into payments.ledger_transfer (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released,
                                               dr_after, cr_after, at, req_hash)
             select {id}, 0, n, 1 + n / 500, 1, 2,
                    {FIRST} + case when n % 10 = 0 then 0 else 1 + n % 1000 end,
                    {FIRST} + case when n % 10 = 0 then 1 + n % 1000 else 0 end,
                    1000, 0, 0, 0, moment, decode(repeat('07', 32), 'hex')
             from generate_series(1, {LEGS}) n,
                  lateral (select now() - ({LEGS} - n) * interval '365 days' / {LEGS} as moment) at;
         insert into payments.ledger_batch (n, epoch, first_seq, transfers, rejections, commands, rules, prev, root, hash,
                                            kid, sig, at)
             select batch, 1, min(seq), count(*), 0, 0, 0, zeros, zeros, sha256(batch::text::bytea), 'bench',
                    zeros || zeros, min(at)
             from payments.ledger_transfer, (select decode(repeat('00', 32), 'hex') as zeros) none
             group by batch, zeros order by batch;
         analyze"
    )
}

/// Makes the legs and reads the pages.
pub(super) async fn measure(ground: &Ground) -> Result<Pages, BootError> {
    let url = ground.another("statements").await?;
    start::migrate(&url).await?;
    let mut db = connect(&url).await?;
    let refused = |error| BootError::failed("making legs", error);
    sqlx::raw_sql(AssertSqlSafe(rows())).execute(&mut db).await.map_err(refused)?;
    // As on a server at work, whose rows are long known to be visible.
    sqlx::raw_sql("vacuum payments.ledger_transfer").execute(&mut db).await.map_err(refused)?;
    let (mut first, mut deep) = (Vec::new(), Vec::new());
    for _ in 0..READS {
        first.push(read(&mut db, LEGS + 1).await?);
        deep.push(read(&mut db, LEGS + 1 - DEPTH).await?);
    }
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    Ok(Pages { first: median(first), deep: median(deep) })
}

async fn read(db: &mut PgConnection, before_seq: i64) -> Result<Duration, BootError> {
    let wanted = StatementWanted {
        account: ACCOUNT,
        before_seq,
        from: Timestamp::UNIX_EPOCH,
        until: SystemClock.now(),
        limit: LINES,
    };
    let asked = Instant::now();
    let lines = statement_page(db, wanted).await;
    let took = asked.elapsed();
    let lines = lines.map_err(|error| BootError::failed("reading a statement", error))?;
    let whole = lines.first().map(|line| line.seq) == Some(before_seq - 1)
        && i64::try_from(lines.len()) == Ok(LINES);
    if whole { Ok(took) } else { Err(BootError::Config("a page is not whole".into())) }
}

impl Pages {
    /// Prints both and their ratio.
    #[expect(clippy::print_stdout, reason = "a command speaks on its standard output")]
    pub(super) fn report(&self) {
        let ratio = self.deep.as_secs_f64() / self.first.as_secs_f64();
        let met = if ratio <= TARGET { "met" } else { "MISSED" };
        let what = format!("page at depth {DEPTH} / first page ({:.1?})", self.first);
        println!("  {what:<58} {ratio:>7.2}   target <= {TARGET}: {met}");
    }
}
