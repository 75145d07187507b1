//! Payees who are settled by hand: when an officer asks, once a day, with the report of all others.

use chrono::Duration;
use city_payments::ledger::{Class, Leg, Posting, Purpose};
use city_testkit::{Answer, Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::settlement::{midnight, settled, takes_the_ids};
use crate::shop::{Shop, balance, particulars, pay, shop};
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, one, rich, told};
use crate::treasury::{account, post, sql, the_books_agree};

const SETTLEMENTS: &str = "/admin/v1/payments/settlements";

async fn ask(city: &Town, officer: &Character, payee: &str) -> Answer {
    officer.post_once(SETTLEMENTS, &new_id(city), &json!({ "payee": payee })).await
}

async fn sell(city: &Town, payer: &Character, shop: &Shop, amount: i64) {
    let what = json!({ "payeeId": shop.id, "amount": amount.to_string() });
    drop(pay(city, payer, &what).await.ok());
}

#[test]
fn a_payee_by_hand_is_settled_when_an_officer_asks_and_once_a_day() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (shop, officer) = (shop(city, None).await, finance(city));
        assert_eq!(ask(city, &officer, &shop.id).await.code(), "NOTHING_TO_SETTLE");
        sell(city, &payer, &shop, 30_000).await;

        let asked = join_all((0..3).map(|_| ask(city, &officer, &shop.id))).await;
        let asked: Vec<Value> = asked.into_iter().map(Answer::ok).collect();
        assert!(asked.iter().all(|answer| *answer == asked[0]), "{asked:?}");
        let first = &asked[0];
        for (member, wanted) in
            [("payments", "30000"), ("opening", "0"), ("net", "30000"), ("carried", "0")]
        {
            assert_eq!(first[member], wanted, "{member}");
        }
        assert_eq!((&first["state"], &first["period"]), (&json!("CLOSED"), &json!("2026-03-04")));
        assert_eq!(first["name"], "Chợ Đông Ba quầy 126");
        assert_eq!(balance(city, &shop).await, 0);
        let path = format!("/admin/v1/payments/postings/{}", first["posting"].as_str().unwrap());
        let posting = officer.get(&path).await.ok();
        let doc: Value = serde_json::from_str(posting["proof"]["doc"].as_str().unwrap()).unwrap();
        assert_eq!((&doc["settlement"], &doc["net"]), (&first["id"], &first["net"]));
        assert_eq!(told(city, "SettlementClosed").await.len(), 1);
        let payable = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 23";
        assert_eq!(one(city, payable).await, 30_000);

        // What comes in later that day is part of the next one.
        sell(city, &payer, &shop, 4_000).await;
        assert_eq!(ask(city, &officer, &shop.id).await.ok(), *first);
        midnight(city);
        city.settle().await;
        assert_eq!(settled(&finance(city)).await.len(), 1, "nobody asked");
        let officer = finance(city);
        let next = ask(city, &officer, shop.id.trim_start_matches("mer_")).await.ok();
        assert_eq!((&next["payments"], &next["net"]), (&json!("4000"), &json!("4000")));
        the_books_agree(city).await;
        city.settle().await;
        let events = shop.get(city, "/merchant/v1/events").await.ok();
        let kinds: Vec<_> =
            events["events"].as_array().unwrap().iter().map(|event| &event["type"]).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "settlement.closed").count(), 2);
    });
}

#[test]
fn only_officers_who_run_settlements_ask_and_only_for_payees_by_hand() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (shop, officer) = (shop(city, None).await, finance(city));
        sell(city, &payer, &shop, 30_000).await;

        assert_eq!(ask(city, &approver(city), &shop.id).await.code(), "SCOPE");
        assert_eq!(ask(city, &city.officer("HUE-STC"), &shop.id).await.code(), "SCOPE");
        assert_eq!(ask(city, &payer, &shop.id).await.code(), "FORBIDDEN");
        for (payee, code) in [
            ("", "INPUT"),
            ("wal_019a00000001700080000000000000ff", "INPUT"),
            ("mer_019a00000001700080000000000000ff", "NOT_FOUND"),
        ] {
            assert_eq!(ask(city, &officer, payee).await.code(), code, "{payee}");
        }
        let (_, clearing) = account(city, Class::Clearing).await;
        assert_eq!(ask(city, &officer, &clearing.to_string()).await.code(), "NOT_FOUND");
        let path = format!("/admin/v1/payments/merchants/{}", shop.id);
        let daily = particulars("Chợ Đông Ba quầy 126", "DAILY");
        drop(officer.send(http::Method::PUT, &path, Some(&daily), &[]).await.ok());
        assert_eq!(ask(city, &officer, &shop.id).await.code(), "STATE");
        assert_eq!(one(city, "select count(*) from payments.settlement").await, 0);
        city.settle().await;
    });
}

