//! Tells applicants what happens to their dossiers.

use async_trait::async_trait;
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;

use crate::app::{self, App};
use crate::error::Error;
use crate::events::{self, Mapped};

/// Consumer of `city.catalogue`. Idempotent: claims the event id. Ordering: none needed.
#[derive(Debug)]
pub struct DossierEvents(pub App);

#[async_trait]
impl Handler for DossierEvents {
    fn name(&self) -> &'static str {
        "dossier-events"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Catalogue]
    }

    async fn handle(&self, event: &Envelope<serde_json::Value>) -> Result<Handled, Failure> {
        let notice = match events::dossier::of_catalogue(event) {
            Ok(Mapped::Tell(notice)) => notice,
            Ok(Mapped::Ignored) => return Ok(Handled::Ignored),
            // The catalogue may be newer than we are: put aside, so that nobody's message is lost without a trace.
            Ok(Mapped::Unknown) => {
                return Err(Failure::Fail(format!("no rule for {}", event.kind).into()));
            }
            Err(error) => return Err(Failure::Fail(error.into())),
        };
        match app::add_message(&self.0, self.name(), event.id, event.at, &notice).await {
            Ok(true) => Ok(Handled::Now),
            Ok(false) => Ok(Handled::Before),
            Err(error @ Error::Unavailable { .. }) => Err(Failure::Away(error.into())),
            Err(error) => Err(Failure::Retry(error.into())),
        }
    }
}
