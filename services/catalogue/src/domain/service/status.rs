//! How a service works at an instant.

use city_clock::Timestamp;
use city_contracts::catalogue::service::{Channel, ServiceState};
use city_contracts::common::Localised;

/// A statement of the city about how a service works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub state: ServiceState,
    pub from: Timestamp,
    pub to: Option<Timestamp>,
    pub text: Option<Localised>,
    pub fallback_channel: Option<Channel>,
    /// The code of an agency.
    pub fallback_agency: Option<String>,
}

impl Status {
    /// Whether it holds.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
}

/// The statement that counts, of those in the order they were made: of all that hold the one that began last, and of
/// several that began together the one made last. When a planned maintenance ends, what was said before counts again.
pub fn current(statuses: &[Status], at: Timestamp) -> Option<&Status> {
    statuses.iter().filter(|status| status.holds(at)).max_by_key(|status| status.from)
}
