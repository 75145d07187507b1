//! Can this person use it now? One function answers for lists, single reads, opening and applying.

use city_clock::Timestamp;
use city_contracts::catalogue::service::{ServiceState, Unusable};
use city_ids::AccountId;

use super::client::Client;
use super::content::Coverage;
use super::gate::{Gate, in_rollout};
use super::status::{Status, current};

/// What decides on the side of the service.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    pub withdrawn: bool,
    pub gates: &'a [Gate],
    /// In the order they were made.
    pub statuses: &'a [Status],
    pub coverage: &'a Coverage,
    pub min_identity: u8,
}

/// What decides on the side of the person.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Nobody in particular: only what is open to all.
    pub subject: Option<AccountId>,
    /// 0 anonymous, 1 signed in, 2 identity proven.
    pub identity: u8,
    pub client: Client,
    pub ward: Option<&'a str>,
    pub at: Timestamp,
}

/// Why not, with the statement of the city where that is the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused<'a> {
    pub reason: Unusable,
    pub status: Option<&'a Status>,
}

/// The first line of the table that fails is the reason. Usable with a statement is usable with a notice.
pub fn availability<'a>(
    terms: &Terms<'a>,
    asking: &Asking<'_>,
) -> Result<Option<&'a Status>, Refused<'a>> {
    let refuse = |reason| Err(Refused { reason, status: None });
    if terms.withdrawn {
        return refuse(Unusable::Closed);
    }
    if !terms.gates.is_empty() {
        let gate = terms.gates.iter().find(|gate| gate.matches(&asking.client, asking.at));
        match gate {
            None => return refuse(Unusable::NotForThisAppVersion),
            Some(gate) if !in_rollout(&gate.salt, gate.rollout_pct, asking.subject) => {
                return refuse(Unusable::NotInRollout);
            }
            Some(_) => {}
        }
    }
    let status = current(terms.statuses, asking.at);
    let stopped = match status.map(|status| status.state) {
        Some(ServiceState::Maintenance) => Some(Unusable::Maintenance),
        Some(ServiceState::Down) => Some(Unusable::Down),
        Some(ServiceState::Up | ServiceState::Degraded) | None => None,
    };
    if let Some(reason) = stopped {
        return Err(Refused { reason, status });
    }
    if let Coverage::Wards(wards) = terms.coverage {
        match asking.ward {
            None => return refuse(Unusable::WardNeeded),
            Some(ward) if !wards.contains(ward) => return refuse(Unusable::NotInYourWard),
            Some(_) => {}
        }
    }
    if asking.identity < terms.min_identity {
        return refuse(Unusable::NeedsIdentity);
    }
    Ok(status)
}
