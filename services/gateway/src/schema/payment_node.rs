//! What payments knows of global ids.

use async_graphql::{Context, ID};
use city_contracts::payments::NodeView;

use super::asking::Asking;
use super::bill::Bill;
use super::biller::Biller;
use super::node::Node;
use super::payment::{Payment, Refund};
use super::payment_batch::{self as batch, Links};
use super::payment_query::{unseen, whole_payment, whole_wallet};
use super::provider_payment::{self, ProviderPayment};
use super::refusal::Refusal;
use super::wallet::Wallet;

/// The prefixes of what payments knows.
const PREFIXES: [&str; 6] = ["wal_", "pay_", "bil_", "blr_", "pvo_", "rfd_"];

/// What was found there.
#[derive(Debug, Default)]
pub struct OfPayments {
    wallet: Option<Wallet>,
    payments: Vec<Payment>,
    bills: Vec<Bill>,
    billers: Vec<Biller>,
    provider_payments: Vec<ProviderPayment>,
    refunds: Vec<Refund>,
}

impl OfPayments {
    pub fn find(&self, id: &ID) -> Option<Node> {
        let wallet = self.wallet.iter().find(|of| of.id == *id);
        let wallet = wallet.map(|of| Node::Wallet(Box::new(of.clone())));
        let payment = self.payments.iter().find(|of| of.id == *id);
        let payment = payment.map(|of| Node::Payment(Box::new(of.clone())));
        let bill = self.bills.iter().find(|of| of.id == *id);
        let bill = bill.map(|of| Node::Bill(Box::new(of.clone())));
        let biller = self.billers.iter().find(|of| of.id == *id);
        let biller = biller.map(|of| Node::Biller(Box::new(of.clone())));
        let provider_payment = self.provider_payments.iter().find(|of| of.id == *id);
        let provider_payment =
            provider_payment.map(|of| Node::ProviderPayment(Box::new(of.clone())));
        let refund = self.refunds.iter().find(|of| of.id == *id);
        let refund = refund.map(|of| Node::Refund(Box::new(of.clone())));
        wallet.or(payment).or(bill).or(biller).or(provider_payment).or(refund)
    }
}

/// What payments knows of these ids, as far as it is for the caller.
///
/// # Errors
/// When payments is away.
pub async fn find_in_payments(
    ctx: &Context<'_>,
    asking: &Asking,
    ids: &[ID],
) -> Result<OfPayments, Refusal> {
    let is_known = |id: &&ID| PREFIXES.iter().any(|prefix| id.starts_with(prefix));
    let mut wanted: Vec<String> = ids.iter().filter(is_known).map(|id| id.to_string()).collect();
    wanted.sort_unstable();
    wanted.dedup();
    // Nobody in particular has nothing there.
    if wanted.is_empty() || asking.principal.account.is_none() {
        return Ok(OfPayments::default());
    }
    let is_one = wanted.len() == 1;
    let nodes = asking.clients.payments.nodes(&asking.call(), wanted).await;
    let (mut wallet, mut payments, mut bills) = (None, Vec::new(), Vec::new());
    let (mut provider_payments, mut found) = (Vec::new(), OfPayments::default());
    for node in unseen(asking, nodes)?.into_iter().flatten().flatten() {
        match node {
            NodeView::Wallet(of) => wallet = Some(*of),
            NodeView::Payment(of) => payments.push(*of),
            NodeView::Bill(of) => bills.push(*of),
            NodeView::Biller(of) => found.billers.push(Biller::read(*of, asking.locale)?),
            NodeView::ProviderPayment(of) => provider_payments.push(*of),
            NodeView::Refund(of) => found.refunds.push(Refund::read(&of, asking.locale)?),
        }
    }
    let payments = match payments.pop() {
        // Only a single one has its receipt.
        Some(one) if is_one => whole_payment(ctx, &[], Some(one)).await?.into_iter().collect(),
        last => {
            payments.extend(last);
            batch::payments(asking, Links::of_payment(ctx, &[]), payments).await?
        }
    };
    Ok(OfPayments {
        wallet: whole_wallet(ctx, &[], wallet).await?,
        payments,
        bills: batch::bills(asking, Links::of_bill(ctx, &[]), bills).await?,
        provider_payments: provider_payment::whole(ctx, asking, &[], provider_payments).await?,
        ..found
    })
}
