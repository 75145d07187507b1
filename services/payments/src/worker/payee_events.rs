//! What payments tells the world, told to merchants and billers.

use async_trait::async_trait;
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_http::{Kind, Outcome as _};
use city_ids::ServiceName;
use serde_json::Value;

use crate::app::{App, payee};

/// Consumer of the service's own stream, which the relay writes from the outbox: what a batch of the ledger tells reaches
/// them even if Redis loses it on the way. Idempotent: claims the event id. Ordering: none promised.
#[derive(Debug)]
pub struct PayeeEvents(pub App);

#[async_trait]
impl Handler for PayeeEvents {
    fn name(&self) -> &'static str {
        "merchant-events" // what was read goes by this name, which is older than billers' webhooks
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Payments]
    }

    async fn handle(&self, event: &Envelope<Value>) -> Result<Handled, Failure> {
        let Some(told) = payee::told_of(&event.kind) else { return Ok(Handled::Ignored) };
        let heard = payee::hear_event(&self.0, self.name(), told, event).await;
        heard.map_err(|error| match error.kind() {
            Kind::Unavailable => Failure::Away(error.into()),
            _ => Failure::Retry(error.into()),
        })
    }
}
