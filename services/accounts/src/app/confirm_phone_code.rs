//! A code is typed: it opens a session, or proves within one who is there.

use city_auth::{KeyName, Principal};
use city_clock::Timestamp;
use city_contracts::accounts::{ConfirmPhoneCode, SignedIn};
use city_events::idempotency::{self, Claim};
use city_ids::{AccountId, SessionId};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::open_session::open_session;
use super::request_phone_code::{REAUTH, refusal};
use super::signing_keys::Bearer;
use super::view_person::view;
use super::{App, commit, read_session};
use crate::domain::Flaw;
use crate::domain::code::{Code, Proof};
use crate::domain::device::{Device, parse_nonce};
use crate::domain::otp::Lane;
use crate::domain::session::{EndReason, SessionKind};
use crate::error::Error;
use crate::events;
use crate::store;
use crate::store::audit::Entry;
use crate::store::otp::Challenge;

struct Command {
    code: Code,
    nonce: String,
    device: Device,
}

/// What is remembered under the key: no token, no code.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Answer {
    SignedIn { session: SessionId, is_new_account: bool },
    Proven { session: SessionId },
    Wrong { tries_left: u32 },
    Locked,
}

/// The number of a session's first refresh token.
const FIRST: u32 = 1;

/// Confirms a code. Idempotent by the key: also a wrong code counts once, and tokens are derived again rather than kept.
///
/// # Errors
/// `Invalid`, `CodeWrong`, `CodeExpired`, `ChallengeDead`, `OtpLocked`, `AccountLocked`, `KeyReused`, `ReplayTooLate`.
#[tracing::instrument(name = "accounts.confirm_phone_code", skip_all)]
pub async fn confirm_phone_code(
    app: &App,
    who: &Principal,
    request: ConfirmPhoneCode,
) -> Result<SignedIn, Error> {
    let command = parse(app, &request)?;
    let now = app.now();
    let mut tx = app.begin().await?;
    let caller = command.device.installation.caller();
    // A digest of six digits could be guessed from the table, so the code goes in under a key.
    let code = app.keyring.newest(KeyName::Otp).mac(&[request.code.as_bytes()]);
    let asked = (request.challenge_id, &request.device_nonce, code, &request.device);
    let key = &request.idempotency_key;
    let claim = idempotency::claim(&mut tx, &caller, key, "confirm_phone_code", &asked, now).await;
    let claim = match claim? {
        Claim::New(claim) => claim,
        Claim::Replay(first) => {
            drop(tx);
            return answer(app, first, now).await;
        }
    };
    let found = store::otp::find(&mut tx, request.challenge_id).await?;
    let challenge =
        found.filter(|challenge| is_theirs(challenge, who)).ok_or(Error::ChallengeDead)?;
    let mut budget = store::otp::lock_budget(&mut tx, &challenge.phone, &challenge.lane).await?;
    // Read again under the lock: it serialises everything that happens to this lane's challenges.
    let challenge = store::otp::find(&mut tx, challenge.id).await?.ok_or(Error::ChallengeDead)?;
    if challenge.ended {
        return Err(Error::ChallengeDead);
    }
    if now >= challenge.expires_at {
        return Err(Error::CodeExpired);
    }
    budget.open(now).map_err(|capped| refusal(capped, now))?;
    if !store::otp::take_attempt(&mut tx, challenge.id, now).await? {
        return Err(Error::ChallengeDead);
    }
    let right = app.keyring.find(KeyName::Otp, challenge.proof.key_id).is_some_and(|key| {
        challenge.proof.matches(&Proof::new(key, challenge.id, &command.code, &command.nonce))
    });
    let (outcome, ended) =
        if right && store::otp::end(&mut tx, challenge.id, "CONFIRMED", now).await? {
            confirmed(app, &mut tx, who, &challenge, &command.device, now).await?
        } else {
            let attempts = challenge.attempts + 1;
            let tries_left = budget.miss(attempts, Lane::caps_of(&challenge.lane), now);
            store::otp::save_budget(&mut tx, &challenge.phone, &challenge.lane, &budget).await?;
            if attempts >= crate::domain::otp::ATTEMPTS {
                store::otp::end(&mut tx, challenge.id, "DEAD", now).await?;
            }
            audit(
                &mut tx,
                now,
                challenge.person,
                "code.confirm",
                challenge.id.to_string(),
                "CODE_WRONG",
            )
            .await?;
            (Answer::Wrong { tries_left }, Vec::new())
        };
    claim.record(&mut tx, &outcome).await?;
    commit(tx).await?; // also a miss is committed
    read_session::announce(app, &ended).await;
    answer(app, outcome, now).await
}

