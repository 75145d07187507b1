//! Routes under `/internal/v1`, and the public ones that mean the same.

pub mod by_phone;
pub mod confirm_phone_code;
pub mod contact;
pub mod create_step_up;
pub mod dev_identity;
pub mod holders;
pub mod prefill;
pub mod refresh_session;
pub mod request_phone_code;
pub mod sessions;
pub mod set_wallet_pin;
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

/// The service that moves money.
pub enum Payments {}

impl Callers for Payments {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Payments];
}

/// Who asks which staff may act.
pub enum HolderAskers {}

impl Callers for HolderAskers {
    const ALLOWED: &'static [ServiceName] = &[ServiceName::Notifications, ServiceName::Catalogue];
}
