//! The PIN of a wallet: setting it, and confirming an operation with it.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use city_contracts::accounts as wire;
use city_contracts::common::Locale;

use super::account::Viewer;
use super::asking::asking;
use super::mutation::settle;
use super::query::{Root, clamp};
use super::scalars::DateTime;
use super::user_error::{Checks, UserError};

/// The PIN with which a person confirms payments, as far as it shows.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "WalletPin")]
pub struct WalletPin {
    /// Whether there is one.
    #[graphql(name = "isSet")]
    is_set: bool,
    /// Wrong tries left before it is locked; 0 when it is, or when there is none. Setting it anew unlocks it.
    #[graphql(name = "triesLeft")]
    tries_left: i32,
}

impl From<wire::WalletPinView> for WalletPin {
    fn from(of: wire::WalletPinView) -> Self {
        Self { is_set: of.is_set, tries_left: clamp(of.tries_left) }
    }
}

/// Sets the PIN from now on.
#[derive(Clone, InputObject)]
#[graphql(name = "SetWalletPinInput")]
pub struct SetWalletPinInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// Six digits that are not easy to guess.
    #[graphql(name = "pin")]
    pin: String,
}

impl SetWalletPinInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::SetWalletPin, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let pin = self.pin;
        let wire = checks
            .key(&self.idempotency_key)
            .map(|idempotency_key| wire::SetWalletPin { idempotency_key, pin });
        checks.done(wire)
    }
}

/// Confirms one operation with the PIN.
#[derive(Clone, InputObject)]
#[graphql(name = "CreateStepUpInput")]
pub struct CreateStepUpInput {
    /// Made by the app, one for each try; the same key again gets the first answer, a confirmation only with the right PIN.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The `operation` of the quote.
    #[graphql(name = "operation")]
    operation: String,
    /// The `operationDigest` of the quote.
    #[graphql(name = "digest")]
    digest: String,
    /// Six digits.
    #[graphql(name = "pin")]
    pin: String,
}

impl CreateStepUpInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: Locale) -> Result<wire::CreateStepUp, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let Self { operation, digest, pin, .. } = self;
        let wire = checks.key(&self.idempotency_key).map(|idempotency_key| wire::CreateStepUp {
            idempotency_key,
            operation,
            digest,
            pin,
        });
        checks.done(wire)
    }
}

/// The answer to a change of the signed-in person.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ViewerPayload")]
pub struct ViewerPayload {
    /// The person as they are now; null when the city refused.
    #[graphql(name = "viewer")]
    viewer: Option<Viewer>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    user_errors: Vec<UserError>,
}

/// The answer to confirming an operation.
#[derive(SimpleObject)]
#[graphql(name = "StepUpPayload")]
pub struct StepUpPayload {
    /// To be sent with that operation, once; null when the city refused.
    #[graphql(name = "token")]
    token: Option<String>,
    /// When it stops counting.
    #[graphql(name = "expiresAt")]
    expires_at: Option<DateTime>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    user_errors: Vec<UserError>,
}

/// Its part of [`Mutation`](super::mutation::Mutation).
#[derive(Debug, Clone, Copy, Default)]
pub struct PinMutation;

#[Object]
impl PinMutation {
    /// Sets the PIN of the wallet, changes or resets it. Wants a sign-in or a code of `REAUTH` within ten minutes; a change
    /// holds large payments back for a day. Must be the only field of its operation.
    #[graphql(name = "setWalletPin")]
    async fn set_wallet_pin(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "The new PIN.")] input: SetWalletPinInput,
    ) -> Root<ViewerPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let set = async |wire| asking.clients.accounts.set_wallet_pin(&call, &wire).await;
            let checked = input.check(asking.locale);
            let (viewer, user_errors) = settle(asking, checked, set).await?;
            Ok(Some(ViewerPayload { viewer: viewer.map(Viewer::from), user_errors }))
        }
        .await
        .transpose()
    }

    /// Confirms with the PIN what a quote showed; the token goes with that one operation within two minutes. Must be the only
    /// field of its operation.
    #[graphql(name = "createStepUp")]
    async fn create_step_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "input", desc = "What to confirm, and the PIN.")] input: CreateStepUpInput,
    ) -> Root<StepUpPayload> {
        async {
            let asking = asking(ctx);
            let call = asking.call();
            let sign = async |wire| asking.clients.accounts.create_step_up(&call, &wire).await;
            let checked = input.check(asking.locale);
            let (signed, user_errors) = settle(asking, checked, sign).await?;
            let (token, expires_at) =
                signed.map(|signed| (signed.token, DateTime(signed.expires_at))).unzip();
            Ok(Some(StepUpPayload { token, expires_at, user_errors }))
        }
        .await
        .transpose()
    }
}
