//! An officer lets a merchant be paid, stops that, or closes it.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_ids::MerchantId;
use city_receipt::derive;

use super::known;
use crate::app::App;
use crate::app::freeze_wallet::unexpected;
use crate::domain::input;
use crate::domain::ledger::{Class, Command, CommandRefusal, Decision, Verdict};
use crate::domain::merchant::MerchantState;
use crate::error::{Error, fault};
use crate::store;
use crate::store::merchant::Merchant;

/// Brings a merchant into a state. Idempotent by the officer's key. The state is the flags of its account in the ledger, so
/// that a payment and a suspension at once come in one order.
///
/// # Errors
/// `NotFound`, `Input`, `State`: nothing becomes a draft again, a draft only active, what is closed stays so, and only an
/// account without money is closed; `KeyReused`.
#[tracing::instrument(name = "payments.set_merchant_state", skip_all, fields(merchant.id = %id))]
pub async fn set_merchant_state(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    id: MerchantId,
    to: MerchantState,
    reason: &str,
) -> Result<Merchant, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let flags = to.flags().ok_or(Error::State)?;
    let merchant = known(&mut *app.connection().await?, id).await?;
    let Some(account) = merchant.account else {
        return if to == MerchantState::Active { begin(app, id).await } else { Err(Error::State) };
    };
    let label = format!("merchant.state.{}.{}", staff.account, key.as_str());
    let command = Command {
        id: derive(&label, id.as_uuid()),
        decision: Decision::SetFlags { account, flags, only_from: None },
        actor: staff.account.as_uuid(),
        reason,
        events: Vec::new(),
    };
    match app.ledger.command(command).await? {
        Verdict::Commanded { .. } => known(&mut *app.connection().await?, id).await,
        Verdict::CommandRefused(
            CommandRefusal::AccountClosed | CommandRefusal::AccountNotEmpty,
        ) => Err(Error::State),
        Verdict::KeyReused => Err(Error::KeyReused),
        other => Err(unexpected(&other)),
    }
}

/// A draft gets its account.
async fn begin(app: &App, id: MerchantId) -> Result<Merchant, Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let account = store::ledger::open(&mut tx, id.as_uuid(), Class::Merchant, None).await?;
    store::merchant::set_account(&mut tx, id, account).await?;
    let merchant = known(&mut tx, id).await?;
    store::settlement::set_rhythm(&mut tx, account, merchant.of.settle.rhythm()).await?;
    tx.commit().await.map_err(fault("committing"))?;
    Ok(merchant)
}
