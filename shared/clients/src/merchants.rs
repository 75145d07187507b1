//! Paying merchants, and what a scanned code asks for.

use city_contracts::payments::{PayMerchant, PaymentView, QrPayeeRequest, QrPayeeView};

use crate::call::{Call, CallError};
use crate::payments::Payments;

impl Payments {
    /// What a scanned code asks to be paid.
    ///
    /// # Errors
    /// `QR_INVALID`, `QR_NOT_SUPPORTED`, `QR_PAYEE_UNKNOWN`, and those of any call.
    pub async fn qr_payee(
        &self,
        call: &Call,
        input: &QrPayeeRequest,
    ) -> Result<QrPayeeView, CallError> {
        let path = "/internal/v1/qr-payee";
        self.0.read(call, "reading a code", path, input).await.map(|found| found.value)
    }

    /// Pays a merchant or an order of theirs.
    ///
    /// # Errors
    /// As sending money; `AMOUNT_CHANGED` for an order, `ALREADY_RESOLVED` for one that is paid or cancelled,
    /// `OFFER_EXPIRED` for one whose time is over.
    pub async fn pay_merchant(
        &self,
        call: &Call,
        input: &PayMerchant,
    ) -> Result<PaymentView, CallError> {
        self.0.write(call, "paying a merchant", "/internal/v1/pay-merchant", input).await
    }
}
