//! The baselines: the same rows, a transaction a payment.

use std::time::{Duration, Instant};

use city_boot::BootError;
use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;
use sqlx::{Acquire as _, PgConnection, Row as _};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::ground::Ground;
use super::round::{Picks, Round, Spread};

/// The tables of the ledger once more, and the payment as one function.
pub(super) const TABLES: &str = r"
create schema naive;
create table naive.ledger_account (like payments.ledger_account including all);
create table naive.ledger_transfer (like payments.ledger_transfer including all);
create table naive.outbox (like payments.outbox including all);
create table naive.bulk (like payments.ledger_transfer including all);
create sequence naive.seq;
insert into naive.ledger_account overriding system value select * from payments.ledger_account;
create function naive.pay(id uuid, event uuid, from_no bigint, to_no bigint, dong bigint) returns bigint
language plpgsql as $$
declare
    from_after bigint;
    to_after bigint;
    place bigint := nextval('naive.seq');
begin
    -- In one order for all, so that nobody waits in a circle.
    perform 1 from naive.ledger_account a where a.id in (from_no, to_no) order by a.id for update;
    update naive.ledger_account a set debits_posted = debits_posted + dong, version = version + 1
        where a.id = from_no and debits_pending + debits_posted + dong <= credits_posted
        returning credits_posted - debits_posted into from_after;
    if from_after is null then
        return 0;
    end if;
    update naive.ledger_account a set credits_posted = credits_posted + dong, version = version + 1
        where a.id = to_no returning credits_posted - debits_posted into to_after;
    insert into naive.ledger_transfer (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, dr_after, cr_after,
                                       at, req_hash)
        values (id, 0, place, 1, 1, 2, from_no, to_no, dong, 0, from_after, to_after, now(),
                decode(repeat('07', 32), 'hex'));
    insert into naive.outbox (event_id, kind, at, body)
        values (event, 'PaymentSucceeded', now(), jsonb_build_object('payment', id, 'amount', dong::text));
    return place;
end $$;
";

const LOCK: &str =
    "select id, credits_posted - debits_posted - debits_pending as free from naive.ledger_account
                    where id in ($1, $2) order by id for update";
const DEBIT: &str =
    "update naive.ledger_account set debits_posted = debits_posted + $2, version = version + 1
                     where id = $1 returning credits_posted - debits_posted as net";
const CREDIT: &str =
    "update naive.ledger_account set credits_posted = credits_posted + $2, version = version + 1
                      where id = $1 returning credits_posted - debits_posted as net";
const TRANSFER: &str = "insert into naive.ledger_transfer (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released,
                        dr_after, cr_after, at, req_hash)
                        values ($1, 0, nextval('naive.seq'), 1, 1, 2, $2, $3, $4, 0, $5, $6, now(), $7)";
const OUTBOX: &str = "insert into naive.outbox (event_id, kind, at, body)
                      values ($1, 'PaymentSucceeded', now(), jsonb_build_object('payment', $2::uuid, 'amount', $3::text))";
const BULK: &str = "insert into naive.bulk (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, dr_after,
                    cr_after, at, req_hash)
                    select t.id, 0, nextval('naive.seq'), 1, 1, 2, t.dr, t.cr, t.amount, 0, 0, 0, now(), $5
                    from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) as t(id, dr, cr, amount)";
/// Rows of one insert of the ceiling.
const BULK_ROWS: usize = 500;

/// How a baseline pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// One call of a function.
    OneShot,
    /// From BEGIN to COMMIT over the wire.
    Interactive,
    /// Transfers alone, 500 an insert, no balances: a ceiling, not a way to pay.
    Bulk,
}

pub(super) struct Naive<'a> {
    pub(super) ground: &'a Ground,
}

