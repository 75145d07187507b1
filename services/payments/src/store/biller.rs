//! Those who send bills, and the accounts their money goes to.

use city_ids::BillerId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::bill::Biller;
use crate::domain::ledger::{AccountNo, Purpose};
use crate::domain::merchant::Settle;
use crate::error::{Error, broken, fault};

/// A biller as officers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillerRecord {
    pub biller: Biller,
    /// The agency whose biller it is; owned by the catalogue.
    pub agency: Option<String>,
    /// Its accounts by their public ids, each with the head it is for; the one for all others has the empty code.
    pub accounts: Vec<(String, Uuid)>,
    /// Bank and number that its codes carry.
    pub target: Option<(String, String)>,
    /// How often its accounts are settled.
    pub settle: Settle,
}

impl BillerRecord {
    /// Codes of the heads that have accounts of their own.
    pub fn heads(&self) -> impl Iterator<Item = &String> {
        self.accounts.iter().map(|(head, _)| head).filter(|head| !head.is_empty())
    }
}

/// A new biller; false when its code is taken.
pub async fn insert(
    db: &mut PgConnection,
    id: BillerId,
    code: &str,
    name: &str,
    agency: Option<&str>,
    purpose: Purpose,
) -> Result<bool, Error> {
    let made = sqlx::query!(
        "insert into payments.biller (id, code, name, agency_code, purpose) values ($1, $2, $3, $4, $5)
         on conflict on constraint biller_code do nothing",
        id.as_uuid(),
        code,
        name,
        agency,
        purpose.number()
    );
    let made = made.execute(db).await.map_err(fault("making a biller"))?;
    Ok(made.rows_affected() == 1)
}

/// Gives a head an account of its own, unless it has one; the empty code stands for all others.
pub async fn insert_head(
    db: &mut PgConnection,
    id: BillerId,
    head: &str,
    account: AccountNo,
) -> Result<(), Error> {
    let made = sqlx::query!(
        "insert into payments.biller_head (biller, head_code, account) values ($1, $2, $3)
         on conflict on constraint biller_head_pkey do nothing",
        id.as_uuid(),
        head,
        account.0
    );
    made.execute(db).await.map(drop).map_err(fault("making an account of a biller"))
}

/// All accounts of a biller.
pub async fn accounts(db: &mut PgConnection, id: BillerId) -> Result<Vec<AccountNo>, Error> {
    let accounts = sqlx::query_scalar!(
        "select distinct account from payments.biller_head where biller = $1",
        id.as_uuid()
    );
    let accounts = accounts.fetch_all(db).await.map_err(fault("reading a biller's accounts"))?;
    Ok(accounts.into_iter().map(AccountNo).collect())
}

/// Changes what a biller is called and what it is for, if it is still at a version.
pub async fn update(
    db: &mut PgConnection,
    id: BillerId,
    version: i64,
    name: &str,
    agency: Option<&str>,
    purpose: Purpose,
) -> Result<bool, Error> {
    let changed = sqlx::query!(
        "update payments.biller set name = $3, agency_code = $4, purpose = $5, version = version + 1
         where id = $1 and version = $2",
        id.as_uuid(),
        version,
        name,
        agency,
        purpose.number()
    );
    let changed = changed.execute(db).await.map_err(fault("changing a biller"))?;
    Ok(changed.rows_affected() == 1)
}

/// Codes of a biller carry this bank and number from now on; false when they mean somebody else.
pub async fn take_target(
    db: &mut PgConnection,
    id: BillerId,
    bin: &str,
    number: &str,
) -> Result<bool, Error> {
    let own = sqlx::query!(
        "insert into payments.qr_target (bin, number, biller) values ($1, $2, $3)
         on conflict on constraint qr_target_pkey do update set biller = excluded.biller
         where payments.qr_target.biller = excluded.biller",
        bin,
        number,
        id.as_uuid()
    );
    let own = own.execute(&mut *db).await.map_err(fault("taking a number for codes"))?;
    if own.rows_affected() == 0 {
        return Ok(false);
    }
    let pointed = sqlx::query!(
        "update payments.biller set qr_bin = $2, qr_number = $3, version = version + 1
         where id = $1 and (qr_bin, qr_number) is distinct from ($2, $3)",
        id.as_uuid(),
        bin,
        number
    );
    pointed.execute(db).await.map(drop).map_err(fault("giving a biller a number"))?;
    Ok(true)
}

