//! A bill is paid, amended and cancelled at once: the ledger's claims say who was first, and the money agrees with them.

use std::pin::Pin;

use city_testkit::{Answer, run};
use futures_util::future::join_all;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::billers::{HEAD, cancel, clerk, paying, progress, upload, water};
use crate::subject::Payments;
use crate::town::{Town, available, new_id, one, rich, told};

/// Five races at once, twenty times: as many requests as the pool has connections for.
const ROUNDS: usize = 20;
const AT_ONCE: usize = 5;
const BILLS: usize = ROUNDS * AT_ONCE;

fn file(bills: std::ops::Range<usize>, amount: i64) -> String {
    let lines =
        bills.map(|index| format!("R{index},KH,,,2026-03-20,NUOC,Tiền nước,{amount},,,,\n"));
    HEAD.to_owned() + &lines.collect::<String>()
}

enum Did {
    Paid(Answer),
    Cancelled(Answer),
    Amended,
}

/// The id of the bill with this number.
async fn id_of(city: &Town, index: usize) -> String {
    let sql = format!("select id::text from payments.bill where number = 'R{index}'");
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(city.db()).await.expect("it is there");
    format!("bil_{}", sqlx::Row::get::<String, _>(&row, 0).replace('-', ""))
}

/// Lets others go first so often.
async fn after(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

#[test]
fn paid_amended_and_cancelled_at_once_a_hundred_times_money_and_claims_agree() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let (payer, _) = rich(city, 10_000_000).await;
        drop(upload(&clerk(city), &new_id(city), "", file(0..BILLS, 1_000)).await.ok());
        city.settle().await;
        let mut did = Vec::new();
        let mut bodies = Vec::new();
        let mut amendings = Vec::new();
        for round in 0..ROUNDS {
            let mine = round * AT_ONCE..(round + 1) * AT_ONCE;
            let first = bodies.len();
            for index in mine.clone() {
                let bill = json!({ "id": id_of(city, index).await });
                bodies.push(paying(city, &payer, &bill).await);
            }
            let sent = upload(&clerk(city), &new_id(city), "", file(mine.clone(), 1_300)).await;
            amendings.push(sent.ok());
            city.step("apply-imports").await.unwrap(); // the next revisions wait; the first ones still count

            let (payer, bodies) = (&payer, &bodies[first..]);
            let mut racers: Vec<Pin<Box<dyn Future<Output = Did>>>> = Vec::new();
            for (nth, index) in mine.enumerate() {
                racers.push(Box::pin(async move {
                    after(nth * 7 % 41).await;
                    let pay = async || payer.post("/internal/v1/pay-bill", &bodies[nth]).await;
                    let mut answer = pay().await;
                    while answer.code() == "UNAVAILABLE" {
                        answer = pay().await; // a busy machine: the same id again
                    }
                    Did::Paid(answer)
                }));
                racers.push(Box::pin(async move {
                    after(30 * round + nth * 13 % 97).await; // cancelling asks less before it reaches the ledger
                    let mut answer = cancel(city, &format!("R{index}")).await;
                    while answer.code() == "UNAVAILABLE" {
                        answer = cancel(city, &format!("R{index}")).await;
                    }
                    Did::Cancelled(answer)
                }));
            }
            racers.push(Box::pin(async move {
                after(20 * round).await;
                city.step("replace-bills").await.unwrap();
                Did::Amended
            }));
            did.extend(join_all(racers).await);
        }
        city.settle().await;

        let succeeded = |of: fn(&Did) -> Option<&Answer>| {
            did.iter().filter_map(of).filter(|answer| answer.code().is_empty()).count()
        };
        let paid = succeeded(|did| if let Did::Paid(answer) = did { Some(answer) } else { None });
        let cancelled =
            succeeded(|did| if let Did::Cancelled(answer) = did { Some(answer) } else { None });
        let claims = async |outcome: i16| {
            let sql = format!(
                "select count(*) from payments.ledger_claim c join payments.bill_revision r on r.id = c.subject where c.outcome = {outcome}"
            );
            usize::try_from(one(city, &sql).await).unwrap()
        };
        let replaced = claims(3).await;
        let first = one(
            city,
            "select count(*) from payments.bill_revision r join payments.ledger_claim c on c.subject = r.id where r.no = 1",
        );
        assert_eq!(first.await, 100, "each first revision ended one way");
        assert_eq!(
            paid + cancelled,
            100,
            "each bill is paid or cancelled: {paid} paid, {replaced} replaced before"
        );
        assert_eq!((claims(1).await, claims(2).await), (paid, cancelled));
        let moved = one(
            city,
            "select coalesce(sum(amount), 0) from payments.ledger_transfer where purpose = 5",
        )
        .await;
        let demanded = one(
            city,
            "select coalesce(sum(r.amount), 0) from payments.bill_revision r join payments.ledger_claim c on c.subject = r.id
             where c.outcome = 1",
        );
        assert_eq!((moved, available(&payer).await), (demanded.await, 10_000_000 - moved));
        assert_eq!(
            (told(city, "BillPaid").await.len(), told(city, "BillCancelled").await.len()),
            (paid, cancelled)
        );
        let mut amended = 0;
        for amending in &amendings {
            let done = progress(city, amending).await;
            assert_eq!(done["state"], "DONE");
            amended += done["amended"].as_u64().unwrap();
            let settled = done["amended"].as_u64().unwrap() + done["refused"].as_u64().unwrap();
            assert_eq!(settled, 5);
        }
        assert_eq!(usize::try_from(amended).unwrap(), replaced);
        // A replay of what was refused is refused alike, although another revision counts now.
        for (body, one) in bodies.iter().zip(did.iter().filter(|one| matches!(one, Did::Paid(_)))) {
            let Did::Paid(before) = one else { continue };
            let again = payer.post("/internal/v1/pay-bill", body).await;
            if before.code() != "AMOUNT_CHANGED" {
                assert_eq!(again.code(), before.code());
            }
        }
    });
}
