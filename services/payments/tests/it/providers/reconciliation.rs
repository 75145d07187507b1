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
use crate::treasury::the_books_agree;

pub const BREAKS: &str = "/admin/v1/payments/breaks";
pub const DAY: &str = "2026-03-04";

/// The simulator's statement of the day on which all tests begin.
pub fn statement(city: &Town) -> String {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
    simulator(city).statement(Provider::Vnpay, day)
}

pub async fn import(officer: &Character, day: &str, csv: &str) -> Answer {
    let path = format!("/admin/v1/payments/statements?provider=VNPAY&day={day}");
    let body = axum::body::Body::from(csv.to_owned());
    officer.send_bytes(http::Method::POST, &path, body, &[("content-type", "text/csv")]).await
}

pub async fn breaks(officer: &Character, all: bool) -> Vec<Value> {
    let page = officer.get(&format!("{BREAKS}?first=100&all={all}")).await.ok();
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// The classes of breaks, in their order.
pub fn classes(breaks: &[Value]) -> Vec<String> {
    let mut classes: Vec<_> =
        breaks.iter().map(|it| it["class"].as_str().expect("a class").to_owned()).collect();
    classes.sort();
    classes
}

pub fn of<'a>(breaks: &'a [Value], class: &str) -> &'a Value {
    breaks.iter().find(|it| it["class"] == class).expect("there is one")
}

pub async fn resolve(city: &Town, officer: &Character, of: &Value, remedy: Option<&str>) -> Answer {
    let path = format!("{BREAKS}/{}/resolve", of["id"].as_str().expect("an id"));
    let body = json!({ "reason": REASON, "remedy": remedy });
    officer.post_once(&path, &new_id(city), &body).await
}

/// A top-up through VNPAY to which these things happen, and whose notices have come.
pub async fn topped_up(city: &Town, who: &Character, amount: i64, names: &[&str]) -> Started {
    let started = start(city, who, "VNPAY", amount).await;
    for name in names {
        happens(city, &started, name).await;
    }
    simulator(city).step().await;
    started
}

