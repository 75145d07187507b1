//! A provider's notice comes in: stored, verified, looked up, compared, and only then acted upon.

use city_contracts::payments::Provider;
use city_ids::ProviderOrderId;

use super::super::App;
use super::hear::{Heard, differs, hear};
use super::start::asked;
use crate::error::Error;
use crate::store;
use crate::store::provider::{Class, Direction, Evidence, Judged, Name};

/// The largest notice that is taken.
pub const MOST_MESSAGE_BYTES: usize = 16 * 1024;

/// Takes in a notice as it was received.
///
/// # Errors
/// When the ledger or the database is away; the provider sends it again or is asked.
#[tracing::instrument(name = "payments.hear_notice", skip_all)]
pub async fn hear_notice(
    app: &App,
    provider: Provider,
    raw: &[u8],
    remote: Option<&str>,
) -> Result<Heard, Error> {
    let now = app.clock.now();
    let message = {
        let mut db = app.connection().await?;
        store::provider::keep(&mut db, provider, raw, remote, now).await?
    };
    let (heard, order) = judge(app, provider, raw).await?;
    let verified = heard != Heard::Unproven;
    let judged = Judged { verified, order, outcome: heard.name() };
    let mut db = app.connection().await?;
    match message {
        Some(message) => store::provider::mark(&mut db, message, judged).await?,
        // No room among those that are not proven; this one is.
        None if verified => {
            let way = Direction::In;
            store::provider::insert_message(&mut db, provider, way, raw, judged, now).await?;
        }
        None => {}
    }
    Ok(heard)
}

async fn judge(
    app: &App,
    provider: Provider,
    raw: &[u8],
) -> Result<(Heard, Option<ProviderOrderId>), Error> {
    let Some(channel) = app.providers.find(provider) else { return Ok((Heard::Unproven, None)) };
    let Ok(notice) = channel.read_notice(raw) else { return Ok((Heard::Unproven, None)) };
    let name = Name { provider, our_ref: &notice.our_ref };
    let order = store::provider::find_by_ref(&mut *app.connection().await?, name).await?;
    let order = order.filter(|order| channel.named(&asked(order)) == notice.named);
    let Some(order) = order else { return Ok((Heard::Unknown, None)) };
    if notice.amount != Some(order.amount) {
        let now = app.clock.now();
        differs(app, &order, Class::AmountDiffers, notice.amount, now).await?;
        return Ok((Heard::AmountDiffers, Some(order.id)));
    }
    let heard = hear(app, &order, &notice.said, Evidence::Ipn).await?;
    Ok((heard, Some(order.id)))
}
