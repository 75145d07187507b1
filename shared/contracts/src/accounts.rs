//! The wire of the accounts service.

use chrono::{DateTime, Utc};
use city_ids::{AccountId, ChallengeId, SessionId};
use serde::{Deserialize, Serialize};

use crate::common::Locale;
use crate::key::IdempotencyKey;

/// What a code is sent for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CodePurpose {
    /// Sign up or sign in: one flow.
    SignIn,
    /// Prove again who is there, within a session.
    Reauth,
}

/// `POST /internal/v1/request-phone-code`: send a code by SMS.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestPhoneCode {
    /// Makes the request happen once.
    pub idempotency_key: IdempotencyKey,
    /// What for.
    pub purpose: CodePurpose,
    /// The number as typed; none for `REAUTH`, which uses the session's.
    pub phone: Option<String>,
    /// Random text the device keeps until it confirms, 16 to 128 characters.
    pub device_nonce: String,
    /// The app installation, 16 to 128 characters.
    pub installation_id: String,
}

/// A code is on its way, or so it looks: the answer is the same for every number.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PhoneCodeSent {
    /// What to confirm.
    pub challenge_id: ChallengeId,
    /// When the code stops counting.
    pub expires_at: DateTime<Utc>,
    /// When another may be asked for.
    pub resend_at: DateTime<Utc>,
}

/// The device that signs in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceInput {
    /// The app installation, as in the request for the code.
    pub installation_id: String,
    /// What its owner calls it, 1 to 60 characters.
    pub name: String,
    /// `IOS`, `ANDROID` or `WEB`.
    pub platform: String,
    /// Dotted numbers.
    pub app_version: String,
}

/// `POST /internal/v1/confirm-phone-code`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConfirmPhoneCode {
    /// Makes the request happen once.
    pub idempotency_key: IdempotencyKey,
    /// The challenge of the answer above.
    pub challenge_id: ChallengeId,
    /// The six digits.
    pub code: String,
    /// The nonce of the request.
    pub device_nonce: String,
    /// The device that signs in.
    pub device: DeviceInput,
}

/// What an app holds to act for a session.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tokens {
    /// For the `Authorization` header.
    pub access_token: String,
    /// 300 seconds from now.
    pub access_expires_at: DateTime<Utc>,
    /// For the next pair of tokens; store it before using the access token.
    pub refresh_token: String,
    /// The latest moment it can be used.
    pub refresh_expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens([redacted])")
    }
}

/// A confirmed code: a session, or a proof within one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// The session's tokens; none when the purpose was `REAUTH`.
    pub tokens: Option<Tokens>,
    /// Who signed in.
    pub viewer: ViewerView,
    /// Whether this number had no account before.
    pub is_new_account: bool,
}

/// The signed-in person, for themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ViewerView {
    /// The account.
    pub id: AccountId,
    /// As they gave it.
    pub full_name: Option<String>,
    /// The language of messages.
    pub locale: Locale,
    /// All but the last three digits hidden.
    pub phone_masked: String,
    /// Grows with each change.
    pub version: i32,
    /// The PIN with which they confirm payments.
    pub wallet_pin: WalletPinView,
}

/// A PIN, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WalletPinView {
    /// Whether there is one.
    pub is_set: bool,
    /// Wrong tries left before it is locked; 0 when it is, or when there is none.
    pub tries_left: u32,
}

/// `POST /internal/v1/refresh-session`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RefreshSession {
    /// Its own idempotency key.
    pub refresh_token: String,
}

impl std::fmt::Debug for RefreshSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshSession([redacted])")
    }
}

/// Which sessions end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SignOutScope {
    /// The one that asks.
    This,
    /// All but the one that asks.
    Others,
    /// All.
    Everywhere,
}

/// `POST /internal/v1/sign-out`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignOut {
    /// Makes the request happen once.
    pub idempotency_key: IdempotencyKey,
    /// Which sessions end.
    pub scope: SignOutScope,
}

/// The answer to signing out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedOut {
    /// How many sessions ended.
    pub ended: u32,
}

