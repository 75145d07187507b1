//! What every consumer does with what follows from an event.

use city_contracts::event::Envelope;
use city_events::{Failure, Handled};

use crate::app::{self, App};
use crate::error::Error;
use crate::events::Mapped;

/// Writes the message that follows from an event, if one does. Idempotent: claims the event id for this consumer.
pub async fn tell<B>(
    app: &App,
    consumer: &'static str,
    event: &Envelope<B>,
    mapped: Mapped,
) -> Result<Handled, Failure> {
    let notice = match mapped {
        Mapped::Tell(notice) => notice,
        Mapped::Ignored => return Ok(Handled::Ignored),
        // Its publisher may be newer than we are: put aside, so that nobody's message is lost without a trace.
        Mapped::Unknown => {
            return Err(Failure::Fail(format!("no rule for {}", event.kind).into()));
        }
    };
    match app::add_message(app, consumer, event.id, event.at, &notice).await {
        Ok(true) => Ok(Handled::Now),
        Ok(false) => Ok(Handled::Before),
        Err(error @ Error::Unavailable { .. }) => Err(Failure::Away(error.into())),
        Err(error) => Err(Failure::Retry(error.into())),
    }
}
