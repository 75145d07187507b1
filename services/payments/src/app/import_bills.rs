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
pub use crate::domain::bill_file::Format;
use crate::domain::bill_file::{Arrived, NoHeader, Reading};
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
    reading: Reading,
    arrived: Arrived,
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
    format: Format,
) -> Result<Receiving<'_>, Error> {
    let now = app.clock.now();
    let id = app.ids.uuid(now);
    let mut db = app.connection().await?;
    store::bill_import::begin(&mut db, id, biller, sender, atomic, now).await?;
    let mut digest = Context::new(&SHA256);
    if format == Format::Json {
        digest.update(b"JSON\n"); // the same bytes read in another way are another request
    }
    Ok(Receiving {
        app,
        sender,
        biller,
        id,
        atomic,
        digest,
        reading: Reading::new(format),
        arrived: Arrived::default(),
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
            self.reading.push(slice, &mut self.arrived).map_err(header)?;
            if self.arrived.bills.len().max(self.arrived.refused.len()) >= BATCH {
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
        self.reading.finish(&mut self.arrived).map_err(header)?;
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

    async fn keep(&mut self) -> Result<(), Error> {
        let mut db = self.app.connection().await?;
        let Arrived { lines, bills: drafts, mut refused } = std::mem::take(&mut self.arrived);
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        let twice = store::bill_import::keep(&mut db, self.id, &drafts).await?;
        let bills = count(drafts.len() - twice.len());
        self.bills += bills;
        if self.bills > MOST_BILLS {
            let message = "a file has at most 50,000 bills";
            return Err(Error::Input(vec![Finding::new("", "TOO_MANY", message)]));
        }
        refused.extend(twice);
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

fn header(NoHeader: NoHeader) -> Error {
    let message = "the first line names the columns: number, customer_code, due_date, head_code, head_name, amount, and any \
                   of holder, period, rebate_until, rebate_bps, rebate_fixed, penalty_bps_per_day, penalty_fixed, \
                   penalty_cap_bps";
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
