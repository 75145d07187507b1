//! Live updates: outbox → Redis streams → one reader → topics → groups → bounded queues → sockets.
//!
//! The protocol is `graphql-transport-ws`. Queries and mutations run over the socket under the rules of a POST. Nothing is
//! replayed: a client that returns begins with the present state.

mod connection;
mod drain;
mod execute;
mod groups;
#[cfg(test)]
mod groups_tests;
mod outbox;
mod protocol;
mod reader;
mod sockets;
mod topics;
#[cfg(test)]
mod topics_tests;
mod upgrade;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use city_auth::Principal;
use city_boot::Worker;
use city_clients::AppHeaders;
use city_contracts::common::Locale;
use city_ids::Ids;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;
use groups::Groups;
use sockets::{SessionWatch, Sockets};

pub use upgrade::intercept;

/// Who asks over a socket.
#[derive(Debug, Clone)]
struct Caller {
    principal: Principal,
    locale: Locale,
    /// Privacy: for limits only.
    address: IpAddr,
    app: AppHeaders,
}

/// What sockets stand on.
pub struct Live {
    app: App,
    ids: Arc<Ids>,
    groups: Arc<Groups>,
    sockets: Arc<Sockets>,
    tasks: TaskTracker,
    draining: CancellationToken,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("groups", &self.groups).finish_non_exhaustive()
    }
}

impl Live {
    /// Live updates of a gateway.
    pub fn new(app: App, ids: Arc<Ids>) -> Arc<Self> {
        let tasks = TaskTracker::new();
        let groups = Groups::new(tasks.clone());
        let (sockets, draining) = (Arc::default(), CancellationToken::new());
        Arc::new(Self { app, ids, groups, sockets, tasks, draining })
    }

    /// The work behind the sockets: reading events, watching sessions, ending in good order.
    pub fn workers(&self) -> Vec<Arc<dyn Worker>> {
        vec![
            Arc::new(reader::Reader::new(
                self.app.redis.clone(),
                Arc::clone(&self.groups),
                self.app.cache.clone(),
            )),
            Arc::new(SessionWatch::new(Arc::clone(&self.sockets), Arc::clone(&self.app.who))),
            Arc::new(drain::Sentinel(self.draining.clone())),
            Arc::new(drain::Drain { draining: self.draining.clone(), tasks: self.tasks.clone() }),
        ]
    }
}
