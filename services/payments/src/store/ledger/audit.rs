//! Every row of the ledger, read in pages of one snapshot.

use chrono::NaiveDate;
use city_clock::Timestamp;
use sqlx::PgConnection;
use uuid::Uuid;

/// A batch as it is stored.
#[derive(Debug, Clone)]
pub struct BatchRow {
    pub n: i64,
    pub epoch: i64,
    pub first_seq: i64,
    pub transfers: i32,
    pub rejections: i32,
    pub commands: i32,
    pub rules: i64,
    pub prev: Vec<u8>,
    pub root: Vec<u8>,
    pub hash: Vec<u8>,
    pub kid: String,
    pub sig: Vec<u8>,
    pub at: Timestamp,
}

/// A leg as it is stored.
#[derive(Debug, Clone)]
pub struct LegRow {
    pub posting: Uuid,
    pub leg: i16,
    pub seq: i64,
    pub batch: i64,
    pub kind: i16,
    pub purpose: i16,
    pub dr: i64,
    pub cr: i64,
    pub amount: i64,
    pub released: i64,
    pub hold: Option<Uuid>,
    pub reference: Option<Uuid>,
    pub dr_after: i64,
    pub cr_after: i64,
    pub expires_at: Option<Timestamp>,
    pub at: Timestamp,
    pub req_hash: Option<Vec<u8>>,
    pub doc_hash: Option<Vec<u8>>,
}

/// A refusal as it is stored.
#[derive(Debug, Clone)]
pub struct RefusalRow {
    pub posting: Uuid,
    pub code: i16,
    pub detail: i16,
    pub req_hash: Vec<u8>,
    pub batch: i64,
    pub at: Timestamp,
}

/// A command as it is stored.
#[derive(Debug, Clone)]
pub struct CommandRow {
    pub id: Uuid,
    pub batch: i64,
    pub kind: i16,
    pub object: Uuid,
    pub arg: i64,
    pub at: Timestamp,
}

/// An account as it is stored.
#[derive(Debug, Clone)]
pub struct AccountRow {
    pub id: i64,
    pub ext: Uuid,
    pub class: i16,
    pub flags: i32,
    pub debits_pending: i64,
    pub debits_posted: i64,
    pub credits_pending: i64,
    pub credits_posted: i64,
}

/// A hold as it is stored.
#[derive(Debug, Clone)]
pub struct HoldRow {
    pub posting: Uuid,
    pub dr: i64,
    pub cr: i64,
    pub amount: i64,
    pub captured: i64,
    pub state: i16,
    pub resolved_by: Option<Uuid>,
    pub expires_at: Timestamp,
}

/// Batches after `n`, in order.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn batches(db: &mut PgConnection, after: i64) -> Result<Vec<BatchRow>, sqlx::Error> {
    sqlx::query_as!(
        BatchRow,
        "select n, epoch, first_seq, transfers, rejections, commands, rules, prev, root, hash, kid, sig, at
         from payments.ledger_batch where n > $1 order by n limit 200",
        after
    )
    .fetch_all(db)
    .await
}

/// One batch.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn batch(db: &mut PgConnection, n: i64) -> Result<Option<BatchRow>, sqlx::Error> {
    sqlx::query_as!(
        BatchRow,
        "select n, epoch, first_seq, transfers, rejections, commands, rules, prev, root, hash, kid, sig, at
         from payments.ledger_batch where n = $1",
        n
    )
    .fetch_optional(db)
    .await
}

/// The public ids of accounts, with their numbers.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn exts(db: &mut PgConnection, of: &[i64]) -> Result<Vec<(i64, Uuid)>, sqlx::Error> {
    let rows = sqlx::query!("select id, ext from payments.ledger_account where id = any($1)", of);
    let rows = rows.fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.ext)).collect())
}

/// The document of a posting.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn document(db: &mut PgConnection, of: Uuid) -> Result<Option<String>, sqlx::Error> {
    let doc = sqlx::query_scalar!("select doc from payments.posting_doc where posting = $1", of);
    Ok(doc.fetch_optional(db).await?.flatten())
}

/// The legs of batches `from..=to`, by batch and number.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn legs(db: &mut PgConnection, from: i64, to: i64) -> Result<Vec<LegRow>, sqlx::Error> {
    sqlx::query_as!(
        LegRow,
        r#"select posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, hold, ref as reference, dr_after,
                  cr_after, expires_at, at, req_hash, doc_hash
           from payments.ledger_transfer where batch between $1 and $2 order by batch, seq, posting, leg"#,
        from,
        to
    )
    .fetch_all(db)
    .await
}

/// The refusals of batches `from..=to`, by batch and id.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn refusals(
    db: &mut PgConnection,
    from: i64,
    to: i64,
) -> Result<Vec<RefusalRow>, sqlx::Error> {
    sqlx::query_as!(
        RefusalRow,
        "select posting, code, detail, req_hash, batch, at
         from payments.ledger_rejection where batch between $1 and $2 order by batch, posting",
        from,
        to
    )
    .fetch_all(db)
    .await
}

