//! Signed heads in the object store: each copied once, nothing written over, and an alarm when a copy contradicts the books.

use std::net::{SocketAddr, TcpListener as FreePort};
use std::sync::LazyLock;

use bytes::Bytes;
use city_blobs::Blobs;
use city_boot::{Infra, Progress, Service};
use city_clock::Clock as _;
use city_ids::ServiceName;
use city_payments::ledger::{Class, Input, Leg, Posting, Purpose};
use city_payments::{Config, MIGRATOR, build, open_account};
use city_receipt::{PublishedKeys, verify_heads};
use city_testkit::{City, Subject, run};
use serde_json::Value;
use sqlx::AssertSqlSafe;
use sqlx::migrate::Migrator;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::subject::{Payments, config, heads_prefix, store};

/// Makes so many batches, one after the other.
async fn batches<S: Subject>(city: &City<S>, count: i64) {
    let new_id = || city.infra().ids.uuid(city.clock().now());
    let mut db = city.db().acquire().await.expect("the database answers");
    let bank = open_account(&mut db, new_id(), Class::Guarantee, None).await.expect("it opens");
    let wallet = open_account(&mut db, new_id(), Class::Wallet, None).await.expect("it opens");
    let instance = city.service(ServiceName::Payments);
    for _ in 0..count {
        let leg = Leg::post(bank, wallet, 1, Purpose::TopUp);
        let input = Input::Posting(Posting::new(new_id(), [7; 32], vec![leg]));
        let body = serde_json::to_value(input).expect("an input is JSON");
        drop(instance.post("/internal/v1/ledger/inputs", &body).await.ok());
    }
}

/// What happens in a minute; the alarm, if there is one.
async fn minute<S: Subject>(city: &City<S>) -> Result<(), String> {
    while city.step("copy-heads").await.map_err(|error| city_http::chain(&error))?
        == Progress::Worked
    {}
    Ok(())
}

fn blobs() -> Blobs {
    Blobs::connect(store().settings().expect("the run's store has keys"))
}

fn key<S>(city: &City<S>, first: i64) -> String
where
    S: Subject,
{
    format!("{}/{first:019}.jsonl", heads_prefix(city.db()))
}

/// The object that begins with a batch.
async fn object<S: Subject>(city: &City<S>, first: i64) -> Option<String> {
    let bytes = blobs().get(&key(city, first), 1 << 20).await.expect("the store answers");
    bytes.map(|bytes| String::from_utf8(bytes.to_vec()).expect("JSON is UTF-8"))
}

/// What a stranger does: from the first object to the one that is named by where the one before ended.
async fn copies<S: Subject>(city: &City<S>) -> (String, Vec<usize>) {
    let (mut all, mut sizes) = (String::new(), Vec::new());
    let mut next = 1;
    while let Some(text) = object(city, next).await {
        sizes.push(text.lines().count());
        next += i64::try_from(text.lines().count()).expect("few lines");
        all += &text;
    }
    (all, sizes)
}

/// The public list, a head a line.
async fn public<S: Subject>(city: &City<S>) -> String {
    let mut all = String::new();
    let mut after = Value::from(0);
    loop {
        let path = format!("/public/v1/payments/heads?after={after}");
        let page = city.anonymous().get(&path).await;
        let text = String::from_utf8(page.bytes().to_vec()).expect("JSON is UTF-8");
        let Some(last) = page.json().as_array().and_then(|heads| heads.last().cloned()) else {
            return all;
        };
        after = last["n"].clone();
        // Byte for byte: only what stands between the heads is another.
        all += &text[1..text.len() - 1].replace("},{", "}\n{");
        all += "\n";
    }
}

async fn sql<S: Subject>(city: &City<S>, statement: &str) {
    let statement = AssertSqlSafe(statement.to_owned());
    sqlx::raw_sql(statement).execute(city.db()).await.expect("it runs");
}

async fn keys<S: Subject>(city: &City<S>) -> PublishedKeys {
    let keys = city.anonymous().get("/.well-known/payment-receipt-keys.json").await.ok();
    PublishedKeys::parse(&keys.to_string()).expect("keys")
}

#[test]
fn every_head_is_copied_once_as_everybody_sees_it() {
    run::<Payments>(async |city: &City<Payments>| {
        minute(city).await.unwrap();
        assert_eq!(object(city, 1).await, None, "there is nothing to copy");
        batches(city, 3).await;
        minute(city).await.unwrap();
        let first = object(city, 1).await;
        minute(city).await.unwrap();
        batches(city, 203).await;
        assert_eq!(city.step("copy-heads").await.unwrap(), Progress::Worked, "there may be more");
        minute(city).await.unwrap();
        minute(city).await.unwrap();

        let (copied, sizes) = copies(city).await;

        assert_eq!(sizes, [3, 200, 3], "a page at most, and no object again");
        assert_eq!(object(city, 1).await, first, "what stands stays");
        assert_eq!(copied, public(city).await);
        let proven = verify_heads(&copied, &keys(city).await).unwrap();
        assert_eq!((proven.first, proven.last), (1, 206));
    });
}

