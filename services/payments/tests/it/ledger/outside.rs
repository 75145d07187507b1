//! Ids that come from outside.

use chrono::Duration;
use city_clock::Clock as _;
use city_payments::Error;
use city_payments::ledger::{ForeignId, Verdict, check_new_id};
use city_testkit::{City, run};
use uuid::Uuid;

use super::sequencing::{Scene, new_id, pay};
use crate::subject::Books;

#[test]
fn a_new_id_is_timed_within_a_day_back_and_five_minutes_ahead() {
    run::<Books>(async |city: &City<Books>| {
        let now = city.clock().now();
        let judged = |ahead| check_new_id(city.infra().ids.uuid(now + ahead), now);
        let millisecond = Duration::milliseconds(1);

        assert_eq!(judged(Duration::zero()), Ok(()));
        assert_eq!(judged(Duration::minutes(5)), Ok(()));
        assert_eq!(judged(Duration::minutes(5) + millisecond), Err(ForeignId::OutOfTime));
        assert_eq!(judged(-Duration::hours(24)), Ok(()));
        assert_eq!(judged(-Duration::hours(24) - millisecond), Err(ForeignId::OutOfTime));
        for (what, raw) in [
            ("version 4", "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ("all zeros", "00000000-0000-0000-0000-000000000000"),
            ("all ones", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
            ("another variant", "019cb8a0-0000-7000-c000-000000000001"),
        ] {
            assert_eq!(check_new_id(raw.parse().unwrap(), now), Err(ForeignId::NotV7), "{what}");
        }
        let latest = "ffffffff-ffff-7fff-bfff-ffffffffffff".parse::<Uuid>().unwrap();
        assert_eq!(check_new_id(latest, now), Err(ForeignId::OutOfTime));
    });
}

#[test]
fn what_was_answered_once_is_answered_for_ever_and_a_late_new_id_never() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100).await;
        let paid = pay(new_id(city), scene.payer, scene.payee, 60);
        let refused = pay(new_id(city), scene.payer, scene.payee, 60);
        let unsent = pay(new_id(city), scene.payer, scene.payee, 1);
        assert!(matches!(scene.ledger.answered(&unsent).await, Ok(None)), "new and in time");
        let first = scene.ledger.post(paid.clone()).await.unwrap();
        let no = scene.ledger.post(refused.clone()).await.unwrap();
        assert!(matches!((first, no), (Verdict::Created(_), Verdict::Refused(_))));

        city.clock().advance(Duration::days(800));

        let answered = async |posting| scene.ledger.answered(posting).await;
        assert_eq!(answered(&paid).await.unwrap(), Some(first));
        assert_eq!(answered(&refused).await.unwrap(), Some(no));
        let mut other = paid.clone();
        other.req_hash = [8; 32];
        assert_eq!(answered(&other).await.unwrap(), Some(Verdict::KeyReused));
        let late = answered(&unsent).await.unwrap_err();
        assert!(matches!(late, Error::IdTime { now } if now == city.clock().now()), "{late:?}");
    });
}
