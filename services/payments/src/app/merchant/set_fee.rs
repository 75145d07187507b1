//! What payments to a merchant cost.

use chrono::NaiveDate;
use city_clock::hue_day;
use city_contracts::problem::Finding;
use city_ids::MerchantId;

use super::known;
use crate::app::App;
use crate::domain::merchant::{FeeRule, MerchantState};
use crate::error::Error;
use crate::store;

/// The largest share, in hundredths of a percent, and the largest fixed part, in dong.
const MOST_BPS: i32 = 1_000;
const MOST_FIXED: i64 = 1_000_000;

/// Sets the fee of a merchant: of a draft at once, otherwise from the next civil day on, because what was quoted today holds
/// until midnight. The same again changes nothing. Answers the day it begins.
///
/// # Errors
/// `NotFound`, `Input`.
pub async fn set_fee(app: &App, id: MerchantId, rule: &FeeRule) -> Result<NaiveDate, Error> {
    let mut findings = Vec::new();
    if !(0..=MOST_BPS).contains(&rule.bps) {
        findings.push(Finding::new("/bps", "OUT_OF_RANGE", "a share is 0 to 1000 basis points"));
    }
    if !(0..=MOST_FIXED).contains(&rule.fixed) {
        findings.push(Finding::new(
            "/fixed",
            "OUT_OF_RANGE",
            "a fixed part is 0 to 1 million dong",
        ));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut db = app.connection().await?;
    let merchant = known(&mut db, id).await?;
    let today = hue_day(app.clock.now());
    let from = match merchant.state() {
        MerchantState::Draft => today,
        _ => today.succ_opt().unwrap_or(today),
    };
    store::merchant::set_fee(&mut db, id, from, rule).await?;
    Ok(from)
}

/// The fee of a merchant that counts today; none when nothing is charged.
///
/// # Errors
/// `NotFound`.
pub async fn read_fee(app: &App, id: MerchantId) -> Result<Option<FeeRule>, Error> {
    let mut db = app.connection().await?;
    drop(known(&mut db, id).await?);
    store::merchant::fee_on(&mut db, id, hue_day(app.clock.now())).await
}
