//! Who of the staff may see and do what.

use city_auth::permission::{DOSSIER_INTAKE, DOSSIER_LEAD, DOSSIER_PROCESS};
use city_auth::{ObjectScope, Permission, Scope as Held, Staff};
use city_clock::Timestamp;

use crate::domain::dossier::{Dossier, Status};
use crate::error::Error;
use crate::snapshot::Registry;

/// Whether a live grant holds the permission over the agency, for a dossier of this ward.
pub fn may(
    who: &Staff,
    permission: Permission,
    registry: &Registry,
    agency: &str,
    ward: Option<&str>,
    now: Timestamp,
) -> bool {
    let agencies = registry.agency_chain(agency);
    who.principal.may(permission, ObjectScope { ward, agencies: &agencies }, now)
}

/// Refuses whoever neither takes in nor decides this dossier. Drafts are nobody's but their author's.
///
/// # Errors
/// `NOT_FOUND` for a draft, `SCOPE`.
pub fn require_reader(
    who: &Staff,
    registry: &Registry,
    dossier: &Dossier,
    now: Timestamp,
) -> Result<(), Error> {
    if dossier.status == Status::Draft {
        return Err(Error::NotFound);
    }
    let ward = dossier.ward.as_deref();
    let incoming = dossier.transfer.as_ref().map(|transfer| transfer.to.as_str());
    let held = |permission, agency| may(who, permission, registry, agency, ward, now);
    let reads = held(DOSSIER_INTAKE, &dossier.receiving)
        || held(DOSSIER_PROCESS, &dossier.competent)
        || held(DOSSIER_LEAD, &dossier.competent)
        || incoming.is_some_and(|to| held(DOSSIER_PROCESS, to));
    if reads { Ok(()) } else { Err(Error::Scope(DOSSIER_PROCESS)) }
}

/// The agencies over which any of these permissions is held; none for all.
pub fn agencies(
    who: &Staff,
    permissions: &[Permission],
    registry: &Registry,
    now: Timestamp,
) -> Option<Vec<String>> {
    let mut agencies = Vec::new();
    for permission in permissions {
        for held in who.principal.live_scopes(*permission, now) {
            match held {
                Held::City => return None,
                Held::Agency(code) => {
                    let below = registry.agencies().map(|agency| agency.code.as_str());
                    let covered = below
                        .filter(|agency| registry.agency_chain(agency).contains(&code.as_str()));
                    agencies.extend(covered.map(str::to_owned));
                }
                Held::Ward(code) => {
                    if let Some(place) = registry.present(code) {
                        agencies.extend(
                            registry.agencies_of(&place.id).map(|agency| agency.code.clone()),
                        );
                    }
                }
            }
        }
    }
    agencies.sort_unstable();
    agencies.dedup();
    Some(agencies)
}
