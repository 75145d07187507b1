//! A resident closes their wallet, or is forgotten.

use city_auth::Resident;
use city_contracts::payments::{CloseWallet, WalletEvent, WalletState, WalletView};
use city_receipt::derive;
use sqlx::PgConnection;
use uuid::Uuid;

use super::freeze_wallet::unexpected;
use super::pay::{self, Intent};
use super::{App, my_wallet};
use crate::domain::ledger::{Command, CommandRefusal, Decision, Verdict, check_new_id};
use crate::domain::wallet::{self as rules, Blocker};
use crate::error::{Error, broken};
use crate::events;
use crate::store;
use crate::store::wallet::{Of, Wallet};

/// The mutation's name, which the person confirms.
pub const OPERATION: &str = "closeWallet";

/// Closes the resident's wallet for ever. Idempotent: it is closed once, under an id that follows from the wallet, and a closed
/// one is shown again whatever the key.
///
/// # Errors
/// `IdTime`, `WalletRequired`, `WalletBlocked`, `Confirm` with what to confirm and the step-up's others.
#[tracing::instrument(name = "payments.close_wallet", skip_all)]
pub async fn close_wallet(
    app: &App,
    who: &Resident,
    command: &CloseWallet,
) -> Result<WalletView, Error> {
    let id = pay::id_of(&command.idempotency_key)?;
    let now = app.clock.now();
    let wallet = {
        let mut db = app.connection().await?;
        let wallet = store::wallet::find(&mut db, Of::Owner(who.account)).await?;
        let wallet = wallet.ok_or(Error::WalletRequired)?;
        if wallet.state() == WalletState::Closed {
            return my_wallet::view(app, &mut db, Of::Id(wallet.id)).await;
        }
        check_new_id(id.as_uuid(), now).map_err(|_| Error::IdTime { now })?;
        // Said before the PIN is asked for; the ledger says it again when it closes.
        let blockers = blockers(&mut db, &wallet).await?;
        if !blockers.is_empty() {
            return Err(Error::WalletBlocked(blockers));
        }
        wallet
    };
    let payee = wallet.id.to_string();
    let intent =
        Intent { operation: OPERATION, id, payee: &payee, amount: 0, context: None, note: None };
    let digest = intent.digest(who.account);
    if command.step_up_token.is_none() {
        return Err(Error::Confirm { operation: OPERATION, digest });
    }
    let token = command.step_up_token.as_deref();
    if let Err(refusal) = app.step_up.verify(token, who, OPERATION, digest).await {
        pay::sent_before(app, closing(&wallet), refusal).await?;
        return my_wallet::view(app, &mut *app.connection().await?, Of::Id(wallet.id)).await;
    }
    // The ledger keeps who decided for ever, so a person is named by their wallet.
    close(app, &wallet, wallet.id.as_uuid(), "its owner closed it").await?;
    my_wallet::view(app, &mut *app.connection().await?, Of::Id(wallet.id)).await
}

/// The id of the command that closes a wallet: it follows from it, so that it is closed once.
fn closing(wallet: &Wallet) -> Uuid {
    derive("wallet.close", wallet.id.as_uuid())
}

/// What keeps a wallet from being closed: money in it or on its way.
///
/// # Errors
/// Unavailable when the database is away.
pub(super) async fn blockers(
    db: &mut PgConnection,
    wallet: &Wallet,
) -> Result<Vec<Blocker>, Error> {
    let pending = store::wallet::pending(db, wallet.id, wallet.account).await?;
    let mut found = Vec::new();
    found.extend((wallet.balance != 0).then_some(Blocker::WalletNotEmpty));
    found.extend(pending.hold.then_some(Blocker::HoldOpen));
    found.extend(pending.order.then_some(Blocker::OrderOpen));
    found.extend(pending.refund.then_some(Blocker::RefundOpen));
    Ok(found)
}

/// Has the ledger close a wallet. It refuses one that is not empty, also when money arrived a moment ago.
///
/// # Errors
/// `WalletBlocked`; those of a ledger that is away.
pub(super) async fn close(
    app: &App,
    wallet: &Wallet,
    actor: Uuid,
    reason: &str,
) -> Result<(), Error> {
    let id = closing(wallet);
    let body = WalletEvent { wallet: wallet.id, account: wallet.owner };
    let flags = rules::flags_of(WalletState::Closed);
    let command = Command {
        id,
        decision: Decision::SetFlags { account: wallet.account, flags, only_from: None },
        actor,
        reason: reason.to_owned(),
        events: vec![events::event(derive("event.closed", id), "WalletClosed", &body)],
    };
    match app.ledger.command(command).await? {
        Verdict::Commanded { .. } => Ok(()),
        Verdict::CommandRefused(CommandRefusal::AccountNotEmpty) => {
            let mut db = app.connection().await?;
            let now = store::wallet::find(&mut db, Of::Id(wallet.id)).await?;
            let now = now.ok_or_else(|| broken("closing a wallet", "it is gone"))?;
            let mut blockers = blockers(&mut db, &now).await?;
            if blockers.is_empty() {
                blockers.push(Blocker::WalletNotEmpty); // it was not, when the ledger looked
            }
            Err(Error::WalletBlocked(blockers))
        }
        other => Err(unexpected(&other)),
    }
}
