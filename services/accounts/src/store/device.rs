//! Devices people signed in with.

use city_clock::Timestamp;
use city_ids::{AccountId, DeviceId};
use sqlx::PgConnection;

use crate::domain::device::Device;
use crate::error::{Error, fault};

/// Remembers a device as its app now describes it; its id, and whether the person used it for the first time.
pub async fn upsert(
    db: &mut PgConnection,
    new_id: DeviceId,
    of: AccountId,
    device: &Device,
    now: Timestamp,
) -> Result<(DeviceId, bool), Error> {
    let id = sqlx::query_scalar!(
        r#"insert into accounts.device
               (device_id, person_id, installation_mac, name, platform, app_version, first_seen_at, last_seen_at)
           values ($1, $2, $3, $4, $5, $6, $7, $7)
           on conflict (person_id, installation_mac) do update
           set name = excluded.name, platform = excluded.platform, app_version = excluded.app_version,
               last_seen_at = excluded.last_seen_at
           returning device_id as "device_id: DeviceId""#,
        new_id.as_uuid(),
        of.as_uuid(),
        device.installation.mac().as_slice(),
        device.name,
        device.platform,
        device.app_version,
        now
    )
    .fetch_one(db)
    .await
    .map_err(fault("remembering a device"))?;
    Ok((id, id == new_id))
}
