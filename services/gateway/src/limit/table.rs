//! The named limits (security: client address and rate limits). Caps that must survive Redis are counted by `accounts` in
//! PostgreSQL; these are the outer fence.

use city_ratelimit::{Limit, RedisDown, Rule};

const MILLISECOND: i64 = 1_000;
const SECOND: i64 = 1_000 * MILLISECOND;
const HOUR: i64 = 3_600 * SECOND;

const fn limit(name: &'static str, burst: u32, interval_us: i64) -> Limit {
    Limit { name, rule: Rule { burst, interval_us }, redis_down: RedisDown::Process }
}

/// `burst` an hour, closed while Redis is away.
const fn hourly(name: &'static str, burst: u32) -> Limit {
    let rule = Rule { burst, interval_us: HOUR / burst as i64 };
    Limit { name, rule, redis_down: RedisDown::Closed }
}

/// By address.
pub static ANY_REQUEST: Limit = limit("any", 600, 5 * MILLISECOND);
/// By address; a unit is one request, plus one for each 100 cost points.
pub static GRAPHQL_ANONYMOUS: Limit = limit("gql-anon", 200, 25 * MILLISECOND);
/// By account; units as above.
pub static GRAPHQL_SIGNED_IN: Limit = limit("gql-user", 120, 50 * MILLISECOND);
/// By address.
pub static WEBSOCKET_ADDRESS: Limit = limit("ws-addr", 60, SECOND);
/// By account.
pub static WEBSOCKET_ACCOUNT: Limit = limit("ws-user", 10, 6 * SECOND);
/// By app installation.
pub static CODE_INSTALLATION: Limit = hourly("code-inst", 10);
/// By address.
pub static CODE_ADDRESS: Limit = hourly("code-addr", 30);
/// By network: /24 or /48.
pub static CODE_NETWORK: Limit = hourly("code-net", 300);
/// By address.
pub static CODE_CONFIRM_ADDRESS: Limit = limit("confirm-addr", 30, 5 * SECOND);
/// By account or challenge.
pub static CODE_CONFIRM_ACCOUNT: Limit = limit("confirm-user", 10, 30 * SECOND);
/// By address.
pub static STAFF_SIGN_IN_ADDRESS: Limit = limit("staff-addr", 30, 5 * SECOND);
/// By account or guest address.
pub static FILE_REPORT: Limit = limit("file-report", 10, 60 * SECOND);
/// By account or guest address.
pub static UPLOAD_TICKET: Limit = limit("upload", 20, 180 * SECOND);
/// By account or address; what is behind tells who knows a code.
pub static TRACKING: Limit = Limit {
    name: "track",
    rule: Rule { burst: 10, interval_us: 6 * SECOND },
    redis_down: RedisDown::Closed,
};
/// By account.
pub static PAYMENT: Limit = limit("pay", 5, 10 * SECOND);
/// By account.
pub static RECEIPTS: Limit = limit("receipt", 10, 6 * SECOND);
/// By the key a merchant names and the address, so that nobody elsewhere uses up what is another's. What is signed with the key
/// is checked, and counted by the key alone, by payments.
pub static MERCHANT_API: Limit = limit("merchant", 50, SECOND / 50);
/// By provider, and no other limit: money that arrived must not be turned away.
pub static PAYMENT_NOTICES: Limit = Limit {
    name: "ipn",
    rule: Rule { burst: 200, interval_us: SECOND / 200 },
    redis_down: RedisDown::ProcessInFull,
};
/// By staff account.
pub static ADMIN_API: Limit = limit("admin", 200, SECOND / 30);
/// By address.
pub static PHOTOS: Limit = limit("photos", 600, 100 * MILLISECOND);
/// By connection, so its state lives with the connection and Redis is never asked.
pub static LIVE_MESSAGES: Limit = limit("live", 40, 50 * MILLISECOND);
