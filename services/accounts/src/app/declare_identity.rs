//! The development command says how well a resident's identity is proven, as an identity provider would.

use city_contracts::accounts::{DeclareIdentity, IdentityLevelChanged};
use city_contracts::event::Envelope;
use city_events::outbox;

use super::{App, commit, read_session};
use crate::domain::Flaw;
use crate::domain::phone::Phone;
use crate::error::{Error, fault};
use crate::events;
use crate::store;

/// Sets the level of the resident with a phone; their sessions have it at once. Idempotent: it says how it is to be.
///
/// # Errors
/// `Invalid`, `PersonNotFound`.
#[tracing::instrument(name = "accounts.declare_identity", skip_all)]
pub async fn declare_identity(
    app: &App,
    asked: &DeclareIdentity,
) -> Result<IdentityLevelChanged, Error> {
    if asked.level > 2 {
        return Err(refused("/level", "IDENTITY_LEVEL", "a level is 0, 1 or 2"));
    }
    let phone = Phone::parse(&asked.phone, &app.config.otp_countries)
        .map_err(|_| refused("/phone", "PHONE_INVALID", "this is no mobile number"))?;
    let now = app.now();
    let mut tx = app.begin().await?;
    let person = store::person::find_by_phone(&mut tx, &phone).await?;
    let person = person.ok_or(Error::PersonNotFound)?;
    store::person::lock(&mut tx, person).await?;
    store::identity::declare(&mut tx, person, asked.level, now).await?;
    let changed = store::session::list_live(&mut tx, person, now).await?;
    let body = IdentityLevelChanged { account: person, level: asked.level };
    let id = app.infra.ids.next(now);
    let event = Envelope::new(id, events::IDENTITY_LEVEL_CHANGED, now, body);
    outbox::push(&mut tx, &event).await.map_err(fault("writing the outbox"))?;
    commit(tx).await?;
    read_session::announce(app, &changed).await;
    Ok(body)
}

fn refused(field: &'static str, code: &'static str, message: &'static str) -> Error {
    Error::Invalid(vec![Flaw::new(field, code, message)])
}
