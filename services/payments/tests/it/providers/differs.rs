//! What a provider says that cannot be right, and notices that come at the wrong time; signed here by hand.

use aws_lc_rs::hmac;
use city_payments::{Config, ProvidersConfig};
use city_testkit::{Character, run};
use confique::Config as _;
use serde_json::json;

use super::answers::{signed, told as vnpay_is_told, vnpay};
use super::reconciliation::{DAY, breaks as open_breaks, classes, days, import, of, resolve};
use super::{Started, happens, pass, start, state};
use crate::subject::{Payments, config};
use crate::till::simulator;
use crate::town::{Town, available, finance, one, rich};
use crate::treasury::{sql, the_books_agree};

/// A notice of VNPAY's about an order of 50,000 dong.
fn notice(of: &Started, txn_no: &str, status: &str) -> String {
    let query = format!(
        "vnp_Amount=5000000&vnp_PayDate=20260304090000&vnp_ResponseCode=00&vnp_TmnCode=HUES0001\
         &vnp_TransactionNo={txn_no}&vnp_TransactionStatus={status}&vnp_TxnRef={}",
        of.our_ref
    );
    let key = hmac::Key::new(hmac::HMAC_SHA512, b"HUES-TEST-SECRET-0123456789ABCDEF");
    let hash = hex::encode(hmac::sign(&key, query.as_bytes()));
    format!("/ipn/vnpay?{query}&vnp_SecureHash={hash}")
}

async fn code(at: &Character, path: &str) -> String {
    at.get(path).await.ok()["RspCode"].as_str().expect("a code").to_owned()
}

async fn breaks(city: &Town, class: &str) -> i64 {
    one(city, &format!("select count(*) from payments.provider_break where class = '{class}'"))
        .await
}

#[test]
fn a_number_proves_one_order_and_an_order_has_one_number() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let vnpay = city.anonymous();
        let (first, second) =
            (start(city, &who, "VNPAY", 50_000).await, start(city, &who, "VNPAY", 50_000).await);

        let answers = [
            code(&vnpay, &notice(&first, "111", "00")).await,
            code(&vnpay, &notice(&first, "111", "00")).await,
            code(&vnpay, &notice(&first, "222", "00")).await, // paid twice
            code(&vnpay, &notice(&second, "111", "00")).await, // a number of another
        ];

        assert_eq!(answers, ["00", "02", "02", "02"]);
        assert_eq!((available(&who).await, breaks(city, "DUPLICATE").await), (50_000, 2));
        assert_eq!(state(&who, &second).await, "AWAITING");
        city.settle().await;
    });
}

#[test]
fn money_stuck_at_the_payers_bank_is_somebodys_to_look_at() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;

        assert_eq!(code(&city.anonymous(), &notice(&started, "111", "04")).await, "00");

        assert_eq!(
            (state(&who, &started).await.as_str(), breaks(city, "STUCK").await),
            ("AWAITING", 1)
        );
        assert_eq!(available(&who).await, 0);
        city.settle().await;
    });
}

/// VNPAY says something of an order of 50,000 dong and names this amount; its answer.
pub(super) async fn says(
    city: &Town,
    of: &Started,
    (txn_no, status): (&str, &str),
    amount: i64,
) -> String {
    let named = format!("vnp_Amount={}&", amount * 100);
    let query = vnpay(&of.our_ref, "00", status, txn_no).replace("vnp_Amount=5000000&", &named);
    vnpay_is_told(&city.anonymous(), &signed(&query)).await
}

#[test]
fn money_that_comes_as_it_was_ordered_closes_what_was_open_about_it() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (stuck, other) =
            (start(city, &who, "VNPAY", 50_000).await, start(city, &who, "VNPAY", 50_000).await);
        assert_eq!(says(city, &stuck, ("111", "04"), 50_000).await, "00");
        assert_eq!(says(city, &stuck, ("111", "04"), 40_000).await, "04", "of no payment");
        assert_eq!(says(city, &other, ("333", "00"), 40_000).await, "04", "of a payment");
        city.settle().await;
        let officer = finance(city);
        let open = open_breaks(&officer, false).await;
        assert_eq!(classes(&open), ["AMOUNT_DIFFERS", "AMOUNT_DIFFERS", "STUCK"]);

        assert_eq!(says(city, &stuck, ("112", "00"), 50_000).await, "00");
        assert_eq!(says(city, &other, ("444", "00"), 50_000).await, "00");

        assert_eq!(available(&who).await, 100_000);
        let open = open_breaks(&officer, false).await;
        assert_eq!((open.len(), &open[0]["key"]), (1, &json!("333")), "other money came there");
        let all = open_breaks(&officer, true).await;
        let by_witness = all.iter().filter(|it| it["closedAt"].is_string());
        assert_eq!(by_witness.filter(|it| it["closedBy"].is_null()).count(), 2);
        // What is answered before it was opened opens nothing.
        let quick = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &quick, ("555", "04"), 50_000).await, "00");
        assert_eq!(says(city, &quick, ("555", "00"), 50_000).await, "00");
        city.settle().await;
        assert_eq!(open_breaks(&officer, true).await, all);
    });
}