/// The commands of batches `from..=to`, by batch and id.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn commands(
    db: &mut PgConnection,
    from: i64,
    to: i64,
) -> Result<Vec<CommandRow>, sqlx::Error> {
    sqlx::query_as!(
        CommandRow,
        "select id, batch, kind, object, arg, at
         from payments.ledger_command where batch between $1 and $2 order by batch, id",
        from,
        to
    )
    .fetch_all(db)
    .await
}

/// All accounts.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn accounts(db: &mut PgConnection) -> Result<Vec<AccountRow>, sqlx::Error> {
    sqlx::query_as!(
        AccountRow,
        "select id, ext, class, flags, debits_pending, debits_posted, credits_pending, credits_posted
         from payments.ledger_account order by id"
    )
    .fetch_all(db)
    .await
}

/// All holds.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn holds(db: &mut PgConnection) -> Result<Vec<HoldRow>, sqlx::Error> {
    sqlx::query_as!(
        HoldRow,
        "select posting, dr, cr, amount, captured, state, resolved_by, expires_at
         from payments.ledger_hold order by posting"
    )
    .fetch_all(db)
    .await
}

/// The first counter whose sum is not what the postings did to it.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn wrong_counter(db: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select coalesce(c.key, s.key)::text || ' ' || coalesce(c.win, s.win)::text as "counter!"
        from payments.ledger_counter c
        full join (select key, win, sum(added)::bigint as added from payments.ledger_counted group by key, win) s
             on s.key = c.key and s.win = c.win
        where c.used is distinct from s.added
        order by 1
        limit 1"#
    )
    .fetch_optional(db)
    .await
}

/// The first leg, refusal or command that says it is of a batch before the first or after the `last` one.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn batchless(db: &mut PgConnection, last: i64) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select what as "what!" from (
            select 'leg ' || leg || ' of ' || posting::text || ' (seq ' || seq || ')' as what
            from payments.ledger_transfer where batch not between 1 and $1
            union all
            select 'the refusal of ' || posting::text
            from payments.ledger_rejection where batch not between 1 and $1
            union all
            select 'command ' || id::text from payments.ledger_command where batch not between 1 and $1
        ) strays
        order by 1
        limit 1"#,
        last
    )
    .fetch_optional(db)
    .await
}

/// The first subject whose claim is not the one that legs and commands make, with what is wrong about it.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn wrong_claim(db: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_file_scalar!("src/store/ledger/wrong_claim.sql").fetch_optional(db).await
}

/// A posting that moves something once and claims nothing.
#[derive(Debug, Clone)]
pub struct UnclaimedRow {
    pub posting: Uuid,
    /// The public id of the payee's account, or the statement.
    pub of: Uuid,
    /// The day of a settlement; none of a statement.
    pub period: Option<NaiveDate>,
}

/// The postings that closed a settlement, or took a statement off what is owed, without a claim: those of the past.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn unclaimed(db: &mut PgConnection) -> Result<Vec<UnclaimedRow>, sqlx::Error> {
    sqlx::query_as!(
        UnclaimedRow,
        r#"
        select t.posting as "posting!", d.ext as "of!", s.period as "period?"
        from payments.settlement s
        join payments.ledger_transfer t on t.ref = s.id and t.leg = 0 and t.purpose = 16
        join payments.ledger_account d on d.id = t.dr
        join payments.ledger_account c on c.id = t.cr and c.class = 23
        where not exists (select from payments.ledger_claim m where m.posting = t.posting)
        union all
        select t.posting, r.id, null
        from payments.recon_run r
        join payments.ledger_transfer t
             on t.leg = 0 and t.purpose = 18 and t.req_hash = sha256('recon.net'::bytea || uuid_send(r.id))
        where not exists (select from payments.ledger_claim m where m.subject = r.id and m.posting = t.posting)
        order by 1"#
    )
    .fetch_all(db)
    .await
}

/// The first posting whose document is not the one whose digest stands in its first leg.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn wrong_document(db: &mut PgConnection) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select coalesce(t.posting, d.posting) as "posting!"
        from (select posting, doc_hash from payments.ledger_transfer where leg = 0) t
        full join payments.posting_doc d on d.posting = t.posting
        where t.posting is null or t.doc_hash is distinct from sha256(convert_to(d.doc, 'UTF8'))
        order by 1
        limit 1"#
    )
    .fetch_optional(db)
    .await
}

/// The first posting that counts without legs, or has legs and a refusal.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn stray_row(db: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"
        select what as "what!" from (
            select 'count of ' || c.posting::text as what from payments.ledger_counted c
            where not exists (select from payments.ledger_transfer t where t.posting = c.posting and t.leg = 0)
            union all
            select 'refusal of ' || r.posting::text from payments.ledger_rejection r
            where exists (select from payments.ledger_transfer t where t.posting = r.posting)
        ) strays
        order by 1
        limit 1"#
    )
    .fetch_optional(db)
    .await
}
