//! Bills and those who send them. Whether a bill is paid is read from the ledger's claims.

use std::cmp::Reverse;

use chrono::NaiveDate;
use city_clock::{Timestamp, hue_day};
use city_contracts::payments::BillHeadView;
use city_ids::{AccountId, BillId, BillerId};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::dues::{Due, Off, Penalty, Rebate, Terms};
use crate::domain::ledger::{AccountNo, Class, Purpose};
use crate::error::{Error, broken, fault};

/// Who wants money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Biller {
    pub id: BillerId,
    pub code: String,
    pub name: String,
    pub purpose: Purpose,
    pub version: i64,
}

/// A bill in its present revision, with what the ledger says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub id: BillId,
    pub biller: Biller,
    /// The agency whose biller it is; owned by the catalogue.
    pub agency: Option<String>,
    pub number: String,
    pub customer_code: Option<String>,
    pub payer: Option<AccountId>,
    /// What another service asked for it with; none for a biller's own.
    pub source_ref: Option<String>,
    pub opened_at: Timestamp,
    /// The subject of the claim that ends it.
    pub revision: Uuid,
    /// Which revision it is, from 1.
    pub no: i32,
    pub period: Option<String>,
    pub holder_masked: Option<String>,
    pub due_date: NaiveDate,
    pub heads: Vec<BillHeadView>,
    /// The sum of the heads.
    pub amount: i64,
    pub terms: Terms,
    /// How and by which posting or command it was ended.
    pub claim: Option<(i16, Uuid)>,
    /// When and with how much it was paid.
    pub paid: Option<(Timestamp, i64)>,
    /// Bank and number that codes of its biller carry.
    pub target: Option<(String, String)>,
}

impl Bill {
    /// What is due now; of a paid bill, what was due when it was paid.
    pub fn due(&self, now: Timestamp) -> Due {
        let (at, paid) = self.paid.map_or((now, None), |(at, amount)| (at, Some(amount)));
        let due = self.terms.due(self.amount, self.due_date, hue_day(at));
        Due { amount: paid.unwrap_or(due.amount), ..due }
    }
}

/// A bill that begins.
#[derive(Debug)]
pub struct NewBill<'a> {
    pub id: BillId,
    pub biller: BillerId,
    pub number: &'a str,
    pub customer_code: &'a str,
    pub payer: Option<AccountId>,
    pub source_ref: &'a str,
    pub revision: Uuid,
    pub due_date: NaiveDate,
    pub heads: &'a [BillHeadView],
    pub amount: i64,
    pub at: Timestamp,
}

/// The biller of an agency, made when its first bill comes, with one account for all its heads.
pub async fn biller_of_agency(
    db: &mut PgConnection,
    id: BillerId,
    agency: &str,
    purpose: Purpose,
) -> Result<BillerId, Error> {
    let made = sqlx::query!(
        "insert into payments.biller (id, code, name, agency_code, purpose) values ($1, $2, $2, $2, $3)
         on conflict on constraint biller_code do nothing",
        id.as_uuid(),
        agency,
        purpose.number()
    );
    let made = made.execute(&mut *db).await.map_err(fault("making a biller"))?;
    if made.rows_affected() == 1 {
        let account = super::ledger::open(db, id.as_uuid(), Class::Biller, None).await?;
        let head = sqlx::query!(
            "insert into payments.biller_head (biller, head_code, account) values ($1, '', $2)",
            id.as_uuid(),
            account.0
        );
        head.execute(db).await.map_err(fault("making an account of a biller"))?;
        return Ok(id);
    }
    let found = sqlx::query_scalar!(
        r#"select id as "id: BillerId" from payments.biller where code = $1"#,
        agency
    );
    found.fetch_one(db).await.map_err(fault("finding a biller"))
}

