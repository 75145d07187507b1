//! Breaks that are closed by one and remedied by another, and breaks about one and the same payment.

use city_boot::Progress;
use city_testkit::{Character, run};
use serde_json::{Value, json};
use sqlx::Executor as _;

use super::answers::{signed, told as vnpay_is_told, vnpay};
use super::reconciliation::{
    DAY, breaks, classes, days, import, of, resolve, statement, topped_up,
};
use super::{CLEARING_VNPAY, SUSPENSE, happens, net, start};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{Town, approve, approver, finance, one, rich, told};
use crate::treasury::{sql, the_books_agree};

const LEGS: &str = "select count(*) from payments.ledger_transfer";
const AT: &str = "2026-03-04T10:00:00+07:00,2026-03-05";

/// What is approved and waits to be done is done.
pub(super) async fn carry_out(city: &Town) {
    while city.step("carry-out-approvals").await.expect("it steps") == Progress::Worked {}
}

/// A second officer said yes, and nothing was done about it yet.
pub(super) const YES: &str = "update payments.approval set decided_by = gen_random_uuid(), decision = 'APPROVE', decided_at = now()
                   where kind = 'RECONCILIATION'";

/// The statement of a day on which this was paid, and of it a part that lacks all but the first; the breaks of what it lacks.
async fn lacking(city: &Town, who: &Character, amounts: &[i64]) -> (String, Vec<Value>) {
    for amount in amounts {
        drop(topped_up(city, who, *amount, &["paid"]).await);
    }
    let whole = statement(city);
    let part: Vec<_> = whole.lines().take(2).collect();
    days(city, 1);
    drop(import(&finance(city), DAY, &part.join("\n")).await.ok());
    days(city, 1);
    city.settle().await;
    let missing = breaks(&finance(city), false).await;
    assert_eq!(missing.len(), amounts.len() - 1, "{missing:?}");
    (whole, missing)
}

fn failed(answer: &Value) -> (&Value, &Value) {
    (&answer["state"], &answer["failure"])
}

#[test]
fn a_break_that_an_officer_closed_meanwhile_moves_no_money() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        drop(topped_up(city, &who, 60_000, &["paid", "statement_amount"]).await);
        let csv = statement(city);
        days(city, 1);
        let (officer, second) = (finance(city), approver(city));
        drop(import(&officer, DAY, &csv).await.ok());
        let open = breaks(&officer, false).await;
        let differs = of(&open, "AMOUNT_DIFFERS");
        let asked = resolve(city, &officer, differs, Some("SUSPENSE")).await.ok();
        drop(resolve(city, &finance(city), differs, None).await.ok());
        let legs = one(city, LEGS).await;

        let answer = approve(&second, &asked).await.ok();

        assert_eq!(failed(&answer), (&json!("FAILED"), &json!("STALE")));
        assert_eq!(approve(&second, &asked).await.ok(), answer, "it has ended");
        carry_out(city).await;
        assert_eq!(one(city, LEGS).await, legs);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_break_that_a_witness_closed_meanwhile_moves_no_money() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (whole, missing) = lacking(city, &who, &[20_000, 20_000]).await;
        let (officer, second) = (finance(city), approver(city));
        let asked = resolve(city, &officer, &missing[0], Some("WRITE_OFF")).await.ok();
        drop(import(&officer, DAY, &whole).await.ok());

        let answer = approve(&second, &asked).await.ok();

        assert_eq!(failed(&answer), (&json!("FAILED"), &json!("STALE")));
        assert_eq!(net(city, CLEARING_VNPAY).await, 0, "all was paid, nothing is written off");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn while_the_money_of_a_break_is_being_moved_nobody_else_closes_it() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (whole, missing) = lacking(city, &who, &[20_000, 20_000]).await;
        let officer = finance(city);
        drop(resolve(city, &officer, &missing[0], Some("WRITE_OFF")).await.ok());
        sql(city, YES).await;

        drop(import(&officer, DAY, &whole).await.ok());
        let other = resolve(city, &finance(city), &missing[0], None).await;

        assert_eq!(other.code(), "STATE");
        assert_eq!(breaks(&officer, false).await, missing, "it waits for its money");
        carry_out(city).await;
        let closed = breaks(&officer, true).await;
        assert_eq!(closed[0]["closedBy"], json!(officer.account()));
        let done = "select count(*) from payments.approval where outcome = 'DONE' and kind = 'RECONCILIATION'";
        assert_eq!((one(city, done).await, net(city, CLEARING_VNPAY).await), (1, 20_000));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn whoever_closes_a_break_while_a_second_officer_says_yes_comes_first() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (_, missing) = lacking(city, &who, &[20_000, 20_000]).await;
        let (officer, second) = (finance(city), approver(city));
        let asked = resolve(city, &officer, &missing[0], Some("WRITE_OFF")).await.ok();
        let mut witness = city.db().acquire().await.expect("a connection");
        let close = "begin; set local idle_in_transaction_session_timeout = 0;
                     update payments.recon_break set closed_at = now()";
        witness.execute(close).await.expect("it is closed");

        let waits = "select count(*) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock' and query like '%recon_break%'";
        let (answer, ()) = tokio::join!(approve(&second, &asked), async {
            for _ in 0..10_000 {
                if one(city, waits).await > 0 {
                    break;
                }
            }
            witness.execute("commit").await.expect("it commits");
        });

        assert_eq!(failed(&answer.ok()), (&json!("FAILED"), &json!("STALE")));
        assert_eq!(net(city, CLEARING_VNPAY).await, -20_000);
        city.settle().await;
    });
}

