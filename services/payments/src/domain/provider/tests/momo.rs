use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::super::momo::Merchant;
use super::super::sign::Hash;
use super::super::{Made, Proof, Returned, Said, Unproven, Ways};
use super::{order, refund};

const CREATE: &str = concat!(
    "accessKey=HUESACCESS&amount=150000&extraData=&ipnUrl=https://hue.example/ipn/momo&orderId=TOPUP-",
    "20261121-000002&orderInfo=Nap tien vi Hue-S&partnerCode=HUESMOMO&redirectUrl=https://hue.example",
    "/pay/return&requestId=REQ-000002&requestType=captureWallet",
);
const CREATE_HASH: &str = "ea4d3911304a709c3234718c26f653253b7ab1808306afbdc796bc51b51283f3";
const IPN: &str = concat!(
    "accessKey=HUESACCESS&amount=150000&extraData=&message=Successful.&orderId=TOPUP-20261121-000002&",
    "orderInfo=Nap tien vi Hue-S&orderType=momo_wallet&partnerCode=HUESMOMO&payType=qr&requestId=REQ-",
    "000002&responseTime=1795254912000&resultCode=0&transId=2757953842",
);
const IPN_HASH: &str = "251449db9588c522748b60bbe977b9f44e06b4a0b7db850102f6841fe8d9e2be";
const QUERY: &str =
    "accessKey=HUESACCESS&orderId=TOPUP-20261121-000002&partnerCode=HUESMOMO&requestId=REQ-000003";
const QUERY_HASH: &str = "bf4992b61da3444d3647e1543a2660e04321c9d76dad6fe89dcaace5f8639009";
const REFUND: &str = concat!(
    "accessKey=HUESACCESS&amount=50000&description=Hoan tien mot phan&orderId=REFUND-20261121-000001&",
    "partnerCode=HUESMOMO&requestId=REQ-000004&transId=2757953842",
);
const REFUND_HASH: &str = "543c31346f54ba456159a74c288e96618d6d8dc3dd319b7970868f3fc737fc20";
const ORDER: &str = "TOPUP-20261121-000002";

fn city() -> Merchant {
    Merchant {
        partner_code: "HUESMOMO".to_owned(),
        access_key: "HUESACCESS".to_owned(),
        secret: SecretString::from("HUES-MOMO-SECRET"),
    }
}

const WAYS: Ways<'_> =
    Ways { back: "https://hue.example/pay/return", notices: "https://hue.example/ipn/momo" };

/// The notice of the vector as it travels: numbers as numbers, without the key's name.
fn notice() -> Value {
    let mut body: Map<String, Value> = Map::new();
    for pair in IPN.split('&').skip(1) {
        let (name, value) = pair.split_once('=').expect("a pair");
        let number = value.parse::<i64>().map_or_else(|_| json!(value), |number| json!(number));
        body.insert(name.to_owned(), number);
    }
    body.insert("signature".to_owned(), json!(IPN_HASH));
    Value::Object(body)
}

fn read(body: &Value) -> Result<super::super::Notice, Unproven> {
    city().read_notice(body.to_string().as_bytes())
}

fn paid() -> Said {
    let paid_at = chrono::DateTime::from_timestamp_millis(1_795_254_912_000);
    Said::Paid(Proof { txn_no: "2757953842".to_owned(), paid_at })
}

#[test]
fn what_we_send_is_signed_as_the_vectors() {
    let made = city().create_as(&order(ORDER), "REQ-000002", &WAYS, "Nap tien vi Hue-S");
    assert_eq!(made.body["signature"], CREATE_HASH);
    assert_eq!((made.path, &made.body["amount"]), ("/v2/gateway/api/create", &json!(150_000)));
    let encoded = CREATE.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').expect("a pair");
        let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        format!("{name}={value}")
    });
    let encoded = encoded.collect::<Vec<_>>().join("&");
    let never_sent = Hash::Sha256.sign(&city().secret, &encoded);
    assert!(never_sent.starts_with("52c574cc27ac4df1ba80a1269c75ade6"), "{never_sent}");
    assert_ne!(made.body["signature"], never_sent);

    assert_eq!(city().query(ORDER, "REQ-000003").body["signature"], QUERY_HASH);
    assert!(QUERY.contains(ORDER));

    let back = refund("REFUND-20261121-000001", ORDER, "2757953842");
    let back = city().refund_as(&back, "REQ-000004", "Hoan tien mot phan");
    assert_eq!(
        (&back.body["signature"], &back.body["transId"]),
        (&json!(REFUND_HASH), &json!(2_757_953_842_i64))
    );
    assert!(REFUND.ends_with("2757953842"));
}

#[test]
fn the_notice_of_the_vector_is_read() {
    let notice = read(&notice()).unwrap();

    assert_eq!((notice.our_ref.as_str(), notice.amount), (ORDER, Some(150_000)));
    assert_eq!((notice.named.as_str(), notice.said), ("TOPUP-20261121-000002 REQ-000002", paid()));
}

