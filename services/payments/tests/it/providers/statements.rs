//! Statements of the other providers, lines that nobody can have meant, long files, and nets that wait for money.

use chrono::{Duration, NaiveDate};
use city_contracts::payments::Provider;
use city_payments::{Config, ProvidersConfig, build};
use city_testkit::{Answer, Character, run};
use confique::Config as _;
use serde_json::{Value, json};

use super::{
    CLEARING_MOMO, CLEARING_VNPAY, CLEARING_ZALOPAY, SUSPENSE, happens, net, pass, start, state,
};
use crate::subject::{Payments, config};
use crate::till::simulator;
use crate::town::{REASON, Town, approve, approver, available, finance, new_id, one, person, rich};
use crate::treasury::{sql, the_books_agree};

const HEAD: &str = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n";

async fn import(officer: &Character, provider: &str, csv: &str) -> Answer {
    let path = format!("/admin/v1/payments/statements?provider={provider}&day=2026-03-04");
    let body = axum::body::Body::from(csv.to_owned());
    officer.send_bytes(http::Method::POST, &path, body, &[("content-type", "text/csv")]).await
}

fn statement(city: &Town, provider: Provider) -> String {
    let day = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a day");
    simulator(city).statement(provider, day)
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
fn statements_of_momo_and_zalopay_are_judged_by_the_same_classes_refunds_among_them() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let mut lost = Vec::new();
        for provider in ["MOMO", "ZALOPAY"] {
            for (amount, name, then) in [
                (40_000, "paid_no_ipn", None),
                (100_000, "paid", None),
                (50_000, "paid", Some("statement_missing")),
                (60_000, "paid", Some("statement_amount")),
                (70_000, "paid", Some("statement_duplicate")),
                (80_000, "paid", Some("statement_fee")),
                (90_000, "paid", Some("statement_extra")),
            ] {
                let started = start(city, &who, provider, amount).await;
                happens(city, &started, name).await;
                if let Some(then) = then {
                    happens(city, &started, then).await;
                }
                simulator(city).step().await;
                if name == "paid_no_ipn" {
                    lost.push(started);
                }
            }
        }
        assert_eq!(available(&who).await, 2 * 450_000);
        // A payment of which a part went back; the questions about the lost ones come later.
        let payer = person(city);
        for provider in ["MOMO", "ZALOPAY"] {
            let bill = super::paid::bill(city, &payer, 75_000).await;
            let paid = super::paid::through(city, &payer, provider, &bill).await;
            happens(city, &paid, "paid").await;
            simulator(city).step().await;
            let payment = super::view(&payer, &paid).await["payment"].clone();
            let legs = json!([{ "leg": 0, "amount": "7000" }]);
            let body = json!({ "payment": payment, "legs": legs, "reason": REASON });
            let path = "/admin/v1/payments/refunds";
            let asked = finance(city).post_once(path, &new_id(city), &body).await.ok();
            drop(approve(&approver(city), &json!({ "id": asked["approval"] })).await.ok());
            while city.step("send-refunds").await.expect("it sends") == city_boot::Progress::Worked
            {
            }
        }
        for lost in &lost {
            assert_eq!(state(&who, lost).await, "AWAITING", "{}", lost.provider);
        }
        let csv = [statement(city, Provider::Momo), statement(city, Provider::Zalopay)];
        city.clock().advance(Duration::days(1));
        let officer = finance(city);

        for ((provider, clearing), csv) in
            [("MOMO", CLEARING_MOMO), ("ZALOPAY", CLEARING_ZALOPAY)].into_iter().zip(&csv)
        {
            assert_eq!(csv.matches(",refund,7000,").count(), 1, "{csv}");
            let seen = import(&officer, provider, csv).await.ok();
            let before = rows(city).await;
            let again = import(&officer, provider, csv).await.ok();
            assert_eq!((&again, rows(city).await), (&seen, before), "{provider}");
            // ZaloPay says only when it is asked that a refund is done: there the statement is the first to say so.
            let (matched, missing) = if provider == "MOMO" { (5, 2) } else { (4, 3) };
            assert_eq!(
                seen["classes"],
                json!({ "MATCHED": matched, "MISSING_HERE": missing, "AMOUNT_DIFFERS": 1, "DUPLICATE": 1, "FEE": 1 }),
                "{provider}"
            );
            assert_eq!(
                (&seen["paid"], &seen["refunded"], &seen["fees"]),
                (&json!("606000"), &json!("7000"), &json!("3300")),
                "{provider}"
            );
            assert_eq!(
                net(city, clearing).await,
                -49_000,
                "what is missing there, less 1,000 too much"
            );
        }
        for lost in &lost {
            // A statement alone credits nobody.
            assert_eq!(state(&who, lost).await, "REVIEW", "{}", lost.provider);
        }
        assert_eq!((available(&who).await, net(city, SUSPENSE).await), (2 * 450_000, 2 * 130_000));
        assert_eq!(net(city, CLEARING_VNPAY).await, 0, "another provider's is another's");
        pass(city, [1]).await;
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_line_that_no_provider_can_have_meant_costs_itself_alone() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 40_000).await;
        happens(city, &started, "paid_no_ipn").await;
        simulator(city).step().await;
        let good = statement(city, Provider::Momo).replace(HEAD, "");
        let at = "2026-03-04T10:00:00+07:00,2026-03-05";
        let csv = format!(
            "{HEAD}9\u{0}1,T1,pay,5,0,done,{at}\n{good}92,T\u{0},pay,5,0,done,{at}\n\
             93,T3,pay,5,0,done,9999-12-31T00:00:00Z,x\n94,T4,pay,5,0,done,2026-03-06T00:00:00Z,x\n\
             95,T5,pay,9223372036854775807,0,done,{at}\n96,T6,refund,-5,0,done,{at}\n"
        );
        city.clock().advance(Duration::days(1));

        let seen = import(&finance(city), "MOMO", &csv).await.ok();

        let wanted = [
            (2, "NUMBER"),
            (4, "REFERENCE"),
            (5, "DATE"),
            (6, "DATE"),
            (7, "AMOUNT"),
            (8, "AMOUNT"),
        ]
        .map(|(line, code)| json!({ "line": line, "code": code }));
        assert_eq!(seen["refused"], Value::from(wanted.to_vec()));
        assert_eq!(seen["classes"], json!({ "MISSING_HERE": 1 }));
        assert_eq!((state(&who, &started).await, available(&who).await), ("REVIEW".into(), 0));
        let newest =
            "select count(*) from payments.ledger_transfer where at > timestamptz '2026-03-06'";
        assert_eq!((one(city, newest).await, net(city, SUSPENSE).await), (0, 40_000));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn the_columns_of_a_statement_have_the_names_that_its_provider_gives_them() {
    run::<Payments>(async |city: &Town| {
        let of_momo = |columns: &str| {
            let providers = ProvidersConfig::builder().load().expect("everything has a default");
            let momo_columns = columns.to_owned();
            Config { providers: ProvidersConfig { momo_columns, ..providers }, ..config() }
        };
        let theirs = of_momo("Mã GD,Ref,Type,Amount,Fee,State,Time");
        let theirs = build(theirs, city.infra().clone()).await.expect("it is built");
        let theirs = theirs.router(city.infra().ids.clone(), None);
        let csv =
            "Time,Ref,Mã GD,Type,Fee,Amount,State\n2026-03-04T09:00:00Z,T1,77,pay,5,90,failed\n";
        city.clock().advance(Duration::days(1));
        let officer = finance(city);
        let there = finance(city).through(theirs);

        let read = import(&there, "MOMO", csv).await.ok();

        assert_eq!(read["refused"], json!([{ "line": 2, "code": "STATUS" }]), "it is understood");
        assert_eq!(import(&there, "VNPAY", csv).await.code(), "INPUT", "of MoMo alone");
        assert_eq!(import(&officer, "MOMO", csv).await.code(), "INPUT", "as configured here");
        let refused = build(of_momo("one,two"), city.infra().clone()).await.err();
        let refused = refused.map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("PAYMENTS_MOMO_COLUMNS"), "{refused}");
        city.settle().await;
    });
}

