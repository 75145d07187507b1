//! Watches over what backs the wallets, batch by batch. It alarms, and blocks nothing.

use chrono::{Days, NaiveDate};
use city_clock::{Timestamp, hue_day};
use city_contracts::payments::BackingEvent;
use city_money::Vnd;
use city_receipt::derive;
use sqlx::PgConnection;
use tokio::sync::watch;

use super::election::{STATEMENT_PATIENCE, within};
use crate::domain::backing::Backing;
use crate::domain::ledger::{Sealed, Writes};
use crate::domain::limits::midnight;
use crate::domain::working_days::younger_than;
use crate::events;
use crate::store;

/// Days back that certainly hold ten working days, the most that can be configured.
const FAR: Days = Days::new(40);

/// The sums of the instance that writes.
pub struct BackingWatch {
    told: watch::Sender<Option<Backing>>,
    /// Working days after which what a provider owes backs nothing any more.
    days: i32,
    /// Since when the wallets are short, as far as was alarmed.
    alarmed: bool,
    /// The present day, and the first day whose payments are young on it.
    young: Option<(NaiveDate, NaiveDate)>,
}

impl BackingWatch {
    pub const fn new(told: watch::Sender<Option<Backing>>, days: i32) -> Self {
        Self { told, days, alarmed: false, young: None }
    }

    /// Nothing is known any more.
    pub fn forget(&self) {
        self.told.send_replace(None);
    }

    /// Adds everything up, before the first batch of a leadership. Where that fails, payments go on without it.
    pub async fn begin(&mut self, db: &mut PgConnection, now: Timestamp) {
        let since = hue_day(now).checked_sub_days(FAR).map_or(now, midnight);
        let sums = within(STATEMENT_PATIENCE, store::backing::sums(db, since)).await;
        let sums = sums.map_err(|error| {
            let chain = city_http::chain(&error);
            tracing::error!(error.chain = chain, "What backs the wallets could not be added up");
        });
        self.alarmed = false;
        self.told.send_replace(sums.ok());
    }

    /// The sums after a batch that is not written yet. The first batch after which the wallets are short tells so.
    pub fn judge(&mut self, writes: &mut Writes, sealed: &Sealed) -> Option<Backing> {
        let next = self.told.borrow().as_ref().map(|sums| sums.after(writes, sealed.hash))?;
        let today = hue_day(writes.at);
        let since = match self.young {
            Some((day, since)) if day == today => since,
            _ => younger_than(today, self.days),
        };
        self.young = Some((today, since));
        let short = next.shortfall(since);
        if short > 0 && !self.alarmed {
            tracing::error!(backing.short_dong = short, "The wallets hold more than backs them");
            if let Some(leg) = writes.transfers.first() {
                let id = derive("event.backing.short", leg.posting);
                writes.events.push(events::event(id, "BackingShort", &body(&next, today, since)));
            }
        }
        self.alarmed = short > 0;
        Some(next)
    }

    /// The batch is written.
    pub fn keep(&self, sums: Option<Backing>) {
        self.told.send_replace(sums);
    }
}

/// What is told of the sums on a day.
pub fn body(sums: &Backing, day: NaiveDate, since: NaiveDate) -> BackingEvent {
    BackingEvent {
        day,
        batch: sums.batch,
        wallets: Vnd::new(sums.wallets),
        guarantee: Vnd::new(sums.guarantee),
        transit: Vnd::new(sums.transit(since)),
    }
}
