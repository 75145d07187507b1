//! A resident opens their wallet.

use city_auth::Resident;
use city_contracts::event::Envelope;
use city_contracts::payments::{OpenWallet, WalletEvent, WalletView};
use city_contracts::problem::Finding;
use city_events::outbox;
use city_ids::WalletId;

use super::{App, my_wallet};
use crate::domain::ledger::Class;
use crate::error::{Error, fault};
use crate::store;
use crate::store::wallet::Of;
use city_events::idempotency::{Claim, claim};

/// Opens the wallet of a resident. Idempotent by its key, and once a person: a second key finds the first wallet.
///
/// # Errors
/// `IdentityLevelRequired`, `Input` without the terms accepted, `KeyReused`.
#[tracing::instrument(name = "payments.open_wallet", skip_all)]
pub async fn open_wallet(
    app: &App,
    who: &Resident,
    command: &OpenWallet,
) -> Result<WalletView, Error> {
    let now = app.clock.now();
    let level = who.principal.identity_level;
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let key = &command.idempotency_key;
    // The answer is the wallet's id: what is in it is read anew each time.
    let claimed = claim::<WalletId>(&mut tx, who.account, key, "openWallet", command, now).await?;
    let Claim::New(recorder) = claimed else {
        return my_wallet::view(app, &mut tx, Of::Owner(who.account)).await;
    };
    if !command.terms_accepted {
        let message = "the terms of the wallet have to be accepted";
        return Err(Error::Input(vec![Finding::new("/termsAccepted", "TERMS_REQUIRED", message)]));
    }
    if level < app.wallet_level {
        return Err(Error::IdentityLevelRequired);
    }
    let id: WalletId = app.ids.next(now);
    let found = store::wallet::find(&mut tx, Of::Owner(who.account)).await?;
    let id = if let Some(wallet) = found {
        wallet.id
    } else {
        let owner = Some(who.account.as_uuid());
        let account = store::ledger::open(&mut tx, id.as_uuid(), Class::Wallet, owner).await?;
        let level = i16::from(level);
        if !store::wallet::insert(&mut tx, id, who.account, account, level, now).await? {
            // Another request of theirs was quicker: nothing of this one is kept, not even its key.
            drop(tx);
            let mut db = app.connection().await?;
            return my_wallet::view(app, &mut db, Of::Owner(who.account)).await;
        }
        let body = WalletEvent { wallet: id, account: who.account };
        let event = Envelope::new(app.ids.next(now), "WalletOpened", now, body);
        outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
        id
    };
    recorder.record(&mut tx, &id).await?;
    let view = my_wallet::view(app, &mut tx, Of::Id(id)).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(view)
}
