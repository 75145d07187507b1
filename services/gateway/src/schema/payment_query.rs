//! What can be asked about wallets, payments and bills.

use async_graphql::{Context, ID, Object};
use city_clients::CallError;
use city_contracts::common::{Edge, Page};
use city_contracts::payments::{self as wire, BillView, PayeeByPhone, PaymentView, WalletView};
use city_contracts::problem::Kind;
use city_ids::{BillId, PostingId};

use super::asking::{Asking, asking};
use super::bill::Bill;
use super::connection::{BillConnection, Connection, FIRST, page_args};
use super::payment::{Payee, Payment, PaymentQuote};
use super::payment_batch::{self as batch, Links};
use super::payment_input::PaymentQuoteInput;
use super::query::Root;
use super::refusal::{Refusal, answered};
use super::selected;
use super::wallet::{StatementLine, Wallet};

/// Its part of [`Query`](super::query::Query).
#[derive(Debug, Clone, Copy, Default)]
pub struct PaymentQuery;

#[Object]
impl PaymentQuery {
    /// The caller's wallet; null before they opened one.
    #[graphql(name = "myWallet")]
    async fn my_wallet(&self, ctx: &Context<'_>) -> Root<Wallet> {
        find_my_wallet(ctx).await.transpose()
    }

    /// Whom money sent to a phone number would go to; null alike for an unknown number and for one without a wallet. Ask with
    /// POST: a phone number may not stand in a URL.
    #[graphql(name = "payeeByPhone")]
    async fn payee_by_phone(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "phone", desc = "The number as the person typed it.")] phone: String,
    ) -> Root<Payee> {
        async {
            let asking = asking(ctx);
            let wire = PayeeByPhone { phone };
            let payee = asking.clients.payments.payee_by_phone(&asking.call(), &wire).await;
            Ok(answered(payee, asking.locale)?.flatten().map(Payee::from))
        }
        .await
        .transpose()
    }

    /// What a payment would be, before the person confirms it; null when payee or bill do not exist. Nothing is kept: the
    /// ledger decides when the payment comes. Ask with POST.
    #[graphql(name = "paymentQuote")]
    async fn payment_quote(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "What would be paid.")] input: PaymentQuoteInput,
    ) -> Root<PaymentQuote> {
        async {
            let asking = asking(ctx);
            let Some(wire) = input.wire() else { return Ok(None) };
            let quote = asking.clients.payments.payment_quote(&asking.call(), &wire).await;
            Ok(answered(quote, asking.locale)?.map(PaymentQuote::from))
        }
        .await
        .transpose()
    }

    /// One payment in which the caller has a part; null when there is none of this id.
    #[graphql(name = "payment")]
    async fn payment(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id", desc = "The global id of a payment.")] id: ID,
    ) -> Root<Payment> {
        async {
            let asking = asking(ctx);
            let Ok(id) = PostingId::parse(&id) else { return Ok(None) };
            let found = asking.clients.payments.payment(&asking.call(), id).await;
            whole_payment(ctx, &[], answered(found, asking.locale)?).await
        }
        .await
        .transpose()
    }

    /// One bill; null when it does not exist or is not for the caller.
    #[graphql(name = "bill")]
    async fn bill(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id", desc = "The global id of a bill.")] id: ID,
    ) -> Root<Bill> {
        async {
            let asking = asking(ctx);
            let Ok(id) = BillId::parse(&id) else { return Ok(None) };
            let found = asking.clients.payments.bill(&asking.call(), id).await;
            let views = answered(found, asking.locale)?.into_iter().collect();
            let mut bills = batch::bills(asking, Links::of_bill(ctx, &[]), views).await?;
            Ok(bills.pop())
        }
        .await
        .transpose()
    }

    /// The caller's bills, newest first.
    #[graphql(name = "myBills")]
    async fn my_bills(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "first", default_with = "Some(FIRST)", desc = "How many, 1 to 50.")] first: Option<i32>,
        #[graphql(name = "after", desc = "The cursor to go on behind.")] after: Option<String>,
    ) -> Root<BillConnection> {
        async {
            let asking = asking(ctx);
            let args = page_args(first, after);
            let page = asking.clients.payments.my_bills(&asking.call(), &args).await;
            let Some(page) = answered(page, asking.locale)? else { return Ok(None) };
            page_of_bills(ctx, page, args.after.is_some()).await.map(Some)
        }
        .await
        .transpose()
    }
}