#[test]
fn a_remedy_that_a_crash_interrupted_ends_well_and_once() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (_, missing) = lacking(city, &who, &[20_000, 20_000]).await;
        let (officer, second) = (finance(city), approver(city));
        let asked = resolve(city, &officer, &missing[0], Some("WRITE_OFF")).await.ok();
        assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE");
        let legs = one(city, LEGS).await;
        let forget = "update payments.approval set outcome = null where kind = 'RECONCILIATION'";
        let reopen =
            "update payments.recon_break set closed_at = null, closed_by = null, reason = null";

        // After the break was closed, and before.
        for crash in [&[forget][..], &[forget, reopen]] {
            for change in crash {
                sql(city, change).await;
            }
            carry_out(city).await;

            assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE");
            assert_eq!((one(city, LEGS).await, breaks(&officer, false).await), (legs, vec![]));
        }
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_day_without_a_statement_is_one_break_until_the_statement_comes() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        for amount in [20_000, 30_000] {
            drop(topped_up(city, &who, amount, &["paid"]).await);
        }
        let whole = statement(city);
        let part: Vec<_> = whole.lines().filter(|line| !line.contains(",30000,")).collect();
        days(city, 1);
        city.settle().await;
        assert!(breaks(&finance(city), true).await.is_empty(), "two working days are not over");

        days(city, 1);
        city.settle().await;

        let officer = finance(city);
        let open = breaks(&officer, false).await;
        assert_eq!((open.len(), told(city, "BreakOpened").await.len()), (1, 1), "{open:?}");
        let (day, found) = (&open[0], |member: &str| open[0][member].clone());
        assert_eq!(
            [found("class"), found("provider"), found("key"), found("order"), found("amount")],
            [json!("MISSING_THERE"), json!("VNPAY"), json!(DAY), Value::Null, json!("50000")]
        );
        let moved = resolve(city, &officer, day, Some("WRITE_OFF")).await;
        assert_eq!(moved.code(), "STATE", "its money is in the statement");
        drop(import(&officer, DAY, &part.join("\n")).await.ok());
        city.settle().await;
        let left = breaks(&officer, false).await;
        assert_eq!((left.len(), &left[0]["amount"]), (1, &json!("30000")), "the payment it lacks");
        let all = breaks(&officer, true).await;
        let closed = all.iter().find(|it| it["key"] == DAY).expect("it was there");
        assert_eq!((closed["closedAt"].is_string(), &closed["closedBy"]), (true, &Value::Null));
        drop(import(&officer, DAY, &whole).await.ok());
        city.settle().await;
        assert!(breaks(&officer, false).await.is_empty());
        the_books_agree(city).await;
    });
}

