//! A message follows from an event.

use city_clock::Timestamp;
use city_contracts::event::Envelope;
use city_contracts::notifications::InboxEvent;
use city_events::{inbox, outbox};
use city_ids::EventId;

use super::App;
use crate::error::{Error, broken, fault};
use crate::events::Notice;
use crate::store;

/// Puts what an event is worth telling into an inbox; false if the event took effect before.
///
/// Idempotent: claims the event id in its transaction. Ordering: none needed.
#[tracing::instrument(name = "notifications.add_message", skip_all, fields(template = notice.template))]
pub async fn add_message(
    app: &App,
    consumer: &'static str,
    event: EventId,
    at: Timestamp,
    notice: &Notice,
) -> Result<bool, Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let now = app.clock.now();
    if !inbox::claim(&mut tx, consumer, event, now).await.map_err(fault("claiming an event"))? {
        return Ok(false);
    }
    let template = store::template::find_live(&mut tx, notice.template).await?;
    let template = template.ok_or_else(|| broken("finding a live template", notice.template))?;
    // Rendered here only to fail now, where an operator sees it, and not in somebody's inbox.
    template.render(city_contracts::common::Locale::Vi, &notice.variables)?;
    let id = app.ids.next(now);
    let added = store::message::insert(
        &mut tx,
        &store::message::NewMessage {
            id,
            account: notice.recipient,
            template: &template.code,
            template_version: template.version,
            class: template.class,
            topic: notice.topic,
            subject_ref: Some(&notice.subject),
            variables: &notice.variables,
            dedupe_key: &format!("{event}/{}", template.code),
            created_at: now,
        },
    )
    .await?;
    if added {
        let body = InboxEvent { account: notice.recipient, message: Some(id) };
        let added = Envelope::new(app.ids.next(now), "MessageAdded", now, body);
        outbox::push(&mut tx, &added).await.map_err(fault("writing the outbox"))?;
    }
    tx.commit().await.map_err(fault("committing"))?;
    tracing::info!(delay_ms = (now - at).num_milliseconds(), "Added a message");
    Ok(true)
}
