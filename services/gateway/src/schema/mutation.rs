//! What can be done. Every mutation is one call that carries the client's idempotency key; what the city refuses for a
//! reason the person can act on is part of the payload.

use async_graphql::{Context, MergedObject, Object};
use city_clients::CallError;
use city_contracts::accounts::RefreshSession;
use city_contracts::reports::ReportView;

use super::account::{
    ConfirmPhoneCodeInput, RefreshSessionInput, RefreshSessionPayload, RequestPhoneCodeInput,
    RequestPhoneCodePayload, SignInPayload, SignOutInput, SignOutPayload,
};
use super::asking::{Asking, asking};
use super::biller::BillerMutation;
use super::dossier_mutation::DossierMutation;
use super::merchant::MerchantMutation;
use super::message::{MarkMessagesReadInput, MessagesPayload};
use super::payment_mutation::PaymentMutation;
use super::pin::PinMutation;
use super::provider_payment::ProviderMutation;
use super::query::{Root, clamp};
use super::refusal::{Refusal, expected};
use super::report::Report;
use super::report_input::{
    FileReportInput, RateReportInput, ReportPayload, RequestPhotoUploadInput,
    RequestPhotoUploadPayload, WithdrawReportInput,
};
use super::scalars::DateTime;
use super::service_mutation::ServiceMutation;
use super::user_error::UserError;

/// What can be done. After a lost answer send the same input again: its `idempotencyKey` gets the first answer.
#[derive(Debug, Clone, Copy, Default, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    GeneralMutation,
    ServiceMutation,
    DossierMutation,
    PaymentMutation,
    PinMutation,
    MerchantMutation,
    BillerMutation,
    ProviderMutation,
);

/// What can be done with accounts, reports and messages.
#[derive(Debug, Clone, Copy, Default)]
pub struct GeneralMutation;

