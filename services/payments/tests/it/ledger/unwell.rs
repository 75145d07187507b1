//! A database that refuses what it should take: full, or wrong about a batch. Nothing is half done, and it is said so.

use std::time::{Duration, Instant};

use city_payments::check::check;
use city_payments::ledger::{Class, Input, Verdict};
use city_payments::{NotNow, Status, build};
use city_receipt::PublishedKeys;
use city_testkit::{Character, City, run};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::time::timeout;

use super::checking::judged_right;
use super::sequencing::{Scene, another, balance, new_id, one, pay};
use super::workers;
use crate::subject::{Books, Payments, config};
use crate::town::{self, available, rich, sending};

/// Has the database refuse each batch with a code, as long as a sequence has not gone so far.
async fn refuses(db: &sqlx::PgPool, code: &str, times: i64) {
    let sql = format!(
        "create sequence payments.refused;
         create function payments.refuse() returns trigger language plpgsql as $$
         begin
             if nextval('payments.refused') <= {times} then
                 raise exception 'made to fail' using errcode = '{code}';
             end if;
             return new;
         end $$;
         create trigger refuse before insert on payments.ledger_batch
             for each row execute function payments.refuse()"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(db).await.expect("a trigger is made");
}

async fn recovers(db: &sqlx::PgPool) {
    db.execute("drop function payments.refuse cascade").await.expect("it is dropped");
}

#[test]
fn a_batch_that_is_refused_once_is_judged_again_from_what_is_written() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        refuses(city.db(), "LG003", 1).await;
        let posting = pay(new_id(city), scene.payer, scene.payee, 70);

        let answer = scene.ledger.post(posting.clone()).await;

        assert!(matches!(answer, Ok(Verdict::Created(_))), "{answer:?}");
        assert_eq!(scene.ledger.post(posting).await, answer);
        assert!(matches!(scene.ledger.status(), Status::Leading { epoch: 2 }));
        assert_eq!(balance(city, scene.payee).await, 70);
        judged_right(city).await;
    });
}

#[test]
fn an_instance_whose_batch_is_refused_twice_stops_and_is_not_ready_and_another_goes_on() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) = (
            workers::account(city, Class::Guarantee).await,
            workers::account(city, Class::Wallet).await,
        );
        let payments = city.service(city_ids::ServiceName::Payments);
        let inputs = "/internal/v1/ledger/inputs";
        let body = |posting| serde_json::to_value(Input::Posting(posting)).expect("it is JSON");
        let id = workers::new_id(city);
        drop(payments.post(inputs, &body(pay(id, bank, payer, 5))).await.ok());
        assert_eq!(city.anonymous().get("/readyz").await.status(), "200 OK");
        refuses(city.db(), "23514", i64::MAX).await;
        let refused = body(pay(workers::new_id(city), bank, payer, 70));

        let answer = payments.post(inputs, &refused).await;
        let later = payments.post(inputs, &body(pay(workers::new_id(city), bank, payer, 1))).await;

        for answer in [answer, later] {
            assert_eq!(
                (answer.status().as_str(), answer.code().as_str(), answer.header("retry-after")),
                ("503 Service Unavailable", "NO_LEADER", "1")
            );
        }
        assert_eq!(city.anonymous().get("/readyz").await.status(), "503 Service Unavailable");
        assert_eq!(workers::one(city, "select count(*) from payments.ledger_transfer").await, 1);
        let officer = town::finance(city);
        let status = officer.get("/admin/v1/payments/ledger/status").await.ok();
        assert_eq!(status["instance"], "STOPPED");
        let first = payments.post(inputs, &body(pay(id, bank, payer, 5))).await;
        assert_eq!(first.code(), "NO_LEADER", "reads go on, and it says no more than it knows");

        recovers(city.db()).await;
        let other = build(config(), city.infra().clone()).await.expect("it is built");
        let other = payments.through(other.router(city.infra().ids.clone(), None));
        let mut again = other.post(inputs, &refused).await;
        while again.code() == "UNAVAILABLE" {
            again = other.post(inputs, &refused).await; // the election takes a few round trips
        }
        let verdict: Value = again.ok();
        assert!(verdict["Created"].is_object(), "{verdict}");
        let sum =
            format!("select credits_posted from payments.ledger_account where id = {}", payer.0);
        assert_eq!(workers::one(city, &sum).await, 75);
        // Without a file of their own, instances of a development make up a key each.
        let path = "/.well-known/payment-receipt-keys.json";
        let keys = async |who: Character| {
            PublishedKeys::parse(&who.get(path).await.ok().to_string()).expect("keys")
        };
        let both = keys(city.anonymous()).await.with(keys(other).await);
        let mut db = city.db().acquire().await.expect("the database answers");
        check(&mut db, &both, 1, |_, _| {}).await.expect("the books agree");
    });
}

