//! How the server keeps what it acknowledges.

use sqlx::PgConnection;

/// The settings that decide whether a commit survives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSettings {
    /// `server_version_num`.
    pub version: i32,
    /// `fsync`.
    pub fsync: String,
    /// `full_page_writes`.
    pub full_page_writes: String,
    /// `synchronous_commit` of this connection.
    pub synchronous_commit: String,
    /// `wal_level`.
    pub wal_level: String,
    /// `synchronous_standby_names`.
    pub standbys: String,
}

/// Has the statements of a connection planned anew when they are next used.
///
/// # Errors
/// When the database is away.
pub async fn forget_plans(db: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("discard plans").execute(db).await.map(drop)
}

/// Reads them on the connection that will write.
///
/// # Errors
/// Whatever PostgreSQL refuses.
pub async fn settings(db: &mut PgConnection) -> Result<ServerSettings, sqlx::Error> {
    sqlx::query_as!(
        ServerSettings,
        r#"
        select current_setting('server_version_num')::integer as "version!",
               current_setting('fsync') as "fsync!",
               current_setting('full_page_writes') as "full_page_writes!",
               current_setting('synchronous_commit') as "synchronous_commit!",
               current_setting('wal_level') as "wal_level!",
               current_setting('synchronous_standby_names') as "standbys!""#,
    )
    .fetch_one(db)
    .await
}
