//! A second officer decides, and what was approved is done.

use city_auth::Staff;
use city_contracts::payments::{PaymentEvent, WalletEvent, WalletState};
use city_ids::{AccountId, PostingId, WalletId};
use city_receipt::{derive, sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::end_settlement::pay_settlement;
use super::freeze_wallet::{stopped_by, undoing, unexpected};
use super::move_refund::{move_refund, tell_refused};
use super::release_suspense::release;
use super::resolve_break::remedy_break;
use super::{App, view};
use crate::domain::approval::{Approval, Asked, DONE, Decision, STALE};
use crate::domain::ledger::{
    Class, Command, CommandRefusal, Decision as LedgerDecision, Event, Leg, Posting, Purpose,
    Verdict,
};
use crate::domain::{chart, wallet as rules};
use crate::error::{Error, broken, fault};
use crate::events;
use crate::store;
use crate::store::wallet::{Of, Wallet};

/// Decides about a request. Who asked is refused, and so is an officer whose sign-in is too long ago. The same decision by
/// the same officer again gets the same answer.
///
/// # Errors
/// `NotFound`, `TwoPersons`, `ReauthRequired`, `State` when somebody decided otherwise, `Stale` when a wallet that is to be open
/// again was stopped once more since that was asked: the request waits then, and can be refused.
#[tracing::instrument(name = "payments.decide_approval", skip_all, fields(approval.id = %id))]
pub async fn decide_approval(
    app: &App,
    staff: &Staff,
    id: Uuid,
    decision: Decision,
) -> Result<Approval, Error> {
    let now = app.clock.now();
    if !staff.principal.is_recent(now) {
        return Err(Error::ReauthRequired);
    }
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let first = store::approval::decide(&mut tx, id, staff.account, decision, now).await?;
    let approval = store::approval::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if approval.decided != Some((staff.account, decision)) {
        return Err(Error::State);
    }
    match (&approval.asked, decision) {
        (Asked::UnfreezeWallet { wallet, stop }, Decision::Approve) if first => {
            let wallet = wallet_of(&mut tx, *wallet).await?;
            let stopped = stopped_by(&mut tx, wallet.id, *stop).await?;
            stopped.ok_or(Error::Stale { version: wallet.version })?;
        }
        (Asked::Refund { refund, .. }, Decision::Refuse) if first => {
            tell_refused(&mut tx, *refund, now).await?;
        }
        _ => {}
    }
    tx.commit().await.map_err(fault("committing"))?; // the ledger is not asked with a connection in hand
    if decision == Decision::Approve && approval.outcome.is_none() {
        return carry_out(app, approval).await;
    }
    Ok(approval)
}

/// Does what was approved. Idempotent: the ledger does it under an id that follows from the request.
///
/// # Errors
/// When the ledger or the database is away; it is tried again.
pub async fn carry_out(app: &App, approval: Approval) -> Result<Approval, Error> {
    let Some((officer, Decision::Approve)) = approval.decided else { return Err(Error::State) };
    let verdict = match &approval.asked {
        Asked::UnfreezeWallet { wallet, stop } => {
            unfreeze(app, &approval, officer, (*wallet, *stop)).await?
        }
        Asked::AdjustWallet { wallet, amount } => adjust(app, &approval, *wallet, *amount).await?,
        Asked::Limit { version } => {
            let command = Command {
                id: approval.act(),
                decision: LedgerDecision::UseRules { version: *version },
                actor: officer.as_uuid(),
                reason: approval.reason.clone(),
                events: Vec::new(),
            };
            app.ledger.command(command).await?
        }
        Asked::Refund { refund, .. } => move_refund(app, *refund).await?,
        Asked::Settlement { settlement, .. } => pay_settlement(app, &approval, *settlement).await?,
        Asked::Reconciliation { of, amount, to } => {
            remedy_break(app, &approval, (*of, *amount, *to)).await?
        }
        Asked::Release { place, amount, to } => {
            release(app, &approval, (*place, *amount, *to)).await?
        }
    };
    let outcome = match verdict {
        Verdict::Created(_) | Verdict::Commanded { .. } => DONE,
        Verdict::Refused(refused) => refused.code.name(),
        Verdict::CommandRefused(CommandRefusal::AccountClosed) => "ACCOUNT_CLOSED",
        Verdict::CommandRefused(CommandRefusal::FlagsChanged) => STALE,
        Verdict::KeyReused => "KEY_REUSED", // somebody used its id for something else
        other => return Err(unexpected(&other)),
    };
    let mut db = app.connection().await?;
    store::approval::finish(&mut db, approval.id, outcome).await?;
    Ok(Approval { outcome: Some(outcome.to_owned()), ..approval })
}

/// Undoes a stop. It is undone under an id that follows from it and from the flags it set: when somebody stopped the wallet
/// once more meanwhile, nothing happens, however close they came.
async fn unfreeze(
    app: &App,
    approval: &Approval,
    officer: AccountId,
    (wallet, stop): (WalletId, Option<Uuid>),
) -> Result<Verdict, Error> {
    let changed = Ok(Verdict::CommandRefused(CommandRefusal::FlagsChanged));
    let Some(stop) = stop else { return changed };
    let mut db = app.connection().await?;
    let wallet = wallet_of(&mut db, wallet).await?;
    let Some(stopped) = stopped_by(&mut db, wallet.id, Some(stop)).await? else { return changed };
    drop(db);
    let (id, flags) = (undoing(stop), rules::flags_of(WalletState::Open));
    let body = WalletEvent { wallet: wallet.id, account: wallet.owner };
    let told = derive("event.unfrozen", id);
    let (account, only_from) = (wallet.account, Some(stopped));
    let command = Command {
        id,
        decision: LedgerDecision::SetFlags { account, flags, only_from },
        actor: officer.as_uuid(),
        reason: approval.reason.clone(),
        events: vec![events::event(told, "WalletUnfrozen", &body)],
    };
    Ok(app.ledger.command(command).await?)
}

async fn adjust(
    app: &App,
    approval: &Approval,
    wallet: WalletId,
    amount: i64,
) -> Result<Verdict, Error> {
    let (wallet, guarantee) = {
        let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
        let wallet = wallet_of(&mut tx, wallet).await?;
        let guarantee =
            store::ledger::open(&mut tx, chart::GUARANTEE, Class::Guarantee, None).await?;
        tx.commit().await.map_err(fault("committing"))?;
        (wallet, guarantee)
    };
    let leg = Leg::post(guarantee, wallet.account, amount, Purpose::Adjustment);
    Ok(app.ledger.post(adjustment(approval, &wallet, amount, leg)).await?)
}

async fn wallet_of(db: &mut PgConnection, id: WalletId) -> Result<Wallet, Error> {
    let wallet = store::wallet::find(db, Of::Id(id)).await?;
    wallet.ok_or_else(|| broken("carrying out a request", "no wallet"))
}

fn adjustment(approval: &Approval, wallet: &Wallet, amount: i64, leg: Leg) -> Posting {
    let id = approval.act();
    let hash = sha256(&[b"adjustment", approval.id.as_bytes(), &amount.to_be_bytes()]);
    let events = vec![received(id, wallet, Purpose::Adjustment, amount)];
    Posting { events, ..Posting::new(id, hash, vec![leg]) }
}

/// What the owner of a wallet is told when officers put money into it.
pub(super) fn received(id: Uuid, wallet: &Wallet, purpose: Purpose, amount: i64) -> Event {
    let body = PaymentEvent {
        payment: PostingId::restore(id),
        account: wallet.owner,
        wallet: Some(wallet.id),
        purpose: view::purpose(purpose),
        amount: city_money::Vnd::new(amount),
        bill: None,
    };
    events::event(derive("event.received", id), "MoneyReceived", &body)
}
