//! A member of staff, for themselves: who they are and what they may do where.

use city_clock::Timestamp;
use city_ids::{AccountId, SessionId};

use super::App;
use crate::domain::binding::Binding;
use crate::error::Error;
use crate::store;
use crate::store::staff::Profile;

/// What a member of staff sees of themselves.
#[derive(Debug)]
pub struct StaffSelf {
    /// Name, address, language.
    pub profile: Profile,
    /// Every binding that is in time, the powerless ones among them.
    pub bindings: Vec<Binding>,
    /// When the present session ends at the latest.
    pub session_expires_at: Timestamp,
    /// When they last proved who they are.
    pub auth_at: Timestamp,
}

/// Describes a member of staff to themselves.
///
/// # Errors
/// `PersonNotFound`, `SessionNotFound`.
pub async fn describe_staff(
    app: &App,
    who: AccountId,
    session: SessionId,
) -> Result<StaffSelf, Error> {
    let mut db = app.connection().await?;
    let profile = store::staff::profile(&mut db, who).await?.ok_or(Error::PersonNotFound)?;
    let session =
        store::session::find(&mut db, session).await?.filter(|session| session.person == who);
    let session = session.ok_or(Error::SessionNotFound)?;
    let bindings = store::binding::list(&mut db, who, app.now()).await?;
    Ok(StaffSelf {
        profile,
        bindings,
        session_expires_at: session.life.expires_at,
        auth_at: session.auth_at,
    })
}
