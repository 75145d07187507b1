//! A biller's file of bills is received, and waits to be applied.
//!
//! What arrives is kept at once in tables of its own, a few hundred bills a statement, so that neither memory nor a transaction
//! waits for a slow sender. Its key is claimed when all of it is there: then it is known what it says.

use aws_lc_rs::digest::{Context, SHA256};
use city_contracts::key::IdempotencyKey;
use city_contracts::problem::Finding;
use city_ids::BillerId;
use uuid::Uuid;

use super::App;
use crate::domain::bill_file::{Assembly, Draft, Header, RefusedLine};
use crate::domain::csv::{Reader, Record};
use crate::error::{Error, broken, fault};
use crate::store;
use crate::store::bill_import::Job;
pub use crate::store::bill_import::Sender;
use city_events::idempotency::{Claim, claim};

/// The most bills of a file.
const MOST_BILLS: i64 = 50_000;
/// Bills kept by one statement.
const BATCH: usize = 500;
/// Bytes read before looking how many bills there are.
const SLICE: usize = 16 * 1024;
/// Refused lines that are kept with their reasons.
pub const MOST_REFUSED: i64 = 1_000;

/// A file on its way.
pub struct Receiving<'a> {
    app: &'a App,
    sender: Sender,
    biller: BillerId,
    id: Uuid,
    atomic: bool,
    digest: Context,
    reader: Reader,
    header: Option<Header>,
    assembly: Assembly,
    drafts: Vec<Draft>,
    refused: Vec<RefusedLine>,
    lines: i64,
    bills: i64,
    refused_before: i64,
}

/// Begins to receive a file for a biller.
///
/// # Errors
/// Unavailable when the database is away.
pub async fn begin_import(
    app: &App,
    sender: Sender,
    biller: BillerId,
    atomic: bool,
) -> Result<Receiving<'_>, Error> {
    let now = app.clock.now();
    let id = app.ids.uuid(now);
    let mut db = app.connection().await?;
    store::bill_import::begin(&mut db, id, biller, sender, atomic, now).await?;
    Ok(Receiving {
        app,
        sender,
        biller,
        id,
        atomic,
        digest: Context::new(&SHA256),
        reader: Reader::default(),
        header: None,
        assembly: Assembly::default(),
        drafts: Vec::new(),
        refused: Vec::new(),
        lines: 0,
        bills: 0,
        refused_before: 0,
    })
}

impl Receiving<'_> {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// `Input` for a first line that names no columns or too many bills: nothing of such a file is kept.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digest.update(bytes);
        for slice in bytes.chunks(SLICE) {
            let mut records = Vec::new();
            self.reader.push(slice, &mut records);
            self.take(records)?;
            if self.drafts.len() >= BATCH || self.refused.len() >= BATCH {
                self.keep().await?;
            }
        }
        Ok(())
    }

    /// All is there. The same key with the same file again gets the first import.
    ///
    /// # Errors
    /// `Input`, `KeyReused`.
    pub async fn finish(&mut self, key: &IdempotencyKey) -> Result<Job, Error> {
        let mut records = Vec::new();
        std::mem::take(&mut self.reader).finish(&mut records);
        self.take(records)?;
        if self.header.is_none() {
            return Err(header());
        }
        let last = std::mem::take(&mut self.assembly).finish();
        self.drafts.extend(last.bill);
        self.refused.extend(last.refused);
        self.keep().await?;

        let now = self.app.clock.now();
        let digest = self.digest.clone().finish();
        let request = (self.biller, self.atomic, crate::hex::text(digest.as_ref()));
        let mut tx = self.app.db.begin().await.map_err(fault("beginning"))?;
        // A key that is changed for a new one is the same biller.
        let caller = match self.sender {
            Sender::Officer(officer) => officer.to_string(),
            Sender::Key(_) => self.biller.to_string(),
        };
        let claimed = claim::<String>(&mut tx, caller, key, "importBills", &request, now).await?;
        let id = match claimed {
            Claim::New(recorder) => {
                if self.atomic && self.refused_before > 0 {
                    store::bill_import::fail(&mut tx, self.id, "LINES_REFUSED", now).await?;
                } else {
                    store::bill_import::queue(&mut tx, self.id).await?;
                }
                recorder.record(&mut tx, &self.id.to_string()).await?;
                self.id
            }
            Claim::Replay(first) => {
                store::bill_import::discard(&mut tx, self.id).await?;
                Uuid::try_parse(&first).map_err(|error| broken("reading an import", error))?
            }
        };
        tx.commit().await.map_err(fault("committing"))?;
        let found = store::bill_import::find(&mut *self.app.connection().await?, id).await?;
        found.ok_or_else(|| broken("reading an import", "it is gone"))
    }

    fn take(&mut self, records: Vec<Record>) -> Result<(), Error> {
        for record in records {
            let Some(columns) = &self.header else {
                let cells = record.cells.map_err(|_| header())?;
                self.header = Some(Header::parse(&cells).ok_or_else(header)?);
                continue;
            };
            self.lines += 1;
            let assembled = self.assembly.push(columns, record);
            self.drafts.extend(assembled.bill);
            self.refused.extend(assembled.refused);
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), Error> {
        let mut db = self.app.connection().await?;
        let drafts = std::mem::take(&mut self.drafts);
        let mut refused = std::mem::take(&mut self.refused);
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let twice = store::bill_import::keep(&mut db, self.id, &drafts).await?;
        let bills = count(drafts.len() - twice.len());
        self.bills += bills;
        if self.bills > MOST_BILLS {
            let message = "a file has at most 50,000 bills";
            return Err(Error::Input(vec![Finding::new("", "TOO_MANY", message)]));
        }
        refused.extend(twice);
        let lines = std::mem::take(&mut self.lines);
        self.refused_before += count(refused.len());
        store::bill_import::refuse(&mut db, self.id, &refused, MOST_REFUSED).await?;
        store::bill_import::received(&mut db, self.id, lines, bills, count(refused.len())).await
    }

    /// Forgets what arrived of a file that broke off or is refused.
    ///
    /// # Errors
    /// Unavailable when the database is away; a worker then forgets it.
    pub async fn discard(self) -> Result<(), Error> {
        store::bill_import::discard(&mut *self.app.connection().await?, self.id).await
    }
}

fn header() -> Error {
    let message = "the first line names the columns: number, customer_code, due_date, head_code, head_name, amount, and any \
                   of holder, period, rebate_until, rebate_bps, penalty_bps_per_day, penalty_cap_bps";
    Error::Input(vec![Finding::new("", "HEADER", message)])
}

/// An import with the lines it refused.
///
/// # Errors
/// `NotFound`.
pub async fn find_import(
    app: &App,
    id: Uuid,
) -> Result<(Job, Vec<(i64, Option<String>, String)>), Error> {
    let mut db = app.connection().await?;
    let job = store::bill_import::find(&mut db, id).await?.ok_or(Error::NotFound)?;
    let refused = store::bill_import::list_refused(&mut db, id).await?;
    Ok((job, refused))
}