#[Object]
impl GeneralMutation {
    /// Sends a six-digit code by SMS. Must be the only field of its operation.
    #[graphql(name = "requestPhoneCode")]
    async fn request_phone_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "What to send where.")] input: RequestPhoneCodeInput,
    ) -> Root<RequestPhoneCodePayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let send = async |wire| asking.clients.accounts.request_phone_code(&call, &wire).await;
            let (sent, user_errors) = settle(asking, input.check(asking.locale), send).await?;
            Ok(Some(RequestPhoneCodePayload {
                challenge_id: sent.as_ref().map(|sent| sent.challenge_id.into()),
                expires_at: sent.as_ref().map(|sent| DateTime(sent.expires_at)),
                resend_at: sent.as_ref().map(|sent| DateTime(sent.resend_at)),
                user_errors,
            }))
        }
        .await
        .transpose()
    }

    /// Confirms a code, and with it signs in or proves who is there. Must be the only field of its operation.
    #[graphql(name = "confirmPhoneCode")]
    async fn confirm_phone_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The code and the device it was sent for.")]
        input: ConfirmPhoneCodeInput,
    ) -> Root<SignInPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let confirm =
                async |wire| asking.clients.accounts.confirm_phone_code(&call, &wire).await;
            let (signed_in, user_errors) =
                settle(asking, input.check(asking.locale), confirm).await?;
            let is_new_account = signed_in.as_ref().map(|signed_in| signed_in.is_new_account);
            let (tokens, viewer) =
                signed_in.map(|signed_in| (signed_in.tokens, signed_in.viewer)).unzip();
            Ok(Some(SignInPayload {
                tokens: tokens.flatten().map(Into::into),
                viewer: viewer.map(Into::into),
                is_new_account,
                user_errors,
            }))
        }
        .await
        .transpose()
    }

    /// Changes a refresh token for new tokens; an expired access token does not stand in its way. Must be the only field of
    /// its operation.
    #[graphql(name = "refreshSession")]
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The newest refresh token.")] input: RefreshSessionInput,
    ) -> Root<RefreshSessionPayload> {
        async {
            let asking = asking(ctx);
            let wire = RefreshSession { refresh_token: input.refresh_token };
            let answer = asking.clients.accounts.refresh_session(&asking.call(), &wire).await;
            let (tokens, user_errors) = expected(answer, asking.locale)?;
            Ok(Some(RefreshSessionPayload { tokens: tokens.map(Into::into), user_errors }))
        }
        .await
        .transpose()
    }

    /// Ends this session, all others, or all.
    #[graphql(name = "signOut")]
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Which sessions end.")] input: SignOutInput,
    ) -> Root<SignOutPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let end = async |wire| asking.clients.accounts.sign_out(&call, &wire).await;
            let (ended, user_errors) = settle(asking, input.check(asking.locale), end).await?;
            Ok(Some(SignOutPayload {
                ended: ended.map(|signed_out| clamp(signed_out.ended)),
                user_errors,
            }))
        }
        .await
        .transpose()
    }

    /// Asks for leave to upload a photo: PUT its bytes as the ticket says, then name its `fileId` when filing.
    #[graphql(name = "requestPhotoUpload")]
    async fn request_photo_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The photo to come.")] input: RequestPhotoUploadInput,
    ) -> Root<RequestPhotoUploadPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let request =
                async |wire| asking.clients.reports.request_photo_upload(&call, &wire).await;
            let (ticket, user_errors) = settle(asking, input.check(asking.locale), request).await?;
            Ok(Some(RequestPhotoUploadPayload { ticket: ticket.map(Into::into), user_errors }))
        }
        .await
        .transpose()
    }

    /// Files a report. The answer already says who is in charge and until when.
    #[graphql(name = "fileReport")]
    async fn file_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "What is wrong, and where.")] input: FileReportInput,
    ) -> Root<ReportPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let file = async |wire| asking.clients.reports.file_report(&call, &wire).await;
            payload(asking, settle(asking, input.check(asking.locale), file).await?)
        }
        .await
        .transpose()
    }

    /// Rates the outcome of one's own report.
    #[graphql(name = "rateReport")]
    async fn rate_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The report and what one thinks of its outcome.")]
        input: RateReportInput,
    ) -> Root<ReportPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let rate = async |wire| asking.clients.reports.rate_report(&call, &wire).await;
            payload(asking, settle(asking, input.check(asking.locale), rate).await?)
        }
        .await
        .transpose()
    }

    /// Takes back one's own report while nobody works on it.
    #[graphql(name = "withdrawReport")]
    async fn withdraw_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The report.")] input: WithdrawReportInput,
    ) -> Root<ReportPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let withdraw = async |wire| asking.clients.reports.withdraw_report(&call, &wire).await;
            payload(asking, settle(asking, input.check(asking.locale), withdraw).await?)
        }
        .await
        .transpose()
    }

    /// Marks messages as read: some, or all up to one.
    #[graphql(name = "markMessagesRead")]
    async fn mark_messages_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "Which messages.")] input: MarkMessagesReadInput,
    ) -> Root<MessagesPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let mark =
                async |wire| asking.clients.notifications.mark_messages_read(&call, &wire).await;
            let (count, user_errors) = settle(asking, input.check(asking.locale), mark).await?;
            Ok(Some(MessagesPayload {
                unread_count: count.map(|count| clamp(count.unread_count)),
                user_errors,
            }))
        }
        .await
        .transpose()
    }
}

/// What a service answered, or why it refused.
pub type Settled<T> = (Option<T>, Vec<UserError>);

/// Calls the service with a checked input; what does not fit is refused without a call.
///
/// # Errors
/// What nobody can act on.
pub async fn settle<W, T>(
    asking: &Asking,
    checked: Result<W, Vec<UserError>>,
    call: impl AsyncFnOnce(W) -> Result<T, CallError>,
) -> Result<Settled<T>, Refusal> {
    match checked {
        Ok(wire) => expected(call(wire).await, asking.locale),
        Err(user_errors) => Ok((None, user_errors)),
    }
}

fn payload(
    asking: &Asking,
    (report, user_errors): Settled<ReportView>,
) -> Result<Option<ReportPayload>, Refusal> {
    let report = report.map(|view| Report::read(view, asking.locale)).transpose()?;
    Ok(Some(ReportPayload { report, user_errors }))
}
