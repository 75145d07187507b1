//! Calls to payments about money that comes in through providers.

use city_contracts::payments::{ProviderPaymentById, ProviderPaymentView, StartProviderPayment};
use city_ids::ProviderOrderId;

use crate::call::{Call, CallError};
use crate::payments::Payments;

impl Payments {
    /// Starts a top-up of the caller's wallet, or the payment of a bill, through a provider.
    ///
    /// # Errors
    /// `INPUT`, `ID_TIME`, `WALLET_REQUIRED`, `AMOUNT_CHANGED`, `PROVIDER_NOT_OFFERED`, `PROVIDER_AWAY`, `NOT_FOUND`, and
    /// those of any call.
    pub async fn start_provider_payment(
        &self,
        call: &Call,
        input: &StartProviderPayment,
    ) -> Result<ProviderPaymentView, CallError> {
        let path = "/internal/v1/start-provider-payment";
        self.0.write(call, "starting a payment through a provider", path, input).await
    }

    /// A payment through a provider that the caller started.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn provider_payment(
        &self,
        call: &Call,
        id: ProviderOrderId,
    ) -> Result<ProviderPaymentView, CallError> {
        let (path, body) = ("/internal/v1/provider-payment", ProviderPaymentById { id });
        let doing = "reading a payment through a provider";
        self.0.read(call, doing, path, &body).await.map(|found| found.value)
    }
}
