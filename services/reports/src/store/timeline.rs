//! Rows of the timeline; written once.

use city_clock::Timestamp;
use city_ids::{AccountId, ReportId};
use serde_json::Value;
use sqlx::PgConnection;

use crate::domain::{Link, Salt, Visibility};
use crate::error::{Error, fault};

/// A row to be written.
#[derive(Debug)]
pub struct NewRow<'a> {
    pub seq: i32,
    pub at: Timestamp,
    pub actor_kind: &'static str,
    pub actor: Option<AccountId>,
    pub visibility: Visibility,
    pub meta: Value,
    pub meta_salt: Salt,
    pub text: Option<(&'a str, Salt)>,
    pub link: Link,
}

/// A row as readers get it.
#[derive(Debug)]
pub struct TimelineRow {
    pub seq: i32,
    pub at: Timestamp,
    pub actor_kind: String,
    pub actor: Option<uuid::Uuid>,
    pub visibility: String,
    pub meta: Value,
    pub text: Option<String>,
}

pub async fn insert(
    db: &mut PgConnection,
    report: ReportId,
    row: &NewRow<'_>,
) -> Result<(), Error> {
    let (text, text_salt) = row.text.as_ref().map(|(text, salt)| (*text, salt.as_slice())).unzip();
    sqlx::query!(
        r#"
        insert into reports.report_event (
            report, seq, at, actor_kind, actor, visibility, meta, meta_salt, text, text_salt, meta_hash, text_hash,
            prev_hash, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"#,
        report.as_uuid(),
        row.seq,
        row.at,
        row.actor_kind,
        row.actor.map(AccountId::as_uuid),
        row.visibility.as_str(),
        row.meta,
        &row.meta_salt,
        text,
        text_salt,
        &row.link.meta_hash.0,
        row.link.text_hash.as_ref().map(|hash| hash.0.as_slice()),
        &row.link.prev_hash.0,
        &row.link.hash.0
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("writing the timeline"))
}

/// The timeline as somebody may see it, oldest first, from just after `after`.
pub async fn list(
    db: &mut PgConnection,
    report: ReportId,
    visible: &[Visibility],
    after: i32,
    limit: i64,
) -> Result<Vec<TimelineRow>, Error> {
    let visible: Vec<_> = visible.iter().map(|visibility| visibility.as_str().to_owned()).collect();
    let query = sqlx::query_as!(
        TimelineRow,
        r#"
        select seq, at, actor_kind, actor, visibility, meta, text
        from reports.report_event
        where report = $1 and seq > $2 and visibility = any($3)
        order by seq
        limit $4"#,
        report.as_uuid(),
        after,
        &visible,
        limit
    );
    query.fetch_all(db).await.map_err(fault("reading the timeline"))
}
