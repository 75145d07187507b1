//! Tells reporters what happens to their reports.

use async_trait::async_trait;
use city_contracts::event::Envelope;
use city_contracts::reports::ReportEvent;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;
use serde::Deserialize as _;

use crate::app::{self, App};
use crate::error::Error;
use crate::events::{self, Mapped};

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
        let notice = match events::of_report(&event) {
            Mapped::Tell(notice) => notice,
            Mapped::Ignored => return Ok(Handled::Ignored),
            // Reports may be newer than we are: put aside, so that nobody's message is lost without a trace.
            Mapped::Unknown => {
                return Err(Failure::Fail(format!("no rule for {}", event.kind).into()));
            }
        };
        match app::add_message(&self.0, self.name(), event.id, event.at, &notice).await {
            Ok(true) => Ok(Handled::Now),
            Ok(false) => Ok(Handled::Before),
            Err(error @ Error::Unavailable { .. }) => Err(Failure::Away(error.into())),
            Err(error) => Err(Failure::Retry(error.into())),
        }
    }
}
