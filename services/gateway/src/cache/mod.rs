//! Kept answers: what is the same for everybody is fetched once and given to all, for seconds.
//!
//! Only answers to queries without errors come in here, made by calls under the anonymous principal to services which said
//! that everybody may be given the same; so nobody's own data can.

mod entry;
mod tags;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_graphql::{Response, Value};
use chrono::TimeDelta;
use city_clients::{AppHeaders, Keeping};
use city_clock::{SharedClock, Timestamp};
use city_contracts::common::Locale;
use city_contracts::problem::Kind;
use tokio_util::task::TaskTracker;

pub use entry::Entry;
use entry::Use;
pub use tags::Tag;

use crate::lru::Lru;
use crate::prepare::TextHash;
use crate::schema;
use crate::who::Flights;

const ROOM_BYTES: usize = 64 * 1024 * 1024;
const LARGEST_BODY: usize = 256 * 1024;
/// What an entry weighs beside its body: key, tags, places in maps.
const OVERHEAD_BYTES: usize = 1_024;
/// A service may answer from before an event for about this long after it; what it says then is kept for the shortest time.
const SETTLING: TimeDelta = TimeDelta::seconds(3);
const SETTLING_MAX_AGE: u32 = 1;

/// What makes two questions the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub document: TextHash,
    pub operation: Option<String>,
    /// The coerced variables as sorted JSON.
    pub variables: String,
    pub locale: Locale,
    pub app: AppHeaders,
}

/// An answer just made, and what the services said about keeping it.
#[derive(Debug)]
pub struct Fresh {
    pub response: Response,
    pub keeping: Keeping,
}

/// What somebody is given.
#[derive(Debug, Clone)]
pub enum Given {
    /// An answer that others are given too.
    Kept(Arc<Entry>),
    /// An answer of this moment.
    Passing(Arc<Response>),
}

/// The kept answers of one gateway.
pub struct ResponseCache {
    clock: SharedClock,
    kept: Mutex<Kept>,
    fetching: Flights<Arc<Key>, Given>,
    tasks: TaskTracker,
}

impl fmt::Debug for ResponseCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResponseCache")
    }
}

struct Kept {
    entries: Lru<Arc<Key>, Arc<Entry>>,
    drops: Drops,
}

/// What was dropped when: an answer fetched before is none any more, also if it arrives later.
#[derive(Default)]
struct Drops {
    count: u64,
    of_all: Option<Drop>,
    of_tags: HashMap<Tag, Drop>,
}

#[derive(Clone, Copy)]
struct Drop {
    number: u64,
    at: Timestamp,
}

impl Drops {
    fn next(&mut self, at: Timestamp) -> Drop {
        self.count += 1;
        Drop { number: self.count, at }
    }

    fn concerning<'a>(&'a self, tags: &'a [Tag]) -> impl Iterator<Item = Drop> + 'a {
        tags.iter().filter_map(|tag| self.of_tags.get(tag).copied()).chain(self.of_all)
    }

    fn outdate(&self, entry: &Entry) -> bool {
        self.concerning(&entry.tags).any(|drop| drop.number > entry.born)
    }
}

impl ResponseCache {
    pub fn new(clock: SharedClock) -> Arc<Self> {
        let kept = Kept { entries: Lru::with_room(ROOM_BYTES), drops: Drops::default() };
        let (fetching, tasks) = (Flights::default(), TaskTracker::new());
        Arc::new(Self { clock, kept: Mutex::new(kept), fetching, tasks })
    }

