//! Bills out of a frozen quote.

use city_clock::Timestamp;
use city_contracts::catalogue::dossier_event::DossierFeeLine;
use city_contracts::catalogue::procedure::{Certainty, FeeQuote};
use city_ids::Ids;
use city_money::Vnd;

use crate::domain::dossier::NewBill;
use crate::error::{Error, broken};

/// When the fees of a quote are collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collect {
    Intake = 1,
    Supplement = 2,
    Result = 4,
}

/// The bill for what the quote collects at this point; none when that is nothing, or not known here.
///
/// # Errors
/// A sum that no bill can hold is a fault.
pub fn bill(
    quote: Option<&FeeQuote>,
    collect: Collect,
    ids: &Ids,
    at: Timestamp,
) -> Result<Option<NewBill>, Error> {
    let Some(quote) = quote else { return Ok(None) };
    let wanted = match collect {
        Collect::Intake => 1,
        Collect::Supplement => 2,
        Collect::Result => 4,
    };
    let lines: Vec<_> = quote
        .lines
        .iter()
        .filter(|line| line.collect == wanted && line.certainty == Certainty::Applies)
        .filter_map(|line| {
            let amount = line.due.filter(|due| *due > Vnd::ZERO)?;
            Some(DossierFeeLine { code: line.code.clone(), name: line.name.vi.clone(), amount })
        })
        .collect();
    new_bill(&lines, ids, at)
}

/// The bill over lines; none when they come to nothing.
///
/// # Errors
/// A sum that no bill can hold is a fault.
pub fn new_bill(
    lines: &[DossierFeeLine],
    ids: &Ids,
    at: Timestamp,
) -> Result<Option<NewBill>, Error> {
    let sum = lines.iter().try_fold(Vnd::ZERO, |sum, line| sum.checked_add(line.amount));
    let sum = sum.ok_or_else(|| broken("summing fees", "the sum does not fit"))?;
    if sum <= Vnd::ZERO {
        return Ok(None);
    }
    let lines = serde_json::to_value(lines).map_err(|error| broken("writing fees", error))?;
    Ok(Some(NewBill { bill_ref: ids.uuid(at), amount: sum.dong(), lines }))
}
