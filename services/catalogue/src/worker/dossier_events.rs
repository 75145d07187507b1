//! What payments and accounts say, as far as dossiers are concerned.

use async_trait::async_trait;
use city_contracts::accounts::AccountEvent;
use city_contracts::event::Envelope;
use city_contracts::payments::BillEvent;
use city_events::{Failure, Handled, Handler};
use city_ids::ServiceName;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::app::dossier::hear;
use crate::error::Error;

/// Consumer of `city.payments`. Idempotent: claims the event id, and a bill is paid once.
#[derive(Debug)]
pub struct DossierBills(pub App);

#[async_trait]
impl Handler for DossierBills {
    fn name(&self) -> &'static str {
        "dossier-bills"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Payments]
    }

    async fn handle(&self, event: &Envelope<Value>) -> Result<Handled, Failure> {
        match event.kind.as_str() {
            "BillOpened" | "BillPaid" | "BillCancelled" => {
                settled(hear::bill(&self.0, self.name(), &read::<BillEvent>(event)?).await)
            }
            _ => Ok(Handled::Ignored),
        }
    }
}

/// Consumer of `city.accounts`. Idempotent: claims the event id.
#[derive(Debug)]
pub struct DossierStaff(pub App);

#[async_trait]
impl Handler for DossierStaff {
    fn name(&self) -> &'static str {
        "dossier-staff"
    }

    fn streams(&self) -> &'static [ServiceName] {
        &[ServiceName::Accounts]
    }

    async fn handle(&self, event: &Envelope<Value>) -> Result<Handled, Failure> {
        let (app, name) = (&self.0, self.name());
        match event.kind.as_str() {
            "StaffDisabled" => {
                settled(hear::staff_disabled(app, name, &read::<AccountEvent>(event)?).await)
            }
            "BindingChanged" => {
                settled(hear::binding_changed(app, name, &read::<AccountEvent>(event)?).await)
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

fn settled(outcome: Result<Handled, Error>) -> Result<Handled, Failure> {
    outcome.map_err(|error| match error {
        Error::Unavailable { .. } | Error::NotReady | Error::Away { .. } => {
            Failure::Away(error.into())
        }
        error => Failure::Retry(error.into()),
    })
}