/// Neither batches nor a new lead can be written; what is there can be read.
async fn fills_up(db: &sqlx::PgPool) {
    refuses(db, "53100", i64::MAX).await;
    db.execute(
        "create trigger refuse before update on payments.ledger_writer
         for each row execute function payments.refuse()",
    )
    .await
    .expect("a trigger is made");
}

#[test]
fn a_full_database_takes_nothing_says_so_and_is_used_again_when_it_has_room() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        fills_up(city.db()).await;
        let waits = pay(new_id(city), scene.payer, scene.payee, 70);
        let refused = pay(new_id(city), scene.payer, scene.payee, 7);

        let begun = Instant::now();
        let first = scene.ledger.post(waits.clone()).await;

        assert_eq!(first, Err(NotNow::OutcomePending), "nobody knows yet whether it will be");
        assert!(begun.elapsed() >= Duration::from_secs(10), "{:?}", begun.elapsed());
        let then = timeout(Duration::from_secs(3), scene.ledger.post(refused.clone())).await;
        assert_eq!(then.expect("at once"), Err(NotNow::Away));
        assert_eq!(balance(city, scene.payee).await, 0);
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer").await, 1);

        recovers(city.db()).await;
        scene.ledger.leads().await;
        let told = scene.ledger.post(waits.clone()).await;
        assert!(matches!(told, Ok(Verdict::Created(_))), "{told:?}");
        assert_eq!(scene.ledger.post(waits).await, told);
        let paid = scene.ledger.post(refused).await;
        assert!(matches!(paid, Ok(Verdict::Created(_))), "{paid:?}");
        assert_eq!(balance(city, scene.payee).await, 77);
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer").await, 3);
        judged_right(city).await;
    });
}

#[test]
fn what_takes_longer_than_ten_seconds_is_pending_and_the_same_key_tells_the_outcome() {
    run::<Payments>(async |city: &City<Payments>| {
        let (payer, _) = rich(city, 5_000).await;
        let (friend, to) = rich(city, 0).await;
        let body = sending(city, &payer, &town::new_id(city), &to, 700).await;
        let path = "/internal/v1/send-money";
        let mut slow = city.db().acquire().await.unwrap();
        let lock = "begin; set local idle_in_transaction_session_timeout = 0;
                    lock table payments.ledger_batch in share mode";
        slow.execute(lock).await.unwrap();

        let pending = payer.post(path, &body).await;

        assert_eq!(
            (pending.status().as_str(), pending.code().as_str(), pending.header("retry-after")),
            ("503 Service Unavailable", "OUTCOME_PENDING", "1")
        );
        assert_eq!(available(&friend).await, 0);
        slow.execute("rollback").await.unwrap();
        let mut told = payer.post(path, &body).await;
        while told.status() == "503 Service Unavailable" {
            told = payer.post(path, &body).await;
        }
        let told = told.ok();
        assert_eq!((&told["state"], &told["amount"]), (&json!("SUCCEEDED"), &json!("700")));
        assert_eq!((available(&payer).await, available(&friend).await), (4_300, 700));
        assert_eq!(town::told(city, "PaymentSucceeded").await.len(), 1);
        city.settle().await;
        crate::treasury::the_books_agree(city).await;
    });
}

#[test]
fn whoever_leads_next_goes_on_from_the_instant_of_the_last_batch_although_its_clock_is_behind() {
    run::<Books>(async |city: &City<Books>| {
        let Scene { ledger, payer, payee, .. } = Scene::of(city, 5_000).await;
        let Ok(Verdict::Created(first)) = ledger.post(pay(new_id(city), payer, payee, 1)).await
        else {
            panic!("it is paid")
        };
        drop(ledger);
        city.clock().set(first.at - chrono::Duration::hours(1));

        let next = another(city);
        next.leads().await;
        let paid = next.post(pay(new_id(city), payer, payee, 1)).await;
        let refused = next.post(pay(new_id(city), payer, payee, 9_999)).await;

        let answers = (&paid, &refused);
        let (Ok(Verdict::Created(paid)), Ok(Verdict::Refused(refused))) = answers else {
            panic!("{answers:?}")
        };
        assert_eq!((paid.at, refused.at), (first.at, first.at));
        let falls = "select count(*) from payments.ledger_batch a join payments.ledger_batch b on b.n = a.n + 1
                     where b.at < a.at";
        assert_eq!(one(city, falls).await, 0);
        judged_right(city).await;
    });
}
