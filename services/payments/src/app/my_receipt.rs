//! A payer or payee takes home the proof of a payment.

use city_auth::Resident;
use city_ids::PostingId;
use city_receipt::Receipt;

use super::{App, issue_receipt, read_payment};
use crate::error::Error;

/// The receipt of a payment in which the resident has a part. Whoever has it proves the payment with the published keys
/// alone.
///
/// # Errors
/// `NotFound`.
pub async fn my_receipt(app: &App, who: &Resident, id: PostingId) -> Result<Receipt, Error> {
    read_payment(app, who, id).await?;
    issue_receipt(app, id).await
}