/// Goes on to nine o'clock of a later day.
pub fn days(city: &Town, days: i64) {
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
        assert_eq!((state(&who, &lost).await, available(&who).await), ("REVIEW".into(), 450_000));
        let aside = net(city, SUSPENSE).await;
        assert_eq!(aside, 90_000 + 40_000, "the extra payment, and what only the statement tells");
        assert_eq!(net(city, CLEARING_VNPAY).await, -49_000);
        let open = breaks(&officer, false).await;
        assert_eq!(classes(&open), ["AMOUNT_DIFFERS", "DUPLICATE", "FEE", "MISSING_HERE"]);
        assert_eq!(of(&open, "AMOUNT_DIFFERS")["amount"], "1000");
        assert_eq!(of(&open, "FEE")["amount"], "3300");
        assert_eq!(told(city, "BreakOpened").await.len(), 5, "one was closed by its own witness");

        city.settle().await;
        assert_eq!((state(&who, &lost).await, available(&who).await), ("PAID".into(), 490_000));
        assert_eq!(net(city, SUSPENSE).await, 90_000, "asked again, the provider confirmed it");
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

/// An order that its provider neither tells of nor is asked about any more.
async fn unheard(city: &Town, who: &Character, amount: i64) -> Started {
    let started = topped_up(city, who, amount, &["paid_no_ipn"]).await;
    crate::treasury::sql(city, "update payments.provider_order set next_poll_at = null").await;
    started
}

async fn credit(officer: &Character, order: &Started) -> Answer {
    let id = order.id.as_str().expect("an id");
    let path = format!("/admin/v1/payments/reviews/{id}/credit");
    officer.post(&path, &json!({ "reason": REASON })).await
}

#[test]
fn what_a_statement_alone_tells_is_credited_by_another_officer_than_took_it_in() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let lost = unheard(city, &who, 40_000).await;
        let csv = statement(city);
        days(city, 1);
        let (officer, second) = (finance(city), finance(city));

        drop(import(&officer, DAY, &csv).await.ok());
        city.settle().await;

        assert_eq!((state(&who, &lost).await, available(&who).await), ("REVIEW".into(), 0));
        assert_eq!(net(city, SUSPENSE).await, 40_000);
        let waits = second.get("/admin/v1/payments/reviews").await.ok();
        assert_eq!(waits["edges"][0]["node"]["id"], lost.id);
        assert_eq!(credit(&officer, &lost).await.code(), "TWO_PERSONS");
        let mut tired = second.clone();
        tired.principal.auth_at = Some(city.clock().now() - Duration::minutes(11));
        assert_eq!(credit(&tired, &lost).await.code(), "REAUTH_REQUIRED");
        assert_eq!(available(&who).await, 0);
        // The same file from somebody else makes nobody else its witness.
        drop(import(&second, DAY, &csv).await.ok());
        assert_eq!(credit(&officer, &lost).await.code(), "TWO_PERSONS");
        let credited = credit(&second, &lost).await.ok();

        assert_eq!((&credited["state"], available(&who).await), (&json!("PAID"), 40_000));
        assert_eq!(credit(&second, &lost).await.ok()["state"], "PAID");
        assert_eq!((net(city, SUSPENSE).await, net(city, CLEARING_VNPAY).await), (0, 0));
        assert_eq!(told(city, "TopUpSucceeded").await.len(), 1);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_forged_line_credits_nobody_and_the_providers_own_word_does() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let forged = start(city, &who, "VNPAY", 50_000).await; // nobody ever pays it
        let paid = topped_up(city, &who, 60_000, &["paid_no_ipn"]).await;
        let line = "2026-03-04T10:00:00+07:00,2026-03-05";
        let line = format!("7001,{},pay,50000,0,done,{line}", forged.our_ref);
        let csv = format!("{}\n{line}\n", statement(city).trim_end());
        days(city, 1);
        let officer = finance(city);

        let seen = import(&officer, DAY, &csv).await.ok();
        assert_eq!(seen["classes"], json!({ "MISSING_HERE": 2 }), "{seen}");
        assert_eq!(available(&who).await, 0);
        for _ in 0..3 {
            city.clock().advance(Duration::hours(1));
            city.settle().await;
        }

        assert_eq!(state(&who, &forged).await, "REVIEW", "its provider knows of no money");
        let denied = "select count(*) from payments.recon_break where class = 'FAILED_AFTER_PAID'";
        assert_eq!(one(city, denied).await, 1, "and says so");
        assert_eq!((state(&who, &paid).await, available(&who).await), ("PAID".into(), 60_000));
        let mut again = officer.clone();
        again.principal.auth_at = Some(city.clock().now());
        assert_eq!(credit(&again, &forged).await.code(), "TWO_PERSONS");
        assert_eq!(net(city, SUSPENSE).await, 50_000);
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

/// What stands there when the process dies between keeping a proof and moving the money; the statement of the day.
async fn interrupted(city: &Town, who: &Character, evidence: &str) -> (Started, String) {
    let lost = unheard(city, who, 40_000).await;
    let csv = statement(city);
    let number = csv.lines().nth(1).and_then(|line| line.split(',').next()).expect("a line");
    let order = lost.id.as_str().and_then(|id| id.rsplit('_').next()).expect("an id");
    let proof = format!(
        "insert into payments.provider_txn (provider, txn_no, provider_order, amount, evidence, paid_at)
         values ('VNPAY', '{number}', '{order}', 40000, '{evidence}', '2026-03-04 03:00:00+00')"
    );
    crate::treasury::sql(city, &proof).await;
    (lost, csv)
}

#[test]
fn a_statement_that_was_interrupted_goes_on_and_credits_no_more_than_before() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (lost, csv) = interrupted(city, &who, "STATEMENT").await;
        days(city, 1);

        let run = import(&finance(city), DAY, &csv).await.ok();

        assert_eq!(run["classes"], json!({ "MISSING_HERE": 1 }));
        assert_eq!((state(&who, &lost).await, available(&who).await), ("REVIEW".into(), 0));
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn a_proof_that_was_kept_before_a_crash_moves_its_money_with_the_statement() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (lost, csv) = interrupted(city, &who, "IPN").await;
        days(city, 1);

        let run = import(&finance(city), DAY, &csv).await.ok();

        assert_eq!(run["classes"], json!({ "MATCHED": 1 }));
        assert_eq!((state(&who, &lost).await, available(&who).await), ("PAID".into(), 40_000));
        assert_eq!(net(city, CLEARING_VNPAY).await, 0);
        city.settle().await;
        the_books_agree(city).await;
    });
}