/// The same with the next number of ours at a bank.
pub async fn make_target(db: &mut PgConnection, id: BillerId, bin: &str) -> Result<bool, Error> {
    let next = sqlx::query_scalar!(
        r#"select 'HUE' || lpad(nextval('payments.qr_number')::text, 10, '0') as "next!""#
    );
    let number = next.fetch_one(&mut *db).await.map_err(fault("drawing a number"))?;
    take_target(db, id, bin, &number).await
}

/// A biller by its code.
pub async fn find_by_code(
    db: &mut PgConnection,
    code: &str,
) -> Result<Option<BillerRecord>, Error> {
    let mut found = list_records(db, None, Some(code), 1).await?;
    Ok(found.pop())
}

/// A page of the billers in the order of their codes, from just after one; or the one of a code.
pub async fn list_records(
    db: &mut PgConnection,
    after: Option<&str>,
    code: Option<&str>,
    limit: i64,
) -> Result<Vec<BillerRecord>, Error> {
    let rows = sqlx::query!(
        r#"
        select w.id as "id: BillerId", code, name, agency_code, purpose, version, qr_bin, qr_number,
               array(select h.head_code from payments.biller_head h
                     where h.biller = w.id order by h.head_code collate "C") as "heads!",
               array(select a.ext from payments.biller_head h join payments.ledger_account a on a.id = h.account
                     where h.biller = w.id order by h.head_code collate "C") as "accounts!",
               coalesce(r.rhythm, 'DAILY') as "settle!"
        from payments.biller w
        left join payments.biller_head others on others.biller = w.id and others.head_code = ''
        left join payments.settlement_rhythm r on r.account = others.account
        where ($1::text is null or code > $1) and ($2::text is null or code = $2)
        order by code
        limit $3"#,
        after,
        code,
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing billers"))?;
    rows.into_iter()
        .map(|row| {
            let purpose = Purpose::of(row.purpose);
            let purpose = purpose.ok_or_else(|| broken("listing billers", row.code.clone()))?;
            let settle = Settle::of(&row.settle);
            let settle = settle.ok_or_else(|| broken("listing billers", row.code.clone()))?;
            let biller = Biller {
                id: row.id,
                code: row.code,
                name: row.name,
                purpose,
                version: row.version,
            };
            let target = row.qr_bin.zip(row.qr_number);
            let accounts = row.heads.into_iter().zip(row.accounts).collect();
            Ok(BillerRecord { biller, agency: row.agency_code, accounts, target, settle })
        })
        .collect()
}

/// Billers by their ids or, without ids, those of a purpose or all, by name.
pub async fn list(
    db: &mut PgConnection,
    ids: Option<&[Uuid]>,
    purpose: Option<Purpose>,
    limit: i64,
) -> Result<Vec<Biller>, Error> {
    let rows = sqlx::query!(
        r#"
        select id as "id: BillerId", code, name, purpose, version
        from payments.biller
        where ($1::uuid[] is null or id = any($1)) and ($2::smallint is null or purpose = $2)
        order by name, id
        limit $3"#,
        ids,
        purpose.map(Purpose::number),
        limit
    );
    let rows = rows.fetch_all(db).await.map_err(fault("listing billers"))?;
    rows.into_iter()
        .map(|row| {
            let purpose = Purpose::of(row.purpose);
            let purpose = purpose.ok_or_else(|| broken("listing billers", row.code.clone()))?;
            Ok(Biller { id: row.id, code: row.code, name: row.name, purpose, version: row.version })
        })
        .collect()
}
