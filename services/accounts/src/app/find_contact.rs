//! How to reach a person, for the services that write to people.

use city_contracts::accounts::ContactView;
use city_ids::AccountId;

use super::App;
use crate::error::Error;
use crate::store;

/// How to reach a person.
///
/// Privacy: the answer is used at the moment of sending and kept by nobody.
///
/// # Errors
/// `PersonNotFound`, also for the erased.
pub async fn find_contact(app: &App, of: AccountId) -> Result<ContactView, Error> {
    let found = store::person::contact(&mut *app.connection().await?, of).await?;
    let (locale, phone, email) = found.ok_or(Error::PersonNotFound)?;
    Ok(ContactView { locale, phone: phone.map(|phone| phone.as_str().to_owned()), email })
}
