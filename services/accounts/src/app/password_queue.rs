//! Where passwords are hashed: one a core, few waiting, nobody for long. A flood of guesses costs guesses, not the service.

use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use city_auth::{KeyName, Keyring};
use tokio::sync::Semaphore;

use crate::domain::staff::normalised;
use crate::error::{Cause, Error};

/// OWASP ASVS, appendix C.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// A stored cost above this many times ours is a row nobody wrote here.
const WORST_COST: u32 = 4;
const WAITING: usize = 64;
const PATIENCE: Duration = Duration::from_secs(1);

/// The bounded place.
#[derive(Debug)]
pub struct PasswordQueue {
    keyring: Arc<Keyring>,
    places: Arc<Semaphore>,
    cores: Arc<Semaphore>,
    /// Verified for an unknown e-mail address, so that it takes as long as a known one.
    dummy: String,
    dummy_key: u8,
}

/// A password's hash with the key that was its secret input.
#[derive(Debug, Clone)]
pub struct Hashed {
    /// The PHC string.
    pub phc: String,
    /// The key.
    pub key_id: u8,
}

impl PasswordQueue {
    /// A queue for this machine.
    ///
    /// # Errors
    /// When the hash library refuses our parameters.
    pub async fn new(keyring: Arc<Keyring>) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut queue = Self {
            dummy: String::new(),
            dummy_key: keyring.newest(KeyName::Password).kid(),
            keyring,
            places: Arc::new(Semaphore::new(cores + WAITING)),
            cores: Arc::new(Semaphore::new(cores)),
        };
        let dummy = queue.hash("a password that nobody has", [0; 16]).await?;
        queue.dummy = dummy.phc;
        Ok(queue)
    }

    /// Hashes a password with a random salt.
    ///
    /// # Errors
    /// `Busy`.
    pub async fn hash(&self, password: &str, salt: [u8; 16]) -> Result<Hashed, Error> {
        let (keyring, password) = (Arc::clone(&self.keyring), normalised(password));
        self.run(move || {
            let key = keyring.newest(KeyName::Password);
            let hash = argon2(key.expose())?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|error| hash_fault(error.to_string()))?;
            Ok(Hashed { phc: hash.to_string(), key_id: key.kid() })
        })
        .await
    }

    /// Whether a password is right; of a stranger (no hash) it never is, and takes as long to find out.
    ///
    /// # Errors
    /// `Busy`.
    pub async fn verify(
        &self,
        password: &str,
        stored: Option<(String, i16)>,
    ) -> Result<bool, Error> {
        let known = stored.is_some();
        let (phc, key_id) =
            stored.unwrap_or_else(|| (self.dummy.clone(), i16::from(self.dummy_key)));
        let (keyring, password) = (Arc::clone(&self.keyring), normalised(password));
        let right = self
            .run(move || {
                let key =
                    u8::try_from(key_id).ok().and_then(|kid| keyring.find(KeyName::Password, kid));
                let key = key.ok_or_else(|| hash_fault("the key of a stored password is gone"))?;
                let hash =
                    PasswordHash::new(&phc).map_err(|error| hash_fault(error.to_string()))?;
                let cost =
                    Params::try_from(&hash).map_err(|error| hash_fault(error.to_string()))?;
                if cost.m_cost() > MEMORY_KIB * WORST_COST || cost.t_cost() > PASSES * WORST_COST {
                    return Err(hash_fault(
                        "a stored password costs more than this service would spend",
                    ));
                }
                Ok(argon2(key.expose())?.verify_password(password.as_bytes(), &hash).is_ok())
            })
            .await?;
        Ok(right && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Error::Busy)?;
        let core = tokio::time::timeout(PATIENCE, Arc::clone(&self.cores).acquire_owned()).await;
        let core = core.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
        let done = tokio::task::spawn_blocking(move || {
            // Held by the work itself: a caller who goes away does not make room for one hash more than there are cores.
            let _held = (place, core);
            work()
        });
        done.await.map_err(|error| Error::Internal {
            doing: "hashing a password",
            source: error.into(),
        })?
    }
}

fn argon2(secret: &[u8; 32]) -> Result<Argon2<'_>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| hash_fault(error.to_string()))?;
    Argon2::new_with_secret(secret, Algorithm::Argon2id, Version::V0x13, params)
        .map_err(|error| hash_fault(error.to_string()))
}

fn hash_fault(source: impl Into<String>) -> Error {
    // As text: the library's errors implement the standard trait only with a feature nobody else needs.
    Error::Internal { doing: "hashing a password", source: Cause::from(source.into()) }
}

#[cfg(test)]
mod tests {
    use city_ids::Ids;
    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn a_password_is_right_under_its_own_key_only_and_a_stranger_never_is() {
        let queue = PasswordQueue::new(Arc::new(Keyring::generate(&Ids::seeded(1)))).await.unwrap();
        let other = PasswordQueue::new(Arc::new(Keyring::generate(&Ids::seeded(2)))).await.unwrap();
        let hashed =
            queue.hash("m\u{1ead}t kh\u{1ea9}u c\u{1ee7}a t\u{f4}i", [7; 16]).await.unwrap();
        let stored = || Some((hashed.phc.clone(), i16::from(hashed.key_id)));

        assert!(hashed.phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hashed.phc);
        assert!(
            queue
                .verify("ma\u{323}\u{302}t kha\u{302}\u{309}u cu\u{309}a to\u{302}i", stored())
                .await
                .unwrap()
        );
        assert!(!queue.verify("another", stored()).await.unwrap());
        assert!(!other.verify("mật khẩu của tôi", stored()).await.unwrap());
        assert!(!queue.verify("a password that nobody has", None).await.unwrap());
    }

    #[tokio::test]
    async fn a_stored_hash_that_costs_too_much_is_a_fault_not_a_bill() {
        let queue = PasswordQueue::new(Arc::new(Keyring::generate(&Ids::seeded(1)))).await.unwrap();
        let phc = queue.dummy.replace("m=19456", "m=1945600");

        let answer = queue.verify("x", Some((phc, 1))).await;

        assert!(matches!(answer, Err(Error::Internal { .. })));
    }

    #[tokio::test]
    async fn more_than_the_queue_holds_are_told_to_come_back() {
        let queue = PasswordQueue::new(Arc::new(Keyring::generate(&Ids::seeded(1)))).await.unwrap();
        let places = queue.places.available_permits();

        let answers = join_all((0..places + 20).map(|_| queue.verify("x", None))).await;

        let busy = answers.iter().filter(|answer| matches!(answer, Err(Error::Busy))).count();
        assert!((20..places + 20).contains(&busy), "{busy}");
    }
}