#[test]
fn a_notice_that_was_touched_is_not_proven() {
    for (member, value) in [
        ("signature", Value::Null),
        ("signature", json!("")),
        ("amount", json!(150_001)),
        ("resultCode", json!(1001)),
        ("transId", json!(2_757_953_843_i64)),
        ("extraData", json!("e30=")),
    ] {
        let mut body = notice();
        body[member] = value;
        assert_eq!(read(&body), Err(Unproven), "{member}");
    }
    let mut body = notice();
    body.as_object_mut().unwrap().remove("signature");
    assert_eq!(read(&body), Err(Unproven));
    let twice = notice().to_string().replacen('{', r#"{"amount":150000,"#, 1);
    assert_eq!(city().read_notice(twice.as_bytes()), Err(Unproven));
    let other = Merchant { partner_code: "OTHER".to_owned(), ..city() };
    assert_eq!(other.read_notice(notice().to_string().as_bytes()), Err(Unproven));
}

/// A notice with other members, signed by the rule.
fn resigned(changes: &[(&str, &str)]) -> super::super::Notice {
    let mut text = IPN.to_owned();
    let mut body = notice();
    for (member, value) in changes {
        let old = text
            .split('&')
            .find(|pair| pair.starts_with(&format!("{member}=")))
            .unwrap()
            .to_owned();
        text = text.replace(&old, &format!("{member}={value}"));
        body[*member] = json!(value);
    }
    body["signature"] = json!(Hash::Sha256.sign(&city().secret, &text));
    read(&body).unwrap()
}

#[test]
fn codes_mean_what_the_table_says() {
    let said = |code: &str| resigned(&[("resultCode", code)]).said;

    for code in [
        "9000", "1000", "7000", "7002", "8000", "10", "11", "12", "13", "20", "40", "41", "42",
        "43", "99", "123456",
    ] {
        assert_eq!(said(code), Said::Pending, "{code}");
    }
    for code in [
        "21", "22", "1001", "1002", "1003", "1004", "1006", "1007", "1017", "1026", "4001", "4002",
        "4100",
    ] {
        assert_eq!(said(code), Said::Refused, "{code}");
    }
    assert_eq!(said("1005"), Said::Expired);
}

#[test]
fn what_came_with_more_than_we_sent_has_no_amount_of_ours() {
    assert_eq!(resigned(&[("extraData", "e30=")]).amount, None);
    assert_eq!(resigned(&[("amount", "1.5")]).amount, None);
    assert_eq!(resigned(&[("requestId", "REQ-9")]).named, format!("{ORDER} REQ-9"));
}

#[test]
fn unsigned_answers_count_only_with_our_reference_and_amount() {
    let answer = |change: Value| {
        let mut body = json!({
            "partnerCode": "HUESMOMO", "orderId": ORDER, "requestId": "REQ-000003", "amount": 150_000,
            "transId": 2_757_953_842_i64, "resultCode": 0, "responseTime": 1_795_254_912_000_i64,
        });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        city().read_query(&order(ORDER), body.to_string().as_bytes())
    };

    assert_eq!(answer(json!({})), Ok(paid()));
    assert_eq!(answer(json!({ "amount": 15_000 })), Err(Unproven));
    assert_eq!(answer(json!({ "orderId": "ANOTHER" })), Err(Unproven));
    assert_eq!(answer(json!({ "partnerCode": "" })), Err(Unproven));
    for code in [9000, 41, 42] {
        assert_eq!(answer(json!({ "resultCode": code })), Ok(Said::Pending), "{code}");
    }
    for code in [1002, 1003] {
        assert_eq!(answer(json!({ "resultCode": code })), Ok(Said::Refused), "{code}");
    }
}

#[test]
fn an_order_is_refused_only_by_a_clear_answer() {
    const URL: &str = "https://pay.example/x";
    let answered = |code: i64, url: &str, amount: Value| {
        let body = json!({
            "partnerCode": "HUESMOMO", "orderId": ORDER, "resultCode": code, "payUrl": url, "amount": amount,
        });
        city().read_create(&order(ORDER), body.to_string().as_bytes())
    };
    let made = |code: i64, url: &str| answered(code, url, json!(150_000));

    assert_eq!(made(0, URL), Made::PayUrl(URL.to_owned()));
    for code in [1002, 1003, 1017] {
        assert_eq!(made(code, ""), Made::Refused, "{code}");
    }
    for unclear in [
        made(0, ""),
        made(41, ""),
        made(42, ""),
        made(99, ""),
        answered(0, URL, json!(15_000)),
        answered(0, URL, Value::Null),
        city().read_create(&order(ORDER), b"<html>"),
    ] {
        assert_eq!(unclear, Made::Unknown);
    }
}

#[test]
fn refunds_end_only_by_clear_answers() {
    let of = refund("R1", ORDER, "2757953842");
    let returned = |code: i64, amount: i64| {
        let body = json!({ "partnerCode": "HUESMOMO", "orderId": "R1", "resultCode": code, "amount": amount });
        city().read_refund(&of, body.to_string().as_bytes())
    };

    assert_eq!(returned(0, 50_000), Returned::Done);
    assert_eq!(returned(0, 5_000), Returned::Unknown);
    assert_eq!(returned(1088, 0), Returned::Refused);
    assert_eq!((returned(7000, 0), returned(7002, 0)), (Returned::Running, Returned::Running));
    assert_eq!(returned(1080, 0), Returned::NotTaken);
    assert_eq!(returned(1081, 50_000), Returned::Unknown);
}
