//! The code that hangs in a store.

use city_ids::{MerchantId, StoreId};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::known;
use crate::app::App;
use crate::domain::vietqr::{Use, VietQr};
use crate::error::{Error, broken};
use crate::store;
use crate::store::merchant::{Merchant, Store};

/// The smallest edge of the picture, in units of its own.
const EDGE: u32 = 360;

/// The static code of a store as a picture (SVG): the payer types the amount.
///
/// # Errors
/// `NotFound`.
pub async fn draw_code(app: &App, id: MerchantId, store: StoreId) -> Result<String, Error> {
    let mut db = app.connection().await?;
    let merchant = known(&mut db, id).await?;
    let stores = store::merchant::stores(&mut db, id).await?;
    let store = stores.into_iter().find(|one| one.id == store).ok_or(Error::NotFound)?;
    let code = code_of(app, &merchant, &store, Use::Static);
    let text = code.print().map_err(|error| broken("printing a code", error))?;
    let doing = "drawing a code";
    let drawn = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M);
    let drawn = drawn.map_err(|error| broken(doing, error.to_string()))?;
    Ok(drawn.render::<svg::Color<'_>>().min_dimensions(EDGE, EDGE).build())
}

/// What the codes of a store carry.
pub fn code_of(app: &App, merchant: &Merchant, store: &Store, used: Use) -> VietQr {
    let mcc = Some(merchant.of.mcc.clone());
    let plain = VietQr::of(used, &store.bin, &store.number).named(&merchant.of.name, &app.qr_city);
    VietQr { mcc, store: Some(store.code.clone()), ..plain }
}