    /// The answer to a question: a kept one, or a new one that everybody who asks meanwhile waits for.
    pub async fn answer<F>(
        self: &Arc<Self>,
        key: Key,
        tags: impl FnOnce() -> Vec<Tag>,
        fetch: impl FnOnce() -> F,
    ) -> Given
    where
        F: Future<Output = Fresh> + Send + 'static,
    {
        let key = Arc::new(key);
        let now = self.clock.now();
        let known = self.find(&key).map(|entry| (entry.usable(now), entry));
        match &known {
            Some((Use::Fresh | Use::Resting, entry)) => return Given::Kept(Arc::clone(entry)),
            Some((Use::Stale, entry)) => {
                if entry.begins_refresh() {
                    self.refresh(key, Arc::clone(entry), tags(), fetch());
                }
                return Given::Kept(Arc::clone(entry));
            }
            Some((Use::IfDown | Use::Over, _)) | None => {}
        }
        let given = self.join(key, tags(), fetch()).await;
        match (given, known) {
            (Given::Passing(response), Some((Use::IfDown, entry))) if is_down(&response) => {
                entry.rests(self.clock.now());
                Given::Kept(entry)
            }
            (given, _) => given,
        }
    }

    /// Seconds since a kept answer was fetched.
    pub fn age_seconds(&self, entry: &Entry) -> u64 {
        entry.age_seconds(self.clock.now())
    }

    /// Something changed: what was made of it is not given any more.
    pub fn drop_tags(&self, tags: impl IntoIterator<Item = Tag>) {
        let at = self.clock.now();
        let mut kept = self.lock();
        for tag in tags {
            let drop = kept.drops.next(at);
            kept.drops.of_tags.insert(tag, drop);
        }
    }

    /// Events were lost on the way: anything may have changed.
    pub fn drop_all(&self) {
        let at = self.clock.now();
        let mut kept = self.lock();
        kept.drops.of_all = Some(kept.drops.next(at));
    }

    fn find(&self, key: &Arc<Key>) -> Option<Arc<Entry>> {
        let mut kept = self.lock();
        let entry = Arc::clone(kept.entries.get(key)?);
        if kept.drops.outdate(&entry) {
            kept.entries.remove(key);
            return None;
        }
        Some(entry)
    }

    fn refresh(
        self: &Arc<Self>,
        key: Arc<Key>,
        old: Arc<Entry>,
        tags: Vec<Tag>,
        fetch: impl Future<Output = Fresh> + Send + 'static,
    ) {
        let cache = Arc::clone(self);
        self.tasks.spawn(async move {
            cache.join(key, tags, fetch).await;
            old.ends_refresh();
        });
    }

    async fn join(
        &self,
        key: Arc<Key>,
        tags: Vec<Tag>,
        fetch: impl Future<Output = Fresh>,
    ) -> Given {
        let fetched = async {
            let born = self.lock().drops.count;
            let fresh = fetch.await;
            self.keep(&key, tags, born, fresh)
        };
        self.fetching.join(Arc::clone(&key), fetched).await
    }

    fn keep(&self, key: &Arc<Key>, tags: Vec<Tag>, born: u64, fresh: Fresh) -> Given {
        let Fresh { response, keeping } = fresh;
        let passing = |response| Given::Passing(Arc::new(response));
        let Keeping::Public(max_age @ 1..) = keeping else { return passing(response) };
        if !response.errors.is_empty() {
            return passing(response);
        }
        let Ok(body) = serde_json::to_vec(&response) else { return passing(response) };
        if body.len() > LARGEST_BODY {
            return passing(response);
        }
        let now = self.clock.now();
        let bytes = body.len() + key.variables.len() + OVERHEAD_BYTES;
        let mut kept = self.lock();
        let is_settling = kept.drops.concerning(&tags).any(|drop| now - drop.at < SETTLING);
        let max_age = if is_settling { SETTLING_MAX_AGE } else { max_age };
        let entry = Arc::new(Entry::new(body, tags, born, now, max_age));
        kept.entries.keep(Arc::clone(key), Arc::clone(&entry), bytes);
        Given::Kept(entry)
    }

    /// A thread that died while holding the lock leaves a cache that is at worst incomplete.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a service that had to answer did not.
fn is_down(response: &Response) -> bool {
    let code = |error: &async_graphql::ServerError| match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    };
    let down = [schema::code(Kind::Unavailable), schema::code(Kind::Internal)];
    response.errors.iter().filter_map(code).any(|code| down.contains(&code.as_str()))
}
