//! Officers set up who sends bills.

use city_auth::Staff;
use city_contracts::common::{Edge, Page, PageArgs};
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_ids::BillerId;
use city_receipt::derive;
use serde::Serialize;
use sqlx::PgConnection;

use super::{App, cursor};
use crate::domain::bill_file::{head_code, line_of};
use crate::domain::ledger::{Class, Purpose};
use crate::domain::merchant::Settle;
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::biller::BillerRecord;
use city_events::idempotency::{Claim, claim};

/// The most entries of a page.
const MOST: u32 = 100;
/// With the one for all others, as many accounts as a posting has legs.
const MOST_HEADS: usize = 15;

/// What an officer says about a biller.
#[derive(Debug, Clone, Serialize)]
pub struct BillerText {
    /// What people read.
    pub name: String,
    /// The agency whose biller it is, if it is one's.
    pub agency: Option<String>,
    /// What its bills are for.
    pub purpose: i16,
    /// Codes of the heads that have accounts of their own; one that has it keeps it.
    pub heads: Vec<String>,
    /// How often its accounts are settled; none leaves it as it is, and daily for a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settle: Option<Settle>,
}

impl BillerText {
    fn check(self) -> Result<(Self, Purpose), Error> {
        let mut findings = Vec::new();
        let mut finding = |kept: bool, field: &str, code: &str, message: &str| {
            if !kept {
                findings.push(Finding::new(field.to_owned(), code, message.to_owned()));
            }
        };
        let name = line_of(&self.name, 120).filter(|name| !name.is_empty());
        finding(name.is_some(), "/name", "LENGTH", "a name is one line of 1 to 120 characters");
        let agency = self.agency.as_deref().is_none_or(|code| head_code(code).is_some());
        finding(agency, "/agencyCode", "CODE", "an agency has a code such as HUE-STC");
        let codes = self.heads.iter().all(|code| head_code(code).is_some());
        finding(codes, "/heads", "CODE", "a head has a code of 1 to 32 of A-Z 0-9 . _ -");
        let few = self.heads.len() <= MOST_HEADS;
        finding(few, "/heads", "TOO_MANY", "at most 15 heads have accounts of their own");
        let purpose = Purpose::of(self.purpose).filter(|purpose| is_of_bills(*purpose));
        finding(purpose.is_some(), "/purpose", "PURPOSE", "bills are for nothing of this kind");
        match (name, purpose, findings.is_empty()) {
            (Some(name), Some(purpose), true) => Ok((Self { name, ..self }, purpose)),
            _ => Err(Error::Input(findings)),
        }
    }
}

/// What a bill may be for: neither a person, nor what only the city itself does.
const fn is_of_bills(purpose: Purpose) -> bool {
    purpose.number() >= Purpose::Goods.number() && purpose.number() <= Purpose::Transport.number()
}

/// A new biller with its accounts. Idempotent by the officer's key.
///
/// # Errors
/// `Input`, `CodeTaken`, `KeyReused`.
#[tracing::instrument(name = "payments.create_biller", skip_all, fields(biller.code = code))]
pub async fn create_biller(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    code: &str,
    text: BillerText,
) -> Result<BillerRecord, Error> {
    if head_code(code).is_none() {
        let message = "a biller has a code of 1 to 32 of A-Z 0-9 . _ -";
        return Err(Error::Input(vec![Finding::new("/code", "CODE", message)]));
    }
    let (text, purpose) = text.check()?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let request = (code, &text);
    let claimed = claim::<()>(&mut tx, staff.account, key, "createBiller", &request, now).await?;
    if let Claim::New(recorder) = claimed {
        let id: BillerId = app.ids.next(now);
        let agency = text.agency.as_deref();
        if !store::biller::insert(&mut tx, id, code, &text.name, agency, purpose).await? {
            return Err(Error::CodeTaken);
        }
        give_accounts(&mut tx, id, &text.heads).await?;
        set_rhythm(&mut tx, id, text.settle.unwrap_or(Settle::Daily)).await?;
        recorder.record(&mut tx, &()).await?;
    }
    let made = store::biller::find_by_code(&mut tx, code).await?;
    tx.commit().await.map_err(fault("committing"))?;
    made.ok_or_else(|| broken("reading a biller", "it was made just now"))
}

