//! Payments whose outcome is pending: whoever repeats one hears what became of it, however old the confirmation is by then.

use std::time::Duration;

use city_testkit::{Answer, Character, run};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use sqlx::pool::PoolConnection;
use sqlx::{Executor as _, Postgres};
use tokio::time::timeout;

use crate::billers::{self, by_code, import, water};
use crate::closing::{close, closing};
use crate::shop::{balance, shop};
use crate::subject::Payments;
use crate::town::{Town, available, confirm, new_id, one, quote, rich, sending};

/// Longer than a refusal takes that asks nobody.
const A_MOMENT: Duration = Duration::from_millis(500);

/// Holds up every batch of the ledger until it is let go.
struct HeldUp(PoolConnection<Postgres>);

impl HeldUp {
    async fn begin(city: &Town) -> Self {
        let mut db = city.db().acquire().await.expect("a connection");
        let lock = "begin; set local idle_in_transaction_session_timeout = 0;
                    lock table payments.ledger_batch in share mode";
        db.execute(lock).await.expect("a lock");
        Self(db)
    }

    async fn let_go(mut self) {
        self.0.execute("rollback").await.expect("it ends");
    }
}

/// Waits until a batch is held up: who waits for another table, like the maker of partitions, writes none.
async fn until_held_up(city: &Town) {
    let waits = "select count(*) from pg_locks where not granted and mode = 'RowExclusiveLock'
                 and database = (select oid from pg_database where datname = current_database())
                 and relation = 'payments.ledger_batch'::regclass";
    while one(city, waits).await == 0 {}
}

/// Sends a body; while the ledger has taken it and not written it, the clock moves on and others of it are sent. What the first
/// and the others were answered once it was written.
async fn repeated(
    city: &Town,
    who: &Character,
    path: &str,
    bodies: [&Value; 3],
    later: chrono::Duration,
) -> (Answer, Vec<Answer>) {
    let held = HeldUp::begin(city).await;
    let [first, again, other] = bodies;
    let first = who.post(path, first);
    let repeat = async {
        until_held_up(city).await;
        city.clock().advance(later);
        let mut repeats = Box::pin(join_all([again, other].map(|body| who.post(path, body))));
        let early = timeout(A_MOMENT, &mut repeats).await;
        held.let_go().await;
        match early {
            Ok(answers) => answers,
            Err(_) => repeats.await,
        }
    };
    tokio::join!(first, repeat)
}

fn without(body: &Value) -> Value {
    let mut body = body.clone();
    body["stepUpToken"] = Value::Null;
    body
}

#[test]
fn money_on_its_way_is_what_a_repetition_hears_of_although_its_confirmation_is_over() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let body = sending(city, &payer, &new_id(city), &to, 700).await;
        let path = "/internal/v1/send-money";

        let bodies = [&body, &body, &without(&body)];
        let (first, again) =
            repeated(city, &payer, path, bodies, chrono::Duration::seconds(125)).await;

        let first = first.ok();
        let again: Vec<_> = again.into_iter().map(Answer::ok).collect();
        assert_eq!(again, [first.clone(), first]);
        assert_eq!(available(&payer).await, 4_300);
        // Of what was never sent, nothing is known, and the confirmation is judged.
        let other = sending(city, &payer, &new_id(city), &to, 700).await;
        city.clock().advance(chrono::Duration::seconds(125));
        assert_eq!(payer.post(path, &other).await.code(), "STEP_UP_EXPIRED");
        assert_eq!(payer.post(path, &without(&other)).await.code(), "STEP_UP_REQUIRED");
        assert_eq!(available(&payer).await, 4_300);
        city.settle().await;
    });
}

#[test]
fn another_request_under_the_id_of_one_on_its_way_is_told_so() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let body = sending(city, &payer, &new_id(city), &to, 5_001).await;
        let mut other = body.clone();
        other["amount"] = json!("5002");

        let path = "/internal/v1/send-money";
        let (first, again) =
            repeated(city, &payer, path, [&body, &body, &other], chrono::Duration::seconds(125))
                .await;

        assert_eq!(first.code(), "INSUFFICIENT_FUNDS");
        assert_eq!(again[0].json()["code"], "INSUFFICIENT_FUNDS", "a refusal is an answer, too");
        assert_eq!(again[1].code(), "KEY_REUSED");
        city.settle().await;
    });
}

