//! What merchants' own systems sign with.

use city_clock::Timestamp;
use city_ids::{AccountId, ApiKeyId, MerchantId};
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub created_by: AccountId,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// Writes a new key with its sealed secret.
pub async fn insert(
    db: &mut PgConnection,
    merchant: MerchantId,
    key: &ApiKey,
    sealed: &[u8],
) -> Result<(), Error> {
    let inserted = sqlx::query!(
        "insert into payments.api_key (id, merchant, sealed, created_by, created_at) values ($1, $2, $3, $4, $5)",
        key.id.as_uuid(),
        merchant.as_uuid(),
        sealed,
        key.created_by.as_uuid(),
        key.created_at
    );
    inserted.execute(db).await.map(drop).map_err(fault("writing a key"))
}

/// The keys of a merchant, oldest first.
pub async fn list(db: &mut PgConnection, merchant: MerchantId) -> Result<Vec<ApiKey>, Error> {
    let rows = sqlx::query_as!(
        ApiKey,
        r#"select id as "id: ApiKeyId", created_by as "created_by: AccountId", created_at, revoked_at
           from payments.api_key where merchant = $1 order by created_at, id"#,
        merchant.as_uuid()
    );
    rows.fetch_all(db).await.map_err(fault("reading keys"))
}

/// Ends a key; false when the merchant has no such key that counts.
pub async fn revoke(
    db: &mut PgConnection,
    merchant: MerchantId,
    id: ApiKeyId,
    at: Timestamp,
) -> Result<bool, Error> {
    let revoked = sqlx::query!(
        "update payments.api_key set revoked_at = coalesce(revoked_at, $3) where id = $1 and merchant = $2",
        id.as_uuid(),
        merchant.as_uuid(),
        at
    );
    let revoked = revoked.execute(db).await.map_err(fault("revoking a key"))?;
    Ok(revoked.rows_affected() == 1)
}

/// Whose key it is and its sealed secret, while it counts.
pub async fn find_live(
    db: &mut PgConnection,
    id: ApiKeyId,
) -> Result<Option<(MerchantId, Vec<u8>)>, Error> {
    let row = sqlx::query!(
        r#"select merchant as "merchant: MerchantId", sealed from payments.api_key where id = $1 and revoked_at is null"#,
        id.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a key"))?;
    Ok(row.map(|row| (row.merchant, row.sealed)))
}
