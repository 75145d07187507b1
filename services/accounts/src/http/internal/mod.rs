//! Routes under `/internal/v1`, and the public ones that mean the same.

pub mod confirm_phone_code;
pub mod contact;
pub mod holders;
pub mod prefill;
pub mod refresh_session;
pub mod request_phone_code;
pub mod sessions;
pub mod sign_out;
pub mod viewer;

use city_auth::Callers;
use city_ids::ServiceName;

/// The gateway alone.
pub enum Gateway {}

impl Callers for Gateway {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Gateway];
}

/// The services that write to people.
pub enum Writers {}

impl Callers for Writers {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Notifications, ServiceName::Reports];
}

/// The service that prefills forms.
pub enum Catalogue {}

impl Callers for Catalogue {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Catalogue];
}

/// Who asks which staff may act.
pub enum HolderAskers {}

impl Callers for HolderAskers {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Notifications, ServiceName::Catalogue];
}

/// Who tells staff of what concerns them.
pub enum Notifications {}

impl Callers for Notifications {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Notifications];
}
