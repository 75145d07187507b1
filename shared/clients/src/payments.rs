//! Calls to payments.

use city_contracts::common::{Page, PageArgs};
use city_contracts::payments::{
    BillById, BillView, BillWatchView, BillerView, BillsByCode, CloseWallet, ListBillers, NodeView,
    NodesBatch, OpenWallet, PayBill, PayeeByPhone, PayeeView, PaymentById, PaymentQuote,
    PaymentView, QuoteRequest, ReadStatement, SendMoney, SetBillWatch, StatementLine, WalletView,
};
use city_ids::{BillId, PostingId};

use crate::call::{Call, CallError};
use crate::service::ServiceClient;

/// The payments service, a method a route.
#[derive(Debug, Clone)]
pub struct Payments(pub ServiceClient);

impl Payments {
    /// Opens the caller's wallet.
    ///
    /// # Errors
    /// `INPUT`, `IDENTITY_LEVEL_REQUIRED`, and those of any call.
    pub async fn open_wallet(
        &self,
        call: &Call,
        input: &OpenWallet,
    ) -> Result<WalletView, CallError> {
        self.0.write(call, "opening a wallet", "/internal/v1/open-wallet", input).await
    }

    /// The caller's wallet; none before they opened one.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn my_wallet(&self, call: &Call) -> Result<Option<WalletView>, CallError> {
        let path = "/internal/v1/my-wallet";
        self.0.read(call, "reading a wallet", path, &()).await.map(|found| found.value)
    }

    /// A page of what moved in the caller's wallet.
    ///
    /// # Errors
    /// `INPUT`, `WALLET_REQUIRED`, and those of any call.
    pub async fn statement(
        &self,
        call: &Call,
        input: &ReadStatement,
    ) -> Result<Page<StatementLine>, CallError> {
        let path = "/internal/v1/wallet-statement";
        self.0.read(call, "reading a statement", path, input).await.map(|found| found.value)
    }

    /// The wallet of whoever has a phone; none alike for an unknown phone and for one without a wallet.
    ///
    /// # Errors
    /// `LOOKUP_LIMIT`, and those of any call.
    pub async fn payee_by_phone(
        &self,
        call: &Call,
        input: &PayeeByPhone,
    ) -> Result<Option<PayeeView>, CallError> {
        // Not a read: it counts, so it is given the time of a write.
        self.0.write(call, "looking up a payee", "/internal/v1/payee-by-phone", input).await
    }

    /// What a payment would be, and what to confirm.
    ///
    /// # Errors
    /// `INPUT`, `ID_TIME`, `NOT_FOUND`, `WALLET_REQUIRED`, and those of any call.
    pub async fn payment_quote(
        &self,
        call: &Call,
        input: &QuoteRequest,
    ) -> Result<PaymentQuote, CallError> {
        let path = "/internal/v1/payment-quote";
        self.0.read(call, "quoting a payment", path, input).await.map(|found| found.value)
    }

    /// Sends money to another resident.
    ///
    /// # Errors
    /// Those of payments in `docs/ERRORS.md`, and those of any call.
    pub async fn send_money(
        &self,
        call: &Call,
        input: &SendMoney,
    ) -> Result<PaymentView, CallError> {
        self.0.write(call, "sending money", "/internal/v1/send-money", input).await
    }

    /// Pays a bill.
    ///
    /// # Errors
    /// Those of payments in `docs/ERRORS.md`, and those of any call.
    pub async fn pay_bill(&self, call: &Call, input: &PayBill) -> Result<PaymentView, CallError> {
        self.0.write(call, "paying a bill", "/internal/v1/pay-bill", input).await
    }

    /// A payment in which the caller has a part.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn payment(&self, call: &Call, id: PostingId) -> Result<PaymentView, CallError> {
        let (path, body) = ("/internal/v1/payment", PaymentById { id });
        self.0.read(call, "reading a payment", path, &body).await.map(|found| found.value)
    }

    /// The proof of a payment in which the caller has a part, as `city_receipt` reads it.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn payment_receipt(
        &self,
        call: &Call,
        id: PostingId,
    ) -> Result<serde_json::Value, CallError> {
        let (path, body) = ("/internal/v1/payment-receipt", PaymentById { id });
        self.0.read(call, "reading a receipt", path, &body).await.map(|found| found.value)
    }

    /// One bill.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn bill(&self, call: &Call, id: BillId) -> Result<BillView, CallError> {
        let (path, body) = ("/internal/v1/bill", BillById { id });
        self.0.read(call, "reading a bill", path, &body).await.map(|found| found.value)
    }

    /// A page of the caller's bills.
    ///
    /// # Errors
    /// `INPUT`, and those of any call.
    pub async fn my_bills(
        &self,
        call: &Call,
        page: &PageArgs,
    ) -> Result<Page<BillView>, CallError> {
        let path = "/internal/v1/my-bills";
        self.0.read(call, "reading own bills", path, page).await.map(|found| found.value)
    }

    /// Several wallets, payments and bills, in the order of the ids; none for what the caller may not see.
    ///
    /// # Errors
    /// `INPUT`, and those of any call.
    pub async fn nodes(
        &self,
        call: &Call,
        ids: Vec<String>,
    ) -> Result<Vec<Option<NodeView>>, CallError> {
        let (path, body) = ("/internal/v1/nodes:batch", NodesBatch { ids });
        self.0.read(call, "reading payments", path, &body).await.map(|found| found.value)
    }

    /// Closes the caller's wallet for ever.
    ///
    /// # Errors
    /// `WALLET_REQUIRED`, `WALLET_NOT_EMPTY`, `HOLD_OPEN`, `ORDER_OPEN`, `REFUND_OPEN`, the step-up's, and those of any call.
    pub async fn close_wallet(
        &self,
        call: &Call,
        input: &CloseWallet,
    ) -> Result<WalletView, CallError> {
        self.0.write(call, "closing a wallet", "/internal/v1/close-wallet", input).await
    }

    /// Who sends bills.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn billers(
        &self,
        call: &Call,
        input: &ListBillers,
    ) -> Result<Vec<BillerView>, CallError> {
        let path = "/internal/v1/billers";
        self.0.read(call, "listing billers", path, input).await.map(|found| found.value)
    }

    /// A page of the bills of one customer of a biller.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND` of the biller, `LOOKUP_LIMIT`, and those of any call.
    pub async fn bills_by_code(
        &self,
        call: &Call,
        input: &BillsByCode,
    ) -> Result<Page<BillView>, CallError> {
        // Not a read: it counts, so it is given the time of a write.
        self.0.write(call, "looking up bills", "/internal/v1/bills-by-code", input).await
    }

    /// Watches the bills of a customer's code, or no longer.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND` of the biller, `WATCH_LIMIT`, `KEY_REUSED`, and those of any call.
    pub async fn set_bill_watch(
        &self,
        call: &Call,
        input: &SetBillWatch,
    ) -> Result<BillWatchView, CallError> {
        self.0.write(call, "watching bills", "/internal/v1/set-bill-watch", input).await
    }
}
