//! Keys that sign access tokens.

use city_auth::PublicJwk;
use city_clock::Timestamp;
use sqlx::PgConnection;
use sqlx::types::Json;

use crate::error::{Error, fault};

/// Only one instance makes keys at a time; ends with the transaction.
pub async fn lead(db: &mut PgConnection) -> Result<(), Error> {
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended('accounts.signing_key', 0)) as locked"
    )
    .fetch_one(db)
    .await
    .map(drop)
    .map_err(fault("waiting to lead"))
}

/// The name and the sealed private half of the key that signs.
pub async fn find_active(db: &mut PgConnection) -> Result<Option<(String, Vec<u8>)>, Error> {
    let row =
        sqlx::query!("select kid, private_sealed from accounts.signing_key where state = 'ACTIVE'")
            .fetch_optional(db)
            .await
            .map_err(fault("finding the signing key"))?;
    Ok(row.map(|row| (row.kid, row.private_sealed)))
}

/// A key that signs from now on.
pub async fn insert_active(
    db: &mut PgConnection,
    jwk: &PublicJwk,
    sealed: &[u8],
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts.signing_key (kid, public_jwk, private_sealed, state, publish_at, active_at)
         values ($1, $2, $3, 'ACTIVE', $4, $4)",
        jwk.kid,
        Json(jwk) as _,
        sealed,
        now
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("inserting a signing key"))
}

/// The public halves that verify now: the next, the active and the retiring.
pub async fn list_public(db: &mut PgConnection) -> Result<Vec<PublicJwk>, Error> {
    let rows = sqlx::query_scalar!(
        r#"select public_jwk as "jwk: Json<PublicJwk>" from accounts.signing_key
           where state in ('NEXT', 'ACTIVE', 'RETIRING') order by publish_at, kid limit 10"#
    )
    .fetch_all(db)
    .await
    .map_err(fault("listing signing keys"))?;
    Ok(rows.into_iter().map(|jwk| jwk.0).collect())
}
