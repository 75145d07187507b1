//! The signed heads go to the object store, where nobody writes over them: who later rewrites the books contradicts their own
//! copies.
//!
//! An object is named by its first batch and holds a head a line, as the public list shows them; the next one begins where
//! it ends.

use bytes::Bytes;
use city_blobs::{BlobError, Blobs};
use city_receipt::SignedHead;

use super::App;
use crate::check::leaf;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::head_copy::Plan;

const DOING: &str = "copying heads";
/// The most heads of an object: a page of the public list.
const MOST: i64 = 200;
/// More than so many heads have.
const MOST_BYTES: usize = 1 << 20;

/// Where the copies go.
#[derive(Debug, Clone)]
pub struct HeadCopies {
    /// The store, with the bucket of the copies.
    pub blobs: Blobs,
    /// Bucket and prefix: what is copied is noted for each place.
    pub place: String,
    /// What the objects' names begin with.
    pub prefix: String,
}

impl HeadCopies {
    /// The name of the object that begins with a batch. Names sort as batches do.
    fn key(&self, first: i64) -> String {
        format!("{}/{first:019}.jsonl", self.prefix)
    }
}

/// Copies the heads that are not copied yet, an object of them; whether there may be more. Idempotent: what is planned is
/// written as planned, however often it is tried.
///
/// # Errors
/// When the store or the database is away, and with an alarm in the log when a copy contradicts the books: nothing is
/// written then, until somebody has looked.
pub async fn copy_heads(app: &App) -> Result<bool, Error> {
    let copies = &app.head_copies;
    let mut db = app.connection().await?;
    let Some(plan) = store::head_copy::plan(&mut db, &copies.place, MOST).await? else {
        return Ok(false);
    };
    let heads = heads(&mut db, plan).await?;
    drop(db); // the store is waited for
    follows(copies, plan, &heads).await?;
    let key = copies.key(plan.done + 1);
    let bytes = lines(&heads)?;
    let kind = ("application/jsonl", "public, max-age=31536000, immutable");
    let written = copies.blobs.put_once(&key, bytes.clone(), kind.0, kind.1).await.map_err(away)?;
    if !written {
        let stands = copies.blobs.get(&key, MOST_BYTES).await.map_err(away)?;
        if stands.as_ref() != Some(&bytes) {
            return Err(alarm(&key, "it holds other heads than the ledger"));
        }
    }
    store::head_copy::stands(&mut *app.connection().await?, &copies.place, plan).await?;
    Ok(plan.until - plan.done == MOST)
}

/// The heads of a planned object.
async fn heads(db: &mut sqlx::PgConnection, plan: Plan) -> Result<Vec<SignedHead>, Error> {
    let rows = store::ledger::batches(db, plan.done).await.map_err(fault(DOING))?;
    let heads = rows.iter().take_while(|row| row.n <= plan.until).map(leaf::signed_head);
    let heads: Option<Vec<_>> = heads.collect();
    let numbers = (plan.done + 1..=plan.until).map(|n| u64::try_from(n).unwrap_or_default());
    let whole = heads.filter(|heads| heads.iter().map(|it| it.head.n).eq(numbers));
    whole.ok_or_else(|| broken(DOING, "a batch is missing"))
}

fn lines(heads: &[SignedHead]) -> Result<Bytes, Error> {
    let mut lines = Vec::new();
    for head in heads {
        serde_json::to_writer(&mut lines, head).map_err(|error| broken(DOING, error))?;
        lines.push(b'\n');
    }
    Ok(lines.into())
}

/// The first head has to contain the hash of the last one that is copied, as it stands in the store.
async fn follows(copies: &HeadCopies, plan: Plan, heads: &[SignedHead]) -> Result<(), Error> {
    if plan.newest == 0 {
        return Ok(());
    }
    let key = copies.key(plan.newest);
    let stands = copies.blobs.get(&key, MOST_BYTES).await.map_err(away)?;
    let stands = stands.ok_or_else(|| alarm(&key, "it is gone"))?;
    let last = std::str::from_utf8(&stands).ok().and_then(|text| text.lines().last());
    let last = last.and_then(|line| serde_json::from_str::<SignedHead>(line).ok());
    match (last, heads.first()) {
        (Some(last), Some(first)) if last.head.hash() == first.head.prev => Ok(()),
        _ => Err(alarm(&key, "the ledger does not go on from it")),
    }
}

/// A copy contradicts the books: one of them was changed.
fn alarm(key: &str, what: &'static str) -> Error {
    tracing::error!(
        object.key = key,
        "The copy of heads {key} contradicts the ledger: {what}; nothing more is copied"
    );
    broken(DOING, format!("{key}: {what}"))
}

fn away(source: BlobError) -> Error {
    Error::Away { doing: DOING, source: source.into() }
}
