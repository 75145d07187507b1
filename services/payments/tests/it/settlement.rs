//! Payees at midnight: settled once, to the dong, with a report that is its posting.

use chrono::Duration;
use city_clock::Clock as _;
use city_payments::ledger::{Class, Leg, Posting, Purpose};
use city_testkit::{Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, one, rich, sending, told};
use crate::treasury::{
    account, balance, bill, biller_account, later, pay, pay_outside, post, sql, the_books_agree,
};

const SETTLEMENTS: &str = "/admin/v1/payments/settlements";

/// Goes on to the next midnight in Hue.
pub fn midnight(city: &Town) {
    let local = city.clock().now() + Duration::hours(7);
    let day = local.date_naive().succ_opt().expect("there is a tomorrow");
    let next = day.and_time(chrono::NaiveTime::MIN).and_utc() - Duration::hours(7);
    city.clock().advance(next - city.clock().now());
}

/// Closed settlements, newest first.
pub async fn settled(officer: &Character) -> Vec<Value> {
    let page = officer.get(&format!("{SETTLEMENTS}?first=100")).await.ok();
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

/// Somebody sends money under the ids that follow from a payee and a day, as anybody can work them out.
pub async fn takes_the_ids(city: &Town, payee: Uuid, day: &str) {
    let ((thief, _), (_, friend)) = (rich(city, 10_000).await, rich(city, 0).await);
    for of in ["", ".2", ".3", ".4", ".5"] {
        let id = city_receipt::derive(&format!("settlement.{day}{of}"), payee).to_string();
        let body = sending(city, &thief, &id, &friend, 1_000).await;
        drop(thief.post("/internal/v1/send-money", &body).await.ok());
    }
}

fn dong(of: &Value, member: &str) -> i64 {
    of[member].as_str().expect("money is text").parse().expect("of digits")
}

/// What the movements of a report come to, by its CSV.
async fn csv_net(officer: &Character, settlement: &Value) -> (i64, i64, usize) {
    let id = settlement["id"].as_str().expect("an id");
    let answer = officer.get(&format!("{SETTLEMENTS}/{id}.csv")).await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let text = String::from_utf8(answer.bytes().to_vec()).expect("UTF-8");
    let mut lines = text.strip_prefix('\u{feff}').expect("a mark").lines();
    assert_eq!(lines.next(), Some("line,at,payment,amount"));
    let (mut sum, mut net, mut payments) = (0, 0, 0);
    for line in lines {
        assert!(!line.starts_with(['=', '+', '-', '@']) && !line.contains(",-"), "{line}");
        let (name, amount) = (line.split(',').next(), line.rsplit(',').next());
        let amount: i64 = amount.expect("four cells").parse().expect("digits");
        match name.expect("four cells") {
            "OPENING" | "RETURNED" => sum += amount,
            "PAYMENT" => {
                payments += 1;
                sum += amount;
            }
            "REFUND" | "FEE" | "OUT" | "CARRIED" => sum -= amount,
            name => {
                assert_eq!(name, "NET");
                net = amount;
            }
        }
    }
    (sum, net, payments)
}

#[test]
fn midnight_settles_what_a_payee_has_and_the_report_is_its_posting() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 200_000).await;
        let paid = pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 50_000)]).await).await;
        drop(pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 25_000)]).await).await);
        drop(pay(city, &payer, &bill(city, &payer, "HUE-SGD", &[("A", 7_000)]).await).await);
        let (officer, second) = (finance(city), approver(city));
        let legs = json!([{ "leg": 0, "amount": "5000" }]);
        let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
        let path = "/admin/v1/payments/refunds";
        let refund = officer.post_once(path, &new_id(city), &body).await.ok();
        drop(approve(&second, &json!({ "id": refund["approval"] })).await.ok());
        city.settle().await;
        assert!(settled(&officer).await.is_empty(), "the day is not over");

        midnight(city);
        city.settle().await;
        city.settle().await;

        let closed = settled(&officer).await;
        assert_eq!(closed.len(), 2);
        let first = closed.iter().find(|it| it["name"] == "HUE-STP").expect("it was settled");
        for (member, amount) in [
            ("opening", 0),
            ("payments", 75_000),
            ("refunds", 5_000),
            ("fees", 0),
            ("other", 0),
            ("carried", 0),
            ("net", 70_000),
        ] {
            assert_eq!(dong(first, member), amount, "{member}");
        }
        assert_eq!((&first["state"], &first["period"]), (&json!("CLOSED"), &json!("2026-03-05")));
        let path =
            format!("/admin/v1/payments/postings/{}", first["posting"].as_str().expect("one"));
        let posting = officer.get(&path).await.ok();
        assert_eq!(posting["legs"][0]["amount"], first["net"]);
        let doc: Value =
            serde_json::from_str(posting["proof"]["doc"].as_str().expect("a doc")).unwrap();
        assert_eq!((&doc["net"], &doc["payments"]), (&first["net"], &first["payments"]));
        assert_eq!(csv_net(&officer, first).await, (70_000, 70_000, 2));
        assert_eq!(balance(city, biller_account(city, "HUE-STP").await).await, 0);
        let events = told(city, "SettlementClosed").await;
        assert_eq!(events.len(), 2);
        midnight(city);
        city.settle().await;
        assert_eq!(settled(&officer).await.len(), 2, "nothing came in");
        let id = first["id"].as_str().expect("an id");
        assert_eq!(officer.get(&format!("{SETTLEMENTS}/{id}")).await.ok(), *first);
        assert_eq!(second.get(SETTLEMENTS).await.code(), "SCOPE");
        assert_eq!(officer.get(&format!("{SETTLEMENTS}/set_1.csv")).await.code(), "NOT_FOUND");
        the_books_agree(city).await;
    });
}

