//! What accounts says about how well a person's identity is proven.

use async_trait::async_trait;
use city_contracts::accounts::IdentityLevelChanged;
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_http::{Kind, Outcome as _};
use city_ids::ServiceName;
use serde_json::Value;

use crate::app::{App, hear_level};

/// Consumer of `city.accounts`. Idempotent: claims the event id. Ordering: that of the stream; the last level counts.
#[derive(Debug)]
pub struct IdentityLevels(pub App);

#[async_trait]
impl Handler for IdentityLevels {
    fn name(&self) -> &'static str {
        "identity-levels"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Accounts]
    }

    async fn handle(&self, event: &Envelope<Value>) -> Result<Handled, Failure> {
        if event.kind != "IdentityLevelChanged" {
            return Ok(Handled::Ignored);
        }
        let body: IdentityLevelChanged = serde_json::from_value(event.body.clone())
            .map_err(|error| Failure::Fail(error.into()))?;
        hear_level(&self.0, self.name(), event.id, body).await.map_err(|error| match error.kind() {
            Kind::Unavailable => Failure::Away(error.into()),
            _ => Failure::Retry(error.into()),
        })
    }
}
