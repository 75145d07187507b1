//! What payments tells the world.
//!
//! Events of a posting or command are written by the ledger in the batch that contains it; those of a wallet's or bill's
//! beginning go through the outbox of their own transaction.

use serde::Serialize;
use uuid::Uuid;

use crate::domain::ledger::Event;

/// A reserve ended by time. Written in the batch that frees it.
pub const PAYMENT_EXPIRED: &str = "PaymentExpired";

/// An event for the ledger to write. Its id follows from what it is about, so that trying again tells nothing twice.
pub fn event(id: Uuid, kind: &str, body: &impl Serialize) -> Event {
    let trace = city_http::trace::current().map(city_http::trace::TraceContext::header);
    // Bodies have string keys and no floats: nothing in them can fail to be JSON.
    let body = serde_json::to_value(body).unwrap_or_default();
    Event { id, kind: kind.to_owned(), body, trace }
}
