//! What this service answers besides success.

use city_events::idempotency::ClaimError;
use city_http::{Finding, Kind, Outcome};
use serde_json::json;

use crate::domain::Flaw;
use crate::domain::session::EndReason;

/// The cause of a fault.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What `accounts` answers besides success. A variant exists when a caller acts on it differently.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks rules.
    #[error("the input breaks a rule")]
    Invalid(Vec<Flaw>),
    /// The gap since the last code is not over.
    #[error("a code was sent a moment ago")]
    OtpTooSoon {
        /// Until it is.
        retry_after_seconds: u64,
    },
    /// As many codes as a window takes were sent.
    #[error("too many codes were sent to this number")]
    OtpSendLimit {
        /// Until the next fits.
        retry_after_seconds: u64,
    },
    /// Too many wrong codes.
    #[error("too many wrong codes; codes are paused for this number")]
    OtpLocked {
        /// Until the pause ends.
        retry_after_seconds: u64,
    },
    /// A wrong code.
    #[error("the code is wrong")]
    CodeWrong {
        /// Before the challenge dies or the lane locks.
        tries_left: u32,
    },
    /// The code's 300 seconds are over.
    #[error("the code has expired; ask for another")]
    CodeExpired,
    /// Used, superseded, guessed too often, or never made.
    #[error("this code cannot be used any more; ask for another")]
    ChallengeDead,
    /// The right code, of a locked account.
    #[error("this account is locked; the city's support can help")]
    AccountLocked,
    /// Proving again needs a session.
    #[error("sign in first")]
    SignInRequired,
    /// The proof of who is there is too old for this.
    #[error("prove again who you are first")]
    ReauthRequired,
    /// The PIN is wrong.
    #[error("the PIN is wrong")]
    PinWrong {
        /// Before it has to be set anew.
        tries_left: u32,
    },
    /// The PIN was wrong too often.
    #[error("the PIN was wrong too often; set a new one")]
    PinLocked,
    /// There is no PIN yet.
    #[error("set a PIN first")]
    PinUnset,
    /// Not a token of this kind.
    #[error("the token is not valid here")]
    TokenInvalid,
    /// The token's session is over.
    #[error("the session has ended; sign in again")]
    SessionEnded(EndReason),
    /// E-mail, password and authenticator do not prove a member of staff; why is told to nobody.
    #[error("the e-mail address, password or code is not right, or the account is locked")]
    CredentialsInvalid,
    /// There is no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// There is no such person.
    #[error("there is no such person")]
    PersonNotFound,
    /// The key belongs to another request.
    #[error("this idempotency key was used with another request")]
    KeyReused,
    /// The session has moved on since the first answer.
    #[error("the first answer cannot be given again, its tokens were used; sign in again")]
    ReplayTooLate,
    /// The queue of password hashes is full.
    #[error("too many sign-ins at the moment")]
    Busy,
    /// A dependency is away.
    #[error("a dependency is away while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What refused.
        source: Cause,
    },
    /// Our fault.
    #[error("fault while {doing}")]
    Internal {
        /// What was being done.
        doing: &'static str,
        /// What refused.
        source: Cause,
    },
}

impl Outcome for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) | Self::CodeWrong { .. } | Self::PinWrong { .. } => Kind::Invalid,
            Self::OtpTooSoon { .. } | Self::OtpSendLimit { .. } | Self::OtpLocked { .. } => {
                Kind::TooMany
            }
            Self::CodeExpired
            | Self::ChallengeDead
            | Self::KeyReused
            | Self::ReplayTooLate
            | Self::PinLocked
            | Self::PinUnset => Kind::Conflict,
            Self::AccountLocked | Self::ReauthRequired => Kind::Forbidden,
            Self::SignInRequired
            | Self::TokenInvalid
            | Self::SessionEnded(_)
            | Self::CredentialsInvalid => Kind::Unauthenticated,
            Self::SessionNotFound | Self::PersonNotFound => Kind::NotFound,
            Self::Busy | Self::Unavailable { .. } => Kind::Unavailable,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(flaws) => match flaws.as_slice() {
                [one] => one.code,
                _ => "INPUT",
            },
            Self::OtpTooSoon { .. } => "OTP_TOO_SOON",
            Self::OtpSendLimit { .. } => "OTP_SEND_LIMIT",
            Self::OtpLocked { .. } => "OTP_LOCKED",
            Self::CodeWrong { .. } => "CODE_WRONG",
            Self::CodeExpired => "CODE_EXPIRED",
            Self::ChallengeDead => "OTP_CHALLENGE_DEAD",
            Self::AccountLocked => "ACCOUNT_LOCKED",
            Self::SignInRequired => "SIGN_IN_REQUIRED",
            Self::ReauthRequired => "REAUTH_REQUIRED",
            Self::PinWrong { .. } => "PIN_WRONG",
            Self::PinLocked => "PIN_LOCKED",
            Self::PinUnset => "PIN_UNSET",
            Self::TokenInvalid => "TOKEN_INVALID",
            Self::SessionEnded(_) => "SESSION_ENDED",
            Self::CredentialsInvalid => "CREDENTIALS_INVALID",
            Self::SessionNotFound | Self::PersonNotFound => "NOT_FOUND",
            Self::KeyReused => "KEY_REUSED",
            Self::ReplayTooLate => "REPLAY_TOO_LATE",
            Self::Busy => "BUSY",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::Invalid(flaws) => {
                flaws.iter().map(|flaw| Finding::new(flaw.field, flaw.code, flaw.message)).collect()
            }
            Self::CodeWrong { .. } => {
                vec![Finding::new("/code", "CODE_WRONG", "compare the code with the message")]
            }
            Self::PinWrong { .. } => {
                vec![Finding::new("/pin", "PIN_WRONG", "type the PIN of the wallet")]
            }
            _ => Vec::new(),
        }
    }

    fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::OtpTooSoon { retry_after_seconds }
            | Self::OtpSendLimit { retry_after_seconds }
            | Self::OtpLocked { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        }
    }

    fn tries_left(&self) -> Option<u32> {
        match self {
            Self::CodeWrong { tries_left } | Self::PinWrong { tries_left } => Some(*tries_left),
            _ => None,
        }
    }

    fn details(&self) -> Option<serde_json::Value> {
        match self {
            Self::SessionEnded(reason) => Some(json!({ "reason": reason.code() })),
            _ => None,
        }
    }
}

impl From<ClaimError> for Error {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::Reused => Self::KeyReused,
            ClaimError::Database(source) => fault("claiming a key")(source),
        }
    }
}

/// Any other database error: away, or our fault.
pub fn fault(doing: &'static str) -> impl FnOnce(sqlx::Error) -> Error {
    move |error| {
        if city_boot::db::is_away(&error) {
            Error::Unavailable { doing, source: error.into() }
        } else {
            Error::Internal { doing, source: error.into() }
        }
    }
}

/// A row that breaks a rule this service wrote it under.
pub fn bad_row(what: &'static str) -> Error {
    Error::Internal { doing: "reading a row", source: what.into() }
}
