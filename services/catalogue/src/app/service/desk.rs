//! How every act of staff on a service begins: the key, the service and its lock, the scope, the version that was looked at.

use city_auth::{ObjectScope, Permission, Staff};
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::registry::Agency;
use crate::error::Error;
use crate::snapshot::Registry;
use crate::store::service::root::{self, Service};
use city_events::idempotency::{Claim, NewClaim, claim};

/// What staff ask, beside the act itself.
#[derive(Debug)]
pub struct Ask<'a, R> {
    pub key: &'a IdempotencyKey,
    /// The service.
    pub code: &'a str,
    /// The version that was looked at; none where nothing can be overwritten.
    pub version: Option<i32>,
    /// As it was sent, for recognising a replay.
    pub request: &'a R,
}

/// What became of it.
#[derive(Debug)]
pub enum Taken<A> {
    /// The first answer.
    Replay(A),
    /// Go on, with the service locked.
    New(NewClaim, Service),
}

/// Claims the key, locks the service, and checks scope and version.
pub async fn take<A: DeserializeOwned, R: Serialize + Sync>(
    app: &App,
    tx: &mut PgConnection,
    who: &Staff,
    (operation, permission): (&str, Permission),
    ask: &Ask<'_, R>,
    now: Timestamp,
) -> Result<Taken<A>, Error> {
    let operation = format!("service:{operation}:{}", ask.code);
    let recorder = match claim(tx, who.account, ask.key, &operation, ask.request, now).await? {
        Claim::Replay(first) => return Ok(Taken::Replay(first)),
        Claim::New(recorder) => recorder,
    };
    let service = root::find_for_update(tx, ask.code).await?.ok_or(Error::NotFound)?;
    require(&app.snapshots.get()?.registry, who, permission, &service.owner_agency, now)?;
    match ask.version {
        Some(version) if version != service.version => {
            Err(Error::Stale { current: service.version })
        }
        _ => Ok(Taken::New(recorder, service)),
    }
}

/// Refuses unless the permission is held over the agency.
pub fn require(
    registry: &Registry,
    who: &Staff,
    permission: Permission,
    agency: &str,
    now: Timestamp,
) -> Result<(), Error> {
    if covers(registry, who, permission, agency, now) {
        Ok(())
    } else {
        Err(Error::Scope(permission))
    }
}

/// Whether the permission is held over the agency, one above it, or the ward it serves.
pub fn covers(
    registry: &Registry,
    who: &Staff,
    permission: Permission,
    agency: &str,
    now: Timestamp,
) -> bool {
    let agencies = registry.agency_chain(agency);
    let place = registry.agency(agency).and_then(|agency| registry.place(agency.place.as_ref()?));
    let ward = place.and_then(|place| place.code.as_deref());
    who.principal.may(permission, ObjectScope { ward, agencies: &agencies }, now)
}

/// The agencies over which the permission is held, for filtering lists; none: all of them.
pub fn covered(
    registry: &Registry,
    who: &Staff,
    permission: Permission,
    now: Timestamp,
) -> Option<Vec<String>> {
    let all =
        who.principal.live_scopes(permission, now).any(|scope| *scope == city_auth::Scope::City);
    let under = |agency: &&Agency| covers(registry, who, permission, &agency.code, now);
    (!all).then(|| registry.agencies().filter(under).map(|agency| agency.code.clone()).collect())
}
