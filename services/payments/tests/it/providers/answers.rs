//! What each provider's notices are answered, row by row of its protocol; the notices are signed here by hand.

use aws_lc_rs::hmac;
use city_clock::hue_day;
use city_payments::{Config, ProvidersConfig};
use city_testkit::{Answer, Character, run};
use confique::Config as _;
use serde_json::{Value, json};

use super::{Started, start, state};
use crate::shop::hmac as sha256;
use crate::subject::{Payments, config};
use crate::till::simulator;
use crate::town::{Town, available, one, rich};

const AMOUNT: i64 = 50_000;

async fn breaks(city: &Town, class: &str) -> i64 {
    one(city, &format!("select count(*) from payments.provider_break where class = '{class}'"))
        .await
}

fn sha512(over: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA512, b"HUES-TEST-SECRET-0123456789ABCDEF");
    hex::encode(hmac::sign(&key, over.as_bytes()))
}

/// The signed part of a notice of VNPAY's.
pub fn vnpay(our_ref: &str, code: &str, status: &str, txn_no: &str) -> String {
    format!(
        "vnp_Amount={}&vnp_PayDate=20260304090000&vnp_ResponseCode={code}&vnp_TmnCode=HUES0001\
         &vnp_TransactionNo={txn_no}&vnp_TransactionStatus={status}&vnp_TxnRef={our_ref}",
        AMOUNT * 100
    )
}

pub fn signed(query: &str) -> String {
    format!("{query}&vnp_SecureHash={}", sha512(query))
}

/// What VNPAY is answered.
pub async fn told(at: &Character, query: &str) -> String {
    let answer = at.get(&format!("/ipn/vnpay?{query}")).await;
    assert_eq!(answer.status(), "200 OK", "{query}");
    answer.json()["RspCode"].as_str().expect("a code").to_owned()
}

#[test]
fn vnpay_hears_the_first_row_of_its_table_that_applies() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let at = city.anonymous();
        let order = start(city, &who, "VNPAY", AMOUNT).await;
        let paid = vnpay(&order.our_ref, "00", "00", "111");
        let hash = sha512(&paid);
        let digit = if hash.ends_with('0') { '1' } else { '0' };
        let other_city = paid.replace("HUES0001", "HUES0002");
        let twice = format!("vnp_Amount={}&{paid}", AMOUNT * 100);
        for (forged, why) in [
            (paid.clone(), "no hash"),
            (format!("{paid}&vnp_SecureHash="), "an empty hash"),
            (format!("{paid}&vnp_SecureHash={}{digit}", &hash[..127]), "another hash"),
            (format!("{}&vnp_SecureHash={hash}", paid.replace("5000000", "6000000")), "more"),
            (format!("{paid}&vnp_Extra=1&vnp_SecureHash={hash}"), "a pair added"),
            (signed(&twice), "a pair twice"),
            (signed(&other_city), "for another city"),
            (String::new(), "nothing"),
        ] {
            assert_eq!(told(&at, &forged).await, "97", "{why}");
        }
        let nobody = vnpay("T00000000000000000000000007", "00", "00", "112");
        assert_eq!(told(&at, &signed(&nobody)).await, "01");
        let less = paid.replace(&format!("vnp_Amount={}", AMOUNT * 100), "vnp_Amount=500000");
        assert_eq!(told(&at, &signed(&less)).await, "04");
        assert_eq!((breaks(city, "AMOUNT_DIFFERS").await, available(&who).await), (1, 0));
        assert_eq!(state(&who, &order).await, "AWAITING");

        let unheard_of = signed(&vnpay(&order.our_ref, "98", "01", "111"));
        assert_eq!(told(&at, &unheard_of).await, "00");
        assert_eq!(state(&who, &order).await, "AWAITING", "a code that is not known is no failure");
        let failed = signed(&vnpay(&order.our_ref, "24", "02", "0"));
        assert_eq!(told(&at, &failed).await, "00");
        assert_eq!(state(&who, &order).await, "FAILED");
        assert_eq!(told(&at, &failed).await, "02");
        assert_eq!((told(&at, &signed(&paid)).await, available(&who).await), ("00".into(), AMOUNT));
        assert_eq!(state(&who, &order).await, "PAID", "money beats what was said before");
        for again in [signed(&paid), failed] {
            assert_eq!(told(&at, &again).await, "02");
        }
        assert_eq!((state(&who, &order).await.as_str(), available(&who).await), ("PAID", AMOUNT));
        assert_eq!(breaks(city, "FAILED_AFTER_PAID").await, 1);
        city.settle().await;
    });
}

