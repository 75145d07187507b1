//! Lanes of a phone, and how much may still be sent and guessed on each.

use city_clock::Timestamp;
use city_ids::AccountId;
use sqlx::PgConnection;

use crate::domain::device::Installation;
use crate::domain::otp::{Budget, Lane};
use crate::domain::phone::Phone;
use crate::error::{Error, bad_row, fault};

/// Devices that keep a lane of their own.
const LANES: i64 = 10;

/// The lane of a device: its own if it has signed in with this phone.
pub async fn lane_of(
    db: &mut PgConnection,
    phone: &Phone,
    installation: &Installation,
) -> Result<Lane, Error> {
    let known = sqlx::query_scalar!(
        r#"select exists (select from accounts.otp_lane where e164 = $1 and installation_mac = $2) as "known!""#,
        phone.as_str(),
        installation.mac().as_slice()
    )
    .fetch_one(db)
    .await
    .map_err(fault("finding a lane"))?;
    Ok(if known { Lane::Known(*installation.mac()) } else { Lane::Open })
}

/// Gives a device its own lane; beyond ten the longest unused lose theirs.
pub async fn know_device(
    db: &mut PgConnection,
    phone: &Phone,
    installation: &Installation,
    of: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query!(
        "insert into accounts.otp_lane (e164, installation_mac, person_id, used_at) values ($1, $2, $3, $4)
         on conflict (e164, installation_mac) do update set person_id = excluded.person_id, used_at = excluded.used_at",
        phone.as_str(),
        installation.mac().as_slice(),
        of.as_uuid(),
        now
    )
    .execute(&mut *db)
    .await
    .map_err(fault("remembering a lane"))?;
    sqlx::query!(
        "delete from accounts.otp_lane where e164 = $1 and installation_mac in (
             select installation_mac from accounts.otp_lane where e164 = $1
             order by used_at desc, installation_mac offset $2)",
        phone.as_str(),
        LANES
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("forgetting lanes"))
}

/// Locks a lane's budget, made if there is none yet.
pub async fn lock_budget(
    db: &mut PgConnection,
    phone: &Phone,
    lane: &str,
) -> Result<Budget, Error> {
    sqlx::query!(
        "insert into accounts.otp_budget (e164, lane, fails_hour, fails_day) values ($1, $2, 0, 0)
         on conflict (e164, lane) do nothing",
        phone.as_str(),
        lane
    )
    .execute(&mut *db)
    .await
    .map_err(fault("making a budget"))?;
    let row = sqlx::query!(
        "select fails_hour, hour_at, fails_day, day_at, locked_until, last_send_at from accounts.otp_budget
         where e164 = $1 and lane = $2 for update",
        phone.as_str(),
        lane
    )
    .fetch_one(db)
    .await
    .map_err(fault("locking a budget"))?;
    let count =
        |fails: i32| u32::try_from(fails).map_err(|_| bad_row("a budget counts below zero"));
    Ok(Budget {
        fails_hour: count(row.fails_hour)?,
        hour_at: row.hour_at,
        fails_day: count(row.fails_day)?,
        day_at: row.day_at,
        locked_until: row.locked_until,
        last_send_at: row.last_send_at,
    })
}

/// Writes a budget back.
pub async fn save_budget(
    db: &mut PgConnection,
    phone: &Phone,
    lane: &str,
    budget: &Budget,
) -> Result<(), Error> {
    let count = |fails: u32| i32::try_from(fails).unwrap_or(i32::MAX);
    sqlx::query!(
        "update accounts.otp_budget
         set fails_hour = $3, hour_at = $4, fails_day = $5, day_at = $6, locked_until = $7, last_send_at = $8
         where e164 = $1 and lane = $2",
        phone.as_str(),
        lane,
        count(budget.fails_hour),
        budget.hour_at,
        count(budget.fails_day),
        budget.day_at,
        budget.locked_until,
        budget.last_send_at
    )
    .execute(db)
    .await
    .map(drop)
    .map_err(fault("saving a budget"))
}
