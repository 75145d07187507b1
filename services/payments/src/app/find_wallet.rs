//! An officer looks at a person's wallet, and says why.

use city_auth::Staff;
use city_contracts::payments::WalletView;
use city_ids::AccountId;

use super::{App, find_payee, my_wallet};
use crate::domain::input;
use crate::error::Error;
use crate::store;
use crate::store::wallet::Of;

/// Whose wallet is looked for.
#[derive(Debug, Clone)]
pub enum Whose {
    /// A person's.
    Account(AccountId),
    /// The one of whoever has a phone. Privacy: it is passed on and kept nowhere.
    Phone(String),
}

/// The wallet of a person; that the officer looked is noted.
///
/// # Errors
/// `Input`, `NotFound` alike for an unknown phone and for one without a wallet, `Away` while accounts is.
pub async fn find_wallet(
    app: &App,
    staff: &Staff,
    of: Whose,
    reason: &str,
) -> Result<WalletView, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let account = match of {
        Whose::Account(account) => account,
        Whose::Phone(phone) => {
            let found = find_payee::ask(app, &phone).await?;
            found.ok_or(Error::NotFound)?.account
        }
    };
    let mut db = app.connection().await?;
    let view = my_wallet::view(app, &mut db, Of::Owner(account)).await?;
    let now = app.clock.now();
    store::wallet::insert_access(&mut db, view.id, staff.account, &reason, now).await?;
    Ok(view)
}
