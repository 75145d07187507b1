//! More callers than the ledger can take.

use std::time::Duration;

use city_payments::NotNow;
use city_payments::ledger::Verdict;
use city_testkit::{City, run};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use sqlx::{Executor as _, PgConnection};
use tokio::time::timeout;

use super::checking::judged_right;
use super::sequencing::{Scene, balance, new_id, one, pay};
use crate::subject::Books;

/// Places in the queue, and postings of the batch that is being written.
const TAKEN_AT_MOST: usize = PLACES + 1_000;
/// Places in the queue.
const PLACES: usize = 4_096;

/// Holds up every batch until it is committed or rolled back.
async fn hold_up(db: &mut PgConnection) {
    db.execute("begin; lock table payments.ledger_batch in share mode").await.expect("a lock");
}

/// Waits until a batch is held up.
async fn until_held_up(city: &City<Books>) {
    let waits = "select count(*) from pg_locks where not granted and locktype = 'relation'
                 and database = (select oid from pg_database where datname = current_database())";
    while one(city, waits).await == 0 {}
}

#[test]
fn a_full_queue_says_so_at_once_and_loses_nobody_else() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100_000).await;
        let mut db = city.db().acquire().await.unwrap();
        hold_up(&mut db).await;

        let sends = 6_000;
        let mut answers: FuturesUnordered<_> = (0..sends)
            .map(|_| scene.ledger.post(pay(new_id(city), scene.payer, scene.payee, 1)))
            .collect();
        let mut busy = 0;
        while busy < sends - TAKEN_AT_MOST {
            // Nothing can be written yet, so whoever is answered now is sent away.
            let answer = timeout(Duration::from_secs(3), answers.next()).await.expect("at once");
            assert_eq!(answer, Some(Err(NotNow::Busy)));
            busy += 1;
        }
        db.execute("rollback").await.unwrap();
        let mut paid = 0;
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(Verdict::Created(_)) => paid += 1,
                Err(NotNow::Busy) => busy += 1,
                other => panic!("{other:?}"),
            }
        }

        assert_eq!(paid + busy, sends);
        // The whole queue, unless the machine is so busy that some gave up after five seconds in it.
        assert!(paid >= 1_500, "the queue itself was served: {paid}");
        assert_eq!(balance(city, scene.payee).await, i64::try_from(paid).unwrap());
        judged_right(city).await;
    });
}

#[test]
fn whoever_gives_up_in_the_queue_has_nothing_applied() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 1_000).await;
        let mut db = city.db().acquire().await.unwrap();
        hold_up(&mut db).await;
        let send = |amount| scene.ledger.post(pay(new_id(city), scene.payer, scene.payee, amount));
        let mut taken = Box::pin(send(1));
        assert!(timeout(Duration::from_millis(1), &mut taken).await.is_err());
        until_held_up(city).await;

        let mut given_up = Box::pin(send(100));
        assert!(timeout(Duration::from_millis(1), &mut given_up).await.is_err());
        drop(given_up);
        db.execute("rollback").await.unwrap();
        let paid = [taken.await, send(10).await];

        assert!(paid.iter().all(|answer| matches!(answer, Ok(Verdict::Created(_)))), "{paid:?}");
        assert_eq!(balance(city, scene.payee).await, 11, "the first and the last");
    });
}

/// Memory of this process, in bytes.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux says");
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("its second number") * 4_096
}

/// Run by the test below in a process of its own: no other test's memory is counted.
#[test]
#[ignore = "it measures its process, in which no other test may run"]
fn flood() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100_000).await;
        let mut db = city.db().acquire().await.unwrap();
        hold_up(&mut db).await;
        let send = || scene.ledger.post(pay(new_id(city), scene.payer, scene.payee, 1));
        let mut taken = Box::pin(send());
        assert!(timeout(Duration::from_millis(1), &mut taken).await.is_err());
        until_held_up(city).await;
        let mut waiting: FuturesUnordered<_> = (0..PLACES + 100).map(|_| send()).collect();
        let sent_away = timeout(Duration::from_secs(3), waiting.next()).await.expect("at once");
        assert_eq!(sent_away, Some(Err(NotNow::Busy)), "the queue is full");
        for _ in 0..1_000 {
            assert_eq!(send().await, Err(NotNow::Busy));
        }

        let before = memory();
        for _ in 0..20_000 {
            assert_eq!(send().await, Err(NotNow::Busy));
        }
        let grown = memory().saturating_sub(before);

        // Whoever is sent away leaves nothing behind, not even a hundred bytes each.
        assert!(grown < 2_000_000, "{grown} bytes more");
        db.execute("rollback").await.unwrap();
        assert!(matches!(taken.await, Ok(Verdict::Created(_))));
        while let Some(answer) = waiting.next().await {
            assert!(matches!(answer, Ok(Verdict::Created(_)) | Err(NotNow::Busy)), "{answer:?}");
        }
        judged_right(city).await;
    });
}

#[test]
fn callers_beyond_the_queue_cost_no_memory() {
    let program = std::env::current_exe().expect("this is a program");
    let done = std::process::Command::new(program)
        .args(["--exact", "ledger::queueing::flood", "--ignored"])
        .output()
        .expect("it runs once more");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}");
}