#[test]
fn what_comes_in_and_goes_back_during_the_run_is_in_one_of_two() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 1_000_000).await;
        let mut bills = Vec::new();
        for amount in 1..=12 {
            bills.push(bill(city, &payer, "HUE-STP", &[("A", 1_000 * amount)]).await);
        }
        let (officer, second) = (finance(city), approver(city));
        let mut paid = Vec::new();
        for bill in &bills[6..] {
            paid.push(pay(city, &payer, bill).await);
        }
        let mut requests = Vec::new();
        for payment in &paid {
            let legs = json!([{ "leg": 0, "amount": "700" }]);
            let body = json!({ "payment": payment["id"], "legs": legs, "reason": REASON });
            let path = "/admin/v1/payments/refunds";
            let refund = officer.post_once(path, &new_id(city), &body).await.ok();
            requests.push(json!({ "id": refund["approval"] }));
        }
        midnight(city);
        let second_now = approver(city);
        drop(second);

        let _: (Vec<Value>, Vec<_>, ()) = tokio::join!(
            join_all(bills[..6].iter().map(|bill| pay(city, &payer, bill))),
            join_all(requests.iter().map(|request| approve(&second_now, request))),
            city.settle(),
        );
        city.settle().await;
        midnight(city);
        city.settle().await;

        let closed = settled(&officer).await;
        let sum = |member: &str| closed.iter().map(|it| dong(it, member)).sum::<i64>();
        let refunded: i64 = 700 * i64::try_from(told(city, "RefundDone").await.len()).unwrap();
        assert_eq!(sum("payments"), 78_000);
        assert_eq!(sum("refunds"), refunded);
        assert_eq!(sum("net"), 78_000 - refunded);
        let mut counted = 0;
        for report in &closed {
            let (sum, net, payments) = csv_net(&officer, report).await;
            assert_eq!((sum, net), (dong(report, "net"), dong(report, "net")));
            counted += payments;
        }
        assert_eq!(counted, 12, "each payment is in one report");
        assert_eq!(balance(city, biller_account(city, "HUE-STP").await).await, 0);
        the_books_agree(city).await;
    });
}

