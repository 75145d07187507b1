//! What an id, a number or a reference names.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::error::{Error, fault};
use crate::store::provider::{PROVIDERS, name};

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub kind: String,
    /// Its id.
    pub id: Uuid,
    /// By what it was found.
    pub matched: String,
}

/// What is looked for.
#[derive(Debug, Clone, Copy)]
pub struct Sought<'a> {
    /// The id, when the text is one.
    pub id: Option<Uuid>,
    /// Only things of this kind have the id.
    pub kind: Option<&'static str>,
    /// The text as a number or reference.
    pub text: &'a str,
    /// Refunds that are named by the text.
    pub refunds: &'a [Uuid],
}

/// Whatever is named, newest first.
pub async fn search(
    db: &mut PgConnection,
    sought: Sought<'_>,
    limit: i64,
) -> Result<Vec<Hit>, Error> {
    let providers = PROVIDERS.map(|it| name(it).to_owned());
    let hits = sqlx::query_file_as!(
        Hit,
        "src/store/search.sql",
        sought.id,
        sought.kind,
        sought.text,
        sought.refunds,
        &providers[..],
        limit
    );
    hits.fetch_all(db).await.map_err(fault("searching"))
}

/// Our references of refunds that providers listed in statements under a number of theirs.
pub async fn refund_refs(
    db: &mut PgConnection,
    txn_no: &str,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let providers = PROVIDERS.map(|it| name(it).to_owned());
    let refs = sqlx::query_scalar!(
        "select distinct our_ref from payments.recon_line
         where provider = any($1) and txn_no = $2 and kind = 'REFUND' limit $3",
        &providers[..],
        txn_no,
        limit
    );
    refs.fetch_all(db).await.map_err(fault("looking for refunds in statements"))
}
