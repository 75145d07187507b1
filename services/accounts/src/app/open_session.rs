//! Opening a session, the same for residents and staff. The caller's transaction holds everything together.

use city_clock::Timestamp;
use city_ids::{AccountId, SessionId};
use sqlx::PgConnection;

use super::App;
use crate::domain::device::Device;
use crate::domain::session::{EndReason, LIVE_SESSIONS, NEW_DEVICE_HOLD, SessionKind};
use crate::error::Error;
use crate::events;
use crate::store;
use crate::store::session::{Ended, NewSession};

/// A new session, and those that had to end for it.
pub struct Opened {
    /// The session; its first refresh token has number 1.
    pub session: SessionId,
    /// Ended because a person has at most ten.
    pub ended: Vec<Ended>,
}

/// Opens a session for a person: ends the longest idle beyond ten, and holds money back on a device new to them.
pub async fn open_session(
    app: &App,
    db: &mut PgConnection,
    person: AccountId,
    kind: SessionKind,
    device: Option<&Device>,
    now: Timestamp,
) -> Result<Opened, Error> {
    store::person::lock(&mut *db, person).await?;
    let live = store::session::list_live(&mut *db, person, now).await?;
    let mut ended = Vec::new();
    for idle in live.iter().skip(LIVE_SESSIONS - 1) {
        ended.extend(store::session::end(&mut *db, *idle, EndReason::TooMany, now).await?);
    }
    events::push_ended(&mut *db, &app.infra, &ended, EndReason::TooMany, now).await?;

    let (device, new_to_them) = match device {
        Some(device) => {
            let id = app.infra.ids.next(now);
            let (id, first) = store::device::upsert(&mut *db, id, person, device, now).await?;
            (Some(id), first && !live.is_empty())
        }
        None => (None, false),
    };
    let session = NewSession {
        id: app.infra.ids.next(now),
        person,
        device,
        kind,
        hold_until: new_to_them.then(|| now + NEW_DEVICE_HOLD),
    };
    store::session::insert(&mut *db, &session, now).await?;
    store::person::touch(&mut *db, person, now).await?;
    if new_to_them {
        let id = Some(session.id);
        events::push(db, &app.infra, events::SIGNED_IN_ON_NEW_DEVICE, now, person, id, None)
            .await?;
    }
    Ok(Opened { session: session.id, ended })
}
