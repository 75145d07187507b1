//! A resident's wallet: what is in it, what may leave it, and what moved.

use async_graphql::{ComplexObject, Enum, ID, SimpleObject};
use city_contracts::common::{Locale, Page};
use city_contracts::payments as wire;

use super::connection::{Connection, FIRST, StatementConnection};
use super::payment::Payment;
use super::refusal::Refusal;
use super::scalars::{Date, DateTime, Vnd};

/// What a wallet can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "WalletState", remote = "city_contracts::payments::WalletState")]
pub enum WalletState {
    /// Everything.
    #[graphql(name = "OPEN")]
    Open,
    /// Take money in, and let none out.
    #[graphql(name = "NO_DEBIT")]
    NoDebit,
    /// Nothing.
    #[graphql(name = "FROZEN")]
    Frozen,
    /// Nothing, for ever.
    #[graphql(name = "CLOSED")]
    Closed,
}

/// What money is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PaymentPurpose", remote = "city_contracts::payments::PaymentPurpose")]
pub enum PaymentPurpose {
    /// To a person.
    #[graphql(name = "PERSON")]
    Person,
    /// Goods and services of a merchant.
    #[graphql(name = "GOODS")]
    Goods,
    /// A fee of the administration.
    #[graphql(name = "PUBLIC_FEE")]
    PublicFee,
    /// Electricity.
    #[graphql(name = "ELECTRICITY")]
    Electricity,
    /// Water.
    #[graphql(name = "WATER")]
    Water,
    /// Telephone, internet, television.
    #[graphql(name = "TELECOM")]
    Telecom,
    /// Traffic fines and fees.
    #[graphql(name = "TRAFFIC")]
    Traffic,
    /// Tuition.
    #[graphql(name = "TUITION")]
    Tuition,
    /// Hospital fees.
    #[graphql(name = "HOSPITAL")]
    Hospital,
    /// Insurance.
    #[graphql(name = "INSURANCE")]
    Insurance,
    /// A debt to a bank.
    #[graphql(name = "BANK_DEBT")]
    BankDebt,
    /// Sanitation.
    #[graphql(name = "SANITATION")]
    Sanitation,
    /// Transport.
    #[graphql(name = "TRANSPORT")]
    Transport,
    /// Money in through a provider.
    #[graphql(name = "TOP_UP")]
    TopUp,
    /// Money back.
    #[graphql(name = "REFUND")]
    Refund,
    /// A payee's period closed.
    #[graphql(name = "SETTLEMENT")]
    Settlement,
    /// A fee of the city's own.
    #[graphql(name = "FEE")]
    Fee,
    /// Provider accounts brought together.
    #[graphql(name = "RECONCILIATION")]
    Reconciliation,
    /// A correction by two officers.
    #[graphql(name = "ADJUSTMENT")]
    Adjustment,
}

/// A resident's wallet, for its owner.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Wallet", complex)]
pub struct Wallet {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows with each change of its money or state.
    #[graphql(name = "version")]
    version: i32,
    /// What it can do.
    #[graphql(name = "state")]
    state: WalletState,
    /// What can be spent now.
    #[graphql(name = "available")]
    available: Vnd,
    /// What is reserved and not yet paid.
    #[graphql(name = "held")]
    held: Vnd,
    /// The limits on what leaves it, with what is used of them.
    #[graphql(name = "limits")]
    limits: Vec<LimitStatus>,
    /// Since when it is there.
    #[graphql(name = "openedAt")]
    opened_at: DateTime,
    /// The page that was asked for, fetched with the wallet.
    #[graphql(skip)]
    pub statement: Page<StatementLine>,
}

#[ComplexObject]
impl Wallet {
    /// What moved, newest first.
    #[graphql(name = "statement")]
    #[expect(clippy::unused_async, reason = "a resolver is async")]
    async fn statement(
        &self,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many lines, 1 to 50.")]
        first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
        #[graphql(name = "from", desc = "The first civil day; null for the beginning.")]
        from: Option<Date>,
        #[graphql(name = "to", desc = "The last civil day; null for today.")] to: Option<Date>,
    ) -> Result<StatementConnection, Refusal> {
        // The page was fetched with the wallet; its arguments say no more here.
        let _ = (first, from, to);
        Connection::read(self.statement.clone(), after.as_deref(), Ok)
    }
}

impl Wallet {
    /// Rises with each change.
    pub fn shown_version(&self) -> i32 {
        self.version
    }

    /// A wallet without its statement.
    ///
    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(of: wire::WalletView, locale: Locale) -> Result<Self, Refusal> {
        Ok(Self {
            id: of.id.into(),
            version: i32::try_from(of.version).map_err(|_| Refusal::broken_contract(locale))?,
            state: of.state.into(),
            available: Vnd(of.available),
            held: Vnd(of.held),
            limits: of.limits.into_iter().map(LimitStatus::from).collect(),
            opened_at: DateTime(of.opened_at),
            statement: Page { edges: Vec::new(), has_next_page: false },
        })
    }
}

/// A limit on what leaves a wallet, and what is used of it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "LimitStatus")]
pub struct LimitStatus {
    /// Which.
    #[graphql(name = "code")]
    code: ID,
    /// Over which time it counts: `SINGLE` payment, civil `DAY` or civil `MONTH`.
    #[graphql(name = "window")]
    window: String,
    /// The most.
    #[graphql(name = "max")]
    max: Vnd,
    /// Used of it; 0 for a single payment.
    #[graphql(name = "used")]
    used: Vnd,
    /// When it begins anew; null for a single payment.
    #[graphql(name = "resetsAt")]
    resets_at: Option<DateTime>,
    /// What it does not count.
    #[graphql(name = "excludes")]
    excludes: Vec<PaymentPurpose>,
}

impl From<wire::LimitStatus> for LimitStatus {
    fn from(of: wire::LimitStatus) -> Self {
        let window = match of.window {
            wire::LimitWindow::Single => "SINGLE",
            wire::LimitWindow::Day => "DAY",
            wire::LimitWindow::Month => "MONTH",
        };
        Self {
            code: ID(of.code),
            window: window.to_owned(),
            max: Vnd(of.max),
            used: Vnd(of.used),
            resets_at: of.resets_at.map(DateTime),
            excludes: of.excludes.into_iter().map(PaymentPurpose::from).collect(),
        }
    }
}

/// A movement of a wallet.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "StatementLine")]
pub struct StatementLine {
    /// Names the line for ever.
    #[graphql(name = "id")]
    id: ID,
    /// When.
    #[graphql(name = "at")]
    at: DateTime,
    /// How much; below zero for what left.
    #[graphql(name = "amount")]
    amount: Vnd,
    /// What was there afterwards, reserves not taken off.
    #[graphql(name = "balanceAfter")]
    balance_after: Vnd,
    /// Who stands on the other side, as the city names them; a person only as the end of their wallet's id.
    #[graphql(name = "counterparty")]
    counterparty: String,
    /// The payment it is part of.
    #[graphql(name = "payment")]
    payment: Option<Payment>,
}

impl StatementLine {
    pub fn new(of: wire::StatementLine, payment: Option<Payment>) -> Self {
        Self {
            id: ID(of.id),
            at: DateTime(of.at),
            amount: Vnd(of.amount),
            balance_after: Vnd(of.balance_after),
            counterparty: of.counterparty,
            payment,
        }
    }
}
