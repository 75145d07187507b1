//! What can be done with services.

use async_graphql::{Context, Object};

use super::asking::asking;
use super::catalogue_batch::add_procedures;
use super::mutation::settle;
use super::query::Root;
use super::service::Service;
use super::service_input::{
    HistoryPayload, OpenServiceInput, OpenServicePayload, ServicePayload, SetFavouriteServiceInput,
    SetServiceHistoryInput,
};

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct ServiceMutation;

#[Object]
impl ServiceMutation {
    /// Opens a service, if the caller can use it now; it becomes the latest of those they opened.
    #[graphql(name = "openService")]
    async fn open_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Which service.")] input: OpenServiceInput,
    ) -> Root<OpenServicePayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let open = async |wire| asking.clients.catalogue.open_service(&call, &wire).await;
            let checked = input.check(asking.app.client(), asking.locale);
            let (opened, user_errors) = settle(asking, checked, open).await?;
            let (service, deep_link) =
                opened.map(|opened| (opened.service, opened.deep_link)).unzip();
            let mut service = service.map(|view| Service::new(view, asking.locale));
            let is_selected = ctx.look_ahead().field("service").field("procedure").exists();
            add_procedures(asking, is_selected, service.iter_mut()).await?;
            Ok(Some(OpenServicePayload { service, deep_link: deep_link.flatten(), user_errors }))
        }
        .await
        .transpose()
    }

    /// Keeps a service among the caller's favourites, or no longer.
    #[graphql(name = "setFavouriteService")]
    async fn set_favourite_service(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Which service, and whether.")]
        input: SetFavouriteServiceInput,
    ) -> Root<ServicePayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let keep =
                async |wire| asking.clients.catalogue.set_favourite_service(&call, &wire).await;
            let checked = input.check(asking.app.client(), asking.locale);
            let (service, user_errors) = settle(asking, checked, keep).await?;
            let mut service = service.map(|view| Service::new(view, asking.locale));
            let is_selected = ctx.look_ahead().field("service").field("procedure").exists();
            add_procedures(asking, is_selected, service.iter_mut()).await?;
            Ok(Some(ServicePayload { service, user_errors }))
        }
        .await
        .transpose()
    }

    /// Records which services the caller opens, or no longer and forgets.
    #[graphql(name = "setServiceHistory")]
    async fn set_service_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Whether.")] input: SetServiceHistoryInput,
    ) -> Root<HistoryPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let set = async |wire| asking.clients.catalogue.set_service_history(&call, &wire).await;
            let (set, user_errors) = settle(asking, input.check(asking.locale), set).await?;
            Ok(Some(HistoryPayload { history_on: set.map(|set| set.history_on), user_errors }))
        }
        .await
        .transpose()
    }
}
