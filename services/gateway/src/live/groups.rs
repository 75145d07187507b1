//! Who sees the same thing shares its work: a group resolves once an event and sends the same bytes to all its members.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use city_auth::{Principal, PrincipalKind};
use city_contracts::common::Locale;
use city_ids::AccountId;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::outbox::{Outbox, Over, Serial};
use super::topics::Topic;
use crate::prepare::TextHash;

/// Groups that resolve at the same time.
const AT_ONCE: usize = 64;
/// A failed resolve is tried again after one second, two, four, …; then the next event does it.
const TRIES: u32 = 5;
/// After a gap everybody is resolved anew, over this time.
const SPREAD: Duration = Duration::from_secs(10);

/// As whom a group sees.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Viewer {
    Anyone,
    Person { account: AccountId, kind: PrincipalKind, actor: Option<AccountId>, degraded: bool },
}

impl Viewer {
    pub fn of(principal: &Principal) -> Self {
        match principal.account {
            None => Self::Anyone,
            Some(account) => {
                let Principal { kind, actor, degraded, .. } = *principal;
                Self::Person { account, kind, actor, degraded }
            }
        }
    }
}

/// What makes two subscriptions the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GroupKey {
    pub topic: Topic,
    pub document: TextHash,
    pub operation: Option<String>,
    /// The coerced variables as sorted JSON.
    pub variables: String,
    pub viewer: Viewer,
    pub locale: Locale,
}

/// What a subscription shows now.
#[derive(Debug, Clone)]
pub enum Resolved {
    /// An execution result as JSON, and the version of what it shows, if that has one.
    Value { result: Arc<str>, version: Option<i64> },
    /// There is no such thing, or this viewer may not know of it.
    Gone,
    /// Not now; the `errors`.
    Failed { errors: Value },
}

/// Runs a subscription's selection once, as one member.
pub type Resolve = Arc<dyn Fn() -> BoxFuture<'static, Resolved> + Send + Sync>;

/// All groups of this gateway.
pub struct Groups {
    index: Mutex<Index>,
    places: Semaphore,
    tasks: TaskTracker,
    members: AtomicU64,
}

impl fmt::Debug for Groups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Groups({} topics)", self.lock().0.len())
    }
}

/// Groups by topic, so that an event finds its own at once.
#[derive(Default)]
struct Index(HashMap<Topic, HashMap<Arc<GroupKey>, Group>>);

impl Index {
    fn find(&mut self, key: &GroupKey) -> Option<&mut Group> {
        self.0.get_mut(&key.topic)?.get_mut(key)
    }

    /// The same group as before, not a later one under the same key.
    fn same(&mut self, key: &GroupKey, id: u64) -> Option<&mut Group> {
        self.find(key).filter(|group| group.id == id)
    }

    fn remove(&mut self, key: &GroupKey) {
        if let Some(groups) = self.0.get_mut(&key.topic) {
            groups.remove(key);
            if groups.is_empty() {
                self.0.remove(&key.topic);
            }
        }
    }
}

struct Group {
    /// Its first member's number.
    id: u64,
    members: HashMap<u64, Member>,
    is_running: bool,
    /// Something changed while it was resolving.
    is_dirty: bool,
}

struct Member {
    outbox: Arc<Outbox>,
    serial: Serial,
    resolve: Resolve,
    /// What was sent last; none while held back until the snapshot is there.
    sent: Option<Sent>,
    /// What came while held back.
    held: Held,
}

#[derive(Default)]
enum Held {
    #[default]
    Nothing,
    News(Sent),
    /// It may not be shown any more, whatever the snapshot saw.
    Gone,
}

#[derive(Clone)]
struct Sent {
    result: Arc<str>,
    version: Option<i64>,
}

impl Sent {
    /// Versions only rise; what has no version must at least differ.
    fn is_news_after(&self, last: &Self) -> bool {
        match (self.version, last.version) {
            (Some(new), Some(old)) => new > old,
            _ => self.result != last.result,
        }
    }
}

/// A member's place in its group; leaving is dropping it.
pub struct Membership {
    groups: Arc<Groups>,
    key: Arc<GroupKey>,
    member: u64,
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Membership({})", self.member)
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut groups = self.groups.lock();
        let Some(group) = groups.find(&self.key) else { return };
        let gone = group.members.remove(&self.member);
        if group.members.is_empty() {
            groups.remove(&self.key);
        }
        drop(groups);
        drop(gone);
    }
}

impl Groups {
    pub fn new(tasks: TaskTracker) -> Arc<Self> {
        let (index, places) = (Mutex::default(), Semaphore::new(AT_ONCE));
        Arc::new(Self { index, places, tasks, members: AtomicU64::new(0) })
    }

    /// Registers a subscription, held back; runs it once as the caller, which is the authorisation; sends that first; then
    /// lets updates through. What happens in between is not lost.
    pub async fn subscribe(
        self: &Arc<Self>,
        key: GroupKey,
        resolve: Resolve,
        outbox: &Arc<Outbox>,
        serial: Serial,
    ) {
        let membership = self.register(key, Arc::clone(&resolve), outbox, serial);
        let (key, member) = (Arc::clone(&membership.key), membership.member);
        if let Some(unwanted) = outbox.attach(serial, membership) {
            drop(unwanted); // the client completed it already
            return;
        }
        let snapshot = self.resolve(&resolve).await;
        let over = match snapshot {
            Resolved::Value { result, version } => {
                self.release(&key, member, Sent { result, version })
            }
            Resolved::Gone => outbox.complete(serial),
            Resolved::Failed { errors } => outbox.fail(serial, &errors),
        };
        drop(over);
    }

