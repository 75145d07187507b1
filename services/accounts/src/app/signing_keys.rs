//! The key that signs access tokens: made once for the installation, opened once for the process.

use std::sync::Arc;

use city_auth::access::{AccessClaims, Jwks};
use city_auth::step_up::StepUpClaims;
use city_auth::{Keyring, Sealed, SigningKey};
use city_boot::Infra;
use city_contracts::accounts::Tokens;
use city_ids::{AccountId, SessionId};
use tokio::sync::OnceCell;

use crate::domain::refresh::RefreshToken;
use crate::domain::session::SessionKind;
use crate::error::{Error, bad_row, fault};
use crate::store;

/// Makes tokens.
#[derive(Debug)]
pub struct SigningKeys {
    infra: Infra,
    keyring: Arc<Keyring>,
    issuer: String,
    active: OnceCell<Arc<SigningKey>>,
}

/// What a pair of tokens is made for.
#[derive(Debug, Clone, Copy)]
pub struct Bearer {
    /// Who.
    pub person: AccountId,
    /// Which session.
    pub session: SessionId,
    /// Of which kind.
    pub kind: SessionKind,
    /// The number of its present refresh token.
    pub n: u32,
    /// The latest moment that can be used.
    pub refresh_expires_at: city_clock::Timestamp,
}

impl SigningKeys {
    /// Opens nothing yet: a service starts while its database is away.
    pub fn new(infra: Infra, keyring: Arc<Keyring>, issuer: String) -> Self {
        Self { infra, keyring, issuer, active: OnceCell::new() }
    }

    /// A pair of tokens.
    ///
    /// # Errors
    /// When the signing key cannot be had.
    pub async fn tokens(&self, bearer: Bearer) -> Result<Tokens, Error> {
        let key = self.active().await?;
        let now = self.infra.clock.now();
        let Bearer { person, session, kind, n, refresh_expires_at } = bearer;
        let claims = AccessClaims::new(&self.issuer, person, session, kind.principal(), n, now);
        Ok(Tokens {
            access_token: claims.sign(&key),
            access_expires_at: now + city_auth::access::LIFE,
            refresh_token: RefreshToken { session, n }.derive(&self.keyring),
            refresh_expires_at,
        })
    }

    /// The token of a confirmation.
    ///
    /// # Errors
    /// When the signing key cannot be had.
    pub async fn step_up(&self, claims: &StepUpClaims) -> Result<String, Error> {
        Ok(claims.sign(&*self.active().await?))
    }

    /// The public keys that verify access tokens now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn jwks(&self) -> Result<Jwks, Error> {
        self.active().await?;
        let mut db = self.infra.db.acquire().await.map_err(fault("connecting"))?;
        Ok(Jwks { keys: store::signing_key::list_public(&mut db).await? })
    }

    /// Whether tokens can be signed; makes the first key of an installation.
    pub async fn ready(&self) -> bool {
        self.active().await.is_ok()
    }

    async fn active(&self) -> Result<Arc<SigningKey>, Error> {
        self.active.get_or_try_init(|| self.open_or_make()).await.cloned()
    }

    async fn open_or_make(&self) -> Result<Arc<SigningKey>, Error> {
        let mut tx = self.infra.db.begin().await.map_err(fault("beginning"))?;
        if let Some((kid, sealed)) = store::signing_key::find_active(&mut tx).await? {
            return self.open(&kid, &sealed);
        }
        store::signing_key::lead(&mut tx).await?;
        // Somebody else may have made it while we waited.
        if let Some((kid, sealed)) = store::signing_key::find_active(&mut tx).await? {
            return self.open(&kid, &sealed);
        }
        let seed = self.infra.ids.bytes();
        let key = SigningKey::from_seed(&seed);
        let sealed = self.keyring.seal(place(key.kid()), &seed);
        store::signing_key::insert_active(
            &mut tx,
            &key.verifying_key().jwk(),
            &sealed,
            self.infra.clock.now(),
        )
        .await?;
        tx.commit().await.map_err(fault("committing"))?;
        tracing::info!(key.id = key.kid(), "Made the first signing key {}", key.kid());
        Ok(Arc::new(key))
    }

    fn open(&self, kid: &str, sealed: &[u8]) -> Result<Arc<SigningKey>, Error> {
        let seed =
            self.keyring.open(place(kid), sealed).and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let seed =
            seed.ok_or_else(|| bad_row("the signing key does not open with this keyring"))?;
        Ok(Arc::new(SigningKey::from_seed(&seed)))
    }
}

fn place(kid: &str) -> Sealed<'_> {
    Sealed { table: "accounts.signing_key", column: "private_sealed", row: kid }
}