/// Changes a biller as it was last read. Accounts are only added: money may lie on them. Another rhythm of settlements counts
/// from the next midnight.
///
/// # Errors
/// `Input`, `NotFound`, `Stale`, `KeyReused`.
#[tracing::instrument(name = "payments.change_biller", skip_all, fields(biller.code = code))]
pub async fn change_biller(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    code: &str,
    version: i64,
    text: BillerText,
) -> Result<BillerRecord, Error> {
    let (text, purpose) = text.check()?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await.map_err(fault("beginning"))?;
    let request = (code, version, &text);
    let claimed = claim::<()>(&mut tx, staff.account, key, "changeBiller", &request, now).await?;
    let found = store::biller::find_by_code(&mut tx, code).await?.ok_or(Error::NotFound)?;
    if let Claim::New(recorder) = claimed {
        let (id, agency) = (found.biller.id, text.agency.as_deref());
        let all = found.heads().chain(&text.heads).collect::<std::collections::BTreeSet<_>>();
        if all.len() > MOST_HEADS {
            let message = "at most 15 heads have accounts of their own";
            return Err(Error::Input(vec![Finding::new("/heads", "TOO_MANY", message)]));
        }
        if !store::biller::update(&mut tx, id, version, &text.name, agency, purpose).await? {
            return Err(Error::Stale { version: found.biller.version });
        }
        give_accounts(&mut tx, id, &text.heads).await?;
        set_rhythm(&mut tx, id, text.settle.unwrap_or(found.settle)).await?;
        recorder.record(&mut tx, &()).await?;
    }
    let changed = store::biller::find_by_code(&mut tx, code).await?;
    tx.commit().await.map_err(fault("committing"))?;
    changed.ok_or_else(|| broken("reading a biller", "it was changed just now"))
}

/// An account for each of these heads and one for all others. The account's public id follows from biller and head, so that a
/// head never gets a second one.
async fn give_accounts(db: &mut PgConnection, id: BillerId, heads: &[String]) -> Result<(), Error> {
    for head in std::iter::once("").chain(heads.iter().map(String::as_str)) {
        // The account for all others has the biller's own id, as those of agencies have.
        let ext = match head {
            "" => id.as_uuid(),
            head => derive(&format!("biller.head.{head}"), id.as_uuid()),
        };
        let account = store::ledger::open(&mut *db, ext, Class::Biller, None).await?;
        store::biller::insert_head(&mut *db, id, head, account).await?;
    }
    Ok(())
}

/// All accounts of a biller are settled alike, also those that it has only now.
async fn set_rhythm(db: &mut PgConnection, id: BillerId, settle: Settle) -> Result<(), Error> {
    for account in store::biller::accounts(db, id).await? {
        store::settlement::set_rhythm(db, account, settle.rhythm()).await?;
    }
    Ok(())
}

/// A page of the billers, by code.
///
/// # Errors
/// `Input`.
pub async fn list_biller_records(app: &App, args: &PageArgs) -> Result<Page<BillerRecord>, Error> {
    let mut findings = Vec::new();
    let (first, after) = cursor::page(args, MOST, head_code, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let limit = i64::try_from(first).unwrap_or(1) + 1;
    let mut db = app.connection().await?;
    let found = store::biller::list_records(&mut db, after.as_deref(), None, limit).await?;
    let has_next_page = found.len() > first;
    let edges = found
        .into_iter()
        .take(first)
        .map(|node| Edge { cursor: node.biller.code.clone(), node })
        .collect();
    Ok(Page { edges, has_next_page })
}

/// A biller by its code.
///
/// # Errors
/// `NotFound`.
pub async fn find_biller(app: &App, code: &str) -> Result<BillerRecord, Error> {
    let found = store::biller::find_by_code(&mut *app.connection().await?, code).await?;
    found.ok_or(Error::NotFound)
}
