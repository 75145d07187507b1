//! A second officer decides, and what was approved is done.

use city_auth::Staff;
use city_contracts::payments::{PaymentEvent, WalletEvent, WalletState};
use city_ids::{AccountId, PostingId, WalletId};
use city_receipt::{derive, sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::end_settlement::pay_settlement;
use super::freeze_wallet::unexpected;
use super::move_refund::move_refund;
use super::resolve_break::remedy_break;
use super::{App, view};
use crate::domain::approval::{Approval, Asked, DONE, Decision};
use crate::domain::ledger::{
    Class, Command, CommandRefusal, Decision as LedgerDecision, Leg, Posting, Purpose, Verdict,
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
/// `NotFound`, `TwoPersons`, `ReauthRequired`, `State` when somebody decided otherwise.
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
    let mut db = app.connection().await?;
    store::approval::decide(&mut db, id, staff.account, decision, now).await?;
    let approval = store::approval::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    if approval.decided != Some((staff.account, decision)) {
        return Err(Error::State);
    }
    drop(db); // the ledger is not asked with a connection in hand
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
        Asked::UnfreezeWallet { wallet } => unfreeze(app, &approval, officer, *wallet).await?,
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
    };
    let outcome = match verdict {
        Verdict::Created(_) | Verdict::Commanded { .. } => DONE,
        Verdict::Refused(refused) => refused.code.name(),
        Verdict::CommandRefused(CommandRefusal::AccountClosed) => "ACCOUNT_CLOSED",
        Verdict::KeyReused => "KEY_REUSED", // somebody used its id for something else
        other => return Err(unexpected(&other)),
    };
    let mut db = app.connection().await?;
    store::approval::finish(&mut db, approval.id, outcome).await?;
    Ok(Approval { outcome: Some(outcome.to_owned()), ..approval })
}

async fn unfreeze(
    app: &App,
    approval: &Approval,
    officer: AccountId,
    wallet: WalletId,
) -> Result<Verdict, Error> {
    let wallet = wallet_of(&mut *app.connection().await?, wallet).await?;
    let flags = rules::flags_of(WalletState::Open);
    let body = WalletEvent { wallet: wallet.id, account: wallet.owner };
    let told = derive("event.unfrozen", approval.act());
    let command = Command {
        id: approval.act(),
        decision: LedgerDecision::SetFlags { account: wallet.account, flags, only_from: None },
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
    let body = PaymentEvent {
        payment: PostingId::restore(id),
        account: wallet.owner,
        wallet: WalletId::restore(wallet.id.as_uuid()),
        purpose: view::purpose(Purpose::Adjustment),
        amount: city_money::Vnd::new(amount),
        bill: None,
    };
    let event = events::event(derive("event.received", id), "MoneyReceived", &body);
    Posting { events: vec![event], ..Posting::new(id, hash, vec![leg]) }
}