/// A page of bills with what they point at, as far as it is selected.
///
/// # Errors
/// Those of the call.
pub async fn page_of_bills(
    ctx: &Context<'_>,
    page: Page<BillView>,
    has_previous_page: bool,
) -> Result<BillConnection, Refusal> {
    let links = Links::of_bill(ctx, &["edges", "node"]);
    let (cursors, views) = page.edges.into_iter().map(|edge| (edge.cursor, edge.node)).unzip();
    let cursors: Vec<String> = cursors;
    let bills = batch::bills(asking(ctx), links, views).await?;
    let entries = cursors.into_iter().zip(bills).collect();
    Ok(Connection::new(entries, has_previous_page, page.has_next_page))
}

/// The caller's wallet with its statement, if that is selected.
///
/// # Errors
/// Those of the calls.
pub async fn find_my_wallet(ctx: &Context<'_>) -> Result<Option<Wallet>, Refusal> {
    let asking = asking(ctx);
    let found = asking.clients.payments.my_wallet(&asking.call()).await;
    whole_wallet(ctx, &[], answered(found, asking.locale)?.flatten()).await
}

/// A wallet of the caller's that stands at the end of a path, with its statement, if that is selected.
///
/// # Errors
/// Those of the calls.
pub async fn whole_wallet(
    ctx: &Context<'_>,
    path: &[&str],
    view: Option<WalletView>,
) -> Result<Option<Wallet>, Refusal> {
    let asking = asking(ctx);
    let Some(view) = view else { return Ok(None) };
    let mut wallet = Wallet::read(view, asking.locale)?;
    if let Some(wire) = selected::statement(ctx, path, asking.locale)? {
        let page = asking.clients.payments.statement(&asking.call(), &wire).await;
        let page = page.map_err(|error| asking.refused(&error))?;
        let below = ["statement", "edges", "node", "payment"];
        let below: Vec<_> = path.iter().copied().chain(below).collect();
        let is_selected =
            below.iter().fold(ctx.look_ahead(), |field, name| field.field(name)).exists();
        let ids = page.edges.iter().filter(|_| is_selected).map(|edge| edge.node.payment);
        let links = Links::of_payment(ctx, &below);
        let payments = batch::payments_by_id(asking, links, ids).await?;
        let line = |edge: Edge<wire::StatementLine>| {
            let payment = payments.get(&edge.node.payment).cloned();
            Edge { cursor: edge.cursor, node: StatementLine::new(edge.node, payment) }
        };
        let edges = page.edges.into_iter().map(line).collect();
        wallet.statement = Page { edges, has_next_page: page.has_next_page };
    }
    Ok(Some(wallet))
}

/// A payment that stands at the end of a path with its bill and receipt, as far as they are selected.
///
/// # Errors
/// Those of the calls.
pub async fn whole_payment(
    ctx: &Context<'_>,
    path: &[&str],
    view: Option<PaymentView>,
) -> Result<Option<Payment>, Refusal> {
    let asking = asking(ctx);
    let Some(view) = view else { return Ok(None) };
    let id = view.id;
    let payment = path.iter().fold(ctx.look_ahead(), |field, name| field.field(name));
    let receipt = async {
        if !payment.field("receipt").exists() {
            return Ok(None);
        }
        answered(asking.clients.payments.payment_receipt(&asking.call(), id).await, asking.locale)
    };
    let linked = batch::payments(asking, Links::of_payment(ctx, path), vec![view]);
    let (mut linked, receipt) = futures_util::future::try_join(linked, receipt).await?;
    Ok(linked.pop().map(|payment| payment.proved_by(receipt)))
}

/// What a caller without a wallet of their own has of somebody's: nothing, and no error.
///
/// # Errors
/// Any other refusal.
pub fn unseen<T>(asking: &Asking, answer: Result<T, CallError>) -> Result<Option<T>, Refusal> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error)
            if matches!(error.kind(), Kind::NotFound | Kind::Unauthenticated | Kind::Forbidden) =>
        {
            Ok(None)
        }
        Err(error) => Err(asking.refused(&error)),
    }
}
