//! Files of bills: good lines count, bad ones are listed, and the same file again changes nothing.

use axum::body::Body;
use city_testkit::{Character, run};
use futures_util::stream;
use serde_json::{Value, json};

use crate::billers::{HEAD, by_code, cancel, clerk, import, pay, progress, upload, water};
use crate::subject::Payments;
use crate::town::{Town, available, finance, new_id, one, person, rich};

fn line(number: &str, amount: i64) -> String {
    format!("{number},KH-{number},Lê Văn C,03/2026,2026-03-20,NUOC,Tiền nước,{amount},,,,\n")
}

async fn bills(city: &Town) -> i64 {
    one(city, "select count(*) from payments.bill_now").await
}

#[test]
fn of_fifty_thousand_lines_37_are_bad_and_the_others_count() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let bad = |index: usize| index % 1_351 == 20;
        let mut file = HEAD.to_owned();
        for index in 0..50_000 {
            let amount = if bad(index) { -1 } else { 1_000 };
            file.push_str(&line(&format!("N{index}"), amount));
        }
        let bad: Vec<_> = (0..50_000).filter(|index| bad(*index)).collect();
        assert_eq!(bad.len(), 37);
        let pieces: Vec<_> = file.as_bytes().chunks(8_000).map(<[u8]>::to_vec).collect();
        let streamed = || {
            let pieces = pieces.clone().into_iter();
            Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))
        };

        let sent = upload(&clerk(city), &new_id(city), "", streamed()).await.ok();
        assert_eq!((&sent["state"], &sent["bills"]), (&json!("QUEUED"), &json!(49_963)));
        city.settle().await;
        let done = progress(city, &sent).await;

        assert_eq!(
            (&done["state"], &done["lines"], &done["opened"], &done["refused"]),
            (&json!("DONE"), &json!(50_000), &json!(49_963), &json!(37))
        );
        let wanted: Vec<_> = bad
            .iter()
            .map(|index| json!({ "line": index + 2, "number": format!("N{index}"), "reason": "AMOUNT" }))
            .collect();
        assert_eq!(done["refusals"], Value::Array(wanted));
        assert_eq!(bills(city).await, 49_963);
        assert_eq!(one(city, "select count(*) from payments.import_bill").await, 0);
        assert_eq!(by_code(&person(city), &biller, "KH-N49999").await[0]["due"], "1000");

        let again = upload(&clerk(city), &new_id(city), "", streamed()).await.ok();
        city.settle().await;
        let again = progress(city, &again).await;
        assert_eq!(
            (&again["opened"], &again["amended"], &again["unchanged"], &again["refused"]),
            (&json!(0), &json!(0), &json!(49_963), &json!(37))
        );
        assert_eq!(one(city, "select count(*) from payments.bill_revision").await, 49_963);
        let more = format!(
            "{file}{}",
            (50_000..50_038).map(|index| line(&format!("N{index}"), 1)).collect::<String>()
        );
        let refused = upload(&clerk(city), &new_id(city), "", more).await;
        assert_eq!(refused.json()["errors"][0]["code"], "TOO_MANY");
        city.settle().await;
    });
}

#[test]
fn a_file_that_is_all_or_nothing_is_one() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (payer, _) = rich(city, 10_000).await;
        let send = async |lines: String| {
            let file = format!("{HEAD}{lines}");
            let sent = upload(&clerk(city), &new_id(city), "?atomic=true", file).await.ok();
            city.settle().await;
            progress(city, &sent).await
        };

        let bad = send(format!("{}{}", line("A", 1_000), line("B", 0))).await;
        assert_eq!((&bad["state"], &bad["failure"]), (&json!("FAILED"), &json!("LINES_REFUSED")));
        assert_eq!((bills(city).await, &bad["refusals"][0]["line"]), (0, &json!(3)));
        let good = send(format!("{}{}", line("A", 1_000), line("B", 2_000))).await;
        assert_eq!((&good["state"], &good["opened"]), (&json!("DONE"), &json!(2)));
        drop(pay(city, &payer, &by_code(&payer, &biller, "KH-A").await[0]).await.ok());

        let paid = send(format!("{}{}{}", line("A", 1_500), line("B", 2_500), line("C", 1))).await;

        assert_eq!(
            (&paid["state"], &paid["opened"], &paid["refused"]),
            (&json!("FAILED"), &json!(0), &json!(1))
        );
        assert_eq!(paid["refusals"], json!([{ "line": 2, "number": "A", "reason": "BILL_PAID" }]));
        assert_eq!(bills(city).await, 2);
        assert_eq!(by_code(&payer, &biller, "KH-B").await[0]["due"], "2000");
        assert_eq!(one(city, "select count(*) from payments.bill_revision").await, 2);
        city.settle().await;
    });
}

