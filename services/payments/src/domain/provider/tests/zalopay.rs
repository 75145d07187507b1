use secrecy::SecretString;
use serde_json::{Value, json};

use super::super::zalopay::{Merchant, RefundAnswer};
use super::super::{Made, Notice, Proof, Returned, Said, Unproven, Ways};
use super::{at, order, refund};

const OFFICIAL: &str = concat!(
    r#"{"app_id":2553,"app_trans_id":"200904_2553_1598435687208","app_time":1599189392817,"app_user":"d"#,
    r#"emo","amount":10000,"embed_data":"{\"merchantinfo\":\"embeddata123\",\"promotioninfo\":\"\"}","i"#,
    r#"tem":"[{\"itemid\":\"knb\",\"itemname\":\"kim nguyen bao\",\"itemprice\":198400,\"itemquantity\""#,
    r#":1}]","zp_trans_id":200904000000389,"server_time":1599189413498,"channel":38,"merchant_user_id":"#,
    r#""7ZMSl3nEg5sOUJzOLSoUFT8xKNQVaLOLXHB--8Eytqc","user_fee_amount":0,"discount_amount":0}"#,
);
const OFFICIAL_HASH: &str = "d8d33baf449b31d7f9b94fa50d7c942c08cd4d83f28fa185557da21acb104f67";
const CREATE: &str = "2553|261121_000003|citizen-42|150000|1795254900000|{}|[]";
const CREATE_HASH: &str = "8a02cec6bda49afa27510a32b5139a93c1e214a4186e28b9211a95ad3b3d833c";
const CALLBACK: &str = r#"{"app_id":2553,"app_trans_id":"261121_000003","amount":150000,"zp_trans_id":261121000000389}"#;
const CALLBACK_HASH: &str = "2348f5e3458fb00ffe0237814253c5754048a0b9d2847eace7390e5e14b4a35c";
const QUERY: &str = "2553|261121_000003|HUES-ZALO-KEY1";
const QUERY_HASH: &str = "2e4a16f6bdac7bbbd1ba90a389c5c8690974ade1e249594351baf5de9d539df5";
const REFUND: &str = "2553|261121000000389|50000|Hoan tien mot phan|1795255800000";
const REFUND_HASH: &str = "3c6161e5eaff91fc651d40f9dd42187d2b07ba6411dd89e25f132a03c3e1cbaa";
const QUERY_REFUND: &str = "2553|261121_2553_000001|1795255860000";
const QUERY_REFUND_HASH: &str = "f8dfea72863105a258205803081854105c05f9a6a1eb120077d3805f4144f5b5";

fn city() -> Merchant {
    Merchant {
        app_id: "2553".to_owned(),
        key1: SecretString::from("HUES-ZALO-KEY1"),
        key2: SecretString::from("HUES-ZALO-KEY2"),
    }
}

fn callback(data: &str, mac: &str) -> Value {
    json!({ "data": data, "mac": mac, "type": 1 })
}

fn read(body: &Value) -> Result<Notice, Unproven> {
    city().read_notice(body.to_string().as_bytes())
}

#[test]
fn the_callback_of_their_own_page_is_read() {
    let sandbox = SecretString::from("kLtgPl8HHhfvMuDHPwKfgfsY4Ydm9eIz");
    let theirs = Merchant { key2: sandbox, ..city() };

    let notice =
        theirs.read_notice(callback(OFFICIAL, OFFICIAL_HASH).to_string().as_bytes()).unwrap();

    assert_eq!((notice.named.as_str(), notice.amount), ("200904_2553_1598435687208", Some(10_000)));
    let paid_at = chrono::DateTime::from_timestamp_millis(1_599_189_413_498);
    assert_eq!(notice.said, Said::Paid(Proof { txn_no: "200904000000389".to_owned(), paid_at }));
}

#[test]
fn our_callback_is_read() {
    let notice = read(&callback(CALLBACK, CALLBACK_HASH)).unwrap();

    assert_eq!((notice.our_ref.as_str(), notice.named.as_str()), ("000003", "261121_000003"));
    assert_eq!(notice.amount, Some(150_000));
    let proof = Proof { txn_no: "261121000000389".to_owned(), paid_at: None };
    assert_eq!(notice.said, Said::Paid(proof));
}

#[test]
fn a_callback_that_was_touched_is_not_proven() {
    let with_key1 = super::super::sign::Hash::Sha256.sign(&city().key1, CALLBACK);
    assert!(with_key1.starts_with("97d3f8ba1e52ecfc"));
    let spaced = CALLBACK.replace(',', ", ");
    let mut other_kind = callback(CALLBACK, CALLBACK_HASH);
    other_kind["type"] = json!(2);
    let mut unsigned = callback(CALLBACK, CALLBACK_HASH);
    unsigned.as_object_mut().unwrap().remove("mac");

    for bad in
        [callback(CALLBACK, &with_key1), callback(&spaced, CALLBACK_HASH), other_kind, unsigned]
    {
        assert_eq!(read(&bad), Err(Unproven), "{bad}");
    }
    let other = Merchant { app_id: "2554".to_owned(), ..city() };
    let good = callback(CALLBACK, CALLBACK_HASH).to_string();
    assert_eq!(other.read_notice(good.as_bytes()), Err(Unproven));
}

