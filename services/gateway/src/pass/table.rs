//! The table: which paths of services the outside may reach, and how. Everything else is 404, `/internal` above all.

use std::time::Duration;

use city_ids::ServiceName;
use http::{HeaderName, Method};

use crate::limit::{Limit, table};

/// As whom the service gets the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// As nobody: the path is open, or the service authenticates whom it must.
    Anonymous,
    /// As the resident whose access token is checked here.
    Resident,
}

/// Which limits a request is counted by.
#[derive(Debug, Clone)]
pub enum Counted {
    /// The one on any request.
    AnyRequest,
    /// By address, beside the one on any request.
    Address(&'static Limit),
    /// By whoever's token it carries, beside the one on any request.
    Account(&'static Limit),
    /// By what a header says and the address, beside the one on any request.
    Header(HeaderName, &'static Limit),
    /// By the path, and by no other.
    PathAlone(&'static Limit),
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
    pub timeout: Duration,
    pub counted: Counted,
    /// What passes inward beside the headers of every route.
    pub headers: &'static [HeaderName],
}

const GET: &[Method] = &[Method::GET, Method::HEAD];
const POST: &[Method] = &[Method::POST];
const KIB: usize = 1024;
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bills of a whole import, and how long they may take to arrive.
const LARGEST_IMPORT: usize = 20 * KIB * KIB;
const IMPORT_TIMEOUT: Duration = Duration::from_mins(1);
const MERCHANT_KEY: HeaderName = HeaderName::from_static("city-key");
static SIGNED: [HeaderName; 2] = [MERCHANT_KEY, HeaderName::from_static("city-signature")];

pub static ROUTES: [Route; 14] = [
    // Photos everybody may see; checked by reports at each request.
    Route {
        path: "/media/reports/{*rest}",
        methods: GET,
        to: ServiceName::Reports,
        caller: Caller::Anonymous,
        max_body_bytes: 0,
        timeout: TIMEOUT,
        counted: Counted::Address(&table::PHOTOS),
        headers: &[],
    },
    // For apps that renew their tokens outside GraphQL. Carriers put thousands behind one address, and a forged token is
    // refused without any database access, so only the limit on any request counts here.
    Route {
        path: "/auth/v1/refresh",
        methods: POST,
        to: ServiceName::Accounts,
        caller: Caller::Anonymous,
        max_body_bytes: 4 * KIB,
        timeout: TIMEOUT,
        counted: Counted::AnyRequest,
        headers: &[],
    },
    Route {
        path: "/auth/v1/sign-out",
        methods: POST,
        to: ServiceName::Accounts,
        caller: Caller::Resident,
        max_body_bytes: 4 * KIB,
        timeout: TIMEOUT,
        counted: Counted::AnyRequest,
        headers: &[],
    },
    // What a provider tells of a payment. What it signs is checked by payments, over these very bytes.
    notice("/ipn/vnpay", &[Method::GET]),
    notice("/ipn/momo", POST),
    notice("/ipn/zalopay", POST),
    // Where a provider sends the payer's browser back. It proves nothing.
    public("/pay/return/{provider}"),
    // What anybody needs to check a receipt, and that the books were not rewritten.
    public("/.well-known/payment-receipt-keys.json"),
    public("/public/v1/payments/heads"),
    public("/public/v1/payments/backing/{day}"),
    // Files for residents.
    Route {
        path: "/v1/payments/{id}/receipt.json",
        methods: GET,
        to: ServiceName::Payments,
        caller: Caller::Resident,
        max_body_bytes: 0,
        timeout: TIMEOUT,
        counted: Counted::Account(&table::RECEIPTS),
        headers: &[],
    },
    Route {
        path: "/v1/wallet/statement.csv",
        methods: GET,
        to: ServiceName::Payments,
        caller: Caller::Resident,
        max_body_bytes: 0,
        timeout: TIMEOUT,
        counted: Counted::Account(&table::RECEIPTS),
        headers: &[],
    },
    // Merchants' and billers' own systems. Payments checks what they sign.
    merchant("/merchant/v1/bills", LARGEST_IMPORT, IMPORT_TIMEOUT),
    merchant("/merchant/v1/{*rest}", 256 * KIB, TIMEOUT),
];

const fn notice(path: &'static str, methods: &'static [Method]) -> Route {
    Route {
        path,
        methods,
        to: ServiceName::Payments,
        caller: Caller::Anonymous,
        max_body_bytes: 16 * KIB,
        timeout: TIMEOUT,
        counted: Counted::PathAlone(&table::PAYMENT_NOTICES),
        headers: &[],
    }
}

const fn public(path: &'static str) -> Route {
    Route {
        path,
        methods: GET,
        to: ServiceName::Payments,
        caller: Caller::Anonymous,
        max_body_bytes: 0,
        timeout: TIMEOUT,
        counted: Counted::AnyRequest,
        headers: &[],
    }
}

const fn merchant(path: &'static str, max_body_bytes: usize, timeout: Duration) -> Route {
    Route {
        path,
        methods: &[Method::GET, Method::POST],
        to: ServiceName::Payments,
        caller: Caller::Anonymous,
        max_body_bytes,
        timeout,
        counted: Counted::Header(MERCHANT_KEY, &table::MERCHANT_API),
        headers: &SIGNED,
    }
}
