//! The table: which paths of services the outside may reach, and how. Everything else is 404, `/internal` above all.

use city_ids::ServiceName;
use http::Method;

use crate::limit::{Limit, table};

/// As whom the service gets the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// As nobody: the path is open, or the service authenticates whom it must.
    Anonymous,
    /// As the resident whose access token is checked here.
    Resident,
}

/// A family of paths handed to one service as they are.
#[derive(Debug)]
pub struct Route {
    /// In the router's words.
    pub path: &'static str,
    pub methods: &'static [Method],
    pub to: ServiceName,
    pub caller: Caller,
    pub max_body_bytes: usize,
    /// By address, beside the limit on any request.
    pub limit: Option<&'static Limit>,
}

pub static ROUTES: [Route; 3] = [
    // Photos everybody may see; checked by reports at each request.
    Route {
        path: "/media/reports/{*rest}",
        methods: &[Method::GET, Method::HEAD],
        to: ServiceName::Reports,
        caller: Caller::Anonymous,
        max_body_bytes: 0,
        limit: Some(&table::PHOTOS),
    },
    // For apps that renew their tokens outside GraphQL. Carriers put thousands behind one address, and a forged token is
    // refused without any database access, so only the limit on any request counts here.
    Route {
        path: "/auth/v1/refresh",
        methods: &[Method::POST],
        to: ServiceName::Accounts,
        caller: Caller::Anonymous,
        max_body_bytes: 4 * 1024,
        limit: None,
    },
    Route {
        path: "/auth/v1/sign-out",
        methods: &[Method::POST],
        to: ServiceName::Accounts,
        caller: Caller::Resident,
        max_body_bytes: 4 * 1024,
        limit: None,
    },
];
