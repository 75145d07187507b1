//! Those who send bills, and the accounts their money goes to.

use city_ids::BillerId;
use sqlx::PgConnection;

use super::bill::Biller;
use crate::domain::ledger::{AccountNo, Purpose};
use crate::error::{Error, broken, fault};

/// A biller as officers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillerRecord {
    pub biller: Biller,
    /// The agency whose biller it is; owned by the catalogue.
    pub agency: Option<String>,
    /// Codes of the heads that have accounts of their own.
    pub heads: Vec<String>,
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
        select id as "id: BillerId", code, name, agency_code, purpose, version,
               array(select head_code from payments.biller_head
                     where biller = w.id and head_code <> '' order by head_code) as "heads!"
        from payments.biller w
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
            let biller = Biller {
                id: row.id,
                code: row.code,
                name: row.name,
                purpose,
                version: row.version,
            };
            Ok(BillerRecord { biller, agency: row.agency_code, heads: row.heads })
        })
        .collect()
}

/// Billers by their ids or, without ids, those of a purpose or all, by name.
pub async fn list(
    db: &mut PgConnection,
    ids: Option<&[uuid::Uuid]>,
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
