//! What this service tells the world: ids and reasons, never a phone or name.

use city_boot::Infra;
use city_clock::Timestamp;
use city_contracts::accounts::AccountEvent;
use city_contracts::event::Envelope;
use city_events::outbox;
use city_ids::{AccountId, SessionId};
use sqlx::PgConnection;

use crate::domain::session::EndReason;
use crate::error::{Error, fault};
use crate::store::session::Ended;

/// A number had no account before.
pub const PERSON_REGISTERED: &str = "PersonRegistered";
/// A person's identity is proven better, or no longer as well.
pub const IDENTITY_LEVEL_CHANGED: &str = "IdentityLevelChanged";
/// A session is over.
pub const SESSION_ENDED: &str = "SessionEnded";
/// A person with other sessions signed in on a device for the first time.
pub const SIGNED_IN_ON_NEW_DEVICE: &str = "SignedInOnNewDevice";
/// A used refresh token came back.
pub const REFRESH_REUSE_DETECTED: &str = "RefreshReuseDetected";

/// Writes an event into the transaction.
pub async fn push(
    db: &mut PgConnection,
    infra: &Infra,
    kind: &str,
    at: Timestamp,
    account: AccountId,
    session: Option<SessionId>,
    reason: Option<EndReason>,
) -> Result<(), Error> {
    let body =
        AccountEvent { account, session, reason: reason.map(|reason| reason.code().to_owned()) };
    let event = Envelope::new(infra.ids.next(at), kind, at, body);
    outbox::push(db, &event).await.map_err(fault("writing the outbox"))
}

/// Tells of ended sessions.
pub async fn push_ended(
    db: &mut PgConnection,
    infra: &Infra,
    ended: &[Ended],
    reason: EndReason,
    at: Timestamp,
) -> Result<(), Error> {
    for ended in ended {
        push(&mut *db, infra, SESSION_ENDED, at, ended.person, Some(ended.session), Some(reason))
            .await?;
    }
    Ok(())
}
