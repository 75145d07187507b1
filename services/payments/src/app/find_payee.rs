//! A resident looks up whom to send money to, by phone.

use std::time::Duration;

use chrono::TimeDelta;
use city_auth::{Principal, Resident};
use city_clients::Call;
use city_clock::{Timestamp, hue_day};
use city_contracts::accounts::{FindByPhone, MaskedPerson};
use city_contracts::common::Locale;
use city_contracts::payments::{PayeeView, WalletState};
use city_ids::ServiceName;
use sqlx::PgConnection;

use super::App;
use crate::domain::limits::midnight;
use crate::error::{Error, fault};
use crate::store;
use crate::store::wallet::Of;

/// Lookups of a resident within a minute and a civil day.
const PER_MINUTE: i32 = 10;
const PER_DAY: i32 = 50;
/// How long accounts may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The wallet of whoever has a phone, with a masked name; none alike for an unknown phone and for one without a wallet.
///
/// Privacy: the phone is passed on and kept nowhere.
///
/// # Errors
/// `LookupLimit`, `Away` while accounts is, and what accounts finds wrong with the phone.
pub async fn find_payee(
    app: &App,
    who: &Resident,
    phone: &str,
) -> Result<Option<PayeeView>, Error> {
    count(app, who, Looked::Payees).await?;
    let Some(person) = ask(app, phone).await? else { return Ok(None) };
    let wallet =
        store::wallet::find(&mut *app.connection().await?, Of::Owner(person.account)).await?;
    let open = wallet.filter(|wallet| wallet.state() != WalletState::Closed);
    Ok(open.map(|wallet| PayeeView {
        id: wallet.id.to_string(),
        name: person.name_masked,
        person: true,
    }))
}

/// Asks accounts who has a phone.
///
/// # Errors
/// `Away` while accounts is.
pub(super) async fn ask(app: &App, phone: &str) -> Result<Option<MaskedPerson>, Error> {
    let call = Call::new(Principal::service(ServiceName::Payments), Locale::Vi, PATIENCE);
    let asked = FindByPhone { phone: phone.to_owned() };
    let found = app
        .accounts
        .by_phone(&call, &asked)
        .await
        .map_err(|error| Error::Away { doing: "asking whose phone it is", source: error.into() })?;
    Ok(found.person)
}

/// What is looked up: each is counted for itself.
#[derive(Debug, Clone, Copy)]
pub(super) enum Looked {
    /// Payees by phone.
    Payees,
    /// Bills by a customer's code.
    Bills,
}

/// Counts a lookup, whatever comes of it, so that numbers cannot be walked.
pub(super) async fn count(app: &App, who: &Resident, what: Looked) -> Result<(), Error> {
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    count_in(&mut tx, who, what, app.clock.now()).await?;
    tx.commit().await.map_err(fault("committing"))
}

/// The same within a transaction, which is to be given up when there are no more.
pub(super) async fn count_in(
    db: &mut PgConnection,
    who: &Resident,
    what: Looked,
    now: Timestamp,
) -> Result<(), Error> {
    let what = match what {
        Looked::Payees => "",
        Looked::Bills => "b",
    };
    let day = hue_day(now);
    let minute = now.timestamp().div_euclid(60);
    let minute_ends = now + TimeDelta::seconds(60 - now.timestamp().rem_euclid(60));
    let day_ends = day.succ_opt().map_or(minute_ends, midnight);
    for (win, most, until) in [
        (format!("{what}d{day}"), PER_DAY, day_ends),
        (format!("{what}m{minute}"), PER_MINUTE, minute_ends),
    ] {
        if !store::lookup::take(&mut *db, who.account, &win, most, until).await? {
            let seconds = (until - now).num_seconds().max(1);
            let retry_after_seconds = u64::try_from(seconds).unwrap_or(1);
            return Err(Error::LookupLimit { retry_after_seconds });
        }
    }
    Ok(())
}
