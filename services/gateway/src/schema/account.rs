//! People and their sessions: what comes in and goes out around signing in.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use city_contracts::accounts as wire;
use city_contracts::common;

use super::pin::WalletPin;
use super::scalars::{DateTime, Locale};
use super::user_error::{Checks, UserError};

/// What a code is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CodePurpose", remote = "city_contracts::accounts::CodePurpose")]
pub enum CodePurpose {
    /// To sign up or sign in: one flow for both.
    #[graphql(name = "SIGN_IN")]
    SignIn,
    /// To prove again who is there, within a session.
    #[graphql(name = "REAUTH")]
    Reauth,
}

/// Which sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SignOutScope", remote = "city_contracts::accounts::SignOutScope")]
pub enum SignOutScope {
    /// The one that asks.
    #[graphql(name = "THIS")]
    This,
    /// All but the one that asks.
    #[graphql(name = "OTHERS")]
    Others,
    /// All.
    #[graphql(name = "EVERYWHERE")]
    Everywhere,
}

/// What an app runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DevicePlatform")]
pub enum DevicePlatform {
    /// Apple phones and tablets.
    #[graphql(name = "IOS")]
    Ios,
    /// Android phones and tablets.
    #[graphql(name = "ANDROID")]
    Android,
    /// A browser.
    #[graphql(name = "WEB")]
    Web,
}

/// The signed-in person, for themselves.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Viewer")]
pub struct Viewer {
    /// Global id of the account.
    #[graphql(name = "id")]
    pub id: ID,
    /// Grows with each change.
    #[graphql(name = "version")]
    version: i32,
    /// As they gave it; null until they do.
    #[graphql(name = "fullName")]
    full_name: Option<String>,
    /// The language of messages.
    #[graphql(name = "locale")]
    locale: Locale,
    /// The phone number with all but the last three digits hidden.
    #[graphql(name = "phoneMasked")]
    phone_masked: String,
    /// The PIN with which they confirm payments.
    #[graphql(name = "walletPin")]
    wallet_pin: WalletPin,
}

impl From<wire::ViewerView> for Viewer {
    fn from(of: wire::ViewerView) -> Self {
        Self {
            id: of.id.into(),
            version: of.version,
            full_name: of.full_name,
            locale: Locale(of.locale),
            phone_masked: of.phone_masked,
            wallet_pin: of.wallet_pin.into(),
        }
    }
}

/// What an app holds to act for a session. Store the refresh token before using the access token.
#[derive(Clone, SimpleObject)]
#[graphql(name = "Tokens")]
pub struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    #[graphql(name = "accessToken")]
    access_token: String,
    /// When the access token stops counting.
    #[graphql(name = "accessExpiresAt")]
    access_expires_at: DateTime,
    /// For `refreshSession`; each one is good for one successor.
    #[graphql(name = "refreshToken")]
    refresh_token: String,
    /// The latest moment the refresh token can be used.
    #[graphql(name = "refreshExpiresAt")]
    refresh_expires_at: DateTime,
}

impl From<wire::Tokens> for Tokens {
    fn from(of: wire::Tokens) -> Self {
        Self {
            access_token: of.access_token,
            access_expires_at: DateTime(of.access_expires_at),
            refresh_token: of.refresh_token,
            refresh_expires_at: DateTime(of.refresh_expires_at),
        }
    }
}

/// Asks for a code by SMS.
#[derive(Clone, InputObject)]
#[graphql(name = "RequestPhoneCodeInput")]
pub struct RequestPhoneCodeInput {
    /// Made by the app, one for each intention; the same key again gets the first answer and sends nothing.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// What the code is for.
    #[graphql(name = "purpose")]
    purpose: CodePurpose,
    /// The number as the person typed it; none for `REAUTH`, which uses the session's.
    #[graphql(name = "phone")]
    phone: Option<String>,
    /// Random text of 16 to 128 characters that the device keeps until it confirms.
    #[graphql(name = "deviceNonce")]
    device_nonce: String,
    /// Random text of 16 to 128 characters, made once when the app was installed.
    #[graphql(name = "installationId")]
    installation_id: String,
}

impl RequestPhoneCodeInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: common::Locale) -> Result<wire::RequestPhoneCode, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let wire =
            checks.key(&self.idempotency_key).map(|idempotency_key| wire::RequestPhoneCode {
                idempotency_key,
                purpose: self.purpose.into(),
                phone: self.phone,
                device_nonce: self.device_nonce,
                installation_id: self.installation_id,
            });
        checks.done(wire)
    }
}

