//! Whatever a cut connection breaks, the error counts as PostgreSQL being away: never as a fault of ours.

use std::sync::Arc;

use city_boot::db;
use city_ids::ServiceName;
use secrecy::ExposeSecret as _;
use sqlx::PgPool;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::proxy::Proxy;
use crate::whole_city::{authority, through};

const ROUNDS: u32 = 40;
const CALLERS: usize = 8;

#[test]
fn a_connection_cut_at_any_moment_is_a_database_that_is_away() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime starts").block_on(async {
        // Without the test server's `sslmode=disable`: as a city connects that asks for TLS first.
        let url = city_testkit::postgres_url();
        let (url, _) = url.split_once('?').unwrap_or((&url, ""));
        let proxy = Proxy::before(&authority(url)).await;
        let through = through(url, &proxy);

        for round in 0..ROUNDS {
            proxy.mend();
            let pool = db::pool(through.expose_secret(), ServiceName::Reports, 4);
            let pool = pool.expect("the URL parses");
            let mut callers = JoinSet::new();
            let done = Arc::new(Semaphore::new(0));
            for _ in 0..CALLERS {
                callers.spawn(work_until_refused(pool.clone(), done.clone()));
            }
            // Each round lets the callers come a statement further before the cut.
            done.acquire_many(round).await.expect("nobody closes it").forget();
            proxy.cut();
            while let Some(refused) = callers.join_next().await {
                let refused = refused.expect("the caller does not panic");
                assert!(db::is_away(&refused), "round {round}: {refused:?}");
            }
        }
    });
}

/// What a use case does, again and again until the database refuses.
async fn work_until_refused(pool: PgPool, done: Arc<Semaphore>) -> sqlx::Error {
    loop {
        if let Err(refused) = use_case(&pool, &done).await {
            return refused;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "no schema is asked, so there is nothing to check")]
async fn use_case(pool: &PgPool, done: &Semaphore) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin().await?;
    done.add_permits(1);
    sqlx::query("select pg_backend_pid()").execute(&mut *transaction).await?;
    done.add_permits(1);
    sqlx::query("select $1::bigint").bind(1_i64).execute(&mut *transaction).await?;
    done.add_permits(1);
    transaction.commit().await?;
    done.add_permits(1);
    Ok(())
}
