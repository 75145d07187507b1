//! What a merchant or a biller was settled, as its own systems read it.

use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::SettlementView;
use city_ids::SettlementId;
use sqlx::PgConnection;

use crate::app::list_settlements::{Lines, list_settlements};
use crate::app::merchant::known;
use crate::app::{App, view};
use crate::domain::ledger::AccountNo;
use crate::domain::owner::Owner;
use crate::error::Error;
use crate::store;

/// A page of the payee's own settlements, newest first.
///
/// # Errors
/// `Input`.
pub async fn list_own_settlements(
    app: &App,
    owner: Owner,
    args: &PageArgs,
) -> Result<Page<SettlementView>, Error> {
    let accounts = accounts(&mut *app.connection().await?, owner).await?;
    list_settlements(app, Some(&accounts), args).await
}

/// One of the payee's own settlements.
///
/// # Errors
/// `NotFound`, also of another's, and of one that is not closed yet.
pub async fn find_own_settlement(
    app: &App,
    owner: Owner,
    id: SettlementId,
) -> Result<SettlementView, Error> {
    let mut db = app.connection().await?;
    let accounts = accounts(&mut db, owner).await?;
    let found = store::settlement::find(&mut db, id).await?;
    let own = found.filter(|found| accounts.contains(&found.payee));
    own.and_then(view::settlement).ok_or(Error::NotFound)
}

/// The report of one of the payee's own settlements as lines.
///
/// # Errors
/// As [`find_own_settlement`].
pub async fn own_lines(app: &App, owner: Owner, id: SettlementId) -> Result<Lines, Error> {
    let accounts = accounts(&mut *app.connection().await?, owner).await?;
    Lines::of_payees(app, Some(&accounts), id).await
}

/// The accounts that somebody is settled from: none of a merchant that is a draft, several of a biller with heads of its own.
async fn accounts(db: &mut PgConnection, owner: Owner) -> Result<Vec<AccountNo>, Error> {
    match owner {
        Owner::Merchant(merchant) => Ok(known(db, merchant).await?.account.into_iter().collect()),
        Owner::Biller(biller) => store::biller::accounts(db, biller).await,
    }
}
