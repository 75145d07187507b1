//! Demonstration dossiers: invented, one day at the forty counters with the figures of the Hue press of July 2025.
//!
//! They belong to nobody, are all handed over, and tell nobody anything. Written by the same transitions as real ones, so
//! their deadlines and histories hold.

use chrono::{NaiveDate, TimeDelta};
use city_calendar::{Calendar, Rule};
use city_clock::Timestamp;
use city_ids::{AccountId, Ids};
use sqlx::PgPool;
use uuid::Uuid;

use crate::domain::dossier::{
    Actor, Channel, Dossier, DossierCode, Happening, Refusal, Status, Step, Term,
};
use crate::error::{Error, broken, fault};
use crate::store::dossier::demo::{self, Counter, DemoDossier, Published};

/// The day of the figures: 1 July 2025, 07:30 in Hue.
const OPENING: i64 = 1_751_329_800;
/// Filed that day, and decided that day, at three counters of which the press tells; by ward.
const TOLD: [(&str, usize, usize); 3] = [("19867", 83, 20), ("19804", 12, 11), ("19858", 12, 11)];
/// In the whole city.
const RECEIVED: usize = 526;
const RESOLVED: usize = 126;
/// Nobody's account: real ones carry a time.
const CLERK: AccountId = AccountId::restore(Uuid::from_u128(3));

/// Fills in the demonstration and says how many dossiers it made: all, or none when they are there.
///
/// # Errors
/// Unavailable when the database is away; a fault without counters, a calendar or a procedure.
pub async fn seed_demo(db: &PgPool, at: Timestamp) -> Result<u64, Error> {
    let mut tx = db.begin().await.map_err(fault("beginning the demonstration"))?;
    let counters = demo::counters(&mut tx).await?;
    let published = demo::published(&mut tx).await?;
    let missing = || broken("seeding the demonstration", "there is no calendar or no procedure");
    let published = published.ok_or_else(missing)?;
    let calendar = Calendar::from_value(&published.calendar)
        .map_err(|error| broken("reading the calendar", error))?;
    let dossiers = Day { calendar: &calendar, published: &published }.dossiers(&counters)?;
    let made = demo::insert(&mut tx, &published, &dossiers, at).await?;
    tx.commit().await.map_err(fault("committing the demonstration"))?;
    Ok(made)
}

/// What each counter took in and decided that day.
fn shares(counters: &[Counter]) -> Vec<(usize, usize)> {
    let told = |counter: &Counter| TOLD.iter().find(|(ward, _, _)| *ward == counter.ward);
    let others = counters.iter().filter(|counter| told(counter).is_none()).count().max(1);
    let sum = |of: fn(&(&str, usize, usize)) -> usize| TOLD.iter().map(of).sum::<usize>();
    let received = RECEIVED.saturating_sub(sum(|row| row.1));
    let resolved = RESOLVED.saturating_sub(sum(|row| row.2));
    let mut index = 0;
    let mut share = |counter: &Counter| {
        if let Some((_, received, resolved)) = told(counter) {
            return (*received, *resolved);
        }
        index += 1;
        let even = |all: usize| all / others + usize::from(index <= all % others);
        (even(received), even(resolved))
    };
    counters.iter().map(&mut share).collect()
}

struct Day<'a> {
    calendar: &'a Calendar,
    published: &'a Published,
}

impl Day<'_> {
    fn dossiers(&self, counters: &[Counter]) -> Result<Vec<DemoDossier>, Error> {
        let ids = Ids::seeded(526); // the same ids everywhere
        let opening = Timestamp::from_timestamp(OPENING, 0)
            .ok_or_else(|| broken("seeding the demonstration", "the day does not exist"))?;
        let mut dossiers = Vec::with_capacity(RECEIVED);
        for (counter, (received, resolved)) in counters.iter().zip(shares(counters)) {
            for n in 0..received {
                let filed = opening + minutes(n * 4);
                let same_day = n < resolved;
                let days = if same_day { 0 } else { 1 + i64::try_from(n % 3).unwrap_or(0) };
                let decided = filed + minutes(120) + TimeDelta::days(days);
                let dossier = self.dossier(ids.next(filed), counter, n, (filed, decided));
                dossiers.push(dossier.map_err(Error::from)?);
            }
        }
        Ok(dossiers)
    }

    /// Filed, accepted, decided and handed over.
    fn dossier(
        &self,
        id: city_ids::DossierId,
        counter: &Counter,
        n: usize,
        (filed, decided): (Timestamp, Timestamp),
    ) -> Result<DemoDossier, Refusal> {
        let by = Actor::Staff(CLERK);
        let channel = if n % 5 < 3 { Channel::Online } else { Channel::InPerson };
        let number = i32::try_from(n + 1).unwrap_or(i32::MAX);
        let code = DossierCode::new(&counter.agency, day(), number);
        let term = Term {
            rule: Rule::WorkingDays { n: 3 },
            calendar: self.calendar.code().to_owned(),
            calendar_version: i32::try_from(self.calendar.version()).unwrap_or(i32::MAX),
        };
        let mut story = Story { dossier: self.draft(id, counter, channel), happenings: Vec::new() };
        story.take(|dossier| dossier.submit(by, code, None, filed))?;
        let taken_in = filed + minutes(5);
        story.take(|dossier| dossier.accept(by, term, self.calendar, taken_in))?;
        story.take(|dossier| dossier.start(by, CLERK, taken_in + minutes(5)))?;
        story.take(|dossier| dossier.finish(by, None, None, decided))?;
        story.take(|dossier| dossier.hand_over(by, decided + minutes(10)))?;
        Ok(DemoDossier { dossier: story.dossier, happenings: story.happenings })
    }

    fn draft(&self, id: city_ids::DossierId, counter: &Counter, channel: Channel) -> Dossier {
        Dossier {
            id,
            version: 1,
            code: None,
            account: None,
            channel,
            status: Status::Draft,
            procedure: self.published.procedure.clone(),
            receiving: counter.agency.clone(),
            competent: counter.parent.clone(),
            ward: Some(counter.ward.clone()),
            assignee: None,
            outcome: None,
            term: None,
            submitted_at: None,
            accepted_at: None,
            due_at: None,
            first_due_at: None,
            remaining: None,
            promised_on: None,
            late_flagged_at: None,
            due_soon_at: None,
            processed_at: None,
            returned_at: None,
            ended_at: None,
            refund_due: false,
            resumable: None,
            segments: Vec::new(),
            bills: Vec::new(),
            rounds: Vec::new(),
            transfer: None,
            happenings: 0,
        }
    }
}

/// A dossier on its way, with all that happened to it.
struct Story {
    dossier: Dossier,
    happenings: Vec<Happening>,
}

impl Story {
    fn take(&mut self, step: impl FnOnce(Dossier) -> Result<Step, Refusal>) -> Result<(), Refusal> {
        let Step { dossier, happenings } = step(self.dossier.clone())?;
        self.dossier = Dossier { version: dossier.version + 1, ..dossier };
        self.happenings.extend(happenings);
        Ok(())
    }
}

fn minutes(count: usize) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(count).unwrap_or(0))
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 7, 1).unwrap_or_default()
}
