//! Officers put money into a wallet: two of them.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::WalletState;
use city_ids::WalletId;
use city_money::Vnd;

use super::App;
use super::freeze_wallet::ask;
use crate::domain::approval::{Approval, Asked};
use crate::domain::input;
use crate::error::Error;

/// Asks a second officer that money from the bank account which backs the wallets go into one. Idempotent by the key.
///
/// # Errors
/// `NotFound`, `State` of a closed wallet, `Input`, `KeyReused`.
pub async fn adjust_wallet(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    wallet: WalletId,
    amount: Vnd,
    reason: &str,
) -> Result<Approval, Error> {
    let mut findings = Vec::new();
    let amount = input::amount(amount, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let asked = Asked::AdjustWallet { wallet, amount };
    ask(app, staff, key, wallet, asked, reason, |found| found.state() != WalletState::Closed).await
}
