//! How every act of staff on a procedure begins: the key, the procedure and its lock, the scope, the version looked at.

use city_auth::{ObjectScope, Permission, Scope, Staff};
use city_clock::Timestamp;
use city_contracts::key::IdempotencyKey;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::edition::EditionState;
use crate::error::Error;
use crate::snapshot::Registry;
use crate::store::procedure::root::{self, Procedure};
use city_events::idempotency::{Claim, NewClaim, claim};

/// What staff ask, beside the act itself.
#[derive(Debug)]
pub struct Ask<'a, R> {
    pub key: &'a IdempotencyKey,
    /// The procedure.
    pub code: &'a str,
    /// As it was sent, for recognising a replay.
    pub request: &'a R,
}

impl<R> Clone for Ask<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Ask<'_, R> {} // references only, whatever is asked

/// What an act left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProcedureMoved {
    /// The procedure.
    pub national_code: String,
    /// Its version now: name it in the next act.
    pub version: i32,
    /// The edition that was moved.
    pub edition_no: i32,
    /// Where it is: `DRAFT`, `IN_REVIEW`, `APPROVED`, `LIVE`, `SUPERSEDED`.
    pub state: String,
}

impl ProcedureMoved {
    /// An act on an edition.
    pub fn new(code: &str, version: i32, edition_no: i32, state: EditionState) -> Self {
        let state = state.as_str().to_owned();
        Self { national_code: code.to_owned(), version, edition_no, state }
    }
}

/// What became of an act.
#[derive(Debug)]
pub enum Taken<A> {
    /// The first answer.
    Replay(A),
    /// Go on, with the procedure locked.
    New(NewClaim, Box<Procedure>),
}

/// Claims the key, locks the procedure, and checks scope and version.
pub async fn take<A: serde::de::DeserializeOwned, R: Serialize + Sync>(
    app: &App,
    tx: &mut PgConnection,
    who: &Staff,
    (operation, permission): (&str, Permission),
    ask: Ask<'_, R>,
    version: i32,
) -> Result<Taken<A>, Error> {
    let now = app.clock.now();
    let operation = format!("procedure:{operation}:{}", ask.code);
    let recorder = match claim(tx, who.account, ask.key, &operation, ask.request, now).await? {
        Claim::Replay(first) => return Ok(Taken::Replay(first)),
        Claim::New(recorder) => recorder,
    };
    let found = root::find_for_update(tx, ask.code).await?.ok_or(Error::NotFound)?;
    require(&app.snapshots.get()?.registry, who, permission, &found.owner_agency, now)?;
    if version == found.version {
        Ok(Taken::New(recorder, Box::new(found)))
    } else {
        Err(Error::Stale { current: found.version })
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
    let covered = covers(registry, who, permission, agency, now);
    if covered { Ok(()) } else { Err(Error::Scope(permission)) }
}

fn covers(
    registry: &Registry,
    who: &Staff,
    permission: Permission,
    agency: &str,
    now: Timestamp,
) -> bool {
    let agencies = registry.agency_chain(agency);
    who.principal.may(permission, ObjectScope { ward: None, agencies: &agencies }, now)
}

/// The agencies over which the permission is held; none: all of them.
pub fn covered(
    registry: &Registry,
    who: &Staff,
    permission: Permission,
    now: Timestamp,
) -> Option<Vec<String>> {
    let mut scopes = who.principal.live_scopes(permission, now);
    let all = scopes.any(|scope| *scope == Scope::City);
    let codes = registry.agencies().map(|agency| agency.code.clone());
    (!all).then(|| codes.filter(|code| covers(registry, who, permission, code, now)).collect())
}
