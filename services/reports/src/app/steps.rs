//! Writes what a transition did: row, timeline, stops, timers and outbox, in the caller's transaction.

use city_calendar::Stop;
use city_clock::Timestamp;
use city_events::outbox;
use sqlx::PgConnection;

use crate::domain::{Action, Actor, Head, Report, Salt, StopChange, Transitioned, seal};
use crate::error::{Error, fault};
use crate::events;
use crate::reference::Reference;
use crate::store;
use crate::store::row::Stored;
use crate::store::timeline::NewRow;

use super::App;

/// One step, who took it, and what they wrote to it.
#[derive(Debug)]
pub struct Taken<'a> {
    pub step: Transitioned,
    pub by: Actor,
    pub text: Option<&'a str>,
}

impl<'a> Taken<'a> {
    pub const fn new(step: Transitioned, by: Actor) -> Self {
        Self { step, by, text: None }
    }

    #[must_use]
    pub fn with_text(self, text: Option<&'a str>) -> Self {
        Self { text, ..self }
    }
}

/// The rows of the timeline for these steps, behind `head`, and the new head.
pub fn chain<'a>(
    app: &App,
    report: &Report,
    head: Head,
    steps: &[Taken<'a>],
) -> Result<(Vec<NewRow<'a>>, Head), Error> {
    let mut head = head;
    let mut rows = Vec::with_capacity(steps.len());
    for taken in steps {
        let entry = taken.step.entry(&taken.by);
        let (seq, at, meta) = (head.seq + 1, taken.step.event.at, entry.meta());
        let meta_salt: Salt = app.ids.bytes();
        let text = taken.text.map(|text| (text, app.ids.bytes::<16>()));
        let sealed = text.as_ref().map(|(text, salt)| (*text, salt));
        let link =
            seal(report.facts().code, (seq, at), (&meta, &meta_salt), sealed, head.hash).map_err(
                |error| Error::Internal { doing: "sealing a timeline row", source: error.into() },
            )?;
        head = Head { seq, hash: link.hash };
        let (actor_kind, actor) = (taken.by.role().as_str(), taken.by.account());
        rows.push(NewRow {
            seq,
            at,
            actor_kind,
            actor,
            visibility: entry.visibility,
            meta,
            meta_salt,
            text,
            link,
        });
    }
    Ok((rows, head))
}

/// Writes steps that led from the locked row `before` to `after`.
pub async fn write(
    app: &App,
    db: &mut PgConnection,
    before: &Stored,
    after: &Report,
    steps: &[Taken<'_>],
) -> Result<(), Error> {
    let id = after.id();
    let (rows, head) = chain(app, after, before.head, steps)?;
    store::report::update(db, after, before.report.version(), head).await?;
    for row in &rows {
        store::timeline::insert(db, id, row).await?;
    }
    for taken in steps {
        match taken.step.stop {
            Some(StopChange::Opened(kind)) => {
                store::stop::open(db, id, kind, taken.step.event.at).await?;
            }
            Some(StopChange::Ended(_)) => {
                store::stop::end(db, id, taken.step.event.at).await?;
            }
            None => {}
        }
    }
    let window = app.config.contest_window();
    let timers = after.timers(window);
    if timers != before.report.timers(window) {
        store::timer::replace(db, id, &timers).await?;
    }
    announce(app, db, after, steps).await
}

/// Tells the world, once the transaction commits.
pub async fn announce(
    app: &App,
    db: &mut PgConnection,
    after: &Report,
    steps: &[Taken<'_>],
) -> Result<(), Error> {
    for taken in steps {
        let event = &taken.step.event;
        if let Some(envelope) = events::public(app.ids.next(event.at), event, after.is_listed()) {
            outbox::push(db, &envelope).await.map_err(fault("writing the outbox"))?;
        }
    }
    Ok(())
}

/// When the report would be due after `action`: with the stop that the action opens or ends.
pub fn due_after(
    reference: &Reference,
    stored: &Stored,
    action: Action,
    at: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let change = stored.report.stop_change(action);
    if change.is_none() {
        return Ok(stored.report.facts().due_at);
    }
    let mut stops: Vec<_> =
        stored.stops.iter().map(|stop| Stop { from: stop.from, to: stop.to }).collect();
    match change {
        Some(StopChange::Opened(_)) => stops.push(Stop { from: at, to: None }),
        Some(StopChange::Ended(_)) => {
            for stop in stops.iter_mut().filter(|stop| stop.to.is_none()) {
                stop.to = Some(at.max(stop.from));
            }
        }
        None => {}
    }
    reference.due(stored.target, stored.report.facts().anchor_at, &stops)
}
