//! What can be followed. A stream here is one item long: the live engine runs it again, as the subscriber, at each event.

use async_graphql::{Context, ID, Subscription};
use city_contracts::common::PageArgs;
use city_contracts::notifications::ListMessages;
use futures_util::Stream;
use futures_util::stream::once;

use super::asking::asking;
use super::dossier::Dossier;
use super::dossier_query::find_dossier;
use super::message::{Inbox, Message};
use super::payment_query::find_my_wallet;
use super::provider_payment::{ProviderPayment, find_provider_payment};
use super::query::{Root, clamp, find_report};
use super::refusal::{Refusal, answered};
use super::report::Report;
use super::wallet::Wallet;

/// What can be followed: the present state at once, then again at each change.
#[derive(Debug, Clone, Copy)]
pub struct Subscription;

/// What can be followed: the present state at once, then again at each change.
#[Subscription(name = "Subscription")]
impl Subscription {
    /// A report whenever it changes; null when it does not exist or is not for the caller.
    #[graphql(name = "reportChanged")]
    async fn report_changed<'a>(
        &self,
        ctx: &'a Context<'a>,
        #[graphql(name = "id", desc = "The global id of a report.")] id: ID,
    ) -> impl Stream<Item = Root<Report>> + 'a {
        once(async move {
            let report = find_report(ctx, &id).await.transpose();
            if let Some(Ok(report)) = &report {
                asking(ctx).shown_version.get_or_init(|| report.shown_version().into());
            }
            report
        })
    }

    /// A dossier of the caller's whenever it changes; null when it does not exist or is not theirs.
    #[graphql(name = "dossierChanged")]
    async fn dossier_changed<'a>(
        &self,
        ctx: &'a Context<'a>,
        #[graphql(name = "id", desc = "The global id of a dossier.")] id: ID,
    ) -> impl Stream<Item = Root<Dossier>> + 'a {
        once(async move {
            let dossier = find_dossier(ctx, &id).await.transpose();
            if let Some(Ok(dossier)) = &dossier {
                asking(ctx).shown_version.get_or_init(|| dossier.shown_version().into());
            }
            dossier
        })
    }

    /// The caller's wallet whenever money moves or its state changes; null before they opened one.
    #[graphql(name = "walletChanged")]
    async fn wallet_changed<'a>(
        &self,
        ctx: &'a Context<'a>,
    ) -> impl Stream<Item = Root<Wallet>> + 'a {
        once(async move {
            let wallet = find_my_wallet(ctx).await.transpose();
            if let Some(Ok(wallet)) = &wallet {
                asking(ctx).shown_version.get_or_init(|| wallet.shown_version().into());
            }
            wallet
        })
    }

    /// A payment through a provider that the caller started, whenever it changes; null when there is none of this id.
    #[graphql(name = "providerPaymentChanged")]
    async fn provider_payment_changed<'a>(
        &self,
        ctx: &'a Context<'a>,
        #[graphql(name = "id", desc = "The global id of a payment through a provider.")] id: ID,
    ) -> impl Stream<Item = Root<ProviderPayment>> + 'a {
        once(async move {
            let payment = find_provider_payment(ctx, &id).await.transpose();
            if let Some(Ok(payment)) = &payment {
                asking(ctx).shown_version.get_or_init(|| payment.shown_version().into());
            }
            payment
        })
    }

    /// The caller's inbox whenever a message comes or is read.
    #[graphql(name = "inboxChanged")]
    async fn inbox_changed<'a>(
        &self,
        ctx: &'a Context<'a>,
    ) -> impl Stream<Item = Root<Inbox>> + 'a {
        once(async { inbox(ctx).await.transpose() })
    }
}

async fn inbox(ctx: &Context<'_>) -> Result<Option<Inbox>, Refusal> {
    let asking = asking(ctx);
    let call = asking.call();
    let newest = async {
        if !ctx.look_ahead().field("latest").exists() {
            return Ok(None);
        }
        let page = PageArgs { first: 1, after: None };
        let wire = ListMessages { unread_only: false, page, locale: asking.locale };
        answered(asking.clients.notifications.messages(&call, &wire).await, asking.locale)
    };
    let count =
        async { answered(asking.clients.notifications.unread_count(&call).await, asking.locale) };
    let (count, newest) = futures_util::future::try_join(count, newest).await?;
    let latest =
        newest.and_then(|page| page.edges.into_iter().next()).map(|edge| Message::from(edge.node));
    Ok(count.map(|count| Inbox { unread_count: clamp(count.unread_count), latest }))
}
