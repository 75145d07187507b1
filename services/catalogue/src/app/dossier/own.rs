//! What every command of an applicant begins and ends with: whose it is, at which version, and the answer kept for a
//! repetition. Kept answers are sealed under the dossier's key, since they hold what was written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use city_auth::{Filer, PrincipalKind};
use city_clock::Timestamp;
use city_contracts::catalogue::dossier::{DossierStatus, DossierView};
use city_contracts::key::IdempotencyKey;
use city_ids::DossierId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::vault::{self, DossierKey, Part};
use super::view;
use crate::app::App;
use crate::domain::dossier::{Actor, Refusal, Status, WrongStatus};
use crate::error::{Error, broken};
use crate::store;
use crate::store::dossier::draft::Head;
use city_events::idempotency::{Claim, NewClaim, claim};

/// An answer as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    dossier: DossierId,
    sealed: String,
}

/// What became of a key.
pub enum Asked<T> {
    /// Do the work, then [`Answer::keep`] what is answered, or [`Answer::keep_dossier`].
    New(Answer),
    /// The first answer.
    Again(T),
}

/// Where the answer will be kept.
pub struct Answer(NewClaim);

/// Claims a key of an applicant. A repetition gets the first answer, unless the dossier's key was dropped since.
///
/// # Errors
/// `KEY_REUSED`; [`Error::NotFound`] for an answer that can no longer be opened.
pub async fn ask<T: DeserializeOwned>(
    app: &App,
    db: &mut PgConnection,
    who: &Filer,
    key: &IdempotencyKey,
    operation: &str,
    request: &(impl Serialize + Sync),
    now: Timestamp,
) -> Result<Asked<T>, Error> {
    match claim::<Kept>(db, who.account, key, operation, request, now).await? {
        Claim::New(recorder) => Ok(Asked::New(Answer(recorder))),
        Claim::Replay(kept) => {
            let key = vault::key_of(app, db, kept.dossier).await?.ok_or(Error::NotFound)?;
            kept.open(&key).map(Asked::Again)
        }
    }
}

impl Answer {
    /// Keeps the answer, in the same transaction.
    ///
    /// # Errors
    /// Unavailable when the database is away.
    pub async fn keep(
        self,
        db: &mut PgConnection,
        dossier: DossierId,
        key: &DossierKey,
        answer: &impl Serialize,
    ) -> Result<(), Error> {
        let plain =
            serde_json::to_vec(answer).map_err(|error| broken("keeping an answer", error))?;
        let sealed = STANDARD.encode(key.seal(Part::Answer, &plain));
        Ok(self.0.record(db, &Kept { dossier, sealed }).await?)
    }

    /// Answers with the dossier as its applicant sees it now, and keeps that.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the dossier's key was dropped.
    pub async fn keep_dossier(
        self,
        app: &App,
        db: &mut PgConnection,
        who: &Filer,
        id: DossierId,
        now: Timestamp,
    ) -> Result<DossierView, Error> {
        let key = vault::key_of(app, db, id).await?.ok_or(Error::NotFound)?;
        let view = view::one(app, db, who.account, id, None, now).await?;
        self.keep(db, id, &key, &view).await?;
        Ok(view)
    }
}

impl Kept {
    fn open<T: DeserializeOwned>(&self, key: &DossierKey) -> Result<T, Error> {
        const DOING: &str = "opening a kept answer";
        let sealed = STANDARD.decode(&self.sealed).map_err(|error| broken(DOING, error))?;
        let plain =
            key.open(Part::Answer, &sealed).ok_or_else(|| broken(DOING, "it does not open"))?;
        serde_json::from_slice(&plain).map_err(|_| broken(DOING, "it is another answer")) // the cause would quote it
    }
}

/// An applicant's own dossier at the version they read, locked.
///
/// # Errors
/// [`Error::NotFound`] for another's, [`Error::Stale`].
pub async fn head(
    db: &mut PgConnection,
    who: &Filer,
    id: DossierId,
    version: i32,
) -> Result<Head, Error> {
    let head = store::dossier::draft::head_for_update(db, id, who.account).await?;
    let head = head.ok_or(Error::NotFound)?;
    if head.version != version {
        return Err(Error::Stale { current: head.version });
    }
    Ok(head)
}

/// The same, of a draft.
///
/// # Errors
/// As above, and `DOSSIER_STATE` for a dossier that was sent.
pub async fn draft(
    db: &mut PgConnection,
    who: &Filer,
    id: DossierId,
    version: i32,
    attempted: &'static str,
) -> Result<Head, Error> {
    let head = head(db, who, id, version).await?;
    require(&head, &[DossierStatus::Draft], attempted)?;
    Ok(head)
}

/// Refuses in any other status.
///
/// # Errors
/// `DOSSIER_STATE` with the present status.
pub fn require(
    head: &Head,
    allowed: &[DossierStatus],
    attempted: &'static str,
) -> Result<(), Error> {
    if allowed.iter().any(|status| status.number() == head.status) {
        return Ok(());
    }
    let status = Status::from_code(head.status)
        .ok_or_else(|| broken("reading a dossier", "its status is unknown"))?;
    Err(Refusal::from(WrongStatus { status, attempted }).into())
}

/// Who acts: the resident, or a helper for them.
pub fn actor(who: &Filer) -> Actor {
    match (who.principal.kind, who.principal.actor) {
        (PrincipalKind::Assisted, Some(helper)) => {
            Actor::Helper { account: helper, acting_for: who.account }
        }
        _ => Actor::Resident(who.account),
    }
}
