//! Settlements of payees. How much one is, is the document of its posting; how it ended, the claim on it.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::payments::SettlementRhythm;
use city_ids::SettlementId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::AccountNo;
use crate::domain::settlement::{Moves, Report, Settlement, Standing};
use crate::error::{Error, broken, fault};

/// Sets how often the owner of an account is settled; every midnight unless this was called.
pub async fn set_rhythm(
    db: &mut PgConnection,
    account: AccountNo,
    rhythm: SettlementRhythm,
) -> Result<(), Error> {
    let set = sqlx::query!(
        "insert into payments.settlement_rhythm (account, rhythm) values ($1, $2)
         on conflict on constraint settlement_rhythm_pkey do update set rhythm = excluded.rhythm",
        account.0,
        rhythm.as_str()
    );
    set.execute(db).await.map(drop).map_err(fault("setting a rhythm"))
}

/// Notes that a midnight was seen; false when it was before.
pub async fn begin_run(
    db: &mut PgConnection,
    rhythm: SettlementRhythm,
    day: NaiveDate,
    at: Timestamp,
) -> Result<bool, Error> {
    let begun = sqlx::query!(
        "insert into payments.settlement_run (rhythm, day, at) values ($1, $2, $3)
         on conflict on constraint settlement_run_pkey do nothing",
        rhythm.as_str(),
        day,
        at
    );
    let begun = begun.execute(db).await.map_err(fault("beginning to settle"))?;
    Ok(begun.rows_affected() == 1)
}

/// Merchants and billers of a rhythm who have something on their account.
pub async fn list_due(
    db: &mut PgConnection,
    rhythm: SettlementRhythm,
) -> Result<Vec<(AccountNo, Uuid)>, Error> {
    let rows = sqlx::query!(
        "select a.id, a.ext
         from payments.ledger_account a
         left join payments.settlement_rhythm r on r.account = a.id
         where a.class in (21, 22) and coalesce(r.rhythm, 'DAILY') = $1
           and a.credits_posted > a.debits_posted + a.debits_pending",
        rhythm.as_str()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("looking for payees to settle"))?;
    Ok(rows.into_iter().map(|row| (AccountNo(row.id), row.ext)).collect())
}

/// Settlements to be closed; those that there are already stay. Their ids follow from payee and period, and two that race
/// collide in both.
pub async fn open(
    db: &mut PgConnection,
    due: &[(SettlementId, AccountNo)],
    period: NaiveDate,
    at: Timestamp,
) -> Result<(), Error> {
    let ids: Vec<_> = due.iter().map(|(id, _)| id.as_uuid()).collect();
    let payees: Vec<_> = due.iter().map(|(_, payee)| payee.0).collect();
    let opened = sqlx::query!(
        "insert into payments.settlement (id, payee, period, opened_at)
         select d.id, d.payee, $3, $4 from unnest($1::uuid[], $2::bigint[]) as d(id, payee)
         on conflict do nothing",
        &ids,
        &payees,
        period,
        at
    );
    opened.execute(db).await.map(drop).map_err(fault("opening settlements"))
}

