//! Tells applicants what happens to their dossiers.

use async_trait::async_trait;
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;

use super::tell::tell;
use crate::app::App;
use crate::events;

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
        let mapped = events::dossier::of_catalogue(event);
        let mapped = mapped.map_err(|error| Failure::Fail(error.into()))?;
        tell(&self.0, self.name(), event, mapped).await
    }
}