/// An entry of `POST /internal/v1/sessions/seen`: the gateway verified an access token with this refresh number.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct SessionSeen {
    /// The session.
    pub sid: SessionId,
    /// The refresh number.
    pub rn: u32,
}

/// `POST /admin/v1/auth/sessions`: staff sign in with everything at once.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StaffSignIn {
    /// The staff e-mail address.
    pub email: String,
    /// The password.
    pub password: String,
    /// Six digits of the authenticator.
    pub totp: String,
}

impl std::fmt::Debug for StaffSignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StaffSignIn([redacted])")
    }
}

/// How to reach a person: asked at the moment of sending and never stored.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContactView {
    /// The language of messages.
    pub locale: Locale,
    /// E.164.
    pub phone: Option<String>,
    /// For staff.
    pub email: Option<String>,
}

impl std::fmt::Debug for ContactView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactView([redacted])")
    }
}

/// `POST /internal/v1/people/{id}/prefill`: what a form may be prefilled with. Asked when a draft begins.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrefillView {
    /// As they gave it.
    pub full_name: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// The ward they live in, as they gave it.
    pub home_ward_code: Option<String>,
}

impl std::fmt::Debug for PrefillView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrefillView([redacted])")
    }
}

/// `POST /internal/v1/set-wallet-pin`: the PIN from now on.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetWalletPin {
    /// Makes the request happen once.
    pub idempotency_key: IdempotencyKey,
    /// Six digits.
    pub pin: String,
}

impl std::fmt::Debug for SetWalletPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SetWalletPin([redacted])")
    }
}

/// `POST /internal/v1/create-step-up`: confirm one operation of another service.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateStepUp {
    /// Makes the request happen once.
    pub idempotency_key: IdempotencyKey,
    /// As the quote names it.
    pub operation: String,
    /// As the quote gives it.
    pub digest: String,
    /// Six digits.
    pub pin: String,
}

impl std::fmt::Debug for CreateStepUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CreateStepUp({}, [redacted])", self.operation)
    }
}

/// A confirmation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepUpView {
    /// To be sent with the operation, once.
    pub token: String,
    /// When it stops counting.
    pub expires_at: DateTime<Utc>,
}

impl std::fmt::Debug for StepUpView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StepUpView([redacted])")
    }
}

/// `POST /internal/v1/people/by-phone`: whose phone it is, for sending money. Asked by payments for itself.
#[derive(Clone, Serialize, Deserialize)]
pub struct FindByPhone {
    /// As typed.
    pub phone: String,
}

impl std::fmt::Debug for FindByPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FindByPhone([redacted])")
    }
}

/// Whose phone it is. Kept by nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundByPhone {
    /// None for a number nobody has, or that is none.
    pub person: Option<MaskedPerson>,
}

/// A person as a stranger may see them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MaskedPerson {
    /// The account.
    pub account: AccountId,
    /// The first letter of each part of their name.
    pub name_masked: String,
}

impl std::fmt::Debug for FoundByPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FoundByPhone([redacted])")
    }
}

impl std::fmt::Debug for MaskedPerson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskedPerson([redacted])")
    }
}

/// `POST /internal/v1/staff/holders`: who holds a permission over an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindHolders {
    /// The permission's name.
    pub permission: String,
    /// The ward the object lies in.
    pub ward: Option<String>,
    /// The agency in charge and those above it.
    pub agencies: Vec<String>,
}

/// `POST /internal/v1/dev/identity`, in the development profile only: stands in for an identity provider.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeclareIdentity {
    /// The phone of a resident.
    pub phone: String,
    /// From now on: 0 a phone, 1 a name, 2 proven.
    pub level: u8,
}

impl std::fmt::Debug for DeclareIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeclareIdentity({})", self.level)
    }
}

/// Body of `PersonRegistered`, `SessionEnded` and the other events of accounts: ids only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountEvent {
    /// The person.
    pub account: AccountId,
    /// The session, where one is concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionId>,
    /// Why, where the event has a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Body of `IdentityLevelChanged`: a person's identity is proven better, or no longer as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLevelChanged {
    /// The person.
    pub account: AccountId,
    /// From now on: 0 a phone, 1 a name, 2 proven.
    pub level: u8,
}
