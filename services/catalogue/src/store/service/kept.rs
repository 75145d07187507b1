//! What residents keep and opened.

use std::collections::HashMap;

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::error::{Error, fault};

/// What somebody has to do with one service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Kept {
    pub favourite: bool,
    pub last_opened_at: Option<Timestamp>,
}

/// All that somebody keeps or opened, by service; bounded by the number of services.
pub async fn list(
    db: &mut PgConnection,
    account: AccountId,
) -> Result<HashMap<String, Kept>, Error> {
    let rows = sqlx::query!(
        "select service, favourite, last_opened_at from catalogue.account_service where account = $1",
        account.as_uuid()
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading what somebody keeps"))?;
    let kept = rows.into_iter().map(|row| {
        (row.service, Kept { favourite: row.favourite, last_opened_at: row.last_opened_at })
    });
    Ok(kept.collect())
}

/// Whether openings are recorded: yes, unless somebody said no.
pub async fn history_on(db: &mut PgConnection, account: AccountId) -> Result<bool, Error> {
    let set = sqlx::query_scalar!(
        "select history_on from catalogue.account_setting where account = $1",
        account.as_uuid()
    );
    Ok(set.fetch_optional(db).await.map_err(fault("reading a setting"))?.unwrap_or(true))
}

/// Keeps a service, or no longer.
pub async fn set_favourite(
    db: &mut PgConnection,
    account: AccountId,
    service: &str,
    favourite: bool,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.account_service (account, service, favourite, open_count) values ($1, $2, $3, 0)
         on conflict (account, service) do update set favourite = excluded.favourite",
        account.as_uuid(),
        service,
        favourite
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("keeping a favourite"))
}

/// Records an opening, unless the person does not want that.
pub async fn record_opening(
    db: &mut PgConnection,
    account: AccountId,
    service: &str,
    at: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.account_service (account, service, favourite, last_opened_at, open_count)
         select $1, $2, false, $3, 1
         where not exists (select from catalogue.account_setting where account = $1 and not history_on)
         on conflict (account, service) do update
         set last_opened_at = greatest(account_service.last_opened_at, excluded.last_opened_at),
             open_count = account_service.open_count + 1",
        account.as_uuid(),
        service,
        at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("recording an opening"))
}

/// Whether openings are recorded from now on; off forgets what was recorded.
pub async fn set_history(db: &mut PgConnection, account: AccountId, on: bool) -> Result<(), Error> {
    sqlx::query!(
        "insert into catalogue.account_setting (account, history_on) values ($1, $2)
         on conflict (account) do update set history_on = excluded.history_on",
        account.as_uuid(),
        on
    )
    .execute(&mut *db)
    .await
    .map_err(fault("keeping a setting"))?;
    if on {
        return Ok(());
    }
    sqlx::query!(
        "delete from catalogue.account_service where account = $1 and not favourite",
        account.as_uuid()
    )
    .execute(&mut *db)
    .await
    .map_err(fault("forgetting what was opened"))?;
    sqlx::query!(
        "update catalogue.account_service set last_opened_at = null, open_count = 0 where account = $1",
        account.as_uuid()
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("forgetting what was opened"))
}

/// Forgets everything about somebody: their account was erased.
pub async fn erase(db: &mut PgConnection, account: AccountId) -> Result<u64, Error> {
    let kept =
        sqlx::query!("delete from catalogue.account_service where account = $1", account.as_uuid())
            .execute(&mut *db)
            .await
            .map_err(fault("erasing what somebody kept"))?;
    let settings =
        sqlx::query!("delete from catalogue.account_setting where account = $1", account.as_uuid())
            .execute(db)
            .await
            .map_err(fault("erasing a setting"))?;
    Ok(kept.rows_affected() + settings.rows_affected())
}
