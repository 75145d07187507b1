//! What the catalogue says about fees of dossiers.

use async_trait::async_trait;
use city_contracts::catalogue::dossier_event::{DossierFeeCancelled, DossierFeeRequested};
use city_contracts::event::Envelope;
use city_events::{Failure, Handled, Handler};
use city_http::{Kind, Outcome as _};
use city_ids::ServiceName;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{App, fee_cancelled, fee_requested};
use crate::error::Error;

/// Consumer of `city.catalogue`. Idempotent: claims the event id; a reference has one bill, and that one end.
/// Ordering: none needed. Of a request and its cancellation whichever comes first decides whether there is a bill.
#[derive(Debug)]
pub struct DossierFees(pub App);

#[async_trait]
impl Handler for DossierFees {
    fn name(&self) -> &'static str {
        "dossier-fees"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Catalogue]
    }

    async fn handle(&self, event: &Envelope<Value>) -> Result<Handled, Failure> {
        let (app, name) = (&self.0, self.name());
        match event.kind.as_str() {
            "DossierFeeRequested" => {
                settled(fee_requested(app, name, &read::<DossierFeeRequested>(event)?).await)
            }
            "DossierFeeCancelled" => {
                settled(fee_cancelled(app, name, &read::<DossierFeeCancelled>(event)?).await)
            }
            _ => Ok(Handled::Ignored),
        }
    }
}

fn read<B: DeserializeOwned>(event: &Envelope<Value>) -> Result<Envelope<B>, Failure> {
    let body = serde_json::from_value(event.body.clone());
    let body = body.map_err(|error| Failure::Fail(error.into()))?;
    let (kind, trace) = (event.kind.clone(), event.trace.clone());
    Ok(Envelope { id: event.id, kind, at: event.at, trace, body })
}

/// Away: wait as long as it takes. Anything else may pass, or ends among the dead letters for somebody to look at.
fn settled(outcome: Result<Handled, Error>) -> Result<Handled, Failure> {
    outcome.map_err(|error| match error.kind() {
        Kind::Unavailable => Failure::Away(error.into()),
        _ => Failure::Retry(error.into()),
    })
}
