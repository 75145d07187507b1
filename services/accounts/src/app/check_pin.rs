//! Comparing a PIN with the one that is set. This is the only way to: what is compared uncounted can be guessed.

use city_auth::KeyName;
use city_ids::AccountId;
use sqlx::PgConnection;

use super::App;
use crate::domain::pin::{Pin, TRIES};
use crate::error::Error;
use crate::store;

/// What a comparison came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// The PIN is right, and the count begins anew.
    Right,
    /// It is wrong.
    Wrong {
        /// Before it has to be set anew.
        tries_left: u32,
    },
    /// It was wrong too often before; nothing was compared.
    Locked,
}

/// Counts the try, then compares: two tries at once are two. The caller commits, also a miss.
///
/// # Errors
/// `PinUnset`.
pub async fn check_pin(
    app: &App,
    db: &mut PgConnection,
    person: AccountId,
    pin: &Pin,
) -> Result<Checked, Error> {
    let Some(attempt) = store::pin::take_try(&mut *db, person).await? else {
        let is_set = store::pin::exists(&mut *db, person).await?;
        return if is_set { Ok(Checked::Locked) } else { Err(Error::PinUnset) };
    };
    let key = app.keyring.find(KeyName::Pin, attempt.key_id);
    if key.is_some_and(|key| pin.matches(key, person, &attempt.mac)) {
        store::pin::forgive(&mut *db, person).await?;
        return Ok(Checked::Right);
    }
    Ok(Checked::Wrong { tries_left: u32::try_from(TRIES - attempt.fails).unwrap_or(0) })
}