#[test]
fn vnpay_hears_that_money_stuck_at_a_bank_was_told_before() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let at = city.anonymous();
        let order = start(city, &who, "VNPAY", AMOUNT).await;
        let stuck = signed(&vnpay(&order.our_ref, "00", "04", "111"));

        let answers = [told(&at, &stuck).await, told(&at, &stuck).await];

        assert_eq!(answers, ["00", "02"]);
        assert_eq!(
            (state(&who, &order).await.as_str(), breaks(city, "STUCK").await),
            ("AWAITING", 1)
        );
        // It arrives after all, and then it is told of another that it did not.
        let paid = signed(&vnpay(&order.our_ref, "00", "00", "111"));
        assert_eq!([told(&at, &paid).await, told(&at, &stuck).await], ["00", "02"]);
        let other = start(city, &who, "VNPAY", AMOUNT).await;
        for (status, answer) in [("00", "00"), ("04", "02")] {
            let notice = signed(&vnpay(&other.our_ref, "00", status, "112"));
            assert_eq!(told(&at, &notice).await, answer, "{status}");
        }
        assert_eq!((breaks(city, "STUCK").await, available(&who).await), (2, 2 * AMOUNT));
        city.settle().await;
    });
}

#[test]
fn a_doubt_after_the_money_was_credited_is_somebodys_to_look_at() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let at = city.anonymous();
        let (credited, doubted) =
            (start(city, &who, "VNPAY", AMOUNT).await, start(city, &who, "VNPAY", AMOUNT).await);
        let notice =
            |of: &Started, code: &str, no: &str| signed(&vnpay(&of.our_ref, code, "00", no));
        // Of one whose payer is doubted from the beginning there is nothing more to say.
        for answer in ["00", "02"] {
            assert_eq!(told(&at, &notice(&doubted, "07", "112")).await, answer);
        }
        assert_eq!(told(&at, &notice(&credited, "00", "111")).await, "00");
        assert_eq!(breaks(city, "FAILED_AFTER_PAID").await, 0);

        let late = notice(&credited, "07", "111");
        let answers = [told(&at, &late).await, told(&at, &late).await];

        assert_eq!(answers, ["02", "02"]);
        assert_eq!(breaks(city, "FAILED_AFTER_PAID").await, 1);
        let states = (state(&who, &credited).await, state(&who, &doubted).await);
        assert_eq!(states, ("PAID".to_owned(), "REVIEW".to_owned()));
        assert_eq!(available(&who).await, AMOUNT);
        city.settle().await;
    });
}

/// A notice of MoMo's about an order, with some members otherwise, signed.
fn momo(of: &Started, changes: &Value) -> Value {
    let mut body = json!({
        "partnerCode": "HUESMOMO", "orderId": of.our_ref, "requestId": of.our_ref, "amount": AMOUNT,
        "orderInfo": "Nap tien", "orderType": "momo_wallet", "transId": 2_757_953_842_i64, "resultCode": 0,
        "message": "Successful.", "payType": "qr", "responseTime": 1_772_589_600_000_i64, "extraData": "",
    });
    for (name, value) in changes.as_object().expect("members") {
        body[name] = value.clone();
    }
    let text = |name: &str| match &body[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let names = [
        "amount",
        "extraData",
        "message",
        "orderId",
        "orderInfo",
        "orderType",
        "partnerCode",
        "payType",
        "requestId",
        "responseTime",
        "resultCode",
        "transId",
    ];
    let pairs = names.map(|name| format!("{name}={}", text(name))).join("&");
    body["signature"] = sha256("HUES-MOMO-SECRET", &format!("accessKey=HUESACCESS&{pairs}")).into();
    body
}

async fn to_momo(at: &Character, body: &Value) -> String {
    at.post("/ipn/momo", body).await.status()
}

#[test]
fn momo_is_answered_by_status_as_its_protocol_says() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let at = city.anonymous();
        let order = start(city, &who, "MOMO", AMOUNT).await;
        let good = momo(&order, &json!({}));

        for (name, value) in [
            ("signature", Value::Null),
            ("signature", json!("")),
            ("amount", json!(AMOUNT + 1)),
            ("resultCode", json!(1001)),
            ("transId", json!(7)),
        ] {
            let mut forged = good.clone();
            forged[name] = value;
            assert_eq!(to_momo(&at, &forged).await, "400 Bad Request", "{name}");
        }
        let other_city = momo(&order, &json!({ "partnerCode": "SOMEBODY" }));
        assert_eq!(to_momo(&at, &other_city).await, "400 Bad Request");
        for unknown in
            [json!({ "requestId": "REQ-9" }), json!({ "orderId": "T7", "requestId": "T7" })]
        {
            assert_eq!(to_momo(&at, &momo(&order, &unknown)).await, "404 Not Found", "{unknown}");
        }
        assert_eq!(breaks(city, "AMOUNT_DIFFERS").await, 0);
        for differs in [json!({ "amount": AMOUNT - 1 }), json!({ "extraData": "e30=" })] {
            let order = start(city, &who, "MOMO", AMOUNT).await;
            assert_eq!(to_momo(&at, &momo(&order, &differs)).await, "204 No Content", "{differs}");
            assert_eq!(state(&who, &order).await, "AWAITING", "{differs}");
        }
        assert_eq!(breaks(city, "AMOUNT_DIFFERS").await, 2);

        for (code, then) in
            [(9_000, "AWAITING"), (1_006, "FAILED"), (0, "PAID"), (0, "PAID"), (1_006, "PAID")]
        {
            let notice = momo(&order, &json!({ "resultCode": code }));
            assert_eq!(to_momo(&at, &notice).await, "204 No Content", "{code}");
            assert_eq!(state(&who, &order).await, then, "{code}");
        }
        assert_eq!((available(&who).await, breaks(city, "FAILED_AFTER_PAID").await), (AMOUNT, 1));
        city.settle().await;
    });
}

