//! The keys with which merchants' and billers' own systems sign.

use city_auth::{Sealed, Staff};
use city_contracts::key::IdempotencyKey;
use city_ids::ApiKeyId;
use secrecy::{ExposeSecret as _, SecretString};
use sqlx::PgConnection;

use crate::app::App;
use crate::app::merchant::known;
use crate::domain::owner::Owner;
use crate::error::{Error, broken, fault};
use crate::hex;
use crate::store;
use crate::store::api_key::ApiKey;
use city_events::idempotency::{Claim, claim};

/// A key, and its secret the one time that it is shown.
#[derive(Debug)]
pub struct IssuedKey {
    pub key: ApiKey,
    /// None for a repetition: whoever lost it makes a new key.
    pub secret: Option<SecretString>,
}

/// Where a secret is sealed. It is not hashed: a signature can be checked only with the secret itself.
pub fn place(row: &str) -> Sealed<'_> {
    Sealed { table: "payments.api_key", column: "sealed", row }
}

/// Makes a key of a merchant or a biller. Idempotent by the officer's key, but the secret is shown only once and kept nowhere in the
/// clear, so a repetition comes without it.
///
/// # Errors
/// `NotFound`, `KeyReused`.
pub async fn issue_key(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    owner: Owner,
) -> Result<IssuedKey, Error> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    must_be(&mut tx, owner).await?;
    let claimed = claim::<ApiKeyId>(&mut tx, staff.account, key, "issueKey", &owner, now).await?;
    let recorder = match claimed {
        Claim::New(recorder) => recorder,
        Claim::Replay(id) => {
            let keys = store::api_key::list(&mut tx, owner).await?;
            let key = keys.into_iter().find(|key| key.id == id);
            let key = key.ok_or_else(|| broken("reading a key", "it is gone"))?;
            return Ok(IssuedKey { key, secret: None });
        }
    };
    let id: ApiKeyId = app.ids.next(now);
    let secret = SecretString::from(format!("mk_{}", hex::text(&app.ids.bytes::<32>())));
    let sealed = app.keyring.seal(place(&id.to_string()), secret.expose_secret().as_bytes());
    let key = ApiKey { id, created_by: staff.account, created_at: now, revoked_at: None };
    store::api_key::insert(&mut tx, owner, &key, &sealed).await?;
    recorder.record(&mut tx, &id).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(IssuedKey { key, secret: Some(secret) })
}

/// The keys of a merchant or a biller, without their secrets.
///
/// # Errors
/// `NotFound`.
pub async fn list_keys(app: &App, owner: Owner) -> Result<Vec<ApiKey>, Error> {
    let mut db = app.connection().await?;
    must_be(&mut db, owner).await?;
    store::api_key::list(&mut db, owner).await
}

/// Ends a key at once and for ever. Again changes nothing.
///
/// # Errors
/// `NotFound`.
pub async fn revoke_key(app: &App, owner: Owner, id: ApiKeyId) -> Result<(), Error> {
    let mut db = app.connection().await?;
    let revoked = store::api_key::revoke(&mut db, owner, id, app.clock.now()).await?;
    if revoked { Ok(()) } else { Err(Error::NotFound) }
}

/// Of a biller the caller has read the record.
async fn must_be(db: &mut PgConnection, owner: Owner) -> Result<(), Error> {
    match owner {
        Owner::Merchant(merchant) => known(db, merchant).await.map(drop),
        Owner::Biller(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use city_clock::Timestamp;
    use city_ids::AccountId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_log_line_about_a_new_key_does_not_hold_its_secret() {
        let key = ApiKey {
            id: ApiKeyId::restore(Uuid::from_u128(1)),
            created_by: AccountId::restore(Uuid::from_u128(2)),
            created_at: Timestamp::UNIX_EPOCH,
            revoked_at: None,
        };
        let issued = IssuedKey { key, secret: Some(SecretString::from("mk_c0ffee")) };

        assert!(!format!("{issued:?}").contains("c0ffee"), "{issued:?}");
    }
}
