//! Calls to accounts.

use city_auth::access::Jwks;
use city_auth::session::SessionRecord;
use city_contracts::accounts::{
    ConfirmPhoneCode, CreateStepUp, DeclareIdentity, FindByPhone, FindHolders, FoundByPhone,
    IdentityLevelChanged, PhoneCodeSent, PrefillView, RefreshSession, RequestPhoneCode,
    SessionSeen, SetWalletPin, SignOut, SignedIn, SignedOut, StepUpView, Tokens, ViewerView,
};
use city_ids::{AccountId, SessionId};

use crate::call::{Call, CallError};
use crate::service::ServiceClient;

/// The accounts service, a method a route.
#[derive(Debug, Clone)]
pub struct Accounts(pub ServiceClient);

impl Accounts {
    /// Sends a code by SMS.
    ///
    /// # Errors
    /// `PHONE_INVALID`, `OTP_TOO_SOON`, `OTP_SEND_LIMIT`, `OTP_LOCKED`, and those of any call.
    pub async fn request_phone_code(
        &self,
        call: &Call,
        input: &RequestPhoneCode,
    ) -> Result<PhoneCodeSent, CallError> {
        self.0.write(call, "asking for a code", "/internal/v1/request-phone-code", input).await
    }

    /// Confirms a code.
    ///
    /// # Errors
    /// `CODE_WRONG`, `CODE_EXPIRED`, `OTP_CHALLENGE_DEAD`, `OTP_LOCKED`, and those of any call.
    pub async fn confirm_phone_code(
        &self,
        call: &Call,
        input: &ConfirmPhoneCode,
    ) -> Result<SignedIn, CallError> {
        self.0.write(call, "confirming a code", "/internal/v1/confirm-phone-code", input).await
    }

    /// Rotates a refresh token.
    ///
    /// # Errors
    /// `TOKEN_INVALID`, `SESSION_ENDED`, and those of any call.
    pub async fn refresh_session(
        &self,
        call: &Call,
        input: &RefreshSession,
    ) -> Result<Tokens, CallError> {
        self.0.write(call, "refreshing a session", "/internal/v1/refresh-session", input).await
    }

    /// Ends sessions.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn sign_out(&self, call: &Call, input: &SignOut) -> Result<SignedOut, CallError> {
        self.0.write(call, "signing out", "/internal/v1/sign-out", input).await
    }

    /// Sets the PIN with which the caller confirms payments.
    ///
    /// # Errors
    /// `PIN_SHAPE`, `PIN_WEAK`, `REAUTH_REQUIRED`, and those of any call.
    pub async fn set_wallet_pin(
        &self,
        call: &Call,
        input: &SetWalletPin,
    ) -> Result<ViewerView, CallError> {
        self.0.write(call, "setting a PIN", "/internal/v1/set-wallet-pin", input).await
    }

    /// Confirms one operation of another service with the PIN.
    ///
    /// # Errors
    /// `PIN_WRONG`, `PIN_LOCKED`, `PIN_UNSET`, and those of any call.
    pub async fn create_step_up(
        &self,
        call: &Call,
        input: &CreateStepUp,
    ) -> Result<StepUpView, CallError> {
        self.0.write(call, "confirming an operation", "/internal/v1/create-step-up", input).await
    }

    /// The signed-in person.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn viewer(&self, call: &Call) -> Result<ViewerView, CallError> {
        self.0
            .read(call, "reading the viewer", "/internal/v1/viewer", &())
            .await
            .map(|answered| answered.value)
    }

    /// What a person's form may be prefilled with; asked by a service for itself.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn prefill(&self, call: &Call, of: AccountId) -> Result<PrefillView, CallError> {
        let path = format!("/internal/v1/people/{of}/prefill");
        self.0.read(call, "reading what to prefill", &path, &()).await.map(|found| found.value)
    }

    /// Whose phone it is, for sending money; asked by a service for itself.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn by_phone(&self, call: &Call, of: &FindByPhone) -> Result<FoundByPhone, CallError> {
        let path = "/internal/v1/people/by-phone";
        self.0.read(call, "asking whose phone it is", path, of).await.map(|found| found.value)
    }

    /// The staff who hold a permission over an object; asked by a service for itself.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn holders(
        &self,
        call: &Call,
        of: &FindHolders,
    ) -> Result<Vec<AccountId>, CallError> {
        let path = "/internal/v1/staff/holders";
        self.0.read(call, "asking who holds a permission", path, of).await.map(|found| found.value)
    }

    /// A session's record, also when it has ended.
    ///
    /// # Errors
    /// `NOT_FOUND`, and those of any call.
    pub async fn session(&self, call: &Call, sid: SessionId) -> Result<SessionRecord, CallError> {
        self.0.get(call, "reading a session", &format!("/internal/v1/sessions/{sid}")).await
    }

    /// Tells which refresh numbers were seen in use.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn sessions_seen(&self, call: &Call, seen: &[SessionSeen]) -> Result<(), CallError> {
        self.0
            .write::<serde_json::Value>(
                call,
                "telling seen tokens",
                "/internal/v1/sessions/seen",
                &seen,
            )
            .await
            .map(drop)
    }

    /// Says how well a resident's identity is proven; in the development profile only.
    ///
    /// # Errors
    /// `INPUT`, `NOT_FOUND`, and those of any call.
    pub async fn declare_identity(
        &self,
        call: &Call,
        input: &DeclareIdentity,
    ) -> Result<IdentityLevelChanged, CallError> {
        self.0.write(call, "declaring an identity", "/internal/v1/dev/identity", input).await
    }

    /// The keys that sign access tokens.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn jwks(&self, call: &Call) -> Result<Jwks, CallError> {
        self.0.get(call, "reading the signing keys", "/.well-known/jwks.json").await
    }
}
