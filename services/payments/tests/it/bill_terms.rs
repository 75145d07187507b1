//! Bills whose rebate or penalty is a flat amount.

use chrono::Duration;
use city_testkit::{Character, run};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};

use crate::billers::{by_code, clerk, pay, progress, upload, water};
use crate::subject::Payments;
use crate::town::{Town, available, new_id, one, rich, told};

const FLAT: &str = "number,customer_code,due_date,head_code,head_name,amount,rebate_until,rebate_fixed,penalty_fixed,\
                    penalty_cap_bps\n";

async fn send(city: &Town, lines: &str) -> Value {
    let sent = upload(&clerk(city), &new_id(city), "", format!("{FLAT}{lines}")).await.ok();
    city.settle().await;
    progress(city, &sent).await
}

/// Due, rebate and penalty of a bill as its payer sees it.
async fn seen(who: &Character, bill: &Value) -> [String; 3] {
    let bill = who.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await.ok();
    ["due", "rebate", "penalty"].map(|part| bill[part].as_str().expect("money is text").to_owned())
}

#[test]
fn a_flat_rebate_ends_with_its_day_and_a_flat_fee_begins_after_the_due_day() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (mut payer, _) = rich(city, 1_000_000).await;
        let terms = "2026-03-20,NUOC,Tiền nước,100000,2026-03-10,5000,20000";
        let numbers = ["EARLY", "BETWEEN", "DUE", "LATE", "LATER"];
        let lines = numbers.map(|number| format!("{number},KH-1,{terms},\n")).concat()
            + &format!("CAPPED,KH-1,{terms},1000\n");

        let done = send(city, &lines).await;
        assert_eq!((&done["state"], &done["opened"]), (&json!("DONE"), &json!(6)));
        let bills = by_code(&payer, &biller, "KH-1").await;
        let of = |number: &str| bills.iter().find(|bill| bill["number"] == number).unwrap();
        // It is 4 March.
        for (number, days, due) in [
            ("EARLY", 6, ["95000", "5000", "0"]),
            ("BETWEEN", 1, ["100000", "0", "0"]),
            ("DUE", 9, ["100000", "0", "0"]),
            ("LATE", 1, ["120000", "0", "20000"]),
            ("LATER", 10, ["120000", "0", "20000"]),
            ("CAPPED", 0, ["110000", "0", "10000"]),
        ] {
            city.clock().advance(Duration::days(days));
            payer.principal.auth_at = Some(city_clock::Clock::now(city.clock()));
            assert_eq!(seen(&payer, of(number)).await, due, "{number}");
            let paid = pay(city, &payer, of(number)).await.ok();
            assert_eq!(paid["amount"], due[0], "{number}");
        }

        assert_eq!(available(&payer).await, 1_000_000 - 645_000);
        let told = told(city, "BillPaid").await;
        let amounts: Vec<_> = told.iter().map(|paid| paid["amount"].as_str().unwrap()).collect();
        assert_eq!(amounts, ["95000", "100000", "100000", "120000", "120000", "110000"]);
        let got = one(
            city,
            "select credits_posted from payments.ledger_account a join payments.biller_head h on h.account = a.id
             where h.head_code = 'NUOC'",
        );
        assert_eq!(got.await, 645_000);
        assert_eq!(seen(&payer, of("EARLY")).await, ["95000", "5000", "0"], "as it was paid");
        city.settle().await;
    });
}

#[test]
fn a_flat_amount_is_no_share_and_never_both() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let line = "A,KH-1,2026-03-20,NUOC,Tiền nước,100000,2026-03-10,5000,20000,\n";
        assert_eq!(send(city, line).await["opened"], 1);
        assert_eq!(send(city, line).await["unchanged"], 1);

        let other = line.replace("5000", "6000");
        assert_eq!(send(city, &other).await["amended"], 1);
        let bad = send(city, "B,KH-1,2026-03-20,NUOC,Tiền nước,100000,,5000,,\n").await;
        assert_eq!(bad["refusals"][0]["reason"], "REBATE");
        let (payer, _) = rich(city, 0).await;
        assert_eq!(by_code(&payer, &biller, "KH-1").await[0]["due"], "94000");

        let insert = |columns: &str, values: &str| {
            AssertSqlSafe(format!(
                "insert into payments.bill_revision (id, bill, no, due_date, heads, amount, at, {columns})
                 select gen_random_uuid(), bill, no + 10, due_date, heads, amount, at, {values}
                 from payments.bill_revision where no = 1"
            ))
        };
        for (columns, values) in [
            ("rebate_until, rebate_bps, rebate_fixed", "due_date, 1, 1"),
            ("rebate_until", "due_date"),
            ("rebate_fixed", "1"),
            ("rebate_until, rebate_fixed", "due_date, 0"),
            ("penalty_bps_per_day, penalty_fixed, penalty_cap_bps", "1, 1, 1"),
            ("penalty_bps_per_day", "1"),
            ("penalty_cap_bps", "1"),
            ("penalty_fixed", "100000000001"),
        ] {
            let refused = city.db().execute(insert(columns, values)).await;
            let error = refused.expect_err(columns);
            let constraint = error.as_database_error().and_then(|error| error.constraint());
            let wanted = format!("bill_revision_{}", &columns[..columns.find('_').unwrap()]);
            assert_eq!(constraint, Some(wanted.as_str()), "{columns}");
        }
        city.settle().await;
    });
}
