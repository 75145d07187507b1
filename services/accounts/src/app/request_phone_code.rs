//! A code by SMS is asked for: to sign up, to sign in, or to prove again who is there.

use city_auth::{KeyName, Principal, PrincipalKind, Sealed};
use city_clock::Timestamp;
use city_contracts::accounts::{CodePurpose, PhoneCodeSent, RequestPhoneCode};
use city_contracts::common::Locale;
use city_events::idempotency::{self, Claim};
use city_ids::{AccountId, ChallengeId};
use sqlx::PgConnection;

use super::{App, commit};
use crate::domain::Flaw;
use crate::domain::code::{Code, Proof};
use crate::domain::device::{Installation, parse_nonce};
use crate::domain::otp::{CODE_LIFE, Capped, Lane};
use crate::domain::phone::Phone;
use crate::error::Error;
use crate::store;
use crate::store::otp::Challenge;

/// Whom a code is for.
enum Recipient {
    /// Whoever holds this phone.
    Holder(Phone),
    /// The person of a session, on their own phone.
    Person(AccountId),
}

struct Command {
    recipient: Recipient,
    nonce: String,
    installation: Installation,
}

/// Sends a code. Idempotent by the key. The answer depends on the number's recent codes only, never on whether it is known.
///
/// # Errors
/// `Invalid`, `OtpTooSoon`, `OtpSendLimit`, `OtpLocked`, `SignInRequired`, `KeyReused`.
#[tracing::instrument(name = "accounts.request_phone_code", skip_all)]
pub async fn request_phone_code(
    app: &App,
    who: &Principal,
    request: RequestPhoneCode,
) -> Result<PhoneCodeSent, Error> {
    let command = parse(app, who, &request)?;
    let now = app.now();
    let mut tx = app.begin().await?;
    let caller = command.installation.caller();
    let claim = idempotency::claim(
        &mut tx,
        &caller,
        &request.idempotency_key,
        "request_phone_code",
        &request,
        now,
    )
    .await;
    let claim = match claim? {
        Claim::New(claim) => claim,
        Claim::Replay(first) => return Ok(first),
    };
    let (phone, person, locale) = resolve(&mut tx, command.recipient).await?;
    let lane = store::otp::lane_of(&mut tx, &phone, &command.installation).await?;
    let code = lane.code();
    let mut budget = store::otp::lock_budget(&mut tx, &phone, &code).await?;
    let sends =
        store::otp::list_sends(&mut tx, &phone, &code, now - chrono::Duration::days(1)).await?;
    let resend_at =
        budget.send(&sends, Lane::caps_of(&code), now).map_err(|capped| refusal(capped, now))?;
    store::otp::save_budget(&mut tx, &phone, &code, &budget).await?;

    let challenge = queue(app, &mut tx, phone, code, person, &command.nonce, locale, now).await?;
    let answer =
        PhoneCodeSent { challenge_id: challenge.id, expires_at: challenge.expires_at, resend_at };
    claim.record(&mut tx, &answer).await?;
    commit(tx).await?;
    app.code_queued.notify_one();
    Ok(answer)
}

fn parse(app: &App, who: &Principal, request: &RequestPhoneCode) -> Result<Command, Error> {
    let key = app.keyring.newest(KeyName::Installation);
    let recipient = match (request.purpose, &request.phone) {
        (CodePurpose::SignIn, Some(raw)) => Phone::parse(raw, &app.config.otp_countries)
            .map(Recipient::Holder)
            .map_err(|_| PHONE_INVALID),
        (CodePurpose::SignIn, None) => Err(PHONE_INVALID),
        (CodePurpose::Reauth, None) => match who.account {
            Some(account) if who.kind == PrincipalKind::Resident && !who.degraded => {
                Ok(Recipient::Person(account))
            }
            _ => return Err(Error::SignInRequired),
        },
        (CodePurpose::Reauth, Some(_)) => Err(Flaw::new(
            "/phone",
            "PHONE_UNEXPECTED",
            "the code goes to the session's own number; leave this out",
        )),
    };
    let installation = Installation::parse(&request.installation_id, "/installationId", key);
    let nonce = parse_nonce(&request.device_nonce);
    match (recipient, nonce, installation) {
        (Ok(recipient), Ok(nonce), Ok(installation)) => {
            Ok(Command { recipient, nonce, installation })
        }
        (recipient, nonce, installation) => Err(Error::Invalid(
            [recipient.err(), nonce.err(), installation.err()].into_iter().flatten().collect(),
        )),
    }
}

const PHONE_INVALID: Flaw = Flaw::new(
    "/phone",
    "PHONE_INVALID",
    "enter a mobile number that can receive text messages, such as 0912 345 678",
);

async fn resolve(
    db: &mut PgConnection,
    recipient: Recipient,
) -> Result<(Phone, Option<AccountId>, Locale), Error> {
    match recipient {
        // No account data is read, so that a known and an unknown number cannot be told apart.
        Recipient::Holder(phone) => Ok((phone, None, Locale::Vi)),
        Recipient::Person(account) => {
            let person = store::person::find(db, account).await?;
            let person = person.filter(|person| person.may_sign_in).ok_or(Error::PersonNotFound)?;
            let phone = person.phone.ok_or(Error::PersonNotFound)?;
            Ok((phone, Some(account), person.locale))
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one challenge, each of another type")]
async fn queue(
    app: &App,
    db: &mut PgConnection,
    phone: Phone,
    lane: String,
    person: Option<AccountId>,
    nonce: &str,
    locale: Locale,
    now: Timestamp,
) -> Result<Challenge, Error> {
    let id: ChallengeId = app.infra.ids.next(now);
    let code = Code::from_random(app.infra.ids.bytes());
    let challenge = Challenge {
        id,
        phone,
        lane,
        purpose: if person.is_some() { REAUTH } else { SIGN_IN }.to_owned(),
        person,
        proof: Proof::new(app.keyring.newest(KeyName::Otp), id, &code, nonce),
        attempts: 0,
        expires_at: now + CODE_LIFE,
        ended: false,
    };
    store::otp::supersede(&mut *db, &challenge, now).await?;
    let row = id.to_string();
    let sealed = app.keyring.seal(sealed_code(&row), code.as_str().as_bytes());
    store::otp::queue_send(db, &challenge, locale, &sealed, now).await?;
    Ok(challenge)
}

/// The purposes in the database.
pub(super) const SIGN_IN: &str = "SIGN_IN";
pub(super) const REAUTH: &str = "REAUTH";

/// Where a queued code is sealed to; `row` is the challenge's wire id.
pub(crate) fn sealed_code(row: &str) -> Sealed<'_> {
    Sealed { table: "accounts.otp_send", column: "code_sealed", row }
}

/// A cap in seconds to wait, rounded up so that a client that waits them is not refused again.
pub(super) fn refusal(capped: Capped, now: Timestamp) -> Error {
    let seconds = |until: Timestamp| {
        u64::try_from((until - now).num_milliseconds()).unwrap_or(0).div_ceil(1_000).max(1)
    };
    match capped {
        Capped::TooSoon { until } => Error::OtpTooSoon { retry_after_seconds: seconds(until) },
        Capped::SendLimit { until } => Error::OtpSendLimit { retry_after_seconds: seconds(until) },
        Capped::Locked { until } => Error::OtpLocked { retry_after_seconds: seconds(until) },
    }
}