#[test]
fn a_line_of_long_ago_puts_its_money_aside_today() {
    run::<Payments>(async |city: &Town| {
        let csv = format!("{HEAD}77,T-1990,pay,700,0,done,1990-01-01T00:00:00+07:00,x\n");
        city.clock().advance(Duration::days(1));
        let officer = finance(city);

        let seen = import(&officer, "VNPAY", &csv).await.ok();

        assert_eq!(
            (&seen["classes"], &seen["paid"]),
            (&json!({ "MISSING_HERE": 1 }), &json!("700"))
        );
        assert_eq!((net(city, SUSPENSE).await, net(city, CLEARING_VNPAY).await), (700, 0));
        let strays = "select count(*) from payments.ledger_transfer_default";
        assert_eq!(one(city, strays).await, 0, "every leg lies in a month");
        // Judged once more, as after a crash, it stays where it is.
        let forget = "update payments.recon_line set class = null, counted = false;
                      update payments.recon_run set done_at = null";
        sql(city, forget).await;
        assert_eq!(import(&officer, "VNPAY", &csv).await.ok(), seen);
        assert_eq!((net(city, SUSPENSE).await, net(city, CLEARING_VNPAY).await), (700, 0));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_statement_is_longer_than_what_other_routes_take() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 40_000).await;
        happens(city, &started, "paid").await;
        simulator(city).step().await;
        let mut csv = statement(city, Provider::Momo);
        for number in 0..4_000 {
            let refused = format!("{number},T{number:026},pay,40000,0,failed,");
            csv.push_str(&refused);
            csv.push_str("2026-03-04T10:00:00+07:00,2026-03-05\n");
        }
        assert!(csv.len() > 256 * 1024, "{}", csv.len());
        city.clock().advance(Duration::days(1));
        let officer = finance(city);

        let seen = import(&officer, "MOMO", &csv).await.ok();
        let too_long = import(&officer, "MOMO", &"\n".repeat(20_000_001)).await;

        assert_eq!((&seen["classes"], &seen["done"]), (&json!({ "MATCHED": 1 }), &json!(true)));
        let refused = seen["refused"].as_array().expect("a list");
        assert_eq!((refused.len(), &refused[0]["code"]), (1_000, &json!("STATUS")), "the first");
        let answer = (too_long.status(), too_long.code());
        assert_eq!(answer, ("413 Payload Too Large".to_owned(), "BODY_TOO_LARGE".to_owned()));
        city.settle().await;
    });
}