    /// Something about a topic changed.
    pub fn notify(self: &Arc<Self>, topic: Topic) {
        let touched: Vec<_> =
            self.lock().0.get(&topic).into_iter().flat_map(HashMap::keys).map(Arc::clone).collect();
        for key in touched {
            self.refresh(key);
        }
    }

    /// Events were lost: everything is resolved anew, spread over some seconds.
    pub fn refresh_all(self: &Arc<Self>) {
        let all: Vec<_> = self.lock().0.values().flat_map(HashMap::keys).map(Arc::clone).collect();
        let Ok(count) = u32::try_from(all.len()) else { return };
        if count == 0 {
            return;
        }
        let groups = Arc::clone(self);
        self.tasks.spawn(async move {
            for key in all {
                groups.refresh(key);
                tokio::time::sleep(SPREAD / count).await;
            }
        });
    }

    fn register(
        self: &Arc<Self>,
        key: GroupKey,
        resolve: Resolve,
        outbox: &Arc<Outbox>,
        serial: Serial,
    ) -> Membership {
        let key = Arc::new(key);
        let member = self.members.fetch_add(1, Ordering::Relaxed);
        let joining =
            Member { outbox: Arc::clone(outbox), serial, resolve, sent: None, held: Held::Nothing };
        let new =
            || Group { id: member, members: HashMap::new(), is_running: false, is_dirty: false };
        let mut groups = self.lock();
        let of_topic = groups.0.entry(key.topic).or_default();
        of_topic.entry(Arc::clone(&key)).or_insert_with(new).members.insert(member, joining);
        drop(groups);
        Membership { groups: Arc::clone(self), key, member }
    }

    fn release(&self, key: &GroupKey, member: u64, snapshot: Sent) -> Option<Over> {
        let mut groups = self.lock();
        let member = groups.find(key)?.members.get_mut(&member)?;
        match std::mem::take(&mut member.held) {
            Held::Gone => return member.outbox.complete(member.serial),
            Held::Nothing => member.send(snapshot),
            Held::News(news) => {
                member.send(snapshot);
                member.offer(news);
            }
        }
        None
    }

    /// One resolve running and one pending a group.
    fn refresh(self: &Arc<Self>, key: Arc<GroupKey>) {
        let mut index = self.lock();
        let Some(group) = index.find(&key) else { return };
        if group.is_running {
            group.is_dirty = true;
            return;
        }
        group.is_running = true;
        let id = group.id;
        drop(index);
        let groups = Arc::clone(self);
        self.tasks.spawn(async move { groups.run(&key, id).await });
    }

    async fn run(&self, key: &GroupKey, id: u64) {
        let mut failures = 0;
        while let Some(resolve) = self.any_resolve(key, id) {
            let resolved = self.resolve(&resolve).await;
            if matches!(resolved, Resolved::Failed { .. }) && failures < TRIES {
                tokio::time::sleep(Duration::from_secs(1 << failures)).await;
                failures += 1;
                continue;
            }
            failures = 0;
            let over = self.deliver(key, id, resolved);
            drop(over);
            if self.is_done(key, id) {
                return;
            }
        }
    }

    fn any_resolve(&self, key: &GroupKey, id: u64) -> Option<Resolve> {
        let mut groups = self.lock();
        let group = groups.same(key, id)?;
        group.is_dirty = false; // what happens from here on is seen by the resolve, or makes it dirty again
        group.members.values().next().map(|member| Arc::clone(&member.resolve))
    }

    fn is_done(&self, key: &GroupKey, id: u64) -> bool {
        let mut groups = self.lock();
        let Some(group) = groups.same(key, id) else { return true };
        group.is_running = group.is_dirty;
        !group.is_dirty
    }

    async fn resolve(&self, resolve: &Resolve) -> Resolved {
        let place = self.places.acquire().await;
        let resolved = resolve().await;
        drop(place);
        resolved
    }

    /// Sends under the lock, so that nothing overtakes a snapshot; what is over is dropped by the caller, outside of it.
    fn deliver(&self, key: &GroupKey, id: u64, resolved: Resolved) -> Vec<Over> {
        let mut groups = self.lock();
        let Some(group) = groups.same(key, id) else { return Vec::new() };
        let members = group.members.values_mut();
        match resolved {
            Resolved::Value { result, version } => {
                members
                    .for_each(|member| member.offer(Sent { result: Arc::clone(&result), version }));
                Vec::new()
            }
            Resolved::Gone => members.filter_map(Member::end).collect(),
            Resolved::Failed { .. } => Vec::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    fn send(&mut self, new: Sent) {
        self.outbox.update(self.serial, &new.result);
        self.sent = Some(new);
    }

    fn offer(&mut self, new: Sent) {
        match (&self.sent, &self.held) {
            (Some(last), _) if new.is_news_after(last) => self.send(new),
            (None, Held::News(last)) if new.is_news_after(last) => self.held = Held::News(new),
            (None, Held::Nothing) => self.held = Held::News(new),
            (Some(_), _) | (None, Held::News(_) | Held::Gone) => {}
        }
    }

    fn end(&mut self) -> Option<Over> {
        if self.sent.is_some() {
            return self.outbox.complete(self.serial);
        }
        self.held = Held::Gone;
        None
    }
}