impl Naive<'_> {
    /// Connections that each pay again as soon as they are answered.
    pub(super) async fn round(
        &self,
        way: Way,
        spread: Spread,
        clients: usize,
        lasting: Duration,
    ) -> Result<Round, BootError> {
        let mut connections = Vec::new();
        for _ in 0..clients {
            connections.push(self.ground.connect().await?);
        }
        let begun = Instant::now();
        let mut paying = JoinSet::new();
        for (number, mut db) in connections.into_iter().enumerate() {
            let (mut picks, ids) = (Picks::new(number, spread), self.ground.ids.clone());
            paying.spawn(async move {
                let mut latencies = Vec::new();
                while begun.elapsed() < lasting {
                    let (dr, cr, amount) = picks.next();
                    let payment = (
                        ids.uuid(SystemClock.now()),
                        ids.uuid(SystemClock.now()),
                        dr.0,
                        cr.0,
                        amount,
                    );
                    let sent = Instant::now();
                    let paid = match way {
                        Way::OneShot => one_shot(&mut db, payment).await,
                        Way::Interactive => interactive(&mut db, payment).await,
                        Way::Bulk => Ok(false),
                    };
                    if !paid.map_err(|error| BootError::failed("paying", error))? {
                        return Err(BootError::Config("a baseline refused a payment".into()));
                    }
                    latencies.push(sent.elapsed());
                }
                Ok(latencies)
            });
        }
        Round::gather(begun, paying).await
    }

    /// The ceiling: what the disk takes when nothing is decided. Each row counts.
    #[expect(clippy::disallowed_methods, reason = "the tables exist in the benchmark only")]
    pub(super) async fn bulk(&self, lasting: Duration) -> Result<Round, BootError> {
        let mut db = self.ground.connect().await?;
        let (mut picks, ids) = (Picks::new(0, Spread::Hot), Ids::random());
        let (begun, mut latencies) = (Instant::now(), Vec::new());
        while begun.elapsed() < lasting {
            let rows: Vec<_> = (0..BULK_ROWS).map(|_| picks.next()).collect();
            let id: Vec<Uuid> = rows.iter().map(|_| ids.uuid(SystemClock.now())).collect();
            let dr: Vec<i64> = rows.iter().map(|row| row.0.0).collect();
            let cr: Vec<i64> = rows.iter().map(|row| row.1.0).collect();
            let amount: Vec<i64> = rows.iter().map(|row| row.2).collect();
            let sent = Instant::now();
            let insert = sqlx::query(BULK)
                .bind(id)
                .bind(dr)
                .bind(cr)
                .bind(amount)
                .bind([7_u8; 32].as_slice());
            insert.execute(&mut db).await.map_err(|error| BootError::failed("inserting", error))?;
            latencies.extend(std::iter::repeat_n(sent.elapsed(), BULK_ROWS));
        }
        Ok(Round::of(begun.elapsed(), latencies))
    }
}

/// Payment, event, from, to, dong.
type Payment = (Uuid, Uuid, i64, i64, i64);

#[expect(clippy::disallowed_methods, reason = "the tables exist in the benchmark only")]
async fn one_shot(db: &mut PgConnection, payment: Payment) -> Result<bool, sqlx::Error> {
    let (id, event, dr, cr, amount) = payment;
    let call = sqlx::query("select naive.pay($1, $2, $3, $4, $5)");
    let row = call.bind(id).bind(event).bind(dr).bind(cr).bind(amount).fetch_one(db).await?;
    Ok(row.get::<i64, _>(0) > 0)
}

#[expect(clippy::disallowed_methods, reason = "the tables exist in the benchmark only")]
async fn interactive(db: &mut PgConnection, payment: Payment) -> Result<bool, sqlx::Error> {
    let (id, event, dr, cr, amount) = payment;
    let mut tx = db.begin().await?;
    let rows = sqlx::query(LOCK).bind(dr).bind(cr).fetch_all(&mut *tx).await?;
    let payer = rows.iter().find(|row| row.get::<i64, _>(0) == dr);
    if payer.is_none_or(|row| row.get::<i64, _>(1) < amount) {
        return Ok(false);
    }
    let row = sqlx::query(DEBIT).bind(dr).bind(amount).fetch_one(&mut *tx).await?;
    let dr_after: i64 = row.get(0);
    let row = sqlx::query(CREDIT).bind(cr).bind(amount).fetch_one(&mut *tx).await?;
    let cr_after: i64 = row.get(0);
    let transfer = sqlx::query(TRANSFER).bind(id).bind(dr).bind(cr).bind(amount);
    let transfer = transfer.bind(dr_after).bind(cr_after).bind([7_u8; 32].as_slice());
    transfer.execute(&mut *tx).await?;
    sqlx::query(OUTBOX).bind(event).bind(id).bind(amount.to_string()).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(true)
}
