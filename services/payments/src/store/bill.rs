//! Bills and those who send them. Whether a bill is paid is read from the ledger's claims.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_contracts::payments::BillHeadView;
use city_ids::{AccountId, BillId, BillerId};
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use crate::domain::ledger::{AccountNo, Class, Purpose};
use crate::error::{Error, broken, fault};

/// Who wants money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Biller {
    pub id: BillerId,
    pub code: String,
    pub name: String,
    pub purpose: Purpose,
}

/// A bill in its present revision, with what the ledger says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bill {
    pub id: BillId,
    pub biller: Biller,
    pub number: String,
    pub customer_code: Option<String>,
    pub payer: Option<AccountId>,
    pub source_ref: Option<String>,
    pub opened_at: Timestamp,
    /// The subject of the claim that ends it.
    pub revision: Uuid,
    pub due_date: NaiveDate,
    pub heads: Vec<BillHeadView>,
    pub amount: i64,
    /// How and by which posting or command it was ended.
    pub claim: Option<(i16, Uuid)>,
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
        select b.id as "id: BillId", b.number, b.customer_code, b.payer as "payer: AccountId", b.source_ref, b.opened_at,
               w.id as "biller: BillerId", w.code, w.name, w.purpose,
               r.id as revision, r.due_date, r.heads as "heads: Json<Vec<BillHeadView>>", r.amount,
               c.outcome as "outcome?", c.posting as "winner?"
        from payments.bill b
        join payments.biller w on w.id = b.biller
        join lateral (select * from payments.bill_revision where bill = b.id order by no desc limit 1) r on true
        left join payments.ledger_claim c on c.subject = r.id
        where b.id = any($1)"#,
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

/// A page of the bills of one payer, newest first.
pub async fn list_mine(
    db: &mut PgConnection,
    payer: AccountId,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Bill>, Error> {
    let (at, id) = after.unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"
        select b.id as "id: BillId", b.number, b.customer_code, b.payer as "payer: AccountId", b.source_ref, b.opened_at,
               w.id as "biller: BillerId", w.code, w.name, w.purpose,
               r.id as revision, r.due_date, r.heads as "heads: Json<Vec<BillHeadView>>", r.amount,
               c.outcome as "outcome?", c.posting as "winner?"
        from payments.bill b
        join payments.biller w on w.id = b.biller
        join lateral (select * from payments.bill_revision where bill = b.id order by no desc limit 1) r on true
        left join payments.ledger_claim c on c.subject = r.id
        where b.payer = $1 and ($2::timestamptz is null or (b.opened_at, b.id) < ($2, $3))
        order by b.opened_at desc, b.id desc
        limit $4"#,
        payer.as_uuid(),
        at,
        id,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing bills"))?;
    rows.into_iter().map(Row::restore).collect()
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
    revision: Uuid,
    due_date: NaiveDate,
    heads: Json<Vec<BillHeadView>>,
    amount: i64,
    outcome: Option<i16>,
    winner: Option<Uuid>,
}

impl Row {
    fn restore(self) -> Result<Bill, Error> {
        let purpose = Purpose::of(self.purpose);
        let purpose = purpose.ok_or_else(|| broken("reading bills", self.id.to_string()))?;
        Ok(Bill {
            id: self.id,
            biller: Biller { id: self.biller, code: self.code, name: self.name, purpose },
            number: self.number,
            customer_code: self.customer_code,
            payer: self.payer,
            source_ref: self.source_ref,
            opened_at: self.opened_at,
            revision: self.revision,
            due_date: self.due_date,
            heads: self.heads.0,
            amount: self.amount,
            claim: self.outcome.zip(self.winner),
        })
    }
}
