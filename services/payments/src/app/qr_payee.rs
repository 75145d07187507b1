//! A resident scans a code: who is to be paid, and how much.

use city_auth::Resident;
use city_clock::hue_day;
use city_contracts::payments::{BillState, PayeeView, QrPayeeView};
use city_ids::{BillerId, MerchantId};
use city_money::Vnd;
use sqlx::PgConnection;

use super::{App, view};
use crate::domain::limits::midnight;
use crate::domain::vietqr::{self, VietQr};
use crate::error::Error;
use crate::store;
use crate::store::merchant::Target;
use crate::store::merchant_order::Of;

/// Reads a code. What it says about names is not believed: the payee is named as the city knows them.
///
/// # Errors
/// `QrInvalid`, `QrNotSupported`, `QrPayeeUnknown`.
pub async fn qr_payee(app: &App, who: &Resident, payload: &str) -> Result<QrPayeeView, Error> {
    let code = vietqr::parse(payload.trim_end_matches(['\r', '\n']))?;
    let mut db = app.connection().await?;
    match store::merchant::target(&mut db, &code.bin, &code.number).await? {
        Some(Target::Merchant(id)) => of_merchant(&mut db, id, &code).await,
        Some(Target::Biller(id)) => of_biller(app, &mut db, who, id, &code).await,
        None => Err(Error::QrPayeeUnknown),
    }
}

async fn of_merchant(
    db: &mut PgConnection,
    id: MerchantId,
    code: &VietQr,
) -> Result<QrPayeeView, Error> {
    let merchant = store::merchant::find(db, id).await?;
    let merchant = merchant.filter(|merchant| merchant.account.is_some());
    let merchant = merchant.ok_or(Error::QrPayeeUnknown)?;
    let payee = PayeeView { id: id.to_string(), name: merchant.of.name, person: false };
    let plain = QrPayeeView {
        payee,
        amount: code.amount.map(Vnd::new),
        order_id: None,
        bill: None,
        expires_at: None,
    };
    let Some(order_ref) = &code.order else { return Ok(plain) };
    let order = store::merchant_order::find(db, Of::Ref(id, order_ref)).await?;
    let order = order.filter(|order| code.amount == Some(order.amount));
    let order = order.ok_or(Error::QrPayeeUnknown)?;
    Ok(QrPayeeView { order_id: Some(order.id), expires_at: Some(order.expires_at), ..plain })
}

/// A biller's code names a bill, which the resident may see if it is theirs or nobody's. The amount is what is due now, and
/// until midnight, whatever a code of another day says.
async fn of_biller(
    app: &App,
    db: &mut PgConnection,
    who: &Resident,
    id: BillerId,
    code: &VietQr,
) -> Result<QrPayeeView, Error> {
    let number = code.bill.as_deref().ok_or(Error::QrPayeeUnknown)?;
    let bill = store::bill::find_by_number(db, id, number).await?;
    let bill = bill.filter(|bill| bill.payer.is_none_or(|payer| payer == who.account));
    let now = app.clock.now();
    let bill = view::bill(app, bill.ok_or(Error::QrPayeeUnknown)?, now);
    let open = matches!(bill.state, BillState::Open | BillState::Overdue);
    let payee = PayeeView { id: id.to_string(), name: bill.biller.name.clone(), person: false };
    Ok(QrPayeeView {
        payee,
        amount: Some(bill.due),
        order_id: None,
        bill: Some(bill),
        expires_at: open.then(|| hue_day(now).succ_opt().map(midnight)).flatten(),
    })
}