/// A new bill with its first revision; false when this was asked for before.
pub async fn insert(db: &mut PgConnection, bill: &NewBill<'_>) -> Result<bool, Error> {
    let inserted = sqlx::query!(
        "insert into payments.bill (id, biller, number, customer_code, payer, source, source_ref, opened_at)
         values ($1, $2, $3, $4, $5, 'CATALOGUE', $6, $7)
         on conflict on constraint bill_source_ref do nothing",
        bill.id.as_uuid(),
        bill.biller.as_uuid(),
        bill.number,
        bill.customer_code,
        bill.payer.map(AccountId::as_uuid),
        bill.source_ref,
        bill.at
    );
    let inserted = inserted.execute(&mut *db).await.map_err(fault("writing a bill"))?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    let revision = sqlx::query!(
        "insert into payments.bill_revision (id, bill, no, due_date, heads, amount, at) values ($1, $2, 1, $3, $4, $5, $6)",
        bill.revision,
        bill.id.as_uuid(),
        bill.due_date,
        Json(bill.heads) as _,
        bill.amount,
        bill.at
    );
    revision.execute(db).await.map_err(fault("writing a revision of a bill"))?;
    Ok(true)
}

/// Several bills by their ids, in no order.
pub async fn list(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Bill>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select id as "id!: BillId", number as "number!", customer_code, payer as "payer: AccountId", source_ref,
               opened_at as "opened_at!", biller as "biller!: BillerId", code as "code!", name as "name!",
               purpose as "purpose!", agency_code, biller_version as "biller_version!", revision as "revision!", no as "no!",
               period, holder_masked, due_date as "due_date!", heads as "heads!: Json<Vec<BillHeadView>>",
               amount as "amount!", rebate_until, rebate_bps, penalty_bps_per_day, penalty_cap_bps, rebate_fixed, penalty_fixed,
               outcome, winner, paid_at, paid_amount, qr_bin, qr_number
        from payments.bill_now
        where id = any($1)"#,
        ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading bills"))?;
    rows.into_iter().map(Row::restore).collect()
}

/// One bill.
pub async fn find(db: &mut PgConnection, id: BillId) -> Result<Option<Bill>, Error> {
    Ok(list(db, &[id.as_uuid()]).await?.pop())
}

