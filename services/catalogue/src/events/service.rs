//! Services: domain event → public event.

use city_clock::Timestamp;
use city_contracts::catalogue::service::{ServiceChanged, ServiceStatusChanged};
use city_contracts::event::Envelope;
use city_ids::EventId;

use crate::domain::service::Status;
use crate::store::service::root::{Service, Withdrawal};

/// An edition of a service is live.
pub fn published(
    id: EventId,
    at: Timestamp,
    service: &Service,
    no: i32,
) -> Envelope<ServiceChanged> {
    let body = ServiceChanged {
        code: service.code.clone(),
        owner_code: service.owner_agency.clone(),
        edition_no: Some(no),
        withdrawn_as: None,
        replacement: None,
    };
    Envelope::new(id, "ServicePublished", at, body)
}

/// A service ended.
pub fn withdrawn(
    id: EventId,
    at: Timestamp,
    service: &Service,
    no: i32,
    withdrawal: &Withdrawal<'_>,
) -> Envelope<ServiceChanged> {
    let body = ServiceChanged {
        code: service.code.clone(),
        owner_code: service.owner_agency.clone(),
        edition_no: Some(no),
        withdrawn_as: Some(withdrawal.way.as_str().to_owned()),
        replacement: withdrawal.replacement.map(str::to_owned),
    };
    Envelope::new(id, "ServiceWithdrawn", at, body)
}

/// The city said how a service works, or will.
pub fn status_changed(
    id: EventId,
    at: Timestamp,
    code: &str,
    status: &Status,
) -> Envelope<ServiceStatusChanged> {
    let body = ServiceStatusChanged {
        code: code.to_owned(),
        state: status.state,
        from: status.from,
        to: status.to,
    };
    Envelope::new(id, "ServiceStatusChanged", at, body)
}
