//! Whether somebody may use a service, for those who apply for the procedure behind it.

use city_auth::Principal;
use city_clock::Timestamp;
use city_contracts::catalogue::service::ClientApp;

use super::reader::{Reader, identity};
use super::view;
use crate::domain::service::Client;
use crate::error::Error;
use crate::snapshot::Snapshot;

/// Refuses with the reason that lists, reads and opening give. An entry that was never published restricts nobody: the
/// procedure is then offered without one.
///
/// # Errors
/// `NOT_USABLE`.
pub fn require_usable(
    snapshot: &Snapshot,
    code: &str,
    who: &Principal,
    (client, ward): (&ClientApp, Option<&str>),
    at: Timestamp,
) -> Result<(), Error> {
    let Some(entry) = snapshot.services.published(code) else { return Ok(()) };
    let reader = Reader {
        account: who.account,
        identity: identity(who.account, who.identity_level),
        client: Client::read(client),
        wards: Vec::new(),
        kept: std::collections::HashMap::new(),
        at,
    };
    let availability = view::answer(entry, &snapshot.registry, &reader, ward);
    if availability.usable { Ok(()) } else { Err(Error::NotUsable(Box::new(availability))) }
}
