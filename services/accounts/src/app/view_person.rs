//! The signed-in person, for themselves.

use city_contracts::accounts::{ViewerView, WalletPinView};
use city_ids::AccountId;
use sqlx::PgConnection;

use super::App;
use crate::domain::phone::Phone;
use crate::error::Error;
use crate::store;

/// What the signed-in resident sees of themselves.
///
/// # Errors
/// `PersonNotFound`.
pub async fn view_person(app: &App, who: AccountId) -> Result<ViewerView, Error> {
    view(&mut *app.connection().await?, who).await
}

pub(super) async fn view(db: &mut PgConnection, who: AccountId) -> Result<ViewerView, Error> {
    let person = store::person::find(&mut *db, who).await?.ok_or(Error::PersonNotFound)?;
    let tries_left = store::pin::tries_left(db, who).await?;
    Ok(ViewerView {
        id: person.id,
        full_name: person.full_name,
        locale: person.locale,
        phone_masked: person.phone.as_ref().map(Phone::masked).unwrap_or_default(),
        version: person.version,
        wallet_pin: WalletPinView {
            is_set: tries_left.is_some(),
            tries_left: tries_left.unwrap_or(0),
        },
    })
}
