//! What merchants' and billers' own systems sign with.

use city_clock::Timestamp;
use city_ids::{AccountId, ApiKeyId, BillerId, MerchantId};
use sqlx::PgConnection;

use crate::domain::owner::Owner;
use crate::error::{Error, broken, fault};

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub created_by: AccountId,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// A key that counts, with its sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveKey {
    pub owner: Owner,
    pub sealed: Vec<u8>,
}

/// Writes a new key with its sealed secret.
pub async fn insert(
    db: &mut PgConnection,
    owner: Owner,
    key: &ApiKey,
    sealed: &[u8],
) -> Result<(), Error> {
    let (merchant, biller) = owner.split();
    let inserted = sqlx::query!(
        "insert into payments.api_key (id, merchant, biller, sealed, created_by, created_at) values ($1, $2, $3, $4, $5, $6)",
        key.id.as_uuid(),
        merchant,
        biller,
        sealed,
        key.created_by.as_uuid(),
        key.created_at
    );
    inserted.execute(db).await.map(drop).map_err(fault("writing a key"))
}

/// The keys of somebody, oldest first.
pub async fn list(db: &mut PgConnection, owner: Owner) -> Result<Vec<ApiKey>, Error> {
    let (merchant, biller) = owner.split();
    let rows = sqlx::query_as!(
        ApiKey,
        r#"select id as "id: ApiKeyId", created_by as "created_by: AccountId", created_at, revoked_at
           from payments.api_key where merchant = $1 or biller = $2 order by created_at, id"#,
        merchant,
        biller
    );
    rows.fetch_all(db).await.map_err(fault("reading keys"))
}

/// Ends a key; false when its owner has no such key.
pub async fn revoke(
    db: &mut PgConnection,
    owner: Owner,
    id: ApiKeyId,
    at: Timestamp,
) -> Result<bool, Error> {
    let (merchant, biller) = owner.split();
    let revoked = sqlx::query!(
        "update payments.api_key set revoked_at = coalesce(revoked_at, $4)
         where id = $1 and (merchant = $2 or biller = $3)",
        id.as_uuid(),
        merchant,
        biller,
        at
    );
    let revoked = revoked.execute(db).await.map_err(fault("revoking a key"))?;
    Ok(revoked.rows_affected() == 1)
}

/// Whose key it is and its sealed secret, while it counts.
pub async fn find_live(db: &mut PgConnection, id: ApiKeyId) -> Result<Option<LiveKey>, Error> {
    let row = sqlx::query!(
        r#"select merchant as "merchant: MerchantId", biller as "biller: BillerId", sealed
           from payments.api_key where id = $1 and revoked_at is null"#,
        id.as_uuid()
    );
    let row = row.fetch_optional(db).await.map_err(fault("reading a key"))?;
    row.map(|row| {
        let owner = Owner::of(row.merchant, row.biller);
        let owner = owner.ok_or_else(|| broken("reading a key", id.to_string()))?;
        Ok(LiveKey { owner, sealed: row.sealed })
    })
    .transpose()
}
