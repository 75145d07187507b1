//! PostgreSQL: pools with the city's bounds, and what counts as "away".

use std::str::FromStr as _;
use std::time::Duration;

use city_ids::ServiceName;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgPool};

use crate::process::BootError;

/// How long after its last use a connection is taken to be alive without asking.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// A pool whose connections belong to one service: its schema is the search path, so that the tables every service has
/// (`outbox`, `inbox`, `idempotency`) are its own.
///
/// Connections are made when first needed, so a service starts while its database is away, and says so at `/readyz`.
///
/// # Errors
/// When the URL does not parse.
pub fn pool(url: &str, service: ServiceName, connections: u32) -> Result<PgPool, BootError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| {
            BootError::Config(
                "DATABASE_URL is not a PostgreSQL URL (postgres://user:password@host/db)".into(),
            )
        })?
        .application_name(&format!("city-{service}"))
        .options([
            ("search_path", service.as_str()),
            ("statement_timeout", "5s"),
            ("lock_timeout", "2s"),
            ("idle_in_transaction_session_timeout", "10s"),
        ]);
    Ok(PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(1))
        .max_lifetime(Duration::from_mins(30))
        // Asking each connection whether it lives is one more question for each request. One that was used just now does.
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                if used.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options))
}

/// Whether a database error means that PostgreSQL is away or refuses for now, so that the same request may succeed later.
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::Tls(_) => true,
        // sqlx reads a connection that closes while TLS is asked for as this answer.
        sqlx::Error::Protocol(reason) => {
            reason.starts_with("unexpected response from SSLRequest: 0x00")
        }
        // 08 connection, 53 resources, 57P0x shutting down, 25006 read-only, 40 serialisation or deadlock,
        // 55P03 lock timeout, 57014 statement timeout.
        sqlx::Error::Database(refused) => refused.code().is_some_and(|code| {
            ["08", "53", "57P", "25006", "40", "55P03", "57014"]
                .iter()
                .any(|class| code.starts_with(class))
        }),
        _ => false,
    }
}