/// The oldest settlement that the ledger was not heard about yet.
pub async fn find_to_do(db: &mut PgConnection) -> Result<Option<Settlement>, Error> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: SettlementId" from payments.settlement
           where outcome is null order by opened_at, id limit 1"#
    );
    match id.fetch_optional(&mut *db).await.map_err(fault("looking for settlements to close"))? {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// Keeps what the ledger answered.
pub async fn finish(
    db: &mut PgConnection,
    id: SettlementId,
    outcome: &str,
    posting: Option<Uuid>,
) -> Result<(), Error> {
    let finished = sqlx::query!(
        "update payments.settlement set outcome = $2, posting = $3 where id = $1 and outcome is null",
        id.as_uuid(),
        outcome,
        posting
    );
    finished.execute(db).await.map(drop).map_err(fault("closing a settlement"))
}

/// An account as it stands, in the snapshot of a transaction.
pub async fn standing(db: &mut PgConnection, account: AccountNo) -> Result<Standing, Error> {
    let row = sqlx::query!(
        r#"select a.ext, a.credits_posted - a.debits_posted as "balance!", a.debits_pending as held,
                  w.last_seq as upto
           from payments.ledger_account a, payments.ledger_writer w
           where a.id = $1"#,
        account.0
    );
    let row = row.fetch_one(db).await.map_err(fault("reading what a payee has"))?;
    Ok(Standing { account, ext: row.ext, balance: row.balance, held: row.held, upto: row.upto })
}

/// What moved on an account after one leg of the ledger and up to another, without the posting that settled before.
pub async fn moves(
    db: &mut PgConnection,
    account: AccountNo,
    after: i64,
    upto: i64,
    without: Option<Uuid>,
) -> Result<Moves, Error> {
    let row = sqlx::query!(
        r#"
        select coalesce(sum(amount) filter (where into_it and purpose <> 16), 0)::bigint as "payments!",
               coalesce(sum(amount) filter (where not into_it and purpose = 15), 0)::bigint as "refunds!",
               coalesce(sum(amount) filter (where not into_it and purpose = 17), 0)::bigint as "fees!",
               coalesce(sum(case when into_it then amount else -amount end)
                        filter (where (into_it and purpose = 16) or (not into_it and purpose not in (15, 17))),
                        0)::bigint as "other!"
        from (
            select false as into_it, purpose, amount from payments.ledger_transfer
            where dr = $1 and seq > $2 and seq <= $3 and kind in (1, 3) and posting is distinct from $4
            union all
            select true, purpose, amount from payments.ledger_transfer
            where cr = $1 and seq > $2 and seq <= $3 and kind in (1, 3)
        ) m"#,
        account.0,
        after,
        upto,
        without
    );
    let row = row.fetch_one(db).await.map_err(fault("adding up what a payee got"))?;
    let (payments, refunds, fees, other) = (row.payments, row.refunds, row.fees, row.other);
    Ok(Moves { payments, refunds, fees, other })
}

/// Settlements by their ids, newest first.
async fn list(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Settlement>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select s.id as "id: SettlementId", s.payee, a.ext, s.period, s.posting, t.at as "at?", d.doc as "doc?",
               coalesce((select m.name from payments.merchant m where m.account = s.payee),
                        (select min(b.name) from payments.biller_head h join payments.biller b on b.id = h.biller
                         where h.account = s.payee)) as name,
               c.outcome as "claim?", p.detail as "bank_ref?"
        from payments.settlement s
        join payments.ledger_account a on a.id = s.payee
        left join payments.ledger_transfer t on t.posting = s.posting and t.leg = 0
        left join payments.posting_doc d on d.posting = s.posting
        left join payments.ledger_claim c on c.subject = s.id
        left join lateral (select detail from payments.approval
                           where subject = s.id and kind = 'SETTLEMENT' and outcome = 'DONE' limit 1) p on true
        where s.id = any($1)
        order by s.period desc, s.id desc"#,
        ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading settlements"))?;
    rows.into_iter().map(Row::restore).collect()
}

/// One settlement.
pub async fn find(db: &mut PgConnection, id: SettlementId) -> Result<Option<Settlement>, Error> {
    Ok(list(db, &[id.as_uuid()]).await?.pop())
}

/// A page of closed settlements, newest first, from just before one.
pub async fn page(
    db: &mut PgConnection,
    before: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Settlement>, Error> {
    let (period, id) = before.unzip();
    let ids = sqlx::query_scalar!(
        "select id from payments.settlement
         where outcome = 'CLOSED' and ($1::date is null or (period, id) < ($1, $2))
         order by period desc, id desc
         limit $3",
        period,
        id,
        limit
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing settlements"))?;
    list(db, &ids).await
}

/// The same of some payees only.
pub async fn page_of(
    db: &mut PgConnection,
    payees: &[AccountNo],
    before: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Vec<Settlement>, Error> {
    let payees: Vec<_> = payees.iter().map(|payee| payee.0).collect();
    let (period, id) = before.unzip();
    let ids = sqlx::query_scalar!(
        r#"
        select s.id
        from unnest($1::bigint[]) as of(payee)
        cross join lateral (
            select id, period from payments.settlement
            where payee = of.payee and outcome = 'CLOSED' and ($2::date is null or (period, id) < ($2, $3))
            order by period desc, id desc
            limit $4
        ) s
        order by s.period desc, s.id desc
        limit $4"#,
        &payees,
        period,
        id,
        limit
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing a payee's settlements"))?;
    list(db, &ids).await
}

/// The account of a payee by its public id, and how often it is settled.
pub async fn find_payee(
    db: &mut PgConnection,
    ext: Uuid,
) -> Result<Option<(AccountNo, String)>, Error> {
    let row = sqlx::query!(
        r#"select a.id, coalesce(r.rhythm, 'DAILY') as "rhythm!"
           from payments.ledger_account a left join payments.settlement_rhythm r on r.account = a.id
           where a.ext = $1 and a.class in (21, 22)"#,
        ext
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding a payee"))?;
    Ok(row.map(|row| (AccountNo(row.id), row.rhythm)))
}

/// One that is not closed is tried again, as if it had just been opened.
pub async fn reopen(db: &mut PgConnection, id: SettlementId, at: Timestamp) -> Result<(), Error> {
    let reopened = sqlx::query!(
        "update payments.settlement set outcome = null, opened_at = $2 where id = $1 and outcome <> 'CLOSED'",
        id.as_uuid(),
        at
    );
    reopened.execute(db).await.map(drop).map_err(fault("trying a settlement again"))
}

/// A movement that a report counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Its place in the ledger.
    pub seq: i64,
    /// The payment.
    pub posting: Uuid,
    /// When.
    pub at: Timestamp,
    /// Number of its purpose.
    pub purpose: i16,
    /// Below zero for what left.
    pub amount: i64,
}

/// Some of the movements that a report counts, in their order.
pub async fn movements(
    db: &mut PgConnection,
    account: AccountNo,
    (after, upto): (i64, i64),
    without: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Movement>, Error> {
    let rows = sqlx::query_as!(
        Movement,
        r#"
        select m.seq as "seq!", m.posting as "posting!", m.at as "at!", m.purpose as "purpose!", m.amount as "amount!"
        from (
            (select seq, posting, at, purpose, -amount as amount from payments.ledger_transfer
             where dr = $1 and seq > $2 and seq <= $3 and kind in (1, 3) and posting is distinct from $4
             order by seq limit $5)
            union all
            (select seq, posting, at, purpose, amount from payments.ledger_transfer
             where cr = $1 and seq > $2 and seq <= $3 and kind in (1, 3)
             order by seq limit $5)
        ) m
        order by m.seq
        limit $5"#,
        account.0,
        after,
        upto,
        without,
        limit
    );
    rows.fetch_all(db).await.map_err(fault("reading what a payee got"))
}

/// The report before a period, with its posting; none for the first.
pub async fn report_before(
    db: &mut PgConnection,
    payee: AccountNo,
    period: NaiveDate,
) -> Result<Option<(Uuid, Report)>, Error> {
    let row = sqlx::query!(
        r#"select s.posting as "posting!", d.doc as "doc!"
           from payments.settlement s
           join payments.posting_doc d on d.posting = s.posting
           where s.payee = $1 and s.outcome = 'CLOSED' and s.period < $2
           order by s.period desc limit 1"#,
        payee.0,
        period
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a settlement"))?;
    row.map(|row| Ok((row.posting, parse(&row.doc)?))).transpose()
}

fn parse(doc: &str) -> Result<Report, Error> {
    serde_json::from_str(doc).map_err(|error| broken("reading a report", error))
}

struct Row {
    id: SettlementId,
    payee: i64,
    ext: Uuid,
    period: NaiveDate,
    posting: Option<Uuid>,
    at: Option<Timestamp>,
    doc: Option<String>,
    name: Option<String>,
    claim: Option<i16>,
    bank_ref: Option<String>,
}

impl Row {
    fn restore(self) -> Result<Settlement, Error> {
        let closed = match (self.posting, self.at, self.doc) {
            (Some(posting), Some(at), Some(doc)) => Some((posting, at, parse(&doc)?)),
            (None, ..) => None,
            _ => return Err(broken("reading a settlement", self.id.to_string())),
        };
        Ok(Settlement {
            id: self.id,
            payee: AccountNo(self.payee),
            ext: self.ext,
            period: self.period,
            closed,
            name: self.name,
            claim: self.claim,
            bank_ref: self.bank_ref,
        })
    }
}