#[test]
fn a_file_that_is_all_or_nothing_says_so_when_a_payment_was_faster() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let (payer, _) = rich(city, 10_000).await;
        let file = |plus: i64| {
            let of = |(index, number): (i64, &str)| line(number, 1_000 * index + plus);
            HEAD.to_owned() + &[(1, "A"), (2, "B"), (3, "C")].map(of).concat()
        };
        drop(upload(&clerk(city), &new_id(city), "", file(0)).await.ok());
        city.settle().await;
        let whole = file(500) + &line("D", 4_500);

        let sent = upload(&clerk(city), &new_id(city), "?atomic=true", whole.clone()).await.ok();
        city.step("apply-imports").await.unwrap(); // judged good and written; the ledger has claimed nothing yet
        assert_eq!(progress(city, &sent).await["state"], "QUEUED");
        drop(pay(city, &payer, &by_code(&payer, &biller, "KH-A").await[0]).await.ok());
        drop(cancel(city, "B").await.ok());
        city.settle().await;

        let done = progress(city, &sent).await;
        assert_eq!(
            (&done["state"], &done["failure"], &done["atomic"]),
            (&json!("PARTLY"), &Value::Null, &json!(true))
        );
        assert_eq!(
            (&done["opened"], &done["amended"], &done["refused"]),
            (&json!(1), &json!(1), &json!(2))
        );
        assert_eq!(
            done["refusals"],
            json!([{ "line": 2, "number": "A", "reason": "BILL_PAID" },
                   { "line": 3, "number": "B", "reason": "BILL_CANCELLED" }])
        );
        assert_ne!(done["endedAt"], Value::Null);
        assert_eq!(available(&payer).await, 9_000, "what the payer saw");
        for (number, state, due) in [
            ("A", "PAID", "1000"),
            ("B", "CANCELLED", "2000"),
            ("C", "OPEN", "3500"),
            ("D", "OPEN", "4500"),
        ] {
            let bill = by_code(&payer, &biller, &format!("KH-{number}")).await.remove(0);
            assert_eq!((&bill["state"], &bill["due"]), (&json!(state), &json!(due)), "{number}");
        }
        // The same again is refused whole: what happened before is known now.
        let again = upload(&clerk(city), &new_id(city), "?atomic=true", whole).await.ok();
        city.settle().await;
        let again = progress(city, &again).await;
        assert_eq!((&again["state"], &again["refused"]), (&json!("FAILED"), &json!(2)));
        city.settle().await;
    });
}

#[test]
fn the_same_key_takes_the_same_file_once() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let (who, key) = (clerk(city), new_id(city));
        let file = format!("{HEAD}{}", line("A", 1_000));

        let first = upload(&who, &key, "", file.clone()).await.ok();
        city.settle().await;
        let again = upload(&who, &key, "", file.clone()).await.ok();
        let other = upload(&who, &key, "", format!("{HEAD}{}", line("B", 1_000))).await;
        let atomic = upload(&who, &key, "?atomic=true", file).await;

        assert_eq!((&again["id"], &again["state"]), (&first["id"], &json!("DONE")));
        assert_eq!((other.code().as_str(), atomic.code().as_str()), ("KEY_REUSED", "KEY_REUSED"));
        assert_eq!(bills(city).await, 1);
        city.clock().advance(chrono::Duration::hours(2));
        city.settle().await;
        assert_eq!(
            one(city, "select count(*) from payments.import_job").await,
            1,
            "others are forgotten"
        );
    });
}

async fn refused(who: &Character, file: &str) -> String {
    let answer = upload(who, "some-key-of-mine", "", file.to_owned()).await;
    let code = answer.json()["errors"][0]["code"].as_str().unwrap_or("").to_owned();
    format!("{} {code}", answer.code())
}

#[test]
fn who_may_send_what_is_said_before_anything_counts() {
    run::<Payments>(async |city: &Town| {
        water(city).await;
        let who = clerk(city);
        let file = format!("{HEAD}{}", line("A", 1_000));

        for file in ["", "\n", "number,amount\n", "a\nb\n", "\u{FEFF}"] {
            assert_eq!(refused(&who, file).await, "INPUT HEADER", "{file:?}");
        }
        let elsewhere =
            city.staff().with_role("FINANCE", city_auth::Scope::Agency("HUE-STP".into()));
        assert_eq!(refused(&elsewhere, &file).await, "SCOPE ");
        assert_eq!(refused(&city.officer("HUE-STC"), &file).await, "SCOPE ");
        assert_eq!(refused(&person(city), &file).await, "FORBIDDEN ");
        let path = "/admin/v1/payments/billers/NOBODY/bills";
        let headers = [("content-type", "text/csv"), ("idempotency-key", "some-key-of-mine")];
        let nobody = finance(city);
        let nobody =
            nobody.send_bytes(http::Method::POST, path, Body::from(file.clone()), &headers);
        assert_eq!(nobody.await.code(), "NOT_FOUND");
        let json = who
            .post_once("/admin/v1/payments/billers/HUEWACO/bills", "some-key-of-mine", &json!({}))
            .await;
        assert_eq!(json.status(), "415 Unsupported Media Type");
        let long = vec![b'x'; 20_000_001];
        let long = upload(&who, "some-key-of-mine", "", long).await;
        assert_eq!(
            (long.status().as_str(), long.code().as_str()),
            ("413 Payload Too Large", "BODY_TOO_LARGE")
        );
        assert_eq!(one(city, "select count(*) from payments.import_job").await, 0);
        assert_eq!(bills(city).await, 0);

        let done = import(city, &format!("{}{}{}", line("A", 1), line("B", 1), line("A", 1))).await;
        assert_eq!(done["refusals"], json!([{ "line": 4, "number": "A", "reason": "DUPLICATE" }]));
        assert_eq!(bills(city).await, 2);
        let stranger = elsewhere
            .get(&format!("/admin/v1/payments/imports/{}", done["id"].as_str().unwrap()))
            .await;
        assert_eq!(stranger.code(), "SCOPE");
        let settled = "select count(*) from payments.bill_replacing";
        assert_eq!(one(city, settled).await, 0);
    });
}
