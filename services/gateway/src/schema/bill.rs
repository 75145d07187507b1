//! Bills.

use async_graphql::{Enum, ID, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::payments as wire;

use super::biller::{BillHead, Biller};
use super::payment::Payment;
use super::refusal::Refusal;
use super::scalars::{Date, Vnd};

/// Where a bill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "BillState", remote = "city_contracts::payments::BillState")]
pub enum BillState {
    /// It waits for money.
    #[graphql(name = "OPEN")]
    Open,
    /// It still does, past its day.
    #[graphql(name = "OVERDUE")]
    Overdue,
    /// It is paid, for ever.
    #[graphql(name = "PAID")]
    Paid,
    /// Another revision took its place just now: read it again.
    #[graphql(name = "REPLACED")]
    Replaced,
    /// It is no longer wanted.
    #[graphql(name = "CANCELLED")]
    Cancelled,
}

/// A bill.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Bill")]
pub struct Bill {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows with each revision, and when it is paid or cancelled.
    #[graphql(name = "version")]
    version: i32,
    /// Who wants the money.
    #[graphql(name = "biller")]
    biller: Biller,
    /// The number people quote.
    #[graphql(name = "number")]
    number: String,
    /// What the biller knows the customer by, such as a dossier's code.
    #[graphql(name = "customerCode")]
    customer_code: Option<String>,
    /// Who it is addressed to, as the biller masked it.
    #[graphql(name = "holder")]
    holder: Option<String>,
    /// What it is for, in the biller's words, such as a month.
    #[graphql(name = "period")]
    period: Option<String>,
    /// What it consists of.
    #[graphql(name = "heads")]
    heads: Vec<BillHead>,
    /// Taken off today for paying early; what was taken off when it was paid.
    #[graphql(name = "rebate")]
    rebate: Vnd,
    /// Added today for paying late; what was added when it was paid.
    #[graphql(name = "penalty")]
    penalty: Vnd,
    /// To be paid today; what was due when it was paid.
    #[graphql(name = "due")]
    due: Vnd,
    /// Until when.
    #[graphql(name = "dueDate")]
    due_date: Date,
    /// Where it is.
    #[graphql(name = "state")]
    state: BillState,
    /// What paid it; null while nothing did, or when it is not the caller's to see.
    #[graphql(name = "payment")]
    payment: Option<Box<Payment>>,
    /// Text of a VietQR code with which any bank pays it; null when its biller takes none.
    #[graphql(name = "qr")]
    qr: Option<String>,
}

impl Bill {
    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(
        of: wire::BillView,
        payment: Option<Payment>,
        locale: Locale,
    ) -> Result<Self, Refusal> {
        Ok(Self {
            id: of.id.into(),
            version: i32::try_from(of.version).map_err(|_| Refusal::broken_contract(locale))?,
            biller: Biller::read(of.biller, locale)?,
            number: of.number,
            customer_code: of.customer_code,
            holder: of.holder,
            period: of.period,
            heads: of.heads.into_iter().map(BillHead::from).collect(),
            rebate: Vnd(of.rebate),
            penalty: Vnd(of.penalty),
            due: Vnd(of.due),
            due_date: Date(of.due_date),
            state: of.state.into(),
            payment: payment.map(Box::new),
            qr: of.qr,
        })
    }
}
