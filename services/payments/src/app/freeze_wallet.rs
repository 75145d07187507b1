//! Officers stop a wallet, and ask that it be open again.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::{WalletEvent, WalletState, WalletView};
use city_ids::WalletId;
use city_receipt::derive;
use sqlx::PgConnection;
use uuid::Uuid;

use super::ask_approval::{Begun, begin};
use super::{App, my_wallet};
use crate::domain::approval::{Approval, Asked};
use crate::domain::ledger::{Command, CommandRefusal, Decision, Verdict};
use crate::domain::{input, wallet as rules};
use crate::error::{Error, broken};
use crate::events;
use crate::store;
use crate::store::wallet::{FlagsSet, Of, Wallet};

/// Another officer may come between as often as this.
const TRIES: usize = 5;

/// Takes from a wallet what it can do; one officer may. Idempotent by the officer's key. Two officers at once: the ledger
/// does one after the other, and none of them gives back what the other took.
///
/// # Errors
/// `NotFound`, `State` when that would give something back, `Input`, `KeyReused`.
#[tracing::instrument(name = "payments.freeze_wallet", skip_all, fields(wallet.id = %id))]
pub async fn freeze_wallet(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: WalletId,
    to: WalletState,
    reason: &str,
) -> Result<WalletView, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let label = format!("wallet.freeze.{}.{}", staff.account, key.as_str());
    let command_id = derive(&label, id.as_uuid());
    for _ in 0..TRIES {
        let wallet = {
            let mut db = app.connection().await?;
            let wallet = store::wallet::find(&mut db, Of::Id(id)).await?.ok_or(Error::NotFound)?;
            // A repetition finds the wallet as it left it, and is answered all the same.
            let again = store::wallet::is_commanded(&mut db, command_id).await?;
            if !again && !rules::is_stricter(wallet.state(), to) {
                return Err(Error::State);
            }
            wallet
        };
        let body = WalletEvent { wallet: wallet.id, account: wallet.owner };
        let event = events::event(derive("event.frozen", command_id), "WalletFrozen", &body);
        let (account, flags, only_from) = (wallet.account, rules::flags_of(to), Some(wallet.flags));
        let command = Command {
            id: command_id,
            decision: Decision::SetFlags { account, flags, only_from },
            actor: staff.account.as_uuid(),
            reason: reason.clone(),
            events: vec![event],
        };
        match app.ledger.command(command).await? {
            Verdict::Commanded { .. } => {
                return my_wallet::view(app, &mut *app.connection().await?, Of::Id(id)).await;
            }
            // Read again: it may be as strict by now, or stricter.
            Verdict::CommandRefused(CommandRefusal::FlagsChanged) => {}
            Verdict::CommandRefused(CommandRefusal::AccountClosed) => return Err(Error::State),
            Verdict::KeyReused => return Err(Error::KeyReused),
            other => return Err(unexpected(&other)),
        }
    }
    Err(broken("stopping a wallet", "it is changed again and again"))
}

/// Asks a second officer that a wallet be open again: that the stop which it has now be undone, and no later one. Idempotent
/// by the officer's key.
///
/// # Errors
/// `NotFound`, `State` when it is open or closed, `Input`, `KeyReused`.
pub async fn unfreeze_wallet(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: WalletId,
    reason: &str,
) -> Result<Approval, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let request = (id, None::<i64>, &reason);
    let mut asking = match begin(app, staff, key, "askApproval", &request).await? {
        Begun::New(asking) => asking,
        Begun::Known(approval) => return Ok(approval),
    };
    store::wallet::find(&mut asking.tx, Of::Id(id)).await?.ok_or(Error::NotFound)?;
    let set = store::wallet::flags_set(&mut asking.tx, id).await?;
    let stop = set.filter(|set| {
        matches!(rules::state(set.flags), WalletState::NoDebit | WalletState::Frozen)
    });
    let stop = stop.ok_or(Error::State)?.command;
    let asked = Asked::UnfreezeWallet { wallet: id, stop: Some(stop) };
    asking.finish(staff, asked, reason).await
}

/// The id of the command that undoes a stop: it follows from it, so that whoever asks how often, a stop is undone once.
pub(super) fn undoing(stop: Uuid) -> Uuid {
    derive("wallet.unfreeze", stop)
}

/// The flags that a stop set, as long as no other command set any since; also while what undoes it is all that did.
///
/// # Errors
/// When the database is away.
pub(super) async fn stopped_by(
    db: &mut PgConnection,
    wallet: WalletId,
    stop: Option<Uuid>,
) -> Result<Option<i32>, Error> {
    let set = store::wallet::flags_set(db, wallet).await?;
    let of_stop =
        |stop: &Uuid, set: &FlagsSet| set.command == *stop || set.command == undoing(*stop);
    let set = stop.zip(set).filter(|(stop, set)| of_stop(stop, set));
    Ok(set.map(|(_, set)| set.flags))
}

/// Writes a request to a second officer, if the wallet is such that it makes sense.
pub(super) async fn ask(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    wallet: WalletId,
    asked: Asked,
    reason: &str,
    makes_sense: impl FnOnce(&Wallet) -> bool,
) -> Result<Approval, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let request = (wallet, asked.amount(), &reason);
    let mut asking = match begin(app, staff, key, "askApproval", &request).await? {
        Begun::New(asking) => asking,
        Begun::Known(approval) => return Ok(approval),
    };
    let found = store::wallet::find(&mut asking.tx, Of::Id(wallet)).await?;
    if !makes_sense(&found.ok_or(Error::NotFound)?) {
        return Err(Error::State);
    }
    asking.finish(staff, asked, reason).await
}

/// The ledger answered what it never answers to such a request.
pub(super) fn unexpected(verdict: &Verdict) -> Error {
    broken("asking the ledger", format!("it answered {verdict:?}"))
}