fn parse(app: &App, request: &ConfirmPhoneCode) -> Result<Command, Error> {
    let code = Code::parse(&request.code);
    let code = code.map_err(|_| Flaw::new("/code", "CODE_SHAPE", "a code is six digits"));
    let nonce = parse_nonce(&request.device_nonce);
    let device = Device::parse(&request.device, app.keyring.newest(KeyName::Installation));
    match (code, nonce, device) {
        (Ok(code), Ok(nonce), Ok(device)) => Ok(Command { code, nonce, device }),
        (code, nonce, device) => {
            let flaws = [code.err(), nonce.err()]
                .into_iter()
                .flatten()
                .chain(device.err().into_iter().flatten());
            Err(Error::Invalid(flaws.collect()))
        }
    }
}

/// A proof within a session is that session's person's; a sign-in is whoever's has the code and the nonce.
fn is_theirs(challenge: &Challenge, who: &Principal) -> bool {
    challenge.purpose != REAUTH || (challenge.person.is_some() && challenge.person == who.account)
}

/// The right code: what it opens, and the sessions whose records have changed by it.
async fn confirmed(
    app: &App,
    db: &mut PgConnection,
    who: &Principal,
    challenge: &Challenge,
    device: &Device,
    now: Timestamp,
) -> Result<(Answer, Vec<SessionId>), Error> {
    if challenge.purpose == REAUTH {
        let session = who.session.ok_or(Error::SignInRequired)?;
        if !store::session::reauthenticate(&mut *db, session, now).await? {
            return Err(Error::SessionEnded(EndReason::Unknown));
        }
        audit(db, now, who.account, "session.reauthenticate", session.to_string(), "OK").await?;
        return Ok((Answer::Proven { session }, vec![session]));
    }
    store::person::lock_phone(&mut *db, &challenge.phone).await?;
    let known = store::person::find_by_phone(&mut *db, &challenge.phone).await?;
    let person = match known {
        Some(person) => person,
        None => register(app, &mut *db, challenge, now).await?,
    };
    let may_sign_in =
        store::person::find(&mut *db, person).await?.is_some_and(|person| person.may_sign_in);
    if !may_sign_in {
        audit(db, now, Some(person), "session.sign_in", challenge.id.to_string(), "ACCOUNT_LOCKED")
            .await?;
        return Ok((Answer::Locked, Vec::new()));
    }
    let opened =
        open_session(app, &mut *db, person, SessionKind::Resident, Some(device), now).await?;
    store::otp::know_device(&mut *db, &challenge.phone, &device.installation, person, now).await?;
    audit(db, now, Some(person), "session.sign_in", opened.session.to_string(), "OK").await?;
    let changed = opened.ended.iter().map(|ended| ended.session).collect();
    Ok((Answer::SignedIn { session: opened.session, is_new_account: known.is_none() }, changed))
}

async fn register(
    app: &App,
    db: &mut PgConnection,
    challenge: &Challenge,
    now: Timestamp,
) -> Result<AccountId, Error> {
    let person = app.infra.ids.next(now);
    store::person::insert_resident(&mut *db, person, &challenge.phone, now).await?;
    events::push(db, &app.infra, events::PERSON_REGISTERED, now, person, None, None).await?;
    Ok(person)
}

async fn audit(
    db: &mut PgConnection,
    at: Timestamp,
    actor: Option<AccountId>,
    action: &'static str,
    object: String,
    outcome: &str,
) -> Result<(), Error> {
    store::audit::insert(db, Entry { at, actor, action, object: Some(object), outcome }).await
}

/// The first and every later answer are made here alike, from what is remembered.
async fn answer(app: &App, answer: Answer, now: Timestamp) -> Result<SignedIn, Error> {
    let (session, n, is_new_account) = match answer {
        Answer::SignedIn { session, is_new_account } => (session, Some(FIRST), is_new_account),
        Answer::Proven { session } => (session, None, false),
        Answer::Wrong { tries_left } => return Err(Error::CodeWrong { tries_left }),
        Answer::Locked => return Err(Error::AccountLocked),
    };
    let mut db = app.connection().await?;
    let stored = store::session::find(&mut db, session).await?.ok_or(Error::ReplayTooLate)?;
    let viewer = view(&mut db, stored.person).await?;
    drop(db);
    let tokens = match n {
        Some(n) if stored.rotation.n == n && stored.life.over(now).is_none() => {
            let bearer = Bearer {
                person: stored.person,
                session,
                kind: stored.kind,
                n,
                refresh_expires_at: stored.refresh_expires_at(),
            };
            Some(app.signing_keys.tokens(bearer).await?)
        }
        Some(_) => return Err(Error::ReplayTooLate),
        None => None,
    };
    Ok(SignedIn { tokens, viewer, is_new_account })
}
