//! Messages of the inbox, always by account: a foreign one cannot be named.

use city_clock::Timestamp;
use city_contracts::notifications::MessageClass;
use city_ids::{AccountId, MessageId};
use sqlx::PgConnection;

use super::template::{class, class_name};
use crate::domain::Variables;
use crate::error::{Error, broken, fault};

/// A message to be written.
#[derive(Debug)]
pub struct NewMessage<'a> {
    pub id: MessageId,
    pub account: AccountId,
    pub template: &'a str,
    pub template_version: i32,
    pub class: MessageClass,
    pub topic: &'a str,
    pub subject_ref: Option<&'a str>,
    pub variables: &'a Variables,
    pub dedupe_key: &'a str,
    pub created_at: Timestamp,
}

/// A message as it is kept; its text is in its template's version.
#[derive(Debug)]
pub struct Message {
    pub id: MessageId,
    pub template: String,
    pub template_version: i32,
    pub class: MessageClass,
    pub topic: String,
    pub subject_ref: Option<String>,
    pub variables: Variables,
    pub created_at: Timestamp,
    pub read_at: Option<Timestamp>,
}

struct Row {
    id: MessageId,
    template: String,
    template_version: i32,
    class: String,
    topic: String,
    subject_ref: Option<String>,
    vars: serde_json::Value,
    created_at: Timestamp,
    read_at: Option<Timestamp>,
}

impl TryFrom<Row> for Message {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let doing = "reading a message";
        Ok(Self {
            id: row.id,
            class: class(&row.class)?,
            variables: serde_json::from_value(row.vars).map_err(|error| broken(doing, error))?,
            template: row.template,
            template_version: row.template_version,
            topic: row.topic,
            subject_ref: row.subject_ref,
            created_at: row.created_at,
            read_at: row.read_at,
        })
    }
}

/// Adds a message; false if this person has it already.
pub async fn insert(db: &mut PgConnection, message: &NewMessage<'_>) -> Result<bool, Error> {
    let vars = serde_json::to_value(message.variables)
        .map_err(|error| broken("writing a message", error))?;
    let inserted = sqlx::query!(
        "insert into notifications.message (id, account, template, template_version, class, topic, subject_ref, vars,
                                            dedupe_key, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (account, dedupe_key) do nothing",
        message.id.as_uuid(),
        message.account.as_uuid(),
        message.template,
        message.template_version,
        class_name(message.class),
        message.topic,
        message.subject_ref,
        vars,
        message.dedupe_key,
        message.created_at
    )
    .execute(db)
    .await
    .map_err(fault("inserting a message"))?;
    Ok(inserted.rows_affected() == 1)
}

/// A page of somebody's inbox, newest first, from just after `after`.
pub async fn list_inbox(
    db: &mut PgConnection,
    of: AccountId,
    after: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let after = after.map_or(uuid::Uuid::max(), MessageId::as_uuid);
    let query = sqlx::query_as!(
        Row,
        r#"select id as "id: MessageId", template, template_version, class, topic, subject_ref, vars, created_at, read_at
           from notifications.message
           where account = $1 and archived_at is null and id < $2 -- by key, never by offset
           order by id desc
           limit $3"#,
        of.as_uuid(),
        after,
        limit
    );
    whole(query.fetch_all(db).await.map_err(fault("listing the inbox"))?)
}

/// The same of what is unread, which has an index of its own.
pub async fn list_unread(
    db: &mut PgConnection,
    of: AccountId,
    after: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let after = after.map_or(uuid::Uuid::max(), MessageId::as_uuid);
    let query = sqlx::query_as!(
        Row,
        r#"select id as "id: MessageId", template, template_version, class, topic, subject_ref, vars, created_at, read_at
           from notifications.message
           where account = $1 and read_at is null and archived_at is null and id < $2
           order by id desc
           limit $3"#,
        of.as_uuid(),
        after,
        limit
    );
    whole(query.fetch_all(db).await.map_err(fault("listing what is unread"))?)
}

/// Somebody's messages among these, in no order.
pub async fn find_own(
    db: &mut PgConnection,
    of: AccountId,
    ids: &[MessageId],
) -> Result<Vec<Message>, Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
    let query = sqlx::query_as!(
        Row,
        r#"select id as "id: MessageId", template, template_version, class, topic, subject_ref, vars, created_at, read_at
           from notifications.message
           where id = any($2) and account = $1"#,
        of.as_uuid(),
        &ids
    );
    whole(query.fetch_all(db).await.map_err(fault("finding messages"))?)
}

fn whole(rows: Vec<Row>) -> Result<Vec<Message>, Error> {
    rows.into_iter().map(Message::try_from).collect()
}

/// How many messages somebody has not read.
pub async fn count_unread(db: &mut PgConnection, of: AccountId) -> Result<u32, Error> {
    let query = sqlx::query_scalar!(
        r#"select count(*) as "count!" from notifications.message
           where account = $1 and read_at is null and archived_at is null"#,
        of.as_uuid()
    );
    let count = query.fetch_one(db).await.map_err(fault("counting what is unread"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Marks these as read, as far as they are somebody's own; how many were unread.
pub async fn mark_read(
    db: &mut PgConnection,
    of: AccountId,
    ids: &[MessageId],
    at: Timestamp,
) -> Result<u64, Error> {
    let ids: Vec<_> = ids.iter().map(|id| id.as_uuid()).collect();
    let done = sqlx::query!(
        "update notifications.message set read_at = $3 where id = any($2) and account = $1 and read_at is null",
        of.as_uuid(),
        &ids,
        at
    );
    Ok(done.execute(db).await.map_err(fault("marking messages read"))?.rows_affected())
}

/// Marks everything up to one as read; how many were unread. A foreign or unknown id is a moment like any other.
pub async fn mark_read_up_to(
    db: &mut PgConnection,
    of: AccountId,
    last: MessageId,
    at: Timestamp,
) -> Result<u64, Error> {
    let done = sqlx::query!(
        "update notifications.message set read_at = $3
         where account = $1 and read_at is null and archived_at is null and id <= $2",
        of.as_uuid(),
        last.as_uuid(),
        at
    );
    Ok(done.execute(db).await.map_err(fault("marking messages read"))?.rows_affected())
}
