//! One key, one effect, one answer.

use city_contracts::key::IdempotencyKey;
use city_events::idempotency::{self, Claim, ClaimError};
use city_testkit::{City, run};
use serde_json::{Value, json};

use crate::subject::{Counting, add_effect, count};

fn key() -> IdempotencyKey {
    IdempotencyKey::parse("key-00000001").expect("it is one")
}

/// A use case that answers with a random number.
async fn count_once(
    city: &City<Counting>,
    caller: &str,
    operation: &str,
    request: &Value,
) -> Result<u32, &'static str> {
    let infra = city.infra();
    let mut tx = infra.db.begin().await.expect("the database answers");
    let now = infra.clock.now();
    let claim = idempotency::claim(&mut tx, caller, &key(), operation, request, now).await;
    if matches!(claim, Err(ClaimError::Reused)) {
        return Err("reused");
    }
    match claim.expect("it claims") {
        Claim::Replay(first) => Ok(first),
        Claim::New(claim) => {
            add_effect(&mut tx).await;
            let answer = u32::from_be_bytes(infra.ids.bytes());
            claim.record(&mut tx, &answer).await.expect("it records");
            tx.commit().await.expect("it commits");
            Ok(answer)
        }
    }
}

#[test]
fn many_at_once_with_one_key_have_one_effect_and_one_answer() {
    run::<Counting>(async |city| {
        let request = json!({ "n": 1 });
        let ask = || count_once(city, "acc_1", "count", &request);

        let (first, second, third, fourth) = tokio::join!(ask(), ask(), ask(), ask());

        assert!(first.is_ok());
        assert!([second, third, fourth].iter().all(|answer| *answer == first));
        assert_eq!(count(city, "select count(*) from effect").await, 1);
    });
}

#[test]
fn one_key_with_another_request_or_another_command_is_reused() {
    run::<Counting>(async |city| {
        count_once(city, "acc_1", "count", &json!({ "n": 1 })).await.unwrap();

        assert_eq!(count_once(city, "acc_1", "count", &json!({ "n": 2 })).await, Err("reused"));
        assert_eq!(count_once(city, "acc_1", "recount", &json!({ "n": 1 })).await, Err("reused"));
        assert_eq!(count(city, "select count(*) from effect").await, 1);
    });
}

#[test]
fn a_key_is_its_callers_own() {
    run::<Counting>(async |city| {
        let request = json!({ "n": 1 });

        let answers = [
            count_once(city, "acc_1", "count", &request).await,
            count_once(city, "acc_2", "count", &request).await,
        ];

        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(count(city, "select count(*) from effect").await, 2);
    });
}

#[test]
fn a_claim_whose_transaction_was_lost_leaves_the_key_free() {
    run::<Counting>(async |city| {
        let infra = city.infra();
        let mut lost = infra.db.begin().await.unwrap();
        let claim = idempotency::claim::<u32>(
            &mut lost,
            "acc_1",
            &key(),
            "count",
            &json!({ "n": 1 }),
            infra.clock.now(),
        )
        .await;
        assert!(matches!(claim, Ok(Claim::New(_))));

        let request = json!({ "n": 1 });
        let (answer, rolled_back) =
            tokio::join!(count_once(city, "acc_1", "count", &request), lost.rollback());

        rolled_back.unwrap();
        assert!(answer.is_ok());
        assert_eq!(count(city, "select count(*) from effect").await, 1);
    });
}
