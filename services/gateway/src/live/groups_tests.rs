use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::DateTime;
use city_contracts::common::Locale;
use city_ids::Ids;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

use super::groups::{GroupKey, Groups, Resolve, Resolved, Viewer};
use super::outbox::{Outbox, Outgoing};
use super::protocol;
use super::topics::Topic;
use crate::prepare::TextHash;

/// Looks at something as the test plays it: each look waits for its answer.
struct Stage {
    groups: Arc<Groups>,
    topic: Topic,
    outbox: Arc<Outbox>,
    looks: Arc<AtomicUsize>,
    answers: mpsc::UnboundedSender<Resolved>,
    resolve: Resolve,
}

impl Stage {
    fn new() -> Self {
        let (answers, given) = mpsc::unbounded_channel();
        let (given, looks) =
            (Arc::new(tokio::sync::Mutex::new(given)), Arc::new(AtomicUsize::new(0)));
        let counted = Arc::clone(&looks);
        let resolve: Resolve = Arc::new(move || {
            let (given, counted) = (Arc::clone(&given), Arc::clone(&counted));
            Box::pin(async move {
                counted.fetch_add(1, Ordering::SeqCst);
                let answer = given.lock().await.recv().await;
                answer.unwrap_or(Resolved::Failed { errors: Value::Null })
            })
        });
        let topic = Topic::Report(Ids::seeded(1).next(DateTime::UNIX_EPOCH));
        let groups = Groups::new(TaskTracker::new());
        Self { groups, topic, outbox: Arc::default(), looks, answers, resolve }
    }

    fn key(&self) -> GroupKey {
        GroupKey {
            topic: self.topic,
            document: TextHash::of("subscription"),
            operation: None,
            variables: "{}".into(),
            viewer: Viewer::Anyone,
            locale: Locale::Vi,
        }
    }

    fn shows(&self, version: i64) {
        let result = json!({ "v": version }).to_string().into();
        self.answers.send(Resolved::Value { result, version: Some(version) }).unwrap();
    }

    /// Subscribes under a name; the returned task ends when the snapshot is sent.
    fn subscribe(&self, name: &str) -> impl Future<Output = ()> + use<> {
        let (serial, _) = self.outbox.begin(name).unwrap();
        let (groups, key, resolve, outbox) = (
            Arc::clone(&self.groups),
            self.key(),
            Arc::clone(&self.resolve),
            Arc::clone(&self.outbox),
        );
        async move { groups.subscribe(key, resolve, &outbox, serial).await }
    }

    /// Returns once this many looks have begun.
    async fn is_looking(&self, times: usize) {
        while self.looks.load(Ordering::SeqCst) < times {
            tokio::task::yield_now().await;
        }
    }

    async fn hears(&self) -> Outgoing {
        let heard = tokio::time::timeout(Duration::from_secs(20), self.outbox.next()).await;
        heard.expect("something is sent")
    }
}

fn next(name: &str, version: i64) -> Outgoing {
    Outgoing::Text(protocol::next(name, &json!({ "v": version }).to_string()))
}

#[tokio::test]
async fn an_event_between_registering_and_the_snapshot_is_not_lost() {
    let stage = Stage::new();
    let subscribing = stage.subscribe("a");
    let playing = async {
        stage.is_looking(1).await; // registered, and looking for the snapshot
        stage.groups.notify(stage.topic);
        stage.shows(1); // the snapshot, read before the change
        let first = stage.hears().await;
        stage.shows(2); // what the event makes the group look at
        [first, stage.hears().await]
    };

    let ((), heard) = futures_util::future::join(subscribing, playing).await;

    assert_eq!(heard, [next("a", 1), next("a", 2)]);
}

#[tokio::test]
async fn versions_only_rise_and_one_look_waits_behind_the_one_that_runs() {
    let stage = Stage::new();
    stage.shows(5);
    stage.subscribe("a").await;
    assert_eq!(stage.hears().await, next("a", 5));

    stage.groups.notify(stage.topic);
    stage.is_looking(2).await;
    for _ in 0..10 {
        stage.groups.notify(stage.topic);
    }
    stage.shows(4); // overtaken on its way
    stage.shows(6);
    let heard = stage.hears().await;

    assert_eq!(heard, next("a", 6));
    assert_eq!(stage.looks.load(Ordering::SeqCst), 3, "a snapshot, one running, one pending");
}

#[tokio::test]
async fn a_group_without_members_is_gone() {
    let stage = Stage::new();
    stage.shows(1);
    stage.subscribe("a").await;

    drop(stage.outbox.forget("a"));
    stage.groups.notify(stage.topic);

    assert_eq!(format!("{:?}", stage.groups), "Groups(0 topics)");
    assert_eq!(stage.looks.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_snapshot_that_fails_leaves_nothing_behind() {
    let stage = Stage::new();
    let errors = json!([{ "message": "no" }]);
    stage.answers.send(Resolved::Failed { errors: errors.clone() }).unwrap();

    stage.subscribe("a").await;

    assert_eq!(stage.hears().await, Outgoing::Text(protocol::error("a", &errors)));
    assert_eq!(format!("{:?}", stage.groups), "Groups(0 topics)");
}
