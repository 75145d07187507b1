//! Whose phone it is, for sending money.

use city_contracts::accounts::{FindByPhone, FoundByPhone, MaskedPerson};

use super::App;
use crate::domain::phone::Phone;
use crate::error::Error;
use crate::store;

/// The person with a phone, their name masked; nobody alike for a number that is none, unknown, or of a closed account.
///
/// # Errors
/// Only faults.
pub async fn find_by_phone(app: &App, asked: &FindByPhone) -> Result<FoundByPhone, Error> {
    let nobody = FoundByPhone { person: None };
    let Ok(phone) = Phone::parse(&asked.phone, &app.config.otp_countries) else {
        return Ok(nobody);
    };
    let mut db = app.connection().await?;
    let Some(account) = store::person::find_by_phone(&mut db, &phone).await? else {
        return Ok(nobody);
    };
    let person = store::person::find(&mut db, account).await?;
    let Some(person) = person.filter(|person| person.may_sign_in) else { return Ok(nobody) };
    let name_masked = person.full_name.as_deref().map_or_else(|| phone.masked(), masked);
    Ok(FoundByPhone { person: Some(MaskedPerson { account, name_masked }) })
}

/// The first letter of each part of a name.
fn masked(name: &str) -> String {
    let parts = name.split_whitespace().filter_map(|part| part.chars().next());
    parts.map(|first| format!("{first}***")).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_keeps_first_letters() {
        assert_eq!(masked("Nguyễn Thị Ánh"), "N*** T*** Á***");
    }
}
