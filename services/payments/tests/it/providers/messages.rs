//! What officers see of what a provider said about the money of a posting.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::{happens, pass, start, view};
use crate::subject::Payments;
use crate::town::{REASON, Town, finance, new_id, one, rich, send};

/// The messages behind a posting.
async fn messages(officer: &Character, posting: &Value) -> Vec<Value> {
    let path = format!("/admin/v1/payments/postings/{}", posting.as_str().expect("an id"));
    officer.get(&path).await.ok()["messages"].as_array().expect("a list").clone()
}

/// How each came and what became of it.
fn told(messages: &[Value]) -> Vec<(&str, bool, &str)> {
    assert!(messages.iter().all(|it| it["sha256"].as_str().map(str::len) == Some(64)));
    let of = messages.iter().map(|it| {
        let (way, outcome) = (it["direction"].as_str(), it["outcome"].as_str());
        (way.expect("a way"), it["verified"] == true, outcome.expect("it was judged"))
    });
    of.collect()
}

#[test]
fn a_posting_shows_what_its_provider_said_and_nothing_of_the_payer() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let other = start(city, &who, "VNPAY", 70_000).await;
        happens(city, &other, "paid").await;
        let vnpay = start(city, &who, "VNPAY", 50_000).await;
        happens(city, &vnpay, "paid").await;
        let zalopay = start(city, &who, "ZALOPAY", 60_000).await;
        happens(city, &zalopay, "paid_no_ipn").await;
        pass(city, [0, 1, 3]).await;
        let officer = finance(city);

        let first = messages(&officer, &view(&who, &vnpay).await["payment"]).await;
        let asked = messages(&officer, &view(&who, &zalopay).await["payment"]).await;

        assert_eq!(told(&first), [("IN", true, "RECORDED")], "of this order alone");
        assert_eq!(first[0]["said"]["vnp_ResponseCode"], "00");
        assert_eq!(first[0]["said"]["vnp_Amount"], "5000000");
        assert_eq!(first[0]["said"]["vnp_TxnRef"], json!(vnpay.our_ref));
        assert!(told(&asked).contains(&("ANSWER", true, "QUERY")), "{asked:?}");
        let answer = asked.last().expect("it was asked about");
        assert_eq!(answer["said"]["return_code"], "1");
        for message in first.iter().chain(&asked) {
            let all = message.to_string();
            for secret in ["SecureHash", "OrderInfo", "mac", "app_user", "signature", "remote"] {
                assert!(!all.contains(secret), "{secret} in {all}");
            }
        }
        let bytes = "select octet_length(raw) from payments.provider_message
                     where provider_order is not null and direction = 'ANSWER' order by at desc limit 1";
        assert_eq!(answer["bytes"], one(city, bytes).await);
    });
}

#[test]
fn a_refund_shows_them_too_and_a_payment_of_wallets_has_none() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 30_000).await;
        let (_, friend) = rich(city, 0).await;
        let sent = send(city, &who, &friend, 1_000).await.ok();
        let started = start(city, &who, "MOMO", 50_000).await;
        happens(city, &started, "refund_ok").await;
        happens(city, &started, "paid").await;
        let body = json!({ "mode": "FROZEN", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &body).await.ok());
        pass(city, [0, 1, 3, 10, 16]).await;
        let officer = finance(city);
        let refunds = officer.get("/admin/v1/payments/refunds?first=10").await.ok();
        let refund = &refunds["edges"][0]["node"];
        assert_eq!(refund["state"], "DONE", "{refund}");

        let aside = messages(&officer, &refund["payment"]).await;
        let back = messages(&officer, &refund["posting"]).await;

        let created = ("ANSWER", true, "CREATE");
        let (paid, refunded) = (("IN", true, "RECORDED"), ("ANSWER", true, "REFUND"));
        assert_eq!(told(&aside), [created, paid, refunded]);
        assert_eq!(back, aside);
        assert_eq!(back[2]["said"]["resultCode"], "0");
        assert!(messages(&officer, &sent["id"]).await.is_empty());
        city.settle().await;
    });
}

#[test]
fn what_a_stranger_sent_is_not_shown() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;
        let forged = format!("/ipn/vnpay?vnp_TxnRef={}&vnp_ResponseCode=00", started.our_ref);
        drop(city.anonymous().get(&forged).await);
        happens(city, &started, "paid").await;
        pass(city, [0, 1]).await;

        let shown = messages(&finance(city), &view(&who, &started).await["payment"]).await;

        assert_eq!(told(&shown), [("IN", true, "RECORDED")], "it is of no order of ours");
        let kept = "select count(*) from payments.provider_message where not verified";
        assert_eq!(one(city, kept).await, 1);
    });
}

#[test]
fn money_credited_after_a_review_shows_what_was_said_about_it() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        let officer = finance(city);
        let credit = format!("/admin/v1/payments/reviews/{}/credit", started.id.as_str().unwrap());
        drop(officer.post(&credit, &json!({ "reason": REASON })).await.ok());

        let shown = messages(&officer, &view(&who, &started).await["payment"]).await;

        assert_eq!(told(&shown)[0], ("IN", true, "RECORDED"));
        assert_eq!(shown[0]["said"]["vnp_ResponseCode"], "07");
        city.settle().await;
    });
}
