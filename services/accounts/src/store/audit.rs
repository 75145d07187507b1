//! What happened to identities, written in the transaction that did it. Ids only.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// An entry of the audit.
#[derive(Debug)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// Who, if they are known.
    pub actor: Option<AccountId>,
    /// What they did, such as `session.sign_in`.
    pub action: &'static str,
    /// The wire id of what it was done to.
    pub object: Option<String>,
    /// `OK`, or the code of the refusal.
    pub outcome: &'a str,
}

/// Writes an entry.
pub async fn insert(db: &mut PgConnection, entry: Entry<'_>) -> Result<(), Error> {
    let trace = city_http::trace::current().map(city_http::trace::TraceContext::header);
    sqlx::query!(
        r#"insert into accounts.audit_inbox (at, actor, action, object, outcome, trace, data)
           values ($1, $2, $3, $4, $5, $6, '{}')"#,
        entry.at,
        entry.actor.map(AccountId::as_uuid),
        entry.action,
        entry.object,
        entry.outcome,
        trace,
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing the audit"))
}