#[test]
fn a_settlement_is_wired_by_two_officers_or_comes_back_and_never_both() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 200_000).await;
        for (agency, amount) in [("HUE-STP", 50_000), ("HUE-SGD", 7_000)] {
            drop(pay(city, &payer, &bill(city, &payer, agency, &[("A", amount)]).await).await);
        }
        midnight(city);
        city.settle().await;
        let (officer, second) = (finance(city), approver(city));
        let closed = settled(&officer).await;
        let of = |name: &str| {
            let found = closed.iter().find(|it| it["name"] == name).expect("it was settled");
            format!("{SETTLEMENTS}/{}", found["id"].as_str().expect("an id"))
        };
        let (wired, back) = (of("HUE-STP"), of("HUE-SGD"));
        let key = new_id(city);
        let body = json!({ "bankRef": "FT26064-77", "reason": REASON });

        let asked = officer.post_once(&format!("{wired}/paid"), &key, &body).await.ok();
        let again = officer.post_once(&format!("{wired}/paid"), &key, &body).await.ok();
        let more = officer.post_once(&format!("{wired}/paid"), &new_id(city), &body).await.ok();
        let nothing = json!({ "bankRef": " ", "reason": REASON });
        let nothing = officer.post_once(&format!("{wired}/paid"), &new_id(city), &nothing).await;
        assert_eq!((&asked, nothing.fields()), (&again, vec!["/bankRef".to_owned()]));
        assert_eq!(officer.get(&wired).await.ok()["state"], "CLOSED");
        assert_eq!(approve(&officer, &asked).await.code(), "SCOPE");
        assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE");
        let late = approve(&second, &more).await.ok();
        assert_eq!(late["failure"], "ALREADY_RESOLVED");
        let reason = json!({ "reason": REASON });
        let not_back = officer.post(&format!("{wired}/returned"), &reason).await;
        let returned = officer.post(&format!("{back}/returned"), &reason).await.ok();
        let twice = officer.post(&format!("{back}/returned"), &reason).await.ok();
        let not_paid = officer.post_once(&format!("{back}/paid"), &new_id(city), &body).await;

        let paid = officer.get(&wired).await.ok();
        assert_eq!((&paid["state"], &paid["bankRef"]), (&json!("PAID"), &json!("FT26064-77")));
        assert_eq!((&returned["state"], &returned), (&json!("RETURNED"), &twice));
        assert_eq!((not_back.code().as_str(), not_paid.code().as_str()), ("STATE", "STATE"));
        assert_eq!(balance(city, biller_account(city, "HUE-SGD").await).await, 7_000);
        let payable = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 23";
        assert_eq!(one(city, payable).await, 0);
        let guarantee =
            "select debits_posted - credits_posted from payments.ledger_account where class = 10";
        assert_eq!(one(city, guarantee).await, 150_000);
        midnight(city);
        city.settle().await;
        let next = settled(&officer).await.remove(0);
        assert_eq!((dong(&next, "other"), dong(&next, "net")), (7_000, 7_000));
        the_books_agree(city).await;
    });
}

