//! What a new form begins with: what the account holds, if accounts answers in time.

use std::time::Duration;

use city_auth::Principal;
use city_clients::Call;
use city_clock::{Timestamp, hue_day};
use city_contracts::common::{Locale, Localised};
use city_ids::{AccountId, ServiceName};
use serde_json::{Map, Value};

use super::pinned::Pinned;
use crate::app::App;
use crate::domain::procedure::{AccountFacts, prefill};

/// How long a resident waits for a form to be prefilled.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a draft begins with.
pub struct Prefilled {
    /// Answers, by the form.
    pub answers: Value,
    /// As the account has it.
    pub full_name: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// Why the form is empty.
    pub notice: Option<Localised>,
}

impl Prefilled {
    /// An empty form.
    pub fn nothing() -> Self {
        Self { answers: Value::Object(Map::new()), full_name: None, phone: None, notice: None }
    }
}

/// What the account says of its holder; none when accounts does not answer.
///
/// Privacy: goes into what is sealed, and nowhere else.
pub async fn facts(app: &App, of: AccountId) -> Option<AccountFacts> {
    let call = Call::new(Principal::service(ServiceName::Catalogue), Locale::Vi, PATIENCE);
    match app.accounts.prefill(&call, of).await {
        Ok(found) => Some(AccountFacts {
            full_name: found.full_name,
            phone: found.phone,
            ward_code: found.home_ward_code,
        }),
        Err(error) => {
            tracing::info!(
                error.code = error.code(),
                "A form begins without what the account holds"
            );
            None
        }
    }
}

/// Asks accounts and fills in what the form's rules say.
pub async fn ask(app: &App, of: AccountId, pinned: &Pinned, now: Timestamp) -> Prefilled {
    let Some(facts) = facts(app, of).await else {
        let notice = Localised {
            vi: "Chưa lấy được thông tin tài khoản để điền sẵn; vui lòng tự điền.".to_owned(),
            en: Some(
                "Your account could not be read to prefill the form; please fill it in.".to_owned(),
            ),
        };
        return Prefilled { notice: Some(notice), ..Prefilled::nothing() };
    };
    let mut answers = Value::Object(Map::new());
    if let Some(form) = pinned.form() {
        for field in prefill(form, &facts, &answers.clone(), hue_day(now)) {
            if field.certain {
                place(&mut answers, &field.to, field.value);
            }
        }
    }
    Prefilled { answers, full_name: facts.full_name, phone: facts.phone, notice: None }
}

/// Puts a value where a pointer says, making the objects on the way.
fn place(answers: &mut Value, pointer: &str, value: String) {
    let mut at = answers;
    for name in pointer.split('/').skip(1) {
        let Value::Object(members) = at else { return };
        let name = name.replace("~1", "/").replace("~0", "~");
        at = members.entry(name).or_insert_with(|| Value::Object(Map::new()));
    }
    *at = Value::String(value);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_placed_with_the_objects_on_the_way() {
        let mut answers = json!({});
        place(&mut answers, "/mother/fullName", "Lan".into());
        place(&mut answers, "/wardCode", "19753".into());
        assert_eq!(answers, json!({ "mother": { "fullName": "Lan" }, "wardCode": "19753" }));
    }
}
