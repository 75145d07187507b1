//! Tells the gateways of ended sessions once more, in case the request that ended them could not.

use std::sync::Arc;

use async_trait::async_trait;
use city_contracts::accounts::AccountEvent;
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;

use crate::app::{App, read_session};
use crate::error::Error;
use crate::events::SESSION_ENDED;

/// Reads our own stream. Claims no event id: writing the present record twice changes nothing.
#[derive(Debug)]
pub struct AnnounceEnded(pub Arc<App>);

#[async_trait]
impl Handler for AnnounceEnded {
    fn name(&self) -> &'static str {
        "announce-ended-sessions"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Accounts]
    }

    async fn handle(&self, event: &Envelope<serde_json::Value>) -> Result<Handled, Failure> {
        if event.kind != SESSION_ENDED {
            return Ok(Handled::Ignored);
        }
        let body: AccountEvent = serde_json::from_value(event.body.clone())
            .map_err(|error| Failure::Fail(error.into()))?;
        let Some(session) = body.session else { return Ok(Handled::Ignored) };
        let found = read_session::find(&self.0, session).await.map_err(|error| match error {
            Error::Unavailable { .. } => Failure::Away(error.into()),
            _ => Failure::Retry(error.into()),
        })?;
        let Some((record, _)) = found else { return Ok(Handled::Ignored) };
        self.0.sessions.announce(&record).await.map_err(|error| Failure::Away(error.into()))?;
        Ok(Handled::Now)
    }
}