#[test]
fn what_a_message_and_a_statement_tell_of_one_payment_is_one_break() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let twice = start(city, &who, "VNPAY", 50_000).await;
        let wrong = start(city, &who, "VNPAY", 60_000).await;
        let at = city.anonymous();
        for (of, txn_no, answer) in
            [(&twice, "111", "00"), (&twice, "222", "02"), (&wrong, "333", "04")]
        {
            let notice = signed(&vnpay(&of.our_ref, "00", "00", txn_no));
            assert_eq!(vnpay_is_told(&at, &notice).await, answer, "{txn_no}");
        }
        let csv = format!(
            "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n\
             111,{0},pay,50000,0,done,{AT}\n222,{0},pay,50000,0,done,{AT}\n333,{1},pay,50000,0,done,{AT}\n",
            twice.our_ref, wrong.our_ref
        );
        days(city, 1);
        let officer = finance(city);

        let seen = import(&officer, DAY, &csv).await.ok();
        city.settle().await;

        assert_eq!(seen["classes"], json!({ "MATCHED": 1, "DUPLICATE": 1, "AMOUNT_DIFFERS": 1 }));
        let all = breaks(&officer, true).await;
        assert_eq!(classes(&all), ["AMOUNT_DIFFERS", "DUPLICATE"], "{all:?}");
        for (class, key) in [("DUPLICATE", "222"), ("AMOUNT_DIFFERS", "333")] {
            let found = of(&all, class);
            assert_eq!((&found["key"], &found["amount"]), (&json!(key), &json!("50000")));
        }
        assert_eq!(told(city, "BreakOpened").await.len(), 2);
    });
}

#[test]
fn two_breaks_about_one_payment_move_its_money_once() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let order = start(city, &who, "VNPAY", 60_000).await;
        let notice = signed(&vnpay(&order.our_ref, "00", "00", "333"));
        assert_eq!(vnpay_is_told(&city.anonymous(), &notice).await, "04");
        happens(city, &order, "paid").await; // in full, and by another number
        simulator(city).step().await;
        let whole = statement(city);
        let csv = format!("{}\n333,{},pay,50000,0,done,{AT}\n", whole.trim_end(), order.our_ref);
        days(city, 1);
        let (officer, second) = (finance(city), approver(city));
        let seen = import(&officer, DAY, &csv).await.ok();
        assert_eq!(seen["classes"], json!({ "MATCHED": 1, "DUPLICATE": 1 }));

        let open = breaks(&officer, false).await;
        let mut answers = Vec::new();
        for class in ["AMOUNT_DIFFERS", "DUPLICATE"] {
            let asked = resolve(city, &officer, of(&open, class), Some("SUSPENSE")).await.ok();
            answers.push(approve(&second, &asked).await.ok());
        }

        assert_eq!(answers[0]["state"], "DONE");
        assert_eq!(failed(&answers[1]), (&json!("FAILED"), &json!("ALREADY_RESOLVED")));
        assert_eq!((net(city, SUSPENSE).await, net(city, CLEARING_VNPAY).await), (50_000, 0));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_line_with_another_fee_or_amount_is_a_witness_that_the_provider_paid() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (whole, missing) = lacking(city, &who, &[10_000, 20_000, 30_000]).await;
        assert_eq!(classes(&missing), ["MISSING_THERE", "MISSING_THERE"]);
        let lines: Vec<_> = whole.lines().collect();
        let with = |line: usize, cell: usize, value: &str| {
            let mut cells: Vec<_> = lines[line].split(',').map(str::to_owned).collect();
            value.clone_into(&mut cells[cell]);
            cells.join(",")
        };
        let (fee, amount) = (with(2, 4, "700"), with(3, 3, "1"));
        let csv = [lines[0], lines[1], &fee, &amount].join("\n");

        let officer = finance(city);
        let seen = import(&officer, DAY, &csv).await.ok();

        assert_eq!(seen["classes"], json!({ "MATCHED": 1, "FEE": 1, "AMOUNT_DIFFERS": 1 }));
        assert_eq!(classes(&breaks(&officer, false).await), ["AMOUNT_DIFFERS", "FEE"]);
        city.settle().await;
    });
}