#[test]
fn a_settlement_that_a_crash_left_open_is_closed_by_the_worker_and_not_twice() {
    run::<Payments>(async |city: &Town| {
        let (clearing, _) = account(city, Class::Clearing).await;
        let (payee, ext) = account(city, Class::Merchant).await;
        sql(
            city,
            &format!("insert into payments.settlement_rhythm values ({}, 'MANUAL')", payee.0),
        )
        .await;
        let pay_in = async |amount: i64| {
            let id = city.infra().ids.uuid(city_clock::Clock::now(city.clock()));
            let leg = Leg::post(clearing, payee, amount, Purpose::Goods);
            assert_eq!(post(city, Posting::new(id, [1; 32], vec![leg])).await, None);
        };
        pay_in(40_000).await;
        let officer = finance(city);
        let first = ask(city, &officer, &ext.to_string()).await.ok();
        // As if the instance had died before it heard the ledger's answer.
        sql(city, "update payments.settlement set outcome = null, posting = null").await;
        pay_in(2_000).await;
        city.settle().await;

        let closed = settled(&officer).await;
        assert_eq!(closed, std::slice::from_ref(&first), "the posting is the first one");
        city.clock().advance(Duration::days(1));
        let next = ask(city, &finance(city), &ext.to_string()).await.ok();
        assert_eq!((&next["payments"], &next["net"]), (&json!("2000"), &json!("2000")));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn who_says_that_a_settlement_was_wired_does_not_confirm_it() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        sell(city, &payer, &shop, 30_000).await;
        let both = finance(city).with_role("FINANCE_APPROVER", city_auth::Scope::City);
        let settled = ask(city, &both, &shop.id).await.ok();
        let path = format!("{SETTLEMENTS}/{}/paid", settled["id"].as_str().unwrap());
        let body = json!({ "bankRef": "FT26064-77", "reason": REASON });
        let asked = both.post_once(&path, &new_id(city), &body).await.ok();

        assert_eq!(approve(&both, &asked).await.code(), "TWO_PERSONS");
        assert_eq!(approve(&approver(city), &asked).await.ok()["state"], "DONE");
        let theirs = shop.get(city, "/merchant/v1/settlements").await.ok();
        let theirs = &theirs["edges"][0]["node"];
        assert_eq!((&theirs["state"], &theirs["bankRef"]), (&json!("PAID"), &json!("FT26064-77")));
        city.settle().await;
    });
}

#[test]
fn a_payee_by_hand_is_settled_once_although_somebody_took_the_ids_of_its_settlement() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (shop, officer) = (shop(city, None).await, finance(city));
        sell(city, &payer, &shop, 30_000).await;
        let ext = uuid::Uuid::parse_str(shop.id.trim_start_matches("mer_")).expect("a UUID");
        takes_the_ids(city, ext, "2026-03-04").await;

        let asked = join_all((0..3).map(|_| ask(city, &officer, &shop.id))).await;
        let asked: Vec<Value> = asked.into_iter().map(Answer::ok).collect();

        assert!(asked.iter().all(|answer| *answer == asked[0]), "{asked:?}");
        assert_eq!((&asked[0]["net"], balance(city, &shop).await), (&json!("30000"), 0));
        assert_eq!(told(city, "SettlementClosed").await.len(), 1);
        // What the ledger refused that day is tried again when an officer asks.
        sql(city, "update payments.settlement set outcome = 'REFUSED', posting = null").await;
        assert_eq!(ask(city, &officer, &shop.id).await.ok(), asked[0]);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn what_a_bank_sends_back_for_a_closed_merchant_goes_aside_once() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (shop, officer) = (shop(city, None).await, finance(city));
        sell(city, &payer, &shop, 30_000).await;
        let settled = ask(city, &officer, &shop.id).await.ok();
        assert_eq!(shop.becomes(city, "CLOSED").await.ok()["state"], "CLOSED");
        let path = |what: &str| format!("{SETTLEMENTS}/{}/{what}", settled["id"].as_str().unwrap());
        let reason = json!({ "reason": REASON });

        let returned = path("returned");
        let (first, second) =
            tokio::join!(officer.post(&returned, &reason), officer.post(&returned, &reason));
        let body = json!({ "bankRef": "FT26064-77", "reason": REASON });
        let paid = officer.post_once(&path("paid"), &new_id(city), &body).await;

        let states = [first.ok()["state"].clone(), second.ok()["state"].clone()];
        assert_eq!((states, paid.code()), ([json!("RETURNED"), json!("RETURNED")], "STATE".into()));
        let of = |class: i16| {
            format!(
                "select sum(credits_posted - debits_posted) from payments.ledger_account where class = {class}"
            )
        };
        assert_eq!((one(city, &of(23)).await, one(city, &of(25)).await), (0, 30_000));
        the_books_agree(city).await;
        city.settle().await;
    });
}