#[test]
fn whoever_dies_on_the_way_is_replaced_without_gap_or_second_copy() {
    run::<Payments>(async |city: &City<Payments>| {
        batches(city, 3).await;
        minute(city).await.unwrap();
        // It died after the object was written and before that was noted; batches went on.
        sql(city, "update payments.head_copy set newest = 0, done = 0, until = 3").await;
        batches(city, 4).await;
        minute(city).await.unwrap();
        assert_eq!(copies(city).await.1, [3], "as planned");
        minute(city).await.unwrap();
        assert_eq!(copies(city).await.1, [3, 4]);
        // It died before the object was written; what was planned is written, then the rest.
        batches(city, 5).await;
        sql(city, "update payments.head_copy set until = 9").await;

        minute(city).await.unwrap();
        minute(city).await.unwrap();

        let (copied, sizes) = copies(city).await;
        assert_eq!(sizes, [3, 4, 2, 3]);
        assert_eq!(copied, public(city).await);
    });
}

#[test]
fn a_copy_that_says_otherwise_raises_an_alarm_and_is_not_written_over() {
    run::<Payments>(async |city: &City<Payments>| {
        batches(city, 2).await;
        let forged = "{\"n\":1}\n";
        let put = async |first, text: &str| {
            let bytes = Bytes::from(text.to_owned());
            blobs().put(&key(city, first), bytes, "application/jsonl", "private").await.unwrap();
        };
        put(1, forged).await;

        let alarm = minute(city).await.unwrap_err();

        assert!(alarm.contains("it holds other heads than the ledger"), "{alarm}");
        assert_eq!(object(city, 1).await.as_deref(), Some(forged));
        assert_eq!(minute(city).await.unwrap_err(), alarm, "until somebody has looked");
        // The stranger's copy is taken away: what was planned is written, as it was planned.
        blobs().delete(&key(city, 1)).await.unwrap();
        minute(city).await.unwrap();
        assert_eq!(copies(city).await.0, public(city).await);

        // What is copied is looked at again before the next copy: it may neither change nor go.
        let right = object(city, 1).await.unwrap();
        let [first, second] = right.lines().collect::<Vec<_>>()[..] else { panic!("{right}") };
        put(1, &format!("{second}\n{first}\n")).await;
        batches(city, 1).await;
        let alarm = minute(city).await.unwrap_err();
        assert!(alarm.contains("the ledger does not go on from it"), "{alarm}");
        blobs().delete(&key(city, 1)).await.unwrap();
        let alarm = minute(city).await.unwrap_err();
        assert!(alarm.contains("it is gone"), "{alarm}");
        assert_eq!(object(city, 3).await, None, "nothing more is copied");
        put(1, &right).await;
        minute(city).await.unwrap();
        assert_eq!(copies(city).await, (public(city).await, vec![2, 1]));
    });
}

/// Where the store is reached while the line is up.
static LINE: LazyLock<SocketAddr> = LazyLock::new(|| {
    let free = FreePort::bind("127.0.0.1:0").expect("a port is free");
    free.local_addr().expect("it has an address")
});

/// The line to the run's store; it is cut when this is dropped.
struct Line(#[expect(dead_code, reason = "the tasks end with it")] JoinSet<()>);

impl Line {
    async fn up() -> Self {
        let listener = TcpListener::bind(*LINE).await.expect("the port is free again");
        let store = store().endpoint.trim_start_matches("http://").to_owned();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let store = store.clone();
                calls.spawn(async move {
                    let mut far = TcpStream::connect(store).await.expect("the store listens");
                    copy_bidirectional(&mut near, &mut far).await.unwrap_or_default(); // cut: that is the point
                });
            }
        });
        Self(tasks)
    }
}

/// Payments with a store that can go away.
struct OnALine;

impl Subject for OnALine {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        let mut config = Config { heads_prefix: heads_prefix(&infra.db), ..config() };
        config.s3.endpoint = format!("http://{}", *LINE);
        build(config, infra).await.expect("development needs no configuration")
    }
}

#[test]
fn a_store_that_is_away_disturbs_no_payment_and_gets_all_it_missed() {
    run::<OnALine>(async |city: &City<OnALine>| {
        let line = Line::up().await;
        batches(city, 2).await;
        minute(city).await.unwrap();
        drop(line);

        batches(city, 2).await;
        let away = minute(city).await.unwrap_err();
        batches(city, 3).await;
        assert!(away.contains("the object store is away"), "{away}");
        assert_eq!(copies(city).await.1, [2]);
        let _line = Line::up().await;
        minute(city).await.unwrap();
        minute(city).await.unwrap();

        let (copied, sizes) = copies(city).await;
        assert_eq!(sizes, [2, 2, 3], "what was planned before it went, then the rest");
        assert_eq!(copied, public(city).await);
    });
}
