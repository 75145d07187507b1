//! What a person's forms may be prefilled with, for the catalogue.

use city_contracts::accounts::PrefillView;
use city_ids::AccountId;

use super::App;
use crate::error::Error;
use crate::store;

/// Name, phone and home ward of a person.
///
/// Privacy: asked when the person begins a form, shown to them, and kept only in what they then file, sealed.
///
/// # Errors
/// `PersonNotFound`, also for the erased.
pub async fn find_prefill(app: &App, of: AccountId) -> Result<PrefillView, Error> {
    let found = store::person::prefill(&mut *app.connection().await?, of).await?;
    found.ok_or(Error::PersonNotFound)
}
