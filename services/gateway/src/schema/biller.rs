//! Who sends bills, the bills of a customer's code, and watching for new ones.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::payments as wire;
use city_ids::BillerId;

use super::asking::asking;
use super::connection::{BillConnection, FIRST, page_args};
use super::mutation::settle;
use super::payment_query::page_of_bills;
use super::query::Root;
use super::refusal::{Refusal, answered};
use super::scalars::Vnd;
use super::user_error::{Checks, UserError};
use super::wallet::PaymentPurpose;

/// Who sends bills.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Biller")]
pub struct Biller {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows with each change.
    #[graphql(name = "version")]
    version: i32,
    /// Its code, such as an agency's.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: String,
    /// What its bills are for.
    #[graphql(name = "purpose")]
    purpose: PaymentPurpose,
}

impl Biller {
    /// # Errors
    /// When the answer breaks its contract.
    pub fn read(of: wire::BillerView, locale: Locale) -> Result<Self, Refusal> {
        Ok(Self {
            id: of.id.into(),
            version: i32::try_from(of.version).map_err(|_| Refusal::broken_contract(locale))?,
            code: ID(of.code),
            name: of.name,
            purpose: of.purpose.into(),
        })
    }
}

/// A line of a bill.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "BillHead")]
pub struct BillHead {
    /// The fee.
    #[graphql(name = "code")]
    code: ID,
    /// What it is for.
    #[graphql(name = "name")]
    name: String,
    /// How much.
    #[graphql(name = "amount")]
    amount: Vnd,
}

impl From<wire::BillHeadView> for BillHead {
    fn from(of: wire::BillHeadView) -> Self {
        Self { code: ID(of.code), name: of.name, amount: Vnd(of.amount) }
    }
}

/// Watches the bills of a customer's code, or no longer.
#[derive(Clone, InputObject)]
#[graphql(name = "SetBillWatchInput")]
pub struct SetBillWatchInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The biller.
    #[graphql(name = "billerId")]
    biller_id: ID,
    /// What the biller knows the customer by, as it stands on its letters: 1 to 64 characters.
    #[graphql(name = "customerCode")]
    customer_code: String,
    /// Whether to watch from now on.
    #[graphql(name = "on")]
    on: bool,
}

impl SetBillWatchInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SetBillWatch, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let biller = checks.id("/billerId", &self.biller_id);
        let wire = key.zip(biller).map(|(idempotency_key, biller_id)| wire::SetBillWatch {
            idempotency_key,
            biller_id,
            customer_code: self.customer_code,
            on: self.on,
        });
        checks.done(wire)
    }
}

/// A customer's code whose bills are among the caller's own, or no longer.
#[derive(SimpleObject)]
#[graphql(name = "BillWatch")]
pub struct BillWatch {
    /// The biller.
    #[graphql(name = "biller")]
    biller: Biller,
    /// What the biller knows the customer by, as it is compared.
    #[graphql(name = "customerCode")]
    customer_code: String,
    /// Whether it is watched.
    #[graphql(name = "on")]
    on: bool,
}

/// The answer to watching bills.
#[derive(SimpleObject)]
#[graphql(name = "SetBillWatchPayload")]
pub struct SetBillWatchPayload {
    /// What is watched now; null when the city refused.
    #[graphql(name = "watch")]
    watch: Option<BillWatch>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    user_errors: Vec<UserError>,
}

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct BillerQuery;

#[Object]
impl BillerQuery {
    /// Who sends bills, by name.
    #[graphql(name = "billers")]
    async fn billers(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "purpose", desc = "Only those whose bills are for this.")] purpose: Option<
            PaymentPurpose,
        >,
    ) -> Root<Vec<Biller>> {
        async {
            let asking = asking(ctx);
            let wire = wire::ListBillers { purpose: purpose.map(Into::into) };
            let found = asking.clients.payments.billers(&asking.call(), &wire).await;
            let Some(found) = answered(found, asking.locale)? else { return Ok(None) };
            let read = |view| Biller::read(view, asking.locale);
            found.into_iter().map(read).collect::<Result<_, _>>().map(Some)
        }
        .await
        .transpose()
    }

    /// The bills of one customer of a biller, newest first; null when there is no such biller. Bills that belong to a person
    /// are not among them, and only so many codes can be asked for. Ask with POST: a code may not stand in a URL.
    #[graphql(name = "billsByCode")]
    async fn bills_by_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "billerId", desc = "The global id of a biller.")] biller_id: ID,
        #[graphql(name = "customerCode", desc = "What the biller knows the customer by.")]
        customer_code: String,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<BillConnection> {
        async {
            let asking = asking(ctx);
            let Ok(biller_id) = BillerId::parse(&biller_id) else { return Ok(None) };
            let page = page_args(first, after);
            let wire = wire::BillsByCode { biller_id, customer_code, page };
            let found = asking.clients.payments.bills_by_code(&asking.call(), &wire).await;
            let Some(found) = answered(found, asking.locale)? else { return Ok(None) };
            page_of_bills(ctx, found, wire.page.after.is_some()).await.map(Some)
        }
        .await
        .transpose()
    }
}

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct BillerMutation;

#[Object]
impl BillerMutation {
    /// Keeps the bills of a customer's code among the caller's own, or no longer.
    #[graphql(name = "setBillWatch")]
    async fn set_bill_watch(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Which code, and whether.")] input: SetBillWatchInput,
    ) -> Root<SetBillWatchPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let set = async |wire| asking.clients.payments.set_bill_watch(&call, &wire).await;
            let checked = input.check(asking.locale);
            let (found, user_errors) = settle(asking, checked, set).await?;
            let read = |view: wire::BillWatchView| {
                let biller = Biller::read(view.biller, asking.locale)?;
                Ok(BillWatch { biller, customer_code: view.customer_code, on: view.on })
            };
            Ok(Some(SetBillWatchPayload { watch: found.map(read).transpose()?, user_errors }))
        }
        .await
        .transpose()
    }
}
