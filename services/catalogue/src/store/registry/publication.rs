//! The number of the last publication: raised by whoever publishes, looked at by whoever keeps a picture.

use city_clock::Timestamp;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// Where a publication is announced.
pub const CHANNEL: &str = "city_catalogue_snapshot";

/// Raises the number in the use case's transaction, wakes every loader at its commit, and gives the new number for `changed_in`.
///
/// Call it after the checks and before the writes: from here on publications wait for each other until the commit, so that
/// their numbers have the order of their commits.
///
/// # Errors
/// Unavailable when the database is away, or another publication takes too long.
pub async fn bump(db: &mut PgConnection, at: Timestamp) -> Result<i64, Error> {
    let raised = sqlx::query_scalar!(
        r#"
        with raised as (
            update catalogue.publication set number = number + 1, at = $1 returning number
        )
        select number as "number!"
        from raised, pg_notify('city_catalogue_snapshot', number::text)"#,
        at
    );
    raised.fetch_one(db).await.map_err(fault("raising the publication number"))
}

/// The number of the last publication.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn number(db: &mut PgConnection) -> Result<i64, Error> {
    sqlx::query_scalar!("select number from catalogue.publication")
        .fetch_one(db)
        .await
        .map_err(fault("reading the publication number"))
}

/// When the last publication was made.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn at(db: &mut PgConnection) -> Result<Timestamp, Error> {
    sqlx::query_scalar!("select at from catalogue.publication")
        .fetch_one(db)
        .await
        .map(Option::unwrap_or_default)
        .map_err(fault("reading when the last publication was"))
}
