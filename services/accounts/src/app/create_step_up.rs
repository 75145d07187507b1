//! A resident confirms one operation of another service with their PIN.

use city_auth::step_up::{LIFE, Operation, OperationDigest, StepUpClaims};
use city_auth::{KeyName, Resident};
use city_clock::Timestamp;
use city_contracts::accounts::{CreateStepUp, StepUpView};
use city_events::idempotency::{self, Claim};
use city_ids::ServiceName;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{App, commit};
use crate::domain::Flaw;
use crate::domain::pin::{Pin, TRIES};
use crate::error::Error;
use crate::store;
use crate::store::audit::Entry;

/// The operations that can be confirmed, and the service that executes each.
const OPERATIONS: [(&str, ServiceName); 4] = [
    ("sendMoney", ServiceName::Payments),
    ("payBill", ServiceName::Payments),
    ("payMerchant", ServiceName::Payments),
    ("closeWallet", ServiceName::Payments),
];

/// What is remembered under the key: no token and no PIN. The token is signed again, and is the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Answer {
    Signed { jti: String, at: Timestamp },
    Wrong { tries_left: u32 },
    Locked,
}

/// Signs a confirmation. Idempotent by the key: also a wrong PIN counts once.
///
/// # Errors
/// `Invalid`, `PinWrong`, `PinLocked`, `PinUnset`, `KeyReused`.
#[tracing::instrument(name = "accounts.create_step_up", skip_all)]
pub async fn create_step_up(
    app: &App,
    who: &Resident,
    request: &CreateStepUp,
) -> Result<StepUpView, Error> {
    let (operation, pin) = parse(who, request)?;
    let now = app.now();
    let mut tx = app.begin().await?;
    // Six digits could be guessed from a digest, so they go in under a key.
    let key = app.keyring.newest(KeyName::Pin);
    let asked = (operation.session, operation.name, operation.digest.print());
    let asked = (asked, key.mac(&[b"step-up", request.pin.as_bytes()]));
    let caller = who.account.to_string();
    let claim = &request.idempotency_key;
    let claim = idempotency::claim(&mut tx, &caller, claim, "create_step_up", &asked, now).await;
    let answer = match claim? {
        Claim::New(claim) => {
            let answer = check(app, &mut tx, who, &pin, now).await?;
            claim.record(&mut tx, &answer).await?;
            commit(tx).await?; // also a miss is committed
            answer
        }
        Claim::Replay(first) => first,
    };
    match answer {
        Answer::Signed { jti, at } => {
            let claims = StepUpClaims::new(&operation, jti, at);
            let token = app.signing_keys.step_up(&claims).await?;
            Ok(StepUpView { token, expires_at: at + LIFE })
        }
        Answer::Wrong { tries_left } => Err(Error::PinWrong { tries_left }),
        Answer::Locked => Err(Error::PinLocked),
    }
}

fn parse<'a>(who: &Resident, request: &'a CreateStepUp) -> Result<(Operation<'a>, Pin), Error> {
    let session = who.principal.session.ok_or(Error::SignInRequired)?;
    let audience = OPERATIONS.iter().find(|(name, _)| *name == request.operation);
    let audience = audience.map(|(_, service)| *service).ok_or_else(|| {
        Flaw::new("/operation", "OPERATION_UNKNOWN", "take the operation of the quote as it is")
    });
    let digest = OperationDigest::parse(&request.digest).ok_or_else(|| {
        Flaw::new("/digest", "DIGEST_SHAPE", "take the digest of the quote as it is")
    });
    let pin = Pin::parse(&request.pin);
    let pin = pin.map_err(|_| Flaw::new("/pin", "PIN_SHAPE", "a PIN is six digits"));
    match (audience, digest, pin) {
        (Ok(audience), Ok(digest), Ok(pin)) => {
            let (account, name) = (who.account, request.operation.as_str());
            Ok((Operation { audience, account, session, name, digest }, pin))
        }
        (audience, digest, pin) => Err(Error::Invalid(
            [audience.err(), digest.err(), pin.err()].into_iter().flatten().collect(),
        )),
    }
}

/// Counts the try, then compares: two tries at once are two.
async fn check(
    app: &App,
    db: &mut PgConnection,
    who: &Resident,
    pin: &Pin,
    now: Timestamp,
) -> Result<Answer, Error> {
    let person = who.account;
    let Some(attempt) = store::pin::take_try(&mut *db, person).await? else {
        if !store::pin::exists(&mut *db, person).await? {
            return Err(Error::PinUnset);
        }
        audit(db, who, now, "PIN_LOCKED").await?;
        return Ok(Answer::Locked);
    };
    let key = app.keyring.find(KeyName::Pin, attempt.key_id);
    if key.is_some_and(|key| pin.matches(key, person, &attempt.mac)) {
        store::pin::forgive(&mut *db, person).await?;
        audit(db, who, now, "OK").await?;
        return Ok(Answer::Signed { jti: app.infra.ids.uuid(now).simple().to_string(), at: now });
    }
    audit(db, who, now, "PIN_WRONG").await?;
    let tries_left = u32::try_from(TRIES - attempt.fails).unwrap_or(0);
    Ok(if tries_left == 0 { Answer::Locked } else { Answer::Wrong { tries_left } })
}

async fn audit(
    db: &mut PgConnection,
    who: &Resident,
    at: Timestamp,
    outcome: &str,
) -> Result<(), Error> {
    let actor = Some(who.account);
    let entry = Entry { at, actor, action: "step_up.create", object: None, outcome };
    store::audit::insert(db, entry).await
}