/// The data of a notice of ZaloPay's about an order.
fn zalopay(city: &Town, of: &Started) -> Value {
    let day = hue_day(city_clock::Clock::now(city.clock())).format("%y%m%d");
    json!({
        "app_id": 2553, "app_trans_id": format!("{day}_{}", of.our_ref), "amount": AMOUNT,
        "zp_trans_id": 260_304_000_000_389_i64,
    })
}

fn with_mac(data: &str, key: &str) -> Value {
    json!({ "data": data, "mac": sha256(key, data), "type": 1 })
}

async fn to_zalopay(at: &Character, body: &Value) -> i64 {
    let answer: Answer = at.post("/ipn/zalopay", body).await;
    assert_eq!(answer.status(), "200 OK");
    answer.json()["return_code"].as_i64().expect("a code")
}

#[test]
fn zalopay_is_answered_by_code_as_its_protocol_says() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let at = city.anonymous();
        let order = start(city, &who, "ZALOPAY", AMOUNT).await;
        let data = zalopay(city, &order);
        let changed = |name: &str, value: Value| {
            let mut data = data.clone();
            data[name] = value;
            with_mac(&data.to_string(), "HUES-ZALO-KEY2")
        };
        let good = with_mac(&data.to_string(), "HUES-ZALO-KEY2");
        let mut spaced = good.clone();
        spaced["data"] = data.to_string().replace(',', ", ").into();
        let (mut other_kind, mut unsigned) = (good.clone(), good.clone());
        other_kind["type"] = 2.into();
        unsigned.as_object_mut().expect("members").remove("mac");

        for (forged, why) in [
            (with_mac(&data.to_string(), "HUES-ZALO-KEY1"), "the other key"),
            (spaced, "written anew"),
            (other_kind, "another kind"),
            (unsigned, "no mac"),
            (changed("app_id", 2554.into()), "for another city"),
            (changed("app_trans_id", json!("260304_T7")), "of nobody"),
            (changed("app_trans_id", json!(format!("260303_{}", order.our_ref))), "of another day"),
        ] {
            assert_eq!(to_zalopay(&at, &forged).await, -1, "{why}");
        }
        assert_eq!(to_zalopay(&at, &changed("amount", json!(AMOUNT - 1))).await, 1);
        assert_eq!(breaks(city, "AMOUNT_DIFFERS").await, 1);
        assert_eq!((state(&who, &order).await.as_str(), available(&who).await), ("AWAITING", 0));

        assert_eq!((to_zalopay(&at, &good).await, to_zalopay(&at, &good).await), (1, 1));
        assert_eq!((state(&who, &order).await.as_str(), available(&who).await), ("PAID", AMOUNT));
        city.settle().await;
    });
}

#[test]
fn while_nobody_leads_each_provider_is_asked_to_come_again_and_then_counts_once() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 1_000).await; // so the city leads, and whoever comes later follows
        let mut orders = Vec::new();
        for provider in super::ALL {
            orders.push(start(city, &who, provider, AMOUNT).await);
        }
        let of_vnpay = signed(&vnpay(&orders[0].our_ref, "00", "00", "111"));
        let of_momo = momo(&orders[1], &json!({}));
        let of_zalopay = with_mac(&zalopay(city, &orders[2]).to_string(), "HUES-ZALO-KEY2");
        let providers = ProvidersConfig::builder().load().expect("everything has a default");
        let providers = providers.simulated(&simulator(city).url(), "http://127.0.0.1:9");
        let config = Config { providers, ..config() };
        let other = city_payments::build(config, city.infra().clone()).await.expect("it is built");
        let follower = city.anonymous().through(other.router(city.infra().ids.clone(), None));

        assert_eq!(told(&follower, &of_vnpay).await, "99");
        assert_eq!(to_momo(&follower, &of_momo).await, "503 Service Unavailable");
        assert_eq!(to_zalopay(&follower, &of_zalopay).await, 0);
        assert_eq!(available(&who).await, 1_000);
        let at = city.anonymous();
        assert_eq!(told(&at, &of_vnpay).await, "00");
        assert_eq!(to_momo(&at, &of_momo).await, "204 No Content");
        assert_eq!(to_zalopay(&at, &of_zalopay).await, 1);

        for order in &orders {
            assert_eq!(state(&who, order).await, "PAID", "{}", order.provider);
        }
        assert_eq!(available(&who).await, 1_000 + 3 * AMOUNT);
        city.settle().await;
    });
}