#[test]
fn a_bill_on_its_way_to_be_paid_is_paid_although_another_amount_would_be_due_now() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let biller = water(city).await;
        // A hundredth of a percent a day after the fourth.
        import(city, "W1,KH-07,,03/2026,2026-03-04,NUOC,Tiền nước,75000,,,100,5000\n").await;
        let bill = by_code(&payer, &biller, "KH-07").await.remove(0);
        let body = billers::paying(city, &payer, &bill).await;

        let path = "/internal/v1/pay-bill";
        let bodies = [&body, &body, &without(&body)];
        let (first, again) =
            repeated(city, &payer, path, bodies, chrono::Duration::hours(15)).await;

        let first = first.ok();
        assert_eq!(first["amount"], "75000");
        let again: Vec<_> = again.into_iter().map(Answer::ok).collect();
        assert_eq!(again, [first.clone(), first]);
        assert_eq!(available(&payer).await, 25_000);
        city.settle().await;
    });
}

#[test]
fn a_merchant_on_the_way_to_be_paid_is_paid_although_another_fee_would_be_taken_now() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        let path = format!("/admin/v1/payments/merchants/{}/fees", shop.id);
        let fee = json!({ "bps": 0, "fixed": "700", "borneBy": "PAYER" });
        drop(shop.officer.send(Method::PUT, &path, Some(&fee), &[]).await.ok());
        let what = json!({ "payeeId": shop.id, "amount": "1000" });
        let body = crate::shop::paying(city, &payer, &new_id(city), &what).await;

        let path = "/internal/v1/pay-merchant";
        let bodies = [&body, &body, &without(&body)];
        let (first, again) =
            repeated(city, &payer, path, bodies, chrono::Duration::hours(15)).await;

        let first = first.ok();
        let again: Vec<_> = again.into_iter().map(Answer::ok).collect();
        assert_eq!(again, [first.clone(), first]);
        assert_eq!((available(&payer).await, balance(city, &shop).await), (99_000, 1_000));
        city.settle().await;
    });
}

#[test]
fn a_wallet_on_its_way_to_be_closed_is_shown_closed() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let body = closing(city, &who).await;

        let path = "/internal/v1/close-wallet";
        let (first, again) =
            repeated(city, &who, path, [&body, &body, &body], chrono::Duration::seconds(125)).await;

        let first = first.ok();
        assert_eq!(first["state"], "CLOSED");
        let again: Vec<_> = again.into_iter().map(Answer::ok).collect();
        assert_eq!(again, [first.clone(), first]);
        assert_eq!(close(&who, &body).await.ok()["state"], "CLOSED");
        city.settle().await;
    });
}

#[test]
fn after_outcome_pending_the_same_id_tells_the_outcome() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let id = new_id(city);
        let mut body = json!({ "idempotencyKey": id, "payeeId": to, "amount": "700" });
        let offer = quote(&payer, &body).await;
        body["stepUpToken"] = confirm(city, &payer, &offer).into();
        let path = "/internal/v1/send-money";
        let held = HeldUp::begin(city).await;

        let pending = payer.post(path, &body).await; // ten seconds
        city.clock().advance(chrono::Duration::seconds(125));
        let mut again = Box::pin(payer.post(path, &body));
        let early = timeout(A_MOMENT, &mut again).await;
        held.let_go().await;
        let again = match early {
            Ok(answer) => answer,
            Err(_) => again.await,
        };

        assert_eq!(
            (pending.status().as_str(), pending.code().as_str(), pending.header("retry-after")),
            ("503 Service Unavailable", "OUTCOME_PENDING", "1")
        );
        let paid = again.ok();
        assert_eq!((&paid["state"], &paid["amount"]), (&json!("SUCCEEDED"), &json!("700")));
        assert_eq!(available(&payer).await, 4_300);
        let legs = "select count(*) from payments.ledger_transfer where purpose = 1";
        assert_eq!(one(city, legs).await, 1);
        city.settle().await;
    });
}