#[test]
fn a_payee_is_settled_in_its_rhythm() {
    run::<Payments>(async |city: &Town| {
        drop(rich(city, 1_000).await); // so the city leads, and settles
        let (clearing, _) = account(city, Class::Clearing).await;
        let mut payees = Vec::new();
        for rhythm in ["DAILY", "WEEKLY", "MANUAL"] {
            let (payee, ext) = account(city, Class::Merchant).await;
            let set = "insert into payments.settlement_rhythm values";
            sql(city, &format!("{set} ({}, '{rhythm}')", payee.0)).await;
            payees.push((payee, ext.to_string()));
        }
        city.settle().await; // it is Wednesday
        for (payee, _) in &payees {
            let id = city.infra().ids.uuid(city.clock().now());
            let leg = Leg::post(clearing, *payee, 40_000, Purpose::Goods);
            assert_eq!(post(city, Posting::new(id, [1; 32], vec![leg])).await, None);
        }

        let mut seen = Vec::new();
        for _ in 0..6 {
            midnight(city);
            city.settle().await;
            seen.push(settled(&finance(city)).await.len());
        }

        assert_eq!(seen, [1, 1, 1, 1, 2, 2]); // Thursday, and Monday
        let closed = settled(&finance(city)).await;
        let of = |payee: &str| closed.iter().find(|it| it["payee"] == payee);
        assert_eq!(of(&payees[0].1).expect("settled")["period"], "2026-03-05");
        assert_eq!(of(&payees[1].1).expect("settled")["period"], "2026-03-09");
        assert!(of(&payees[2].1).is_none());
        the_books_agree(city).await;
    });
}

#[test]
fn what_is_set_aside_for_a_refund_is_not_settled() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 0).await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 40_000)]).await;
        let paid = pay_outside(city, &payer, &bill).await;
        midnight(city);
        let (officer, second) = (finance(city), approver(city));
        let legs = json!([{ "leg": 0, "amount": "15000" }]);
        let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
        let path = "/admin/v1/payments/refunds";
        let refund = officer.post_once(path, &new_id(city), &body).await.ok();
        drop(approve(&second, &json!({ "id": refund["approval"] })).await.ok());

        city.step("settle-payees").await.expect("it settles");

        let first = settled(&officer).await.remove(0);
        assert_eq!((dong(&first, "net"), dong(&first, "carried")), (25_000, 15_000));
        assert_eq!(csv_net(&officer, &first).await, (25_000, 25_000, 1));
        assert_eq!(balance(city, biller_account(city, "HUE-STP").await).await, 15_000);
        later(city).await; // the provider pays what is set aside
        drop(pay_outside(city, &payer, &again(city, &payer).await).await);
        midnight(city);
        city.settle().await;
        let next = settled(&finance(city)).await.remove(0);
        for (member, amount) in
            [("opening", 15_000), ("payments", 12_000), ("refunds", 15_000), ("net", 12_000)]
        {
            assert_eq!(dong(&next, member), amount, "{member}");
        }
        the_books_agree(city).await;
        city.settle().await;
    });
}

/// Another bill of the same office.
async fn again(city: &Town, payer: &Character) -> Value {
    bill(city, payer, "HUE-STP", &[("A", 12_000)]).await
}

#[test]
fn a_payee_is_settled_once_although_somebody_took_the_ids_of_its_settlement() {
    run::<Payments>(async |city: &Town| {
        let (clearing, _) = account(city, Class::Clearing).await;
        let (payee, ext) = account(city, Class::Merchant).await;
        let pay_in = async |amount: i64| {
            let id = city.infra().ids.uuid(city.clock().now());
            let leg = Leg::post(clearing, payee, amount, Purpose::Goods);
            assert_eq!(post(city, Posting::new(id, [1; 32], vec![leg])).await, None);
        };
        pay_in(40_000).await;
        takes_the_ids(city, ext, "2026-03-05").await;

        midnight(city);
        city.settle().await;

        let closed = settled(&finance(city)).await;
        assert_eq!(closed.len(), 1);
        assert_eq!((dong(&closed[0], "net"), balance(city, payee).await), (40_000, 0));
        // As if the instance had died before it heard the ledger's answer.
        pay_in(2_000).await;
        sql(city, "update payments.settlement set outcome = null, posting = null").await;
        city.settle().await;
        assert_eq!(settled(&finance(city)).await, closed, "it is found by its claim");
        assert_eq!(balance(city, payee).await, 2_000);
        the_books_agree(city).await;
    });
}
