//! A provider's notice comes in: verified, stored, looked up, compared, and only then acted upon.

use city_contracts::payments::Provider;
use city_ids::ProviderOrderId;
use city_receipt::sha256;

use super::super::App;
use super::channel::Channel;
use super::hear::{Heard, differs, hear};
use super::start::asked;
use crate::domain::provider::Notice;
use crate::error::Error;
use crate::store;
use crate::store::provider::{Class, Evidence, Name, Proven};

/// The largest notice that is taken.
pub const MOST_MESSAGE_BYTES: usize = 16 * 1024;

/// Takes in a notice as it was received.
///
/// # Errors
/// `RateLimited` when it is not proven, and too many such came from there; when the ledger or the database is away. The provider
/// sends it again or is asked.
#[tracing::instrument(name = "payments.hear_notice", skip_all)]
pub async fn hear_notice(
    app: &App,
    provider: Provider,
    raw: &[u8],
    remote: Option<&str>,
) -> Result<Heard, Error> {
    let channel = app.providers.find(provider);
    let read = channel.and_then(|channel| {
        let notice = channel.read_notice(raw).ok()?;
        Some((channel, sha256(&[notice.signed.as_bytes()]), notice))
    });
    if let (None, Some(address)) = (&read, remote) {
        app.strangers.admit(address).await?;
    }
    let now = app.clock.now();
    let kept = {
        let digest = read.as_ref().map(|(_, digest, _)| digest);
        let mut db = app.connection().await?;
        store::provider::keep(&mut db, provider, raw, remote, digest, now).await?
    };
    let Some((channel, digest, notice)) = read else {
        let heard = Heard::Unproven;
        if let Some(address) = remote {
            app.strangers.unproven(address).await;
        }
        if let Some(kept) = kept {
            store::provider::mark(&mut *app.connection().await?, kept, heard.name()).await?;
        }
        return Ok(heard);
    };
    let (heard, order) = judge(app, channel, provider, &notice).await?;
    let outcome = heard.name();
    let proven = Proven { kept, provider, raw, remote, digest, order, outcome, at: now };
    store::provider::prove(&mut *app.connection().await?, &proven).await?;
    Ok(heard)
}

/// What becomes of a proven notice, and the order that it is about.
async fn judge(
    app: &App,
    channel: &Channel,
    provider: Provider,
    notice: &Notice,
) -> Result<(Heard, Option<ProviderOrderId>), Error> {
    let name = Name { provider, our_ref: &notice.our_ref };
    let order = store::provider::find_by_ref(&mut *app.connection().await?, name).await?;
    let order = order.filter(|order| channel.named(&asked(order)) == notice.named);
    let Some(order) = order else { return Ok((Heard::Unknown, None)) };
    if notice.amount != Some(order.amount) {
        let now = app.clock.now();
        let said = (notice.amount, notice.said.txn_no());
        differs(app, &order, Class::AmountDiffers, said, now).await?;
        return Ok((Heard::AmountDiffers, Some(order.id)));
    }
    let heard = hear(app, &order, &notice.said, Evidence::Ipn).await?;
    Ok((heard, Some(order.id)))
}
