//! The stores of a merchant, each with a code of its own on the wall.

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_ids::{MerchantId, StoreId};

use super::known;
use crate::app::App;
use crate::domain::vietqr::LONGEST_MEMBER;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::merchant::Store;
use city_events::idempotency::{Claim, claim};

/// Opens a store of a merchant. Idempotent by the officer's key.
///
/// # Errors
/// `NotFound`, `Input`, `State` for a second one of the same code, `KeyReused`.
pub async fn open_store(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    merchant: MerchantId,
    code: &str,
    name: &str,
) -> Result<Store, Error> {
    let now = app.clock.now();
    let cleaned = city_text::clean(name);
    let mut findings = Vec::new();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !(1..=LONGEST_MEMBER).contains(&code.len()) || !code.bytes().all(allowed) {
        let message = "a code has 1 to 25 letters, digits and hyphens";
        findings.push(Finding::new("/code", "SHAPE", message));
    }
    if !(1..=100).contains(&cleaned.chars().count()) {
        findings.push(Finding::new("/name", "SHAPE", "a name has 1 to 100 characters"));
    }
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    drop(known(&mut tx, merchant).await?);
    let asked = (merchant, code, name);
    let claimed = claim::<StoreId>(&mut tx, staff.account, key, "openStore", &asked, now).await?;
    let id = match claimed {
        Claim::Replay(id) => id,
        Claim::New(recorder) => {
            let (id, bin) = (app.ids.next(now), &app.qr_bin);
            store::merchant::insert_store(&mut tx, merchant, id, code, &cleaned, bin, now).await?;
            recorder.record(&mut tx, &id).await?;
            id
        }
    };
    let stores = store::merchant::stores(&mut tx, merchant).await?;
    tx.commit().await.map_err(fault("committing"))?;
    let opened = stores.into_iter().find(|store| store.id == id);
    opened.ok_or_else(|| broken("reading a store", "it is not there after it was written"))
}

/// The stores of a merchant.
///
/// # Errors
/// `NotFound`.
pub async fn list_stores(app: &App, merchant: MerchantId) -> Result<Vec<Store>, Error> {
    let mut db = app.connection().await?;
    drop(known(&mut db, merchant).await?);
    store::merchant::stores(&mut db, merchant).await
}