/// The posting that a statement says took it off what its provider owes, as the ledger's.
fn posting(seen: &Value) -> String {
    let id = city_ids::PostingId::parse(seen["posting"].as_str().expect("it moved money"));
    id.expect("of a posting").as_uuid().to_string()
}

#[test]
fn a_net_that_the_bank_account_cannot_bear_is_taken_off_when_the_file_comes_again() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 100_000).await;
        happens(city, &started, "paid").await;
        simulator(city).step().await;
        let payments = statement(city, Provider::Vnpay);
        let at = "2026-03-04T10:00:00+07:00,2026-03-05";
        let refunds = format!("{HEAD}9003,R00000000000000000000000077,refund,500,0,done,{at}\n");
        city.clock().advance(Duration::days(1));
        let officer = finance(city);
        let legs = "select count(*) from payments.ledger_transfer";
        let before = one(city, legs).await;

        for _ in 0..2 {
            let early = import(&officer, "VNPAY", &refunds).await;
            assert_eq!(
                (early.status(), early.code()),
                ("409 Conflict".into(), "NET_REFUSED".into())
            );
            assert_eq!(early.json()["details"]["refusal"], "INSUFFICIENT_FUNDS");
            let runs = officer.get("/admin/v1/payments/runs").await.ok();
            let run = &runs["edges"][0]["node"];
            assert_eq!((&run["done"], &run["posting"]), (&json!(false), &Value::Null));
            assert_eq!(run["classes"], json!({ "MISSING_HERE": 1 }), "it is judged all the same");
        }
        assert_eq!(one(city, legs).await, before);
        let paid = import(&officer, "VNPAY", &payments).await.ok();
        assert_eq!(net(city, CLEARING_VNPAY).await, 0);
        let late = import(&officer, "VNPAY", &refunds).await.ok();
        let again = import(&officer, "VNPAY", &refunds).await.ok();

        assert_eq!((&again, &late["done"]), (&late, &json!(true)));
        assert_eq!(net(city, CLEARING_VNPAY).await, -500, "taken off once");
        assert_eq!(one(city, legs).await, before + 2);
        for seen in [&paid, &late] {
            let of = format!("{legs} where posting = '{}'", posting(seen));
            assert_eq!(one(city, &of).await, 1, "{seen}");
        }
        // As after a crash between the posting and its being noted.
        sql(city, "update payments.recon_run set done_at = null").await;
        assert_eq!(import(&officer, "VNPAY", &refunds).await.ok(), late);
        assert_eq!(import(&officer, "VNPAY", &payments).await.ok(), paid);
        assert_eq!(one(city, legs).await, before + 2);
        the_books_agree(city).await;
        city.settle().await;
    });
}
