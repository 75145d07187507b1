//! Connections that break: whatever they hide is found out, and nobody is told "maybe".

use std::time::{Duration, Instant};

use city_payments::Ledger;
use city_payments::ledger::Verdict;
use city_testkit::{City, run};
use sqlx::postgres::PgPoolOptions;

use super::checking::judged_right;
use super::proxy::{Mode, Network};
use super::sequencing::{Scene, balance, new_id, one, pay, settings};
use crate::subject::Books;

/// What a machine that does much else may add to a wait: it tells a bound from none. `cargo xtask chaos payments` holds the bounds
/// of a machine that does nothing else.
pub const BUSY: Duration = Duration::from_secs(15);

/// A ledger that reaches its database over a network of the test's own.
pub async fn behind_a_network(city: &City<Books>) -> (Ledger, Network) {
    let direct = city.db().connect_options();
    let network = Network::before(format!("{}:{}", direct.get_host(), direct.get_port())).await;
    let over = (*direct).clone().host("127.0.0.1").port(network.address.port());
    let pool = PgPoolOptions::new().max_connections(2).connect_lazy_with(over);
    (Ledger::start(&pool, city.infra().clock.clone(), settings(city)), network)
}

async fn epoch_of(city: &City<Books>, batch: i64) -> i64 {
    one(city, &format!("select epoch from payments.ledger_batch where n = {batch}")).await
}

#[test]
fn f02_a_connection_lost_while_a_batch_is_written_is_resolved_to_the_truth() {
    // A posting is two requests: what it needs is looked up, then its batch is written.
    for (mode, written_before) in [
        (Mode::LoseRequest(0), false),
        (Mode::LoseAnswer(0), false),
        (Mode::LoseRequest(1), false),
        (Mode::LoseAnswer(1), true),
    ] {
        run::<Books>(async |city: &City<Books>| {
            let (ledger, network) = behind_a_network(city).await;
            let scene = Scene::on(city, ledger, 5_000).await;
            let posting = pay(new_id(city), scene.payer, scene.payee, 70);

            network.set(mode);
            let answer = scene.ledger.post(posting.clone()).await;

            let Ok(Verdict::Created(created)) = answer else { panic!("{mode:?}: {answer:?}") };
            network.failed().await;
            let now = one(city, "select epoch from payments.ledger_writer").await;
            let epoch = epoch_of(city, created.batch).await;
            assert_eq!(now, 2, "{mode:?}: the lead was taken again");
            assert_eq!(epoch < now, written_before, "{mode:?}: epoch {epoch}");
            assert_eq!(scene.ledger.post(posting).await, answer, "{mode:?}");
            assert_eq!(balance(city, scene.payee).await, 70, "{mode:?}");
            judged_right(city).await;
        });
    }
}

#[test]
fn a_black_hole_holds_payments_up_for_less_than_half_a_minute() {
    run::<Books>(async |city: &City<Books>| {
        let (ledger, network) = behind_a_network(city).await;
        let scene = Scene::on(city, ledger, 5_000).await;
        let posting = pay(new_id(city), scene.payer, scene.payee, 70);

        let begun = Instant::now();
        network.set(Mode::BlackHole);
        let mut answer = scene.ledger.post(posting.clone()).await;
        while answer.is_err() {
            answer = scene.ledger.post(posting.clone()).await; // as a phone does
        }

        assert!(begun.elapsed() < Duration::from_secs(15) + BUSY, "{:?}", begun.elapsed());
        assert!(matches!(answer, Ok(Verdict::Created(_))), "{answer:?}");
        assert_eq!(balance(city, scene.payee).await, 70);
        judged_right(city).await;
    });
}