#[test]
fn a_line_that_matches_closes_the_amount_that_differed_under_its_number_alone() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (same, other) =
            (start(city, &who, "VNPAY", 50_000).await, start(city, &who, "VNPAY", 50_000).await);
        for (of, wrong, right) in [(&same, "111", "111"), (&other, "333", "444")] {
            assert_eq!(says(city, of, (wrong, "00"), 40_000).await, "04");
            assert_eq!(says(city, of, (right, "00"), 50_000).await, "00");
        }
        let officer = finance(city);
        assert_eq!(open_breaks(&officer, false).await.len(), 2, "which of two words is right?");
        let at = "2026-03-04T10:00:00+07:00,2026-03-05";
        let csv = format!(
            "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n\
             111,{},pay,50000,0,done,{at}\n444,{},pay,50000,0,done,{at}\n",
            same.our_ref, other.our_ref
        );
        days(city, 1);

        let seen = import(&officer, DAY, &csv).await.ok();

        assert_eq!(seen["classes"], json!({ "MATCHED": 2 }));
        let open = open_breaks(&officer, false).await;
        assert_eq!((open.len(), &open[0]["key"]), (1, &json!("333")));
        city.settle().await;
    });
}

#[test]
fn money_that_comes_while_officers_end_a_break_about_it_leaves_the_break_to_them() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let stuck = start(city, &who, "VNPAY", 50_000).await;
        assert_eq!(says(city, &stuck, ("111", "04"), 50_000).await, "00");
        city.settle().await;
        let officer = finance(city);
        let open = open_breaks(&officer, false).await;
        drop(resolve(city, &officer, of(&open, "STUCK"), Some("WRITE_OFF")).await.ok());
        let yes = "update payments.approval set decided_by = gen_random_uuid(), decision = 'APPROVE', decided_at = now()
                   where kind = 'RECONCILIATION'";
        sql(city, yes).await;

        assert_eq!(says(city, &stuck, ("111", "00"), 50_000).await, "00");

        assert_eq!((available(&who).await, open_breaks(&officer, false).await), (50_000, open));
        city.settle().await;
        let closed = open_breaks(&officer, true).await;
        assert_eq!(closed[0]["closedBy"], json!(officer.account()), "with the money they moved");
        the_books_agree(city).await;
    });
}

#[test]
fn an_order_nobody_can_tell_of_in_a_week_is_somebodys_to_look_at() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 50_000).await;

        pass(city, (0..7).map(|day| day * 1440 + 30)).await;
        assert_eq!(breaks(city, "UNRESOLVED").await, 0);
        pass(city, [1440, 2880]).await;

        assert_eq!(
            (state(&who, &started).await.as_str(), breaks(city, "UNRESOLVED").await),
            ("AWAITING", 1)
        );
        let officer = finance(city);
        assert_eq!(classes(&open_breaks(&officer, false).await), ["UNRESOLVED"]);
        happens(city, &started, "paid").await; // it still counts
        pass(city, [0]).await;
        assert_eq!(state(&who, &started).await, "PAID");
        assert_eq!(classes(&open_breaks(&officer, false).await), [""; 0], "now it is told");
    });
}

#[test]
fn the_word_that_no_money_comes_answers_who_waited_a_week_for_one() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (told, quick) =
            (start(city, &who, "MOMO", 50_000).await, start(city, &who, "MOMO", 60_000).await);
        pass(city, (0..=8).map(|day| day * 1440 + 30)).await;
        let officer = finance(city);
        let open = open_breaks(&officer, false).await;
        assert_eq!(classes(&open), ["UNRESOLVED", "UNRESOLVED"]);
        sql(city, "delete from payments.recon_break where amount = 60000").await; // not opened yet

        for order in [&told, &quick] {
            happens(city, order, "refused").await;
        }
        pass(city, [0]).await;

        assert_eq!(state(&who, &told).await, "FAILED");
        let all = open_breaks(&officer, true).await;
        assert_eq!((all.len(), &all[0]["closedBy"]), (1, &json!(null)));
        assert!(all[0]["closedAt"].is_string());
        city.settle().await;
    });
}

#[test]
fn a_notice_that_comes_while_nobody_leads_is_to_come_again() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 1_000).await; // so the city leads, and whoever comes later follows
        let started = start(city, &who, "VNPAY", 50_000).await;
        let providers = ProvidersConfig::builder().load().unwrap();
        let providers = providers.simulated(&simulator(city).url(), "http://127.0.0.1:9");
        let config = Config { providers, ..config() };
        let other = city_payments::build(config, city.infra().clone()).await.unwrap();
        let router = other.router(city.infra().ids.clone(), None);
        let follower = city.anonymous().through(router);

        let path = notice(&started, "111", "00");
        assert_eq!(code(&follower, &path).await, "99");
        let momo = follower.post("/ipn/momo", &json!({ "signature": "" })).await;
        assert_eq!(momo.status(), "400 Bad Request");

        assert_eq!(
            (state(&who, &started).await.as_str(), available(&who).await),
            ("AWAITING", 1_000)
        );
        assert_eq!(code(&city.anonymous(), &path).await, "00");
        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("PAID", 51_000));
        city.settle().await;
    });
}
