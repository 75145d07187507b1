//! The payment of a number goes to its order or aside, never both, whatever a provider says of it and when.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::breaks::{YES, carry_out};
use super::differs::says;
use super::reconciliation::{DAY, breaks, classes, days, import, of, resolve, topped_up};
use super::{CLEARING_VNPAY, SUSPENSE, Started, net, start, state};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{Town, approve, approver, available, finance, one, rich};
use crate::treasury::{sql, the_books_agree};

/// What officers are asked about breaks, and what they answered.
async fn asked(city: &Town, officer: &Character, class: &str) -> Value {
    let open = breaks(officer, false).await;
    resolve(city, officer, of(&open, class), Some("SUSPENSE")).await.ok()
}

/// What a resident has, what is aside, and what the provider owes.
async fn money(city: &Town, who: &Character) -> [i64; 3] {
    [available(who).await, net(city, SUSPENSE).await, -net(city, CLEARING_VNPAY).await]
}

async fn duplicates(city: &Town) -> i64 {
    one(city, "select count(*) from payments.provider_break where class = 'DUPLICATE'").await
}

#[test]
fn what_officers_put_aside_is_credited_to_nobody_when_it_is_proven_later() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let order = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &order, ("333", "00"), 80_000).await, "04");
        let (officer, second) = (finance(city), approver(city));
        let asked = asked(city, &officer, "AMOUNT_DIFFERS").await;
        assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE");

        for _ in 0..2 {
            assert_eq!(says(city, &order, ("333", "00"), 50_000).await, "02");
            assert_eq!(says(city, &order, ("333", "07"), 50_000).await, "02", "in doubt");
        }

        assert_eq!(money(city, &who).await, [0, 80_000, 80_000]);
        assert_eq!((state(&who, &order).await.as_str(), duplicates(city).await), ("AWAITING", 1));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn once_a_number_paid_its_order_what_was_open_about_it_is_the_rest() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (officer, second) = (finance(city), approver(city));
        let before = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &before, ("333", "00"), 80_000).await, "04");
        let whole = asked(city, &officer, "AMOUNT_DIFFERS").await;
        assert_eq!(whole["amount"], "80000");

        for answer in ["00", "02"] {
            assert_eq!(says(city, &before, ("333", "00"), 50_000).await, answer);
        }

        let late = approve(&second, &whole).await.ok();
        assert_eq!((&late["state"], &late["failure"]), (&json!("FAILED"), &json!("STALE")));
        let rest = asked(city, &officer, "AMOUNT_DIFFERS").await;
        assert_eq!(rest["amount"], "30000");
        assert_eq!(approve(&second, &rest).await.ok()["state"], "DONE");
        assert_eq!(money(city, &who).await, [50_000, 30_000, 80_000]);
        // The other way round it is the same.
        let after = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &after, ("444", "00"), 50_000).await, "00");
        assert_eq!(says(city, &after, ("444", "00"), 70_000).await, "04");
        let rest = asked(city, &officer, "AMOUNT_DIFFERS").await;
        assert_eq!(rest["amount"], "20000");
        assert_eq!(approve(&second, &rest).await.ok()["state"], "DONE");
        assert_eq!(money(city, &who).await, [100_000, 50_000, 150_000]);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_number_that_was_told_of_two_orders_pays_one_or_goes_aside() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (officer, second) = (finance(city), approver(city));
        let told: [Started; 4] = [
            start(city, &who, "VNPAY", 50_000).await,
            start(city, &who, "VNPAY", 50_000).await,
            start(city, &who, "VNPAY", 50_000).await,
            start(city, &who, "VNPAY", 50_000).await,
        ];
        assert_eq!(says(city, &told[0], ("111", "00"), 50_000).await, "00");
        assert_eq!(says(city, &told[0], ("222", "00"), 50_000).await, "02", "twice");
        let aside = asked(city, &officer, "DUPLICATE").await;
        assert_eq!(approve(&second, &aside).await.ok()["state"], "DONE");
        assert_eq!(says(city, &told[1], ("222", "00"), 50_000).await, "02", "it is aside");
        assert_eq!(money(city, &who).await, [50_000, 50_000, 100_000]);

        assert_eq!(says(city, &told[2], ("333", "00"), 50_000).await, "00");
        assert_eq!(says(city, &told[2], ("444", "00"), 50_000).await, "02", "twice");
        assert_eq!(says(city, &told[3], ("444", "00"), 50_000).await, "00");
        let aside = asked(city, &officer, "DUPLICATE").await;
        let late = approve(&second, &aside).await.ok();

        assert_eq!(
            (&late["state"], &late["failure"]),
            (&json!("FAILED"), &json!("ALREADY_RESOLVED"))
        );
        assert_eq!(money(city, &who).await, [150_000, 50_000, 200_000]);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_line_that_names_no_order_of_ours_puts_no_payment_aside_that_was_credited() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        drop(topped_up(city, &who, 50_000, &["paid"]).await);
        let csv = super::reconciliation::statement(city);
        let line = csv.lines().nth(1).expect("a line").to_owned();
        let cells: Vec<_> = line.split(',').collect();
        let other = line.replace(cells[1], "T00000000000000000000000NEVER");
        days(city, 1);

        let seen = import(&finance(city), DAY, &csv.replace(&line, &other)).await.ok();

        assert_eq!(seen["classes"], json!({ "MISSING_HERE": 1 }));
        assert_eq!(net(city, SUSPENSE).await, 0);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_line_that_is_listed_twice_has_a_second_payment_for_officers_to_put_aside() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        drop(topped_up(city, &who, 50_000, &["paid", "statement_duplicate"]).await);
        let csv = super::reconciliation::statement(city);
        days(city, 1);
        let (officer, second) = (finance(city), approver(city));
        drop(import(&officer, DAY, &csv).await.ok());
        let before = money(city, &who).await;

        let aside = asked(city, &officer, "DUPLICATE").await;

        assert_eq!(approve(&second, &aside).await.ok()["state"], "DONE");
        let after = money(city, &who).await;
        assert_eq!((after[1] - before[1], after[2] - before[2]), (50_000, 50_000));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn while_officers_put_a_payment_aside_the_word_whose_it_is_comes_again() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let order = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &order, ("333", "00"), 80_000).await, "04");
        drop(asked(city, &finance(city), "AMOUNT_DIFFERS").await);
        sql(city, YES).await;

        assert_eq!(says(city, &order, ("333", "00"), 50_000).await, "99");
        carry_out(city).await;
        assert_eq!(says(city, &order, ("333", "00"), 50_000).await, "02");

        assert_eq!(money(city, &who).await, [0, 80_000, 80_000]);
        let officer = finance(city);
        let open = breaks(&officer, false).await;
        assert_eq!(classes(&open), ["DUPLICATE"], "somebody gives it out of suspense");
        let aside = asked(city, &officer, "DUPLICATE").await;
        let again = approve(&approver(city), &aside).await.ok();
        assert_eq!(again["failure"], "ALREADY_RESOLVED");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn what_names_no_payment_cannot_be_put_aside() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let order = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &order, ("0", "04"), 50_000).await, "00", "stuck");
        assert_eq!(says(city, &order, ("0", "04"), 40_000).await, "04", "of no payment");
        city.settle().await;
        let officer = finance(city);

        let open = breaks(&officer, false).await;
        assert_eq!(classes(&open), ["AMOUNT_DIFFERS", "STUCK"]);
        for found in &open {
            let answer = resolve(city, &officer, found, Some("SUSPENSE")).await;
            assert_eq!((answer.code(), answer.fields()), ("INPUT".into(), vec!["/remedy".into()]));
        }

        assert_eq!(says(city, &order, ("333", "00"), 50_000).await, "00");
        assert_eq!(money(city, &who).await, [50_000, 0, 50_000]);
        city.settle().await;
    });
}

