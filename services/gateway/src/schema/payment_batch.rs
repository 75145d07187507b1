//! What payments and bills point at, fetched with one call an answer: each bill has at most one payment, and each payment
//! at most one bill.

use std::collections::HashMap;

use async_graphql::{Context, Lookahead};
use city_contracts::common::Locale;
use city_contracts::payments::{BillView, NodeView, PaymentView};
use city_ids::{BillId, PostingId};

use super::asking::Asking;
use super::bill::Bill;
use super::payment::Payment;
use super::refusal::{Refusal, answered};

/// How many links an answer follows, from a payment to its bill and from a bill to its payment in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Links(u8);

impl Links {
    /// As far as they are selected where a payment stands at the end of a path below this field.
    pub fn of_payment(ctx: &Context<'_>, path: &[&str]) -> Self {
        Self::selected(&at(ctx, path), ["bill", "payment"])
    }

    /// The same of a bill.
    pub fn of_bill(ctx: &Context<'_>, path: &[&str]) -> Self {
        Self::selected(&at(ctx, path), ["payment", "bill"])
    }

    fn selected(from: &Lookahead<'_>, [link, back]: [&str; 2]) -> Self {
        let next = from.field(link);
        if next.exists() { Self(1 + Self::selected(&next, [back, link]).0) } else { Self(0) }
    }

    const fn next(self) -> Option<Self> {
        match self.0 {
            0 => None,
            links => Some(Self(links - 1)),
        }
    }
}

fn at<'a>(ctx: &'a Context<'a>, path: &[&str]) -> Lookahead<'a> {
    path.iter().fold(ctx.look_ahead(), |field, name| field.field(name))
}

/// Payments with their bills, in their order.
///
/// # Errors
/// Those of the call.
pub async fn payments(
    asking: &Asking,
    links: Links,
    views: Vec<PaymentView>,
) -> Result<Vec<Payment>, Refusal> {
    let mut known = Known::default();
    if links.next().is_some() {
        known
            .learn(asking, views.iter().filter_map(|view| view.bill).map(|id| id.to_string()))
            .await?;
    }
    known.payments.extend(views.iter().map(|view| (view.id, view.clone())));
    views.into_iter().map(|view| known.payment(view, links, asking.locale)).collect()
}

/// Bills with their payments, in their order.
///
/// # Errors
/// Those of the call.
pub async fn bills(
    asking: &Asking,
    links: Links,
    views: Vec<BillView>,
) -> Result<Vec<Bill>, Refusal> {
    let mut known = Known::default();
    if links.next().is_some() {
        known
            .learn(asking, views.iter().filter_map(|view| view.payment).map(|id| id.to_string()))
            .await?;
    }
    known.bills.extend(views.iter().map(|view| (view.id, view.clone())));
    views.into_iter().map(|view| known.bill(view, links, asking.locale)).collect()
}

/// Payments by their ids, with their bills; those that are not the caller's to see are missing.
///
/// # Errors
/// Those of the calls.
pub async fn payments_by_id(
    asking: &Asking,
    links: Links,
    ids: impl Iterator<Item = PostingId>,
) -> Result<HashMap<PostingId, Payment>, Refusal> {
    let mut known = Known::default();
    known.learn(asking, ids.map(|id| id.to_string())).await?;
    let views: Vec<_> = known.payments.into_values().collect();
    let ids: Vec<_> = views.iter().map(|view| view.id).collect();
    Ok(ids.into_iter().zip(payments(asking, links, views).await?).collect())
}

/// What is known of the other ends.
#[derive(Debug, Default)]
struct Known {
    payments: HashMap<PostingId, PaymentView>,
    bills: HashMap<BillId, BillView>,
}

impl Known {
    async fn learn(
        &mut self,
        asking: &Asking,
        ids: impl Iterator<Item = String>,
    ) -> Result<(), Refusal> {
        let mut ids: Vec<_> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        for node in fetch(asking, ids).await?.into_iter().flatten() {
            match node {
                NodeView::Payment(of) => drop(self.payments.insert(of.id, *of)),
                NodeView::Bill(of) => drop(self.bills.insert(of.id, *of)),
                NodeView::Wallet(_)
                | NodeView::Biller(_)
                | NodeView::ProviderPayment(_)
                | NodeView::Refund(_) => {}
            }
        }
        Ok(())
    }

    fn payment(&self, view: PaymentView, links: Links, locale: Locale) -> Result<Payment, Refusal> {
        let bill = links.next().zip(view.bill).and_then(|(links, id)| {
            self.bills.get(&id).map(|bill| self.bill(bill.clone(), links, locale))
        });
        Payment::read(view, bill.transpose()?, locale)
    }

    fn bill(&self, view: BillView, links: Links, locale: Locale) -> Result<Bill, Refusal> {
        let payment = links.next().zip(view.payment).and_then(|(links, id)| {
            self.payments.get(&id).map(|payment| self.payment(payment.clone(), links, locale))
        });
        Bill::read(view, payment.transpose()?, locale)
    }
}

/// What payments knows of these ids, in their order.
///
/// # Errors
/// Those of the call.
pub async fn fetch(asking: &Asking, ids: Vec<String>) -> Result<Vec<Option<NodeView>>, Refusal> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let nodes = asking.clients.payments.nodes(&asking.call(), ids).await;
    Ok(answered(nodes, asking.locale)?.unwrap_or_default())
}
