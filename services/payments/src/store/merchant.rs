//! Merchants, their stores, what their codes mean and what they cost.

use chrono::NaiveDate;
use city_clock::Timestamp;
use city_ids::{BillerId, MerchantId, StoreId};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::chart;
use crate::domain::ledger::AccountNo;
use crate::domain::merchant::{BorneBy, FeeRule, MerchantState, Settle};
use crate::error::{Error, broken, fault, on_constraint};

/// What an officer says about a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Particulars {
    pub name: String,
    pub tax_code: String,
    pub mcc: String,
    pub bank_bin: String,
    pub bank_account: String,
    pub settle: Settle,
}

/// A merchant as it now is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merchant {
    pub id: MerchantId,
    pub of: Particulars,
    /// Where its money is; a draft has none.
    pub account: Option<AccountNo>,
    pub flags: Option<i32>,
    pub created_at: Timestamp,
}

impl Merchant {
    /// What it can do.
    pub const fn state(&self) -> MerchantState {
        MerchantState::of(self.flags)
    }
}

/// A shop of a merchant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    pub id: StoreId,
    pub code: String,
    pub name: String,
    /// The number its codes carry.
    pub number: String,
    pub bin: String,
}

struct Row {
    id: MerchantId,
    name: String,
    tax_code: String,
    mcc: String,
    account: Option<i64>,
    flags: Option<i32>,
    bank_bin: String,
    bank_account: String,
    settle: String,
    created_at: Timestamp,
}

impl Row {
    fn restore(self) -> Result<Merchant, Error> {
        let settle = Settle::of(&self.settle);
        let settle = settle.ok_or_else(|| broken("reading a merchant", self.settle))?;
        Ok(Merchant {
            id: self.id,
            of: Particulars {
                name: self.name,
                tax_code: self.tax_code,
                mcc: self.mcc,
                bank_bin: self.bank_bin,
                bank_account: self.bank_account,
                settle,
            },
            account: self.account.map(AccountNo),
            flags: self.flags,
            created_at: self.created_at,
        })
    }
}

/// A new merchant: a draft.
pub async fn insert(
    db: &mut PgConnection,
    id: MerchantId,
    of: &Particulars,
    at: Timestamp,
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        "insert into payments.merchant (id, name, tax_code, mcc, bank_bin, bank_account, settle, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.as_uuid(),
        of.name,
        of.tax_code,
        of.mcc,
        of.bank_bin,
        of.bank_account,
        of.settle.name(),
        at
    );
    inserted.execute(db).await.map(drop).map_err(fault("writing a merchant"))
}

/// Other particulars; false when there is no such merchant.
pub async fn update(
    db: &mut PgConnection,
    id: MerchantId,
    of: &Particulars,
) -> Result<bool, Error> {
    let updated = sqlx::query!(
        "update payments.merchant
         set name = $2, tax_code = $3, mcc = $4, bank_bin = $5, bank_account = $6, settle = $7 where id = $1",
        id.as_uuid(),
        of.name,
        of.tax_code,
        of.mcc,
        of.bank_bin,
        of.bank_account,
        of.settle.name()
    );
    let updated = updated.execute(db).await.map_err(fault("changing a merchant"))?;
    Ok(updated.rows_affected() == 1)
}

/// Gives a draft the account that makes it a merchant; again changes nothing.
pub async fn set_account(
    db: &mut PgConnection,
    id: MerchantId,
    account: AccountNo,
) -> Result<(), Error> {
    let set = sqlx::query!(
        "update payments.merchant set account = $2 where id = $1 and account is null",
        id.as_uuid(),
        account.0
    );
    set.execute(db).await.map(drop).map_err(fault("opening an account of a merchant"))
}