#[test]
fn what_we_send_is_signed_as_the_vectors() {
    let (trans, user) = ("261121_000003", "citizen-42");
    assert_eq!(city().create_mac_for(user, trans, 150_000, 1_795_254_900_000, "{}"), CREATE_HASH);
    assert!(CREATE.contains(user));
    assert_eq!(city().query_mac(trans), QUERY_HASH);
    assert!(QUERY.contains(trans));
    let mac = city().refund_mac("261121000000389", 50_000, "Hoan tien mot phan", 1_795_255_800_000);
    assert_eq!(mac, REFUND_HASH);
    assert!(REFUND.contains("50000"));
    assert_eq!(city().refund_query_mac("261121_2553_000001", 1_795_255_860_000), QUERY_REFUND_HASH);
    assert!(QUERY_REFUND.contains("000001"));

    let ways = Ways { back: "https://hue.example/b", notices: "https://hue.example/n" };
    let made = city().create(&order("000003"), &ways, "Nap tien vi Hue-S");
    assert_eq!((&made.body["app_trans_id"], &made.body["app_id"]), (&json!(trans), &json!(2553)));
    assert_eq!(made.body["expire_duration_seconds"], 900);
    assert_eq!(city().query(&order("000003")).body["mac"], QUERY_HASH);
    let back = refund("R7", "000003", "261121000000389");
    assert_eq!(city().refund(&back, at(18, 10)).body["m_refund_id"], "261121_2553_R7");
    let asked = city().refund_query(&back, at(18, 11));
    assert_eq!(
        (asked.path, &asked.body["m_refund_id"]),
        ("/v2/query_refund", &json!("261121_2553_R7"))
    );
}

#[test]
fn answers_mean_what_the_table_says() {
    let made = |code: i64, sub: i64| {
        let body = json!({ "return_code": code, "sub_return_code": sub, "order_url": "https://pay.example/x" });
        Merchant::read_create(body.to_string().as_bytes())
    };
    assert_eq!(made(1, 1), Made::PayUrl("https://pay.example/x".to_owned()));
    assert_eq!((made(2, -401), made(2, -402)), (Made::Refused, Made::Refused));
    for sub in [-68, -429, -500, -999, -1] {
        assert_eq!(made(2, sub), Made::Unknown, "{sub}");
    }

    let said = |code: i64, sub: i64, amount: i64| {
        let body = json!({ "return_code": code, "sub_return_code": sub, "amount": amount, "zp_trans_id": 7 });
        Merchant::read_query(&order("000003"), body.to_string().as_bytes())
    };
    let paid = Said::Paid(Proof { txn_no: "7".to_owned(), paid_at: None });
    assert_eq!(said(1, 1, 150_000), Ok(paid));
    assert_eq!(said(1, 1, 150_001), Err(Unproven));
    assert_eq!(said(2, -54, 0), Ok(Said::Expired));
    assert_eq!(said(2, -101, 0), Ok(Said::Unpaid));
    for sub in [-63, -332, -333] {
        assert_eq!(said(2, sub, 0), Ok(Said::Refused), "{sub}");
    }
    assert_eq!(said(3, 0, 0), Ok(Said::Pending));
    assert_eq!(Merchant::read_query(&order("000003"), b"{}"), Err(Unproven));
}

/// Faults of a question, and what nobody knows the meaning of.
const UNCLEAR: [i64; 11] = [-401, -402, -403, -429, -500, -999, -68, -217, -1, 0, 7];

#[test]
fn a_fault_of_the_question_ends_no_order() {
    for sub in UNCLEAR {
        for body in [
            json!({ "return_code": 2, "sub_return_code": sub }),
            json!({ "return_code": 2, "sub_return_code": sub, "amount": 150_000, "zp_trans_id": 7 }),
        ] {
            let said = Merchant::read_query(&order("000003"), body.to_string().as_bytes());
            assert_eq!(said, Ok(Said::Pending), "{body}");
        }
    }
    let bare = Merchant::read_query(&order("000003"), br#"{"return_code":2}"#);
    assert_eq!(bare, Ok(Said::Pending));
    // Some come without a sub code.
    let bare = Merchant::read_query(&order("000003"), br#"{"return_code":-402}"#);
    assert_eq!(bare, Ok(Said::Pending));
}

#[test]
fn only_the_question_ends_a_refund() {
    let returned = |code: i64, sub: i64, asked| {
        let body = json!({ "return_code": code, "sub_return_code": sub });
        Merchant::read_refund(body.to_string().as_bytes(), asked)
    };
    assert_eq!(returned(1, 1, RefundAnswer::ToRefund), Returned::Running);
    assert_eq!(returned(1, 1, RefundAnswer::ToQuery), Returned::Done);
    assert_eq!(returned(3, 1, RefundAnswer::ToQuery), Returned::Running);
    assert_eq!(returned(2, -101, RefundAnswer::ToQuery), Returned::NotFound);
    for sub in [-13, -14, -32] {
        assert_eq!(returned(2, sub, RefundAnswer::ToQuery), Returned::Refused, "{sub}");
        assert_eq!(returned(2, sub, RefundAnswer::ToRefund), Returned::Unknown, "{sub}");
    }
    for sub in UNCLEAR {
        for asked in [RefundAnswer::ToRefund, RefundAnswer::ToQuery] {
            assert_eq!(returned(2, sub, asked), Returned::Unknown, "{sub} {asked:?}");
            assert_eq!(returned(sub.min(-1), 0, asked), Returned::Unknown, "{sub} {asked:?}");
        }
    }
}
