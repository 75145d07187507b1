//! Tells reporters what happens to their reports.

use async_trait::async_trait;
use city_contracts::event::Envelope;
use city_contracts::reports::ReportEvent;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;
use serde::Deserialize as _;

use super::tell::tell;
use crate::app::App;
use crate::events;

/// Consumer of `city.reports`. Idempotent: claims the event id. Ordering: none needed.
#[derive(Debug)]
pub struct ReportEvents(pub App);

#[async_trait]
impl Handler for ReportEvents {
    fn name(&self) -> &'static str {
        "report-events"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Reports]
    }

    async fn handle(&self, event: &Envelope<serde_json::Value>) -> Result<Handled, Failure> {
        if events::is_ignored(&event.kind) {
            return Ok(Handled::Ignored);
        }
        let body =
            ReportEvent::deserialize(&event.body).map_err(|error| Failure::Fail(error.into()))?;
        let event = Envelope {
            id: event.id,
            kind: event.kind.clone(),
            at: event.at,
            trace: event.trace.clone(),
            body,
        };
        tell(&self.0, self.name(), &event, events::of_report(&event)).await
    }
}
