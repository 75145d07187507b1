//! Two instances that both believe they lead: only one of them can write.

use std::time::{Duration, Instant};

use city_payments::ledger::{Posting, Verdict};
use city_payments::{Ledger, Status};
use city_testkit::{City, run};
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::checking::judged_right;
use super::lost::BUSY;
use super::sequencing::{Scene, another, balance, futures_join, new_id, one, pay, settings};
use crate::subject::Books;

/// The verdict that one of two instances gives in the end, asked in turn as a phone behind a load balancer does.
async fn insist(instances: [&Ledger; 2], posting: &Posting) -> Verdict {
    loop {
        for ledger in instances {
            if let Ok(verdict) = ledger.post(posting.clone()).await {
                return verdict;
            }
            // Nobody leads for a moment: this one will, or the other.
            drop(timeout(Duration::from_millis(50), ledger.leads()).await);
        }
    }
}

/// Waits until an instance that nobody asks for anything says something else of itself, and then that it leads again.
async fn notices(city: &City<Books>, ledger: &Ledger, said: &Status) -> Status {
    let news = async {
        while ledger.status() == *said {
            one(city, "1").await;
        }
    };
    timeout(Duration::from_secs(2) + BUSY, news).await.expect("it looks by itself");
    ledger.leads().await;
    ledger.status()
}

#[test]
fn an_idle_leader_notices_that_it_leads_no_more() {
    run::<Books>(async |city: &City<Books>| {
        let ledger = another(city);
        ledger.leads().await;
        let first = ledger.status();

        city.db().execute("update payments.ledger_writer set epoch = epoch + 1").await.unwrap();
        let second = notices(city, &ledger, &first).await;
        let end = "select pg_terminate_backend(pid) from pg_stat_activity
                   where application_name = 'city-payments-ledger' and datname = current_database()";
        city.db().execute(end).await.unwrap();
        let third = notices(city, &ledger, &second).await;

        let epochs = [first, second, third].map(|status| match status {
            Status::Leading { epoch } => epoch,
            other => panic!("{other:?}"),
        });
        assert!(epochs.is_sorted_by(|one, next| one < next), "{epochs:?}");
        let now = one(city, "select epoch from payments.ledger_writer").await;
        assert_eq!(epochs[2], now);
    });
}

#[test]
fn a_leader_that_was_overtaken_writes_nothing_more() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let Status::Leading { epoch: old } = scene.ledger.status() else { panic!("it leads") };
        let posting = pay(new_id(city), scene.payer, scene.payee, 70);

        // Somebody else takes over while the old leader's batch is on its way: the batch waits for the writer's row.
        let mut other = city.db().begin().await.unwrap();
        other.execute("update payments.ledger_writer set epoch = epoch + 1").await.unwrap();
        let answer = insist([&scene.ledger, &scene.ledger], &posting);
        let overtaken = async {
            let waits = "select count(*) from pg_stat_activity where application_name = 'city-payments-ledger'
                         and datname = current_database() and wait_event_type = 'Lock'";
            while one(city, waits).await == 0 {}
            other.commit().await.unwrap();
        };
        let (answer, ()) = tokio::join!(answer, overtaken);

        let Verdict::Created(created) = answer else { panic!("{answer:?}") };
        let of_old = format!(
            "select count(*) from payments.ledger_batch where epoch = {old} and n >= {}",
            created.batch
        );
        assert_eq!(one(city, &of_old).await, 0, "nothing of the old leadership after the bump");
        let epoch = format!("select epoch from payments.ledger_batch where n = {}", created.batch);
        assert!(one(city, &epoch).await >= old + 2, "it led again before it wrote");
        assert_eq!(balance(city, scene.payee).await, 70);
        judged_right(city).await;
    });
}

#[test]
fn while_the_lead_is_torn_to_and_fro_each_payment_is_made_once() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let second = another(city);
        let instances = [&scene.ledger, &second];
        let postings: Vec<_> =
            (0..300).map(|_| pay(new_id(city), scene.payer, scene.payee, 1)).collect();

        let load = async {
            let mut answers = Vec::new();
            for some in postings.chunks(10) {
                answers.extend(futures_join(some.iter().map(|p| insist(instances, p))).await);
            }
            answers
        };
        let tearing = async {
            for _ in 0..8 {
                let epoch = one(city, "select epoch from payments.ledger_writer").await;
                let end = "select pg_terminate_backend(pid) from pg_stat_activity
                           where application_name = 'city-payments-ledger' and datname = current_database()";
                city.db().execute(AssertSqlSafe(end.to_owned())).await.unwrap();
                while one(city, "select epoch from payments.ledger_writer").await == epoch {}
            }
        };
        let (answers, ()) = tokio::join!(load, tearing);

        assert!(answers.iter().all(|answer| matches!(answer, Verdict::Created(_))), "{answers:?}");
        for (posting, first) in postings.iter().zip(answers) {
            assert_eq!(insist(instances, posting).await, first);
        }
        assert_eq!(balance(city, scene.payee).await, 300);
        let legs = one(city, "select count(*) from payments.ledger_transfer").await;
        assert_eq!(legs, 301);
        let back = "select count(*) from payments.ledger_batch a join payments.ledger_batch b on b.n = a.n + 1
                    where b.epoch < a.epoch";
        assert_eq!(one(city, back).await, 0, "leaderships follow each other");
        judged_right(city).await;
    });
}

#[test]
fn a_frozen_leader_is_replaced_within_half_a_minute() {
    run::<Books>(async |city: &City<Books>| {
        // It listens and never answers, as a stopped process does.
        let frozen = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own_url = Some(format!("http://{}", frozen.local_addr().unwrap()));
        let clock = city.infra().clock.clone();
        let first = Ledger::start(
            city.db(),
            clock,
            city_payments::Settings { own_url: own_url.clone(), ..settings(city) },
        );
        first.leads().await;
        let scene = Scene::on(city, first, 100).await;

        let begun = Instant::now();
        let second = another(city);
        second.leads().await;

        assert!(begun.elapsed() < Duration::from_secs(15) + BUSY, "{:?}", begun.elapsed());
        let paid = second.post(pay(new_id(city), scene.payer, scene.payee, 30)).await;
        assert!(matches!(paid, Ok(Verdict::Created(_))), "{paid:?}");
        assert_eq!(balance(city, scene.payee).await, 30);
        // The old one wakes, believes that it leads, and finds out that it does not.
        let late = scene.ledger.post(pay(new_id(city), scene.payer, scene.payee, 30)).await;
        assert!(late.is_err(), "{late:?}");
        assert_eq!(balance(city, scene.payee).await, 30);
        judged_right(city).await;
    });
}
