//! A payer or payee looks at a payment.

use city_auth::Resident;
use city_contracts::payments::PaymentView;
use city_ids::{AccountId, PostingId};
use sqlx::PgConnection;

use super::{App, view as wire};
use crate::error::Error;
use crate::store;

/// A payment in which the resident has a part.
///
/// # Errors
/// `NotFound`.
pub async fn read_payment(app: &App, who: &Resident, id: PostingId) -> Result<PaymentView, Error> {
    view(&mut *app.connection().await?, id, who.account).await?.ok_or(Error::NotFound)
}

/// The same, if there is such a payment.
///
/// # Errors
/// Unavailable when the database is away.
pub(super) async fn view(
    db: &mut PgConnection,
    id: PostingId,
    viewer: AccountId,
) -> Result<Option<PaymentView>, Error> {
    let legs = store::payment::list_legs(&mut *db, &[id.as_uuid()]).await?;
    let refunds = store::refund::list(db, &[], &[id.as_uuid()]).await?;
    Ok(wire::payment(&legs, refunds.iter().map(wire::refund).collect(), viewer))
}
