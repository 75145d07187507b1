//! The third witness: providers' statements, with a line of every class that there is.

use chrono::{Datelike as _, Duration};
use city_clock::Clock as _;
use city_contracts::payments::Provider;
use city_testkit::{Answer, Character, run};
use serde_json::{Value, json};

use super::{CLEARING_VNPAY, SUSPENSE, Started, happens, net, start, state};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{REASON, Town, approve, approver, available, finance, new_id, one, rich, told};
use crate::treasury::{bill, pay_outside, the_books_agree};

const BREAKS: &str = "/admin/v1/payments/breaks";
const DAY: &str = "2026-03-04";

/// The simulator's statement of the day on which all tests begin.
fn statement(city: &Town) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
    simulator(city).statement(Provider::Vnpay, day)
}

async fn import(officer: &Character, day: &str, csv: &str) -> Answer {
    let path = format!("/admin/v1/payments/statements?provider=VNPAY&day={day}");
    let body = axum::body::Body::from(csv.to_owned());
    officer.send_bytes(http::Method::POST, &path, body, &[("content-type", "text/csv")]).await
}

async fn breaks(officer: &Character, all: bool) -> Vec<Value> {
    let page = officer.get(&format!("{BREAKS}?first=100&all={all}")).await.ok();
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// The classes of breaks, in their order.
fn classes(breaks: &[Value]) -> Vec<String> {
    let mut classes: Vec<_> =
        breaks.iter().map(|it| it["class"].as_str().expect("a class").to_owned()).collect();
    classes.sort();
    classes
}

fn of<'a>(breaks: &'a [Value], class: &str) -> &'a Value {
    breaks.iter().find(|it| it["class"] == class).expect("there is one")
}

async fn resolve(city: &Town, officer: &Character, of: &Value, remedy: Option<&str>) -> Answer {
    let path = format!("{BREAKS}/{}/resolve", of["id"].as_str().expect("an id"));
    let body = json!({ "reason": REASON, "remedy": remedy });
    officer.post_once(&path, &new_id(city), &body).await
}

/// A top-up through VNPAY to which these things happen, and whose notices have come.
async fn topped_up(city: &Town, who: &Character, amount: i64, names: &[&str]) -> Started {
    let started = start(city, who, "VNPAY", amount).await;
    for name in names {
        happens(city, &started, name).await;
    }
    simulator(city).step().await;
    started
}

/// Goes on to nine o'clock of a later day.
fn days(city: &Town, days: i64) {
    city.clock().advance(Duration::days(days));
}

async fn rows(city: &Town) -> i64 {
    one(
        city,
        "select (select count(*) from payments.ledger_transfer) + (select count(*) from payments.recon_line)
              + (select count(*) from payments.recon_break) + (select count(*) from payments.outbox)",
    )
    .await
}

