//! How the public services work, for everybody.

use city_contracts::catalogue::service::{ServiceNotice, ServiceState, StatusFile};

use super::view;
use crate::app::App;
use crate::error::Error;

/// State, text, end and fallback of each public service.
///
/// # Errors
/// `NOT_READY` before anything was read.
pub fn status_file(app: &App) -> Result<StatusFile, Error> {
    let (snapshot, at) = (app.snapshots.get()?, app.clock.now());
    let services = snapshot.services.listed().map(|entry| {
        view::notice(&snapshot, entry, at).unwrap_or_else(|| ServiceNotice {
            code: entry.live.code.clone(),
            name: entry.live.name.clone(),
            state: ServiceState::Up,
            text: None,
            since: None,
            until: None,
            fallback: None,
        })
    });
    Ok(StatusFile { at, services: services.collect() })
}