/// The bill that another service asked for with this.
pub async fn find_by_source(
    db: &mut PgConnection,
    source_ref: &str,
) -> Result<Option<Bill>, Error> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: BillId" from payments.bill where source = 'CATALOGUE' and source_ref = $1"#,
        source_ref
    );
    match id.fetch_optional(&mut *db).await.map_err(fault("finding a bill"))? {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// The bill of a biller that has this number.
pub async fn find_by_number(
    db: &mut PgConnection,
    biller: BillerId,
    number: &str,
) -> Result<Option<Bill>, Error> {
    let id = sqlx::query_scalar!(
        r#"select id as "id: BillId" from payments.bill where biller = $1 and number = $2"#,
        biller.as_uuid(),
        number
    );
    match id.fetch_optional(&mut *db).await.map_err(fault("finding a bill"))? {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// The revisions of a bill, each the subject of a claim.
pub async fn revisions(db: &mut PgConnection, bill: BillId) -> Result<Vec<Uuid>, Error> {
    let ids = sqlx::query_scalar!(
        "select id from payments.bill_revision where bill = $1",
        bill.as_uuid()
    );
    ids.fetch_all(db).await.map_err(fault("reading the revisions of a bill"))
}

/// A page of the bills of one payer and of the customers they watch, newest first.
pub async fn list_mine(
    db: &mut PgConnection,
    payer: AccountId,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Bill>, Error> {
    let (at, id) = after.unzip();
    let ids = sqlx::query_scalar!(
        r#"
        select id as "id!" from (
            (select id, opened_at from payments.bill
             where payer = $1 and ($2::timestamptz is null or (opened_at, id) < ($2, $3))
             order by opened_at desc, id desc limit $4)
            union all
            select followed.id, followed.opened_at
            from payments.bill_watch w
            cross join lateral (
                select id, opened_at from payments.bill
                where biller = w.biller and customer_code = w.customer_code and payer is null
                  and ($2::timestamptz is null or (opened_at, id) < ($2, $3))
                order by opened_at desc, id desc limit $4
            ) followed
            where w.owner = $1
        ) newest
        order by opened_at desc, id desc
        limit $4"#,
        payer.as_uuid(),
        at,
        id,
        limit
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing bills"))?;
    newest_first(db, &ids).await
}

/// A page of the bills that a biller sent to a customer and that are nobody's, newest first.
pub async fn list_by_code(
    db: &mut PgConnection,
    biller: BillerId,
    customer_code: &str,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Bill>, Error> {
    let (at, id) = after.unzip();
    let ids = sqlx::query_scalar!(
        "select id from payments.bill
         where biller = $1 and customer_code = $2 and payer is null
           and ($3::timestamptz is null or (opened_at, id) < ($3, $4))
         order by opened_at desc, id desc
         limit $5",
        biller.as_uuid(),
        customer_code,
        at,
        id,
        limit
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing bills of a customer"))?;
    newest_first(db, &ids).await
}

async fn newest_first(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Bill>, Error> {
    let mut bills = list(db, ids).await?;
    bills.sort_unstable_by_key(|bill| Reverse((bill.opened_at, bill.id.as_uuid())));
    Ok(bills)
}

/// Where the money of each head goes, in their order: to its own account, or the biller's for all others.
pub async fn accounts(
    db: &mut PgConnection,
    biller: BillerId,
    heads: &[BillHeadView],
) -> Result<Vec<AccountNo>, Error> {
    let rows = sqlx::query!(
        "select head_code, account from payments.biller_head where biller = $1",
        biller.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading the accounts of a biller"))?;
    let of = |code: &str| rows.iter().find(|row| row.head_code == code).map(|row| row.account);
    heads
        .iter()
        .map(|head| {
            let account = of(&head.code).or_else(|| of(""));
            let missing = || broken("reading the accounts of a biller", biller.to_string());
            account.map(AccountNo).ok_or_else(missing)
        })
        .collect()
}

struct Row {
    id: BillId,
    number: String,
    customer_code: Option<String>,
    payer: Option<AccountId>,
    source_ref: Option<String>,
    opened_at: Timestamp,
    biller: BillerId,
    code: String,
    name: String,
    purpose: i16,
    agency_code: Option<String>,
    biller_version: i64,
    revision: Uuid,
    no: i32,
    period: Option<String>,
    holder_masked: Option<String>,
    due_date: NaiveDate,
    heads: Json<Vec<BillHeadView>>,
    amount: i64,
    rebate_until: Option<NaiveDate>,
    rebate_bps: Option<i32>,
    penalty_bps_per_day: Option<i32>,
    penalty_cap_bps: Option<i32>,
    rebate_fixed: Option<i64>,
    penalty_fixed: Option<i64>,
    outcome: Option<i16>,
    winner: Option<Uuid>,
    paid_at: Option<Timestamp>,
    paid_amount: Option<i64>,
    qr_bin: Option<String>,
    qr_number: Option<String>,
}

impl Row {
    fn restore(self) -> Result<Bill, Error> {
        let purpose = Purpose::of(self.purpose);
        let purpose = purpose.ok_or_else(|| broken("reading bills", self.id.to_string()))?;
        let off = self.rebate_bps.map(Off::Bps).or(self.rebate_fixed.map(Off::Fixed));
        let rebate = self.rebate_until.zip(off).map(|(until, off)| Rebate { until, off });
        let cap_bps = self.penalty_cap_bps;
        let daily = self.penalty_bps_per_day.zip(cap_bps);
        let daily = daily.map(|(bps, cap_bps)| Penalty::PerDay { bps, cap_bps });
        let once = self.penalty_fixed.map(|fixed| Penalty::Once { fixed, cap_bps });
        Ok(Bill {
            id: self.id,
            biller: Biller {
                id: self.biller,
                code: self.code,
                name: self.name,
                purpose,
                version: self.biller_version,
            },
            agency: self.agency_code,
            number: self.number,
            customer_code: self.customer_code,
            payer: self.payer,
            source_ref: self.source_ref,
            opened_at: self.opened_at,
            revision: self.revision,
            no: self.no,
            period: self.period,
            holder_masked: self.holder_masked,
            due_date: self.due_date,
            heads: self.heads.0,
            amount: self.amount,
            terms: Terms { rebate, penalty: daily.or(once) },
            claim: self.outcome.zip(self.winner),
            paid: self.paid_at.zip(self.paid_amount),
            target: self.qr_bin.zip(self.qr_number),
        })
    }
}
