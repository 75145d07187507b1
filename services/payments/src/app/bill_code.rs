//! The code on a bill, with which any bank pays it.

use city_clock::Timestamp;

use super::App;
use crate::domain::bill::category;
use crate::domain::vietqr::{Use, VietQr};
use crate::store::bill::Bill;

/// The text of the code of a bill that is to be paid: its biller's number, its own as 62.01, and what is due today as 54.
///
/// None when it is paid or cancelled, when its biller has no number, and when its own is longer, or of other letters, than a
/// code carries. It is right for the civil day on which it is asked for: whoever scans one of another day is led to the bill
/// with what is due then, and a payment of the old amount is answered `AMOUNT_CHANGED`.
pub fn bill_code(app: &App, bill: &Bill, now: Timestamp) -> Option<String> {
    let (bin, number) = bill.target.as_ref().filter(|_| bill.claim.is_none())?;
    let named = VietQr::of(Use::Dynamic, bin, number).named(&bill.biller.name, &app.qr_city);
    let code = VietQr {
        mcc: Some(category(bill.biller.purpose).to_owned()),
        amount: Some(bill.due(now).amount),
        bill: Some(bill.number.clone()),
        ..named
    };
    code.print().ok() // what a code cannot carry has none
}
