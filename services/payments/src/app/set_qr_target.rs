//! An officer gives a biller the number that the codes of its bills carry.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;

use super::App;
use crate::domain::vietqr::LONGEST_NUMBER;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::biller::BillerRecord;
use city_events::idempotency::{Claim, claim};

/// Gives a biller the bank and number that its codes carry from now on: those of its own account at a bank, or, without any, a
/// number of ours. One that it had before goes on meaning it, since codes are printed. Idempotent by the officer's key.
///
/// # Errors
/// `Input`, `NotFound`, `CodeTaken` when the number means somebody else, `KeyReused`.
#[tracing::instrument(name = "payments.set_qr_target", skip_all, fields(biller.code = code))]
pub async fn set_qr_target(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    code: &str,
    bank: Option<(&str, &str)>,
) -> Result<BillerRecord, Error> {
    if let Some((bin, number)) = bank {
        check(bin, number)?;
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let request = (code, bank);
    let claimed = claim::<()>(&mut tx, staff.account, key, "setQrTarget", &request, now).await?;
    let biller = store::biller::find_by_code(&mut tx, code).await?.ok_or(Error::NotFound)?;
    if let Claim::New(recorder) = claimed {
        let id = biller.biller.id;
        let given = match bank {
            Some((bin, number)) => store::biller::take_target(&mut tx, id, bin, number).await?,
            None => store::biller::make_target(&mut tx, id, &app.qr_bin).await?,
        };
        if !given {
            return Err(Error::CodeTaken);
        }
        recorder.record(&mut tx, &()).await?;
    }
    let changed = store::biller::find_by_code(&mut tx, code).await?;
    tx.commit().await.map_err(fault("committing"))?;
    changed.ok_or_else(|| broken("reading a biller", "it was changed just now"))
}

fn check(bin: &str, number: &str) -> Result<(), Error> {
    let mut findings = Vec::new();
    if bin.len() != 6 || !bin.bytes().all(|byte| byte.is_ascii_digit()) {
        findings.push(Finding::new("/bin", "SHAPE", "a bank is named by 6 digits"));
    }
    let fits = (1..=LONGEST_NUMBER).contains(&number.len());
    if !fits || !number.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        let message = "an account has 1 to 19 letters and digits";
        findings.push(Finding::new("/number", "SHAPE", message));
    }
    if findings.is_empty() { Ok(()) } else { Err(Error::Input(findings)) }
}
