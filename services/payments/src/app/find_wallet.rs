//! An officer looks at a person's wallet, and says why.

use city_auth::Staff;
use city_contracts::payments::WalletView;
use city_ids::AccountId;

use super::{App, my_wallet};
use crate::domain::input;
use crate::error::Error;
use crate::store;
use crate::store::wallet::Of;

/// The wallet of a person; that the officer looked is noted.
///
/// # Errors
/// `Input`, `NotFound`.
pub async fn find_wallet(
    app: &App,
    staff: &Staff,
    of: AccountId,
    reason: &str,
) -> Result<WalletView, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut db = app.connection().await?;
    let view = my_wallet::view(app, &mut db, Of::Owner(of)).await?;
    let now = app.clock.now();
    store::wallet::insert_access(&mut db, view.id, staff.account, &reason, now).await?;
    Ok(view)
}
