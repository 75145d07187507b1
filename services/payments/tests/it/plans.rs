//! How often PostgreSQL plans what is asked about every payment.

use city_testkit::run;
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _, Row as _};

use crate::subject::Payments;
use crate::town::{Town, new_id, rich, send};

/// PostgreSQL makes so many plans for the values at hand before it judges whether one for all of them is as good.
const TRIED: i64 = 5;
/// More than all connections together may plan.
const ASKED: i64 = 100;

/// How often the connections of the service used a plan again that they had, and made no more than they must.
async fn reused_plans(city: &Town, words: &str) -> i64 {
    let (mut connections, mut planned, mut reused) = (Vec::new(), 0, 0);
    for _ in 0..city.db().size() {
        let mut db = city.db().acquire().await.expect("a connection");
        let counted = format!(
            "select coalesce(sum(custom_plans), 0)::bigint, coalesce(sum(generic_plans), 0)::bigint
             from pg_prepared_statements where strpos(statement, '{words}') > 0 and strpos(statement, 'ledger_') > 0"
        );
        let row = db.fetch_one(AssertSqlSafe(counted)).await.expect("counts");
        planned += row.get::<i64, _>(0);
        reused += row.get::<i64, _>(1);
        connections.push(db); // kept, so that the next is another one
    }
    let most = TRIED * i64::try_from(connections.len()).expect("a few");
    assert!(most < ASKED, "{} connections", connections.len());
    assert!(planned <= most, "planned {planned} times on {} connections", connections.len());
    reused
}

#[test]
fn what_is_asked_of_every_payment_is_not_planned_for_each() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, to)) = (rich(city, 5_000).await, rich(city, 0).await);
        let paid = send(city, &payer, &to, 700).await.ok();
        // A year of months, as a ledger that is in use has.
        let months = "select payments.make_transfer_partitions('2025-12-01', 15)";
        city.db().execute(months).await.expect("months");

        for _ in 0..ASKED {
            let seen = payer.post("/internal/v1/payment", &json!({ "id": paid["id"] })).await;
            assert_eq!(seen.ok()["amount"], "700");
            let unconfirmed =
                json!({ "idempotencyKey": new_id(city), "payeeId": to, "amount": "700" });
            let answer = payer.post("/internal/v1/send-money", &unconfirmed).await;
            assert_eq!(answer.code(), "STEP_UP_REQUIRED");
        }

        for words in ["captured_fee", "as always (row)"] {
            let reused = reused_plans(city, words).await;
            assert!(reused > ASKED / 3, "{words}: {reused}"); // a connection in use elsewhere is not seen
        }
        city.settle().await;
    });
}
