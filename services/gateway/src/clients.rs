//! The services behind the gateway.

use city_boot::GatewayInfra;
use city_clients::{Accounts, Catalogue, Notifications, Payments, Reports, ServiceClient};
use city_ids::ServiceName;

use crate::config::Config;

/// A typed way to each service.
#[derive(Debug, Clone)]
pub struct Clients {
    pub accounts: Accounts,
    pub reports: Reports,
    pub notifications: Notifications,
    pub catalogue: Catalogue,
    pub payments: Payments,
}

impl Clients {
    pub fn new(config: &Config, infra: &GatewayInfra) -> Self {
        let client = |name, url: &str| {
            ServiceClient::new(name, url, infra.http.clone(), infra.identity.clone())
        };
        Self {
            accounts: Accounts(client(ServiceName::Accounts, &config.accounts_url)),
            reports: Reports(client(ServiceName::Reports, &config.reports_url)),
            catalogue: Catalogue(client(ServiceName::Catalogue, &config.catalogue_url)),
            payments: Payments(client(ServiceName::Payments, &config.payments_url)),
            notifications: Notifications(client(
                ServiceName::Notifications,
                &config.notifications_url,
            )),
        }
    }
}