#[test]
fn a_day_with_every_class_yields_exactly_those_and_a_second_import_changes_nothing() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let lost = topped_up(city, &who, 40_000, &["paid_no_ipn"]).await;
        drop(topped_up(city, &who, 100_000, &["paid"]).await);
        drop(topped_up(city, &who, 50_000, &["paid", "statement_missing"]).await);
        drop(topped_up(city, &who, 60_000, &["paid", "statement_amount"]).await);
        drop(topped_up(city, &who, 70_000, &["paid", "statement_duplicate"]).await);
        drop(topped_up(city, &who, 80_000, &["paid", "statement_fee"]).await);
        drop(topped_up(city, &who, 90_000, &["paid", "statement_extra"]).await);
        assert_eq!((state(&who, &lost).await, available(&who).await), ("AWAITING".into(), 450_000));
        let csv = statement(city);
        let early = import(&finance(city), DAY, &csv).await;
        assert_eq!(early.fields(), ["/day"], "the day is not over");

        days(city, 1);
        let officer = finance(city);
        let seen = import(&officer, DAY, &csv).await.ok();
        let rows_before = rows(city).await;
        let again = import(&officer, DAY, &csv).await.ok();

        assert_eq!((&again, rows(city).await), (&seen, rows_before));
        assert_eq!(
            seen["classes"],
            json!({ "MATCHED": 3, "MISSING_HERE": 2, "AMOUNT_DIFFERS": 1, "DUPLICATE": 1, "FEE": 1 })
        );
        assert_eq!(
            (&seen["paid"], &seen["fees"], &seen["done"], &seen["refused"]),
            (&json!("531000"), &json!("3300"), &json!(true), &json!([]))
        );
        assert_eq!((state(&who, &lost).await, available(&who).await), ("PAID".into(), 490_000));
        assert_eq!(net(city, SUSPENSE).await, 90_000, "nobody here waits for the extra payment");
        assert_eq!(net(city, CLEARING_VNPAY).await, -49_000);
        let open = breaks(&officer, false).await;
        assert_eq!(classes(&open), ["AMOUNT_DIFFERS", "DUPLICATE", "FEE", "MISSING_HERE"]);
        assert_eq!(of(&open, "AMOUNT_DIFFERS")["amount"], "1000");
        assert_eq!(of(&open, "FEE")["amount"], "3300");
        assert_eq!(told(city, "BreakOpened").await.len(), 5, "one was closed by its own witness");

        city.settle().await;
        assert_eq!(breaks(&officer, false).await.len(), 4, "two working days are not over");
        days(city, 1);
        city.settle().await;
        city.settle().await;
        let officer = finance(city);
        let open = breaks(&officer, false).await;
        assert_eq!(
            classes(&open),
            ["AMOUNT_DIFFERS", "DUPLICATE", "FEE", "MISSING_HERE", "MISSING_THERE"]
        );
        assert_eq!(of(&open, "MISSING_THERE")["amount"], "50000");
        assert_eq!(told(city, "BreakOpened").await.len(), 6);

        // What is left of what the provider owes is in the breaks, and moving it takes two officers.
        let second = approver(city);
        let both = finance(city).with_role("FINANCE_APPROVER", city_auth::Scope::City);
        for (class, remedy) in [("AMOUNT_DIFFERS", "SUSPENSE"), ("MISSING_THERE", "WRITE_OFF")] {
            let asked = resolve(city, &both, of(&open, class), Some(remedy)).await.ok();
            assert_eq!(
                (&asked["kind"], &asked["detail"]),
                (&json!("RECONCILIATION"), &json!(remedy))
            );
            assert_eq!(
                breaks(&officer, false).await.len(),
                if class == "AMOUNT_DIFFERS" { 5 } else { 4 }
            );
            assert_eq!(approve(&officer, &asked).await.code(), "SCOPE");
            assert_eq!(approve(&both, &asked).await.code(), "TWO_PERSONS");
            assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE");
        }
        assert_eq!(net(city, CLEARING_VNPAY).await, 0);
        let closed = resolve(city, &officer, of(&open, "DUPLICATE"), None).await.ok();
        assert_eq!(
            (&closed["closedBy"], &closed["reason"]),
            (&json!(officer.account()), &json!(REASON))
        );
        assert_eq!(resolve(city, &officer, of(&open, "DUPLICATE"), None).await.code(), "STATE");
        assert_eq!(breaks(&officer, false).await.len(), 2);
        assert_eq!(breaks(&officer, true).await.len(), 6);
        let cost =
            "select debits_posted - credits_posted from payments.ledger_account where class = 40";
        assert_eq!(one(city, cost).await, 53_300);
        let runs = officer.get("/admin/v1/payments/runs").await.ok();
        assert_eq!(runs["edges"][0]["node"], seen);
        assert_eq!(second.get(BREAKS).await.code(), "SCOPE");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_corrected_file_judges_what_is_new_and_is_the_witness_that_was_missing() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        for amount in [10_000, 20_000, 30_000] {
            drop(topped_up(city, &who, amount, &["paid"]).await);
        }
        let whole = statement(city);
        let lines: Vec<_> = whole.lines().collect();
        let part = format!("{}\n{}\n{}\nnonsense\n", lines[0], lines[1], lines[2]);
        days(city, 1);

        let first = import(&finance(city), DAY, &part).await.ok();
        days(city, 1);
        city.settle().await;
        let officer = finance(city);
        let missing = breaks(&officer, false).await;
        let second = import(&officer, DAY, &whole).await.ok();

        assert_eq!(first["classes"], json!({ "MATCHED": 2 }));
        assert_eq!(first["refused"], json!([{ "line": 4, "code": "COLUMNS" }]));
        assert_eq!(classes(&missing), ["MISSING_THERE"]);
        assert_eq!(second["classes"], json!({ "MATCHED": 3 }));
        let paid =
            |run: &Value| run["paid"].as_str().and_then(|it| it.parse::<i64>().ok()).unwrap();
        assert_eq!(paid(&first) + paid(&second), 60_000, "no number is counted twice");
        assert!(breaks(&officer, false).await.is_empty(), "the witness came");
        let closed = breaks(&officer, true).await;
        assert_eq!(closed[0]["closedBy"], Value::Null);
        assert_eq!(net(city, CLEARING_VNPAY).await, 0);
        // The same numbers in the statement of another day are another matter.
        let later = import(&officer, "2026-03-05", &whole).await.ok();
        assert_eq!((&later["classes"], &later["paid"]), (&json!({ "DUPLICATE": 3 }), &json!("0")));
        assert_eq!(net(city, CLEARING_VNPAY).await, 0);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_statement_proves_a_refund_that_the_provider_was_silent_about() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 0).await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 40_000)]).await;
        let paid = pay_outside(city, &payer, &bill).await;
        let (officer, second) = (finance(city), approver(city));
        let mut refunds = Vec::new();
        for amount in ["30000", "4000"] {
            let legs = json!([{ "leg": 0, "amount": amount }]);
            let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
            let path = "/admin/v1/payments/refunds";
            let asked = officer.post_once(path, &new_id(city), &body).await.ok();
            drop(approve(&second, &json!({ "id": asked["approval"] })).await.ok());
            refunds.push(asked);
        }
        let reference = |refund: &Value| {
            let id = city_ids::RefundId::parse(refund["id"].as_str().expect("an id"));
            let id = id.expect("of a refund").as_uuid().to_string();
            super::our_ref(&id).replacen('T', "R", 1)
        };
        let header = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on";
        let at = "2026-03-04T10:00:00+07:00,2026-03-05";
        let csv = format!(
            "{header}\n9001,{},refund,30000,0,done,{at}\n9002,{},refund,3999,0,done,{at}\n\
             9003,R00000000000000000000000077,refund,500,0,done,{at}\n",
            reference(&refunds[0]),
            reference(&refunds[1])
        );
        days(city, 1);

        let officer = finance(city);
        let seen = import(&officer, DAY, &csv).await;

        let read = async |refund: &Value| {
            let id = refund["id"].as_str().expect("an id");
            officer.get(&format!("/admin/v1/payments/refunds/{id}")).await.ok()["state"].clone()
        };
        let states = (read(&refunds[0]).await, read(&refunds[1]).await);
        assert_eq!(states, (json!("DONE"), json!("HELD")));
        let seen = seen.ok();
        assert_eq!(seen["classes"], json!({ "AMOUNT_DIFFERS": 1, "MISSING_HERE": 2 }));
        assert_eq!(classes(&breaks(&officer, false).await), ["AMOUNT_DIFFERS", "MISSING_HERE"]);
        let done = told(city, "RefundDone").await;
        assert_eq!((done.len(), &done[0]["refund"]), (1, &refunds[0]["id"]));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_file_that_cannot_be_read_changes_nothing() {
    run::<Payments>(async |city: &Town| {
        days(city, 1);
        let officer = finance(city);
        for csv in ["", "a,b,c\n1,2,3\n", "provider_txn_no;our_ref\n"] {
            let refused = import(&officer, DAY, csv).await;
            assert_eq!((refused.code().as_str(), refused.fields()), ("INPUT", vec!["/".into()]));
        }
        let today = city.clock().now().year();
        assert_eq!(import(&officer, &format!("{today}-12-31"), "x").await.fields(), ["/day"]);
        assert_eq!(import(&approver(city), DAY, "x").await.code(), "SCOPE");
        assert_eq!(one(city, "select count(*) from payments.recon_run").await, 0);
        city.settle().await;
    });
}

#[test]
fn a_proof_that_was_kept_before_a_crash_moves_its_money_with_the_statement() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let lost = topped_up(city, &who, 40_000, &["paid_no_ipn"]).await;
        let csv = statement(city);
        let number = csv.lines().nth(1).and_then(|line| line.split(',').next()).expect("a line");
        let order = lost.id.as_str().and_then(|id| id.rsplit('_').next()).expect("an id");
        // What stands there when the process dies between keeping the proof and moving the money.
        let proof = format!(
            "insert into payments.provider_txn (provider, txn_no, provider_order, amount, evidence, paid_at)
             values ('VNPAY', '{number}', '{order}', 40000, 'IPN', '2026-03-04 03:00:00+00');
             update payments.provider_order set next_poll_at = null"
        );
        crate::treasury::sql(city, &proof).await;
        days(city, 1);

        let run = import(&finance(city), DAY, &csv).await.ok();

        assert_eq!(run["classes"], json!({ "MATCHED": 1 }));
        assert_eq!((state(&who, &lost).await, available(&who).await), ("PAID".into(), 40_000));
        assert_eq!(net(city, CLEARING_VNPAY).await, 0);
        city.settle().await;
        the_books_agree(city).await;
    });
}
