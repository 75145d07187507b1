//! What a procedure will cost somebody.

use city_contracts::catalogue::procedure::{FeeQuote, FeeQuoteRequest};

use super::{answers_finding, code_finding, refuse_if};
use crate::app::App;
use crate::domain::procedure::quote;
use crate::error::Error;

/// The lines, exemptions and total for these answers, as they stand now.
///
/// # Errors
/// `INPUT`, `NOT_FOUND`.
pub fn fee_quote(app: &App, request: &FeeQuoteRequest) -> Result<FeeQuote, Error> {
    refuse_if(
        code_finding(&request.national_code).into_iter().chain(answers_finding(&request.answers)),
    )?;
    let snapshot = app.snapshots.get()?;
    let found = snapshot.procedures.live(&request.national_code).ok_or(Error::NotFound)?;
    Ok(quote(&found.edition, &request.answers, app.clock.now()))
}