/// Several merchants, oldest first.
async fn read(db: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Merchant>, Error> {
    let rows = sqlx::query_as!(
        Row,
        r#"
        select m.id as "id: MerchantId", m.name, m.tax_code, m.mcc, m.account, a.flags as "flags?", m.bank_bin,
               m.bank_account, m.settle, m.created_at
        from payments.merchant m left join payments.ledger_account a on a.id = m.account
        where m.id = any($1)
        order by m.created_at, m.id"#,
        ids
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading merchants"))?;
    rows.into_iter().map(Row::restore).collect()
}

/// A merchant.
pub async fn find(db: &mut PgConnection, id: MerchantId) -> Result<Option<Merchant>, Error> {
    Ok(read(db, &[id.as_uuid()]).await?.pop())
}

/// A page of merchants, oldest first.
pub async fn list(
    db: &mut PgConnection,
    after: Option<(Timestamp, Uuid)>,
    limit: i64,
) -> Result<Vec<Merchant>, Error> {
    let (at, id) = after.unzip();
    let ids = sqlx::query_scalar!(
        "select id from payments.merchant
         where $1::timestamptz is null or (created_at, id) > ($1, $2)
         order by created_at, id
         limit $3",
        at,
        id,
        limit
    );
    let ids = ids.fetch_all(&mut *db).await.map_err(fault("listing merchants"))?;
    read(db, &ids).await
}

/// A new store of a merchant, with a number of its own for its codes.
///
/// # Errors
/// `State` when the merchant has one of this code.
pub async fn insert_store(
    db: &mut PgConnection,
    merchant: MerchantId,
    id: StoreId,
    code: &str,
    name: &str,
    bin: &str,
    at: Timestamp,
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        "insert into payments.store (id, merchant, code, name, created_at) values ($1, $2, $3, $4, $5)",
        id.as_uuid(),
        merchant.as_uuid(),
        code,
        name,
        at
    );
    let doing = "writing a store";
    let inserted = inserted.execute(&mut *db).await;
    inserted.map_err(on_constraint("store_code", Error::State, doing))?;
    let target = sqlx::query!(
        "insert into payments.qr_target (bin, number, merchant, store)
         values ($1, 'HUE' || lpad(nextval('payments.qr_number')::text, 10, '0'), $2, $3)",
        bin,
        merchant.as_uuid(),
        id.as_uuid()
    );
    target.execute(db).await.map(drop).map_err(fault(doing))
}

/// The stores of a merchant, in the order of their making.
pub async fn stores(db: &mut PgConnection, merchant: MerchantId) -> Result<Vec<Store>, Error> {
    let rows = sqlx::query_as!(
        Store,
        r#"
        select s.id as "id: StoreId", s.code, s.name, q.number, q.bin
        from payments.store s join payments.qr_target q on q.merchant = s.merchant and q.store = s.id
        where s.merchant = $1
        order by s.created_at, s.id"#,
        merchant.as_uuid()
    );
    rows.fetch_all(db).await.map_err(fault("reading stores"))
}

/// Whom the bank and number of a code mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Merchant(MerchantId),
    Biller(BillerId),
}

/// Whom the bank and number of a code mean; none for nobody here.
pub async fn target(
    db: &mut PgConnection,
    bin: &str,
    number: &str,
) -> Result<Option<Target>, Error> {
    let row = sqlx::query!(
        r#"select merchant as "merchant: MerchantId", biller as "biller: BillerId"
           from payments.qr_target where bin = $1 and number = $2"#,
        bin,
        number
    );
    let row = row.fetch_optional(db).await.map_err(fault("finding whose code it is"))?;
    Ok(row.and_then(|row| {
        row.merchant.map(Target::Merchant).or_else(|| row.biller.map(Target::Biller))
    }))
}

/// The rule that counts on a civil day; none when nothing is charged.
pub async fn fee_on(
    db: &mut PgConnection,
    payee: MerchantId,
    day: NaiveDate,
) -> Result<Option<FeeRule>, Error> {
    let row = sqlx::query!(
        "select bps, fixed, borne_by from payments.fee_rule
         where payee = $1 and from_day <= $2 order by from_day desc limit 1",
        payee.as_uuid(),
        day
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a fee"))?;
    row.map(|row| {
        let borne_by = BorneBy::of(&row.borne_by);
        let borne_by = borne_by.ok_or_else(|| broken("reading a fee", row.borne_by))?;
        Ok(FeeRule { bps: row.bps, fixed: row.fixed, borne_by })
    })
    .transpose()
}

/// Sets the rule from a civil day on; one that has not begun yet may be set again.
pub async fn set_fee(
    db: &mut PgConnection,
    payee: MerchantId,
    from: NaiveDate,
    rule: &FeeRule,
) -> Result<(), Error> {
    let set = sqlx::query!(
        "insert into payments.fee_rule (payee, from_day, bps, fixed, borne_by) values ($1, $2, $3, $4, $5)
         on conflict on constraint fee_rule_pkey do update set bps = $3, fixed = $4, borne_by = $5",
        payee.as_uuid(),
        from,
        rule.bps,
        rule.fixed,
        rule.borne_by.name()
    );
    set.execute(db).await.map(drop).map_err(fault("setting a fee"))
}

/// The account of fees that the city earns.
pub async fn fee_income(db: &mut PgConnection) -> Result<AccountNo, Error> {
    let account = sqlx::query_scalar!(
        "select id from payments.ledger_account where ext = $1",
        chart::FEE_INCOME
    );
    account.fetch_one(db).await.map(AccountNo).map_err(fault("finding the account of fees"))
}
