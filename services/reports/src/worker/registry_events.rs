//! Follows what the catalogue publishes of its registry.

use async_trait::async_trait;
use city_contracts::catalogue::registry::{
    CALENDAR_PUBLISHED, CalendarView, REGISTRY_PUBLISHED, RegistryPublished,
};
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;
use serde::Deserialize as _;

use crate::app::{App, Published, apply_published};
use crate::error::Error;

/// Consumer of `city.catalogue`. Idempotent: claims the event id. Ordering: none needed, later publications win.
#[derive(Debug)]
pub struct RegistryEvents(pub App);

#[async_trait]
impl Handler for RegistryEvents {
    fn name(&self) -> &'static str {
        "registry-events"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Catalogue]
    }

    async fn handle(&self, event: &Envelope<serde_json::Value>) -> Result<Handled, Failure> {
        let published = match event.kind.as_str() {
            REGISTRY_PUBLISHED => RegistryPublished::deserialize(&event.body)
                .map(|body| Published::Registry(body.into())),
            CALENDAR_PUBLISHED => {
                CalendarView::deserialize(&event.body).map(|body| Published::Calendar(body.into()))
            }
            // Services, procedures and dossiers are nothing to reports.
            _ => return Ok(Handled::Ignored),
        };
        let published = published.map_err(|error| Failure::Fail(error.into()))?;
        match apply_published(&self.0, self.name(), event.id, &published).await {
            Ok(true) => Ok(Handled::Now),
            Ok(false) => Ok(Handled::Before),
            Err(error @ Error::Unavailable { .. }) => Err(Failure::Away(error.into())),
            Err(error) => Err(Failure::Retry(error.into())),
        }
    }
}
