//! The use cases, one a file; each owns its transaction.

mod check_pin;
pub mod confirm_phone_code;
pub mod create_step_up;
pub mod declare_identity;
pub mod describe_staff;
pub mod find_by_phone;
pub mod find_contact;
pub mod find_holders;
pub mod find_prefill;
pub mod mark_seen;
mod open_session;
mod password_queue;
pub mod read_session;
pub mod refresh_session;
pub mod request_phone_code;
mod session_cache;
pub mod set_wallet_pin;
pub mod sign_in_staff;
pub mod sign_out;
mod signing_keys;
pub mod view_person;

use std::sync::Arc;

use city_auth::Keyring;
use city_boot::Infra;
use city_clock::Timestamp;
use tokio::sync::Notify;

pub use self::password_queue::PasswordQueue;
pub use self::session_cache::SessionCache;
pub use self::signing_keys::SigningKeys;
use crate::config::Config;
use crate::error::Error;

/// What every use case stands on.
#[derive(Debug)]
pub struct App {
    /// Database, Redis, clock, ids, identity, client.
    pub infra: Infra,
    /// What the operator set.
    pub config: Config,
    /// The secret keys.
    pub keyring: Arc<Keyring>,
    /// The keys that sign access tokens.
    pub signing_keys: SigningKeys,
    /// The bounded place where passwords are hashed.
    pub passwords: PasswordQueue,
    /// The copy of session records that gateways read.
    pub sessions: SessionCache,
    /// Wakes the worker that hands codes over.
    pub code_queued: Notify,
}

impl App {
    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.infra.clock.now()
    }

    /// Begins a transaction.
    pub(crate) async fn begin(&self) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, Error> {
        self.infra.db.begin().await.map_err(crate::error::fault("beginning"))
    }

    /// A connection for reads and single statements.
    pub(crate) async fn connection(
        &self,
    ) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>, Error> {
        self.infra.db.acquire().await.map_err(crate::error::fault("connecting"))
    }
}

/// Commits.
pub(crate) async fn commit(tx: sqlx::Transaction<'static, sqlx::Postgres>) -> Result<(), Error> {
    tx.commit().await.map_err(crate::error::fault("committing"))
}
