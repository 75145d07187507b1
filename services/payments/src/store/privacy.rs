//! What is kept of a person, to be given to them or to be forgotten.

use city_ids::{AccountId, WalletId};
use serde_json::{Value, json};
use sqlx::PgConnection;

use crate::domain::ledger::AccountNo;
use crate::error::{Error, fault};

/// Which officers looked into a wallet.
pub async fn accesses(db: &mut PgConnection, wallet: WalletId) -> Result<Vec<Value>, Error> {
    let rows = sqlx::query!(
        r#"select officer as "officer: AccountId", reason, at from payments.payment_access where wallet = $1 order by at, id"#,
        wallet.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading who looked"))?;
    let entry = |officer, reason, at| json!({ "officer": officer, "reason": reason, "at": at });
    Ok(rows.into_iter().map(|row| entry(row.officer, row.reason, row.at)).collect())
}

/// Which customers a person follows.
pub async fn watches(db: &mut PgConnection, owner: AccountId) -> Result<Vec<Value>, Error> {
    let rows = sqlx::query!(
        "select w.code, b.customer_code, b.since
         from payments.bill_watch b join payments.biller w on w.id = b.biller
         where b.owner = $1
         order by b.since, w.code, b.customer_code",
        owner.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading who is followed"))?;
    Ok(rows
        .into_iter()
        .map(|row| json!({ "biller": row.code, "customerCode": row.customer_code, "since": row.since }))
        .collect())
}

/// Forgets what a person asked for: keys with their answers, and how often they looked something up.
pub async fn forget_requests(db: &mut PgConnection, of: AccountId) -> Result<u64, Error> {
    let keys = sqlx::query!("delete from payments.idempotency where caller = $1", of.to_string());
    let keys = keys.execute(&mut *db).await.map_err(fault("forgetting keys"))?;
    let lookups =
        sqlx::query!("delete from payments.payee_lookup where account = $1", of.as_uuid());
    let lookups = lookups.execute(db).await.map_err(fault("forgetting lookups"))?;
    Ok(keys.rows_affected() + lookups.rows_affected())
}

/// Bills of a person are nobody's any more: an id that no person has keeps them from being found by code.
pub async fn disown_bills(
    db: &mut PgConnection,
    of: AccountId,
    nobody: AccountId,
) -> Result<u64, Error> {
    let disowned = sqlx::query!(
        "update payments.bill set payer = $2 where payer = $1",
        of.as_uuid(),
        nobody.as_uuid()
    );
    let disowned = disowned.execute(db).await.map_err(fault("disowning bills"))?;
    Ok(disowned.rows_affected())
}

/// Forgets some of the words a payer wrote; how many. What the ledger covers stays.
pub async fn forget_notes(
    db: &mut PgConnection,
    payer: AccountNo,
    limit: i64,
) -> Result<u64, Error> {
    let forgotten = sqlx::query_scalar!(
        r#"
        with theirs as (
            select d.posting, d.doc is null as empty
            from payments.ledger_transfer t join payments.posting_doc d on d.posting = t.posting
            where t.dr = $1 and t.leg = 0 and d.note is not null
            limit $2
        ), gone as (
            delete from payments.posting_doc where posting in (select posting from theirs where empty) returning 1
        ), emptied as (
            update payments.posting_doc set note = null
            where posting in (select posting from theirs where not empty) returning 1
        )
        select (select count(*) from gone) + (select count(*) from emptied) as "count!""#,
        payer.0,
        limit
    );
    let forgotten = forgotten.fetch_one(db).await.map_err(fault("forgetting notes"))?;
    Ok(u64::try_from(forgotten).unwrap_or_default())
}

/// Payments through providers are nobody's any more: what a provider says is kept as evidence.
pub async fn disown_orders(
    db: &mut PgConnection,
    of: AccountId,
    nobody: AccountId,
) -> Result<u64, Error> {
    let disowned = sqlx::query!(
        "update payments.provider_order set owner = $2 where owner = $1",
        of.as_uuid(),
        nobody.as_uuid()
    );
    let disowned = disowned.execute(db).await.map_err(fault("disowning orders"))?;
    Ok(disowned.rows_affected())
}

/// What a person paid through providers, newest first.
pub async fn orders(db: &mut PgConnection, owner: AccountId) -> Result<Vec<Value>, Error> {
    let rows = sqlx::query!(
        r#"select id as "id: city_ids::ProviderOrderId", provider, amount, bill as "bill: city_ids::BillId", created_at
           from payments.provider_order where owner = $1 order by created_at desc, id desc"#,
        owner.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading payments through providers"))?;
    Ok(rows
        .into_iter()
        .map(|row| {
            json!({
                "id": row.id, "provider": row.provider, "amount": row.amount.to_string(), "bill": row.bill,
                "startedAt": row.created_at,
            })
        })
        .collect())
}

/// A closed wallet belongs to nobody any more, also in the ledger, whose leaves name accounts and no owners.
pub async fn disown_wallet(
    db: &mut PgConnection,
    wallet: WalletId,
    nobody: AccountId,
) -> Result<u64, Error> {
    let account = sqlx::query!(
        "update payments.ledger_account set owner = $2 where ext = $1 and flags & 16 <> 0",
        wallet.as_uuid(),
        nobody.as_uuid()
    );
    account.execute(&mut *db).await.map_err(fault("disowning an account"))?;
    let disowned = sqlx::query!(
        "update payments.wallet set owner = $2 where id = $1",
        wallet.as_uuid(),
        nobody.as_uuid()
    );
    let disowned = disowned.execute(db).await.map_err(fault("disowning a wallet"))?;
    Ok(disowned.rows_affected())
}