/// The device that signs in.
#[derive(Clone, InputObject)]
#[graphql(name = "DeviceInput")]
pub struct DeviceInput {
    /// As in the request for the code.
    #[graphql(name = "installationId")]
    installation_id: String,
    /// What its owner calls it, 1 to 60 characters.
    #[graphql(name = "name")]
    name: String,
    /// What the app runs on.
    #[graphql(name = "platform")]
    platform: DevicePlatform,
    /// The app's version: dotted numbers.
    #[graphql(name = "appVersion")]
    app_version: String,
}

/// Confirms a code.
#[derive(Clone, InputObject)]
#[graphql(name = "ConfirmPhoneCodeInput")]
pub struct ConfirmPhoneCodeInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// The challenge that `requestPhoneCode` answered.
    #[graphql(name = "challengeId")]
    challenge_id: ID,
    /// The six digits of the message.
    #[graphql(name = "code")]
    code: String,
    /// As in the request for the code.
    #[graphql(name = "deviceNonce")]
    device_nonce: String,
    /// The device that signs in.
    #[graphql(name = "device")]
    device: DeviceInput,
}

impl ConfirmPhoneCodeInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: common::Locale) -> Result<wire::ConfirmPhoneCode, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let key = checks.key(&self.idempotency_key);
        let challenge = checks.id("/challengeId", &self.challenge_id);
        let platform = match self.device.platform {
            DevicePlatform::Ios => "IOS",
            DevicePlatform::Android => "ANDROID",
            DevicePlatform::Web => "WEB",
        };
        let device = wire::DeviceInput {
            installation_id: self.device.installation_id,
            name: self.device.name,
            platform: platform.to_owned(),
            app_version: self.device.app_version,
        };
        let wire =
            key.zip(challenge).map(|(idempotency_key, challenge_id)| wire::ConfirmPhoneCode {
                idempotency_key,
                challenge_id,
                code: self.code,
                device_nonce: self.device_nonce,
                device,
            });
        checks.done(wire)
    }
}

/// Changes a refresh token for new tokens. The token is its own idempotency key.
#[derive(Clone, InputObject)]
#[graphql(name = "RefreshSessionInput")]
pub struct RefreshSessionInput {
    /// The newest refresh token the app stored.
    #[graphql(name = "refreshToken")]
    pub refresh_token: String,
}

/// Ends sessions.
#[derive(Clone, InputObject)]
#[graphql(name = "SignOutInput")]
pub struct SignOutInput {
    /// Made by the app, one for each intention; the same key again gets the first answer.
    #[graphql(name = "idempotencyKey")]
    idempotency_key: ID,
    /// Which sessions end.
    #[graphql(name = "scope", default_with = "SignOutScope::This")]
    scope: SignOutScope,
}

impl SignOutInput {
    /// # Errors
    /// Everything that does not fit.
    pub fn check(self, locale: common::Locale) -> Result<wire::SignOut, Vec<UserError>> {
        let mut checks = Checks::new(locale);
        let scope = self.scope.into();
        let wire = checks
            .key(&self.idempotency_key)
            .map(|idempotency_key| wire::SignOut { idempotency_key, scope });
        checks.done(wire)
    }
}

/// The answer to a request for a code. It is the same for every number, known or not.
#[derive(SimpleObject)]
#[graphql(name = "RequestPhoneCodePayload")]
pub struct RequestPhoneCodePayload {
    /// What to confirm; null when the city refused.
    #[graphql(name = "challengeId")]
    pub challenge_id: Option<ID>,
    /// When the code stops counting.
    #[graphql(name = "expiresAt")]
    pub expires_at: Option<DateTime>,
    /// When another code may be asked for.
    #[graphql(name = "resendAt")]
    pub resend_at: Option<DateTime>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to a confirmed code: a session, or a proof within one.
#[derive(SimpleObject)]
#[graphql(name = "SignInPayload")]
pub struct SignInPayload {
    /// The session's tokens; null when the purpose was `REAUTH` or the city refused.
    #[graphql(name = "tokens")]
    pub tokens: Option<Tokens>,
    /// Who signed in; null when the city refused.
    #[graphql(name = "viewer")]
    pub viewer: Option<Viewer>,
    /// Whether this number had no account before.
    #[graphql(name = "isNewAccount")]
    pub is_new_account: Option<bool>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to a refresh.
#[derive(SimpleObject)]
#[graphql(name = "RefreshSessionPayload")]
pub struct RefreshSessionPayload {
    /// The new tokens; null when the city refused.
    #[graphql(name = "tokens")]
    pub tokens: Option<Tokens>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}

/// The answer to signing out.
#[derive(SimpleObject)]
#[graphql(name = "SignOutPayload")]
pub struct SignOutPayload {
    /// How many sessions ended; null when the city refused.
    #[graphql(name = "ended")]
    pub ended: Option<i32>,
    /// Why the city refused, each with a code and a pointer into `input`; empty on success.
    #[graphql(name = "userErrors")]
    pub user_errors: Vec<UserError>,
}