#[test]
fn of_a_notice_and_a_second_officer_at_once_one_moves_the_payment() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (officer, second) = (finance(city), approver(city));
        let (mut credited, mut aside, mut aside_of_rest) = (0, 0, 0);
        for round in 0..8 {
            let txn_no = format!("{round}99");
            let order = start(city, &who, "VNPAY", 50_000).await;
            assert_eq!(says(city, &order, (&txn_no, "00"), 80_000).await, "04");
            let asked = asked(city, &officer, "AMOUNT_DIFFERS").await;

            let (answer, word) =
                tokio::join!(approve(&second, &asked), says(city, &order, (&txn_no, "00"), 50_000));

            let failure = answer.ok()["failure"].clone();
            if word == "00" {
                assert!(["STALE", "ALREADY_RESOLVED"].map(Value::from).contains(&failure));
                credited += 50_000;
            } else {
                assert!(["02", "99"].contains(&word.as_str()), "{word}");
                assert_eq!(failure, Value::Null);
                aside += 80_000;
            }
            assert_eq!(money(city, &who).await, [credited, aside, credited + aside], "{round}");
            for found in breaks(&officer, false).await {
                let aside = resolve(city, &officer, &found, Some("SUSPENSE")).await.ok();
                match approve(&second, &aside).await.ok()["failure"].as_str() {
                    None => aside_of_rest += 30_000,
                    failure => assert_eq!(failure, Some("ALREADY_RESOLVED"), "{found}"),
                }
                drop(resolve(city, &officer, &found, None).await);
            }
            aside += std::mem::take(&mut aside_of_rest);
            assert_eq!(money(city, &who).await, [credited, aside, credited + aside], "{round}");
        }
        simulator(city).step().await;
        the_books_agree(city).await;
        city.settle().await;
    });
}
