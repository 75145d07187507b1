//! A resident confirms one operation of another service with their PIN.

use city_auth::Resident;
use city_auth::step_up::{LIFE, Operation, OperationDigest, StepUpClaims};
use city_clock::Timestamp;
use city_contracts::accounts::{CreateStepUp, StepUpView};
use city_events::idempotency::{self, Claim};
use city_ids::ServiceName;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::check_pin::{Checked, check_pin};
use super::{App, commit};
use crate::domain::Flaw;
use crate::domain::pin::Pin;
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

/// Signs a confirmation. Idempotent by the key: also a wrong PIN counts once, and a right one gets the same token again.
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
    // Without the PIN: a key that tells one PIN from another would compare it uncounted, as long as keys are kept.
    let asked = (operation.session, operation.name, operation.digest.print());
    let caller = who.account.to_string();
    let claim = &request.idempotency_key;
    let claim = idempotency::claim(&mut tx, &caller, claim, "create_step_up", &asked, now).await;
    let answer = match claim? {
        Claim::New(claim) => {
            let jti = app.infra.ids.uuid(now).simple().to_string();
            let signed = Answer::Signed { jti, at: now };
            let answer = check(app, &mut tx, who, &pin, now, signed).await?;
            claim.record(&mut tx, &answer).await?;
            answer
        }
        // A token is given again to the right PIN only, and to type one is a try like any other.
        Claim::Replay(signed @ Answer::Signed { .. }) => {
            check(app, &mut tx, who, &pin, now, signed).await?
        }
        // A refusal tells nothing of the PIN that is typed now: it is not compared.
        Claim::Replay(refused) => refused,
    };
    commit(tx).await?; // also a miss is committed
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

/// The answer to a PIN: `signed` if it is right.
async fn check(
    app: &App,
    db: &mut PgConnection,
    who: &Resident,
    pin: &Pin,
    now: Timestamp,
    signed: Answer,
) -> Result<Answer, Error> {
    let (answer, outcome) = match check_pin(app, &mut *db, who.account, pin).await? {
        Checked::Right => (signed, "OK"),
        Checked::Wrong { tries_left: 0 } => (Answer::Locked, "PIN_WRONG"),
        Checked::Wrong { tries_left } => (Answer::Wrong { tries_left }, "PIN_WRONG"),
        Checked::Locked => (Answer::Locked, "PIN_LOCKED"),
    };
    let actor = Some(who.account);
    let entry = Entry { at: now, actor, action: "step_up.create", object: None, outcome };
    store::audit::insert(db, entry).await?;
    Ok(answer)
}
