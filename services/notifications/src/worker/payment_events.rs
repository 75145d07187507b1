//! Tells residents what happens to their money, and what is to be paid.

use async_trait::async_trait;
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;

use super::tell::tell;
use crate::app::App;
use crate::events;

/// Consumer of `city.payments`. Idempotent: claims the event id. Ordering: none needed.
#[derive(Debug)]
pub struct PaymentEvents(pub App);

#[async_trait]
impl Handler for PaymentEvents {
    fn name(&self) -> &'static str {
        "payment-events"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Payments]
    }

    async fn handle(&self, event: &Envelope<serde_json::Value>) -> Result<Handled, Failure> {
        let mapped = events::payment::of_payments(event);
        let mapped = mapped.map_err(|error| Failure::Fail(error.into()))?;
        tell(&self.0, self.name(), event, mapped).await
    }
}
