//! A person has read messages.

use city_contracts::event::Envelope;
use city_contracts::notifications::{InboxEvent, MarkMessagesRead, UnreadCount};
use city_contracts::problem::Finding;
use city_events::idempotency::{self, Claim};
use city_events::outbox;
use city_ids::AccountId;

use super::App;
use crate::error::{Error, fault};
use crate::store;

const MAX_IDS: usize = 100;

/// Marks some messages, or all up to one, as read; what is unread afterwards. Idempotent by the command's key.
///
/// Ids that are unknown, read already or somebody else's change nothing and are not told apart.
#[tracing::instrument(name = "notifications.mark_messages_read", skip_all, fields(ids.count = command.ids.len()))]
pub async fn mark_messages_read(
    app: &App,
    who: AccountId,
    command: &MarkMessagesRead,
) -> Result<UnreadCount, Error> {
    check(command)?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &command.idempotency_key;
    let claim = idempotency::claim(&mut tx, who, key, "mark-messages-read", command, now).await;
    let claim = match claim? {
        Claim::Replay(first) => return Ok(first),
        Claim::New(claim) => claim,
    };
    let marked = match command.up_to {
        Some(last) => store::message::mark_read_up_to(&mut tx, who, last, now).await?,
        None => store::message::mark_read(&mut tx, who, &command.ids, now).await?,
    };
    let answer = UnreadCount { unread_count: store::message::count_unread(&mut tx, who).await? };
    if marked > 0 {
        let body = InboxEvent { account: who, message: None };
        let read = Envelope::new(app.ids.next(now), "MessagesRead", now, body);
        outbox::push(&mut tx, &read).await.map_err(fault("writing the outbox"))?;
    }
    claim.record(&mut tx, &answer).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(answer)
}

fn check(command: &MarkMessagesRead) -> Result<(), Error> {
    let finding = match (command.ids.len(), command.up_to) {
        (0, None) => {
            Finding::new("/ids", "REQUIRED", "name messages in ids, or the last one in upTo")
        }
        (1.., Some(_)) => Finding::new("/upTo", "ONE_OF", "send either ids or upTo"),
        (count, None) if count > MAX_IDS => {
            Finding::new("/ids", "TOO_MANY", format!("at most {MAX_IDS} ids"))
        }
        _ => return Ok(()),
    };
    Err(Error::Input(vec![finding]))
}
