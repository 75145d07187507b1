//! What of a provider's message officers may read: results, numbers, amounts, times. People, accounts, devices, free text and
//! signatures stay where they are.

use std::collections::BTreeMap;

use url::form_urlencoded::parse;

use super::answer::Members;

/// The members that are shown; any other may name somebody, or be worth something to a forger.
const SHOWN: [&str; 27] = [
    // VNPAY
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_BankTranNo",
    "vnp_CardType",
    "vnp_Command",
    "vnp_PayDate",
    "vnp_ResponseCode",
    "vnp_TransactionNo",
    "vnp_TransactionStatus",
    "vnp_TransactionType",
    "vnp_TxnRef",
    // MoMo
    "amount",
    "orderId",
    "payType",
    "requestId",
    "responseTime",
    "resultCode",
    "transId",
    // ZaloPay
    "app_trans_id",
    "channel",
    "is_processing",
    "m_refund_id",
    "refund_id",
    "return_code",
    "server_time",
    "sub_return_code",
    "zp_trans_id",
];
/// Longer values are none of these.
const LONGEST: usize = 64;

/// The members of a proven message that are shown; none of what cannot be read.
pub fn shown(raw: &[u8]) -> BTreeMap<&'static str, String> {
    let read = Members::read(raw).or_else(|| Members::of(parse(raw).into_owned()));
    let Some(members) = read else { return BTreeMap::new() };
    // ZaloPay's notice carries what it says as a text.
    let inner = members.find("data").and_then(|data| Members::read(data.as_bytes()));
    let value = |name| members.find(name).or_else(|| inner.as_ref()?.find(name));
    let harmless = |text: &&str| {
        (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let found = SHOWN.iter().filter_map(|name| Some((*name, value(name).filter(harmless)?)));
    found.map(|(name, text)| (name, text.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &str) -> Vec<(&'static str, String)> {
        shown(raw.as_bytes()).into_iter().collect()
    }

    fn pairs(expected: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        expected.iter().map(|(name, text)| (*name, (*text).to_owned())).collect()
    }

    #[test]
    fn results_are_shown_and_people_texts_and_signatures_are_not() {
        assert_eq!(
            names(
                "vnp_Amount=15000000&vnp_OrderInfo=Nguyen+Van+A&vnp_ResponseCode=00&vnp_SecureHash=3cc8"
            ),
            pairs(&[("vnp_Amount", "15000000"), ("vnp_ResponseCode", "00")])
        );
        assert_eq!(
            names(
                r#"{"resultCode":0,"transId":2757953842,"message":"An","signature":"25","extraData":"x"}"#
            ),
            pairs(&[("resultCode", "0"), ("transId", "2757953842")])
        );
        let data =
            r#"{"app_user":"0905000001","zp_trans_id":261121000000389,"merchant_user_id":"7ZM"}"#;
        let notice = serde_json::json!({ "data": data, "mac": "2348", "type": 1 });
        assert_eq!(names(&notice.to_string()), pairs(&[("zp_trans_id", "261121000000389")]));
    }

    #[test]
    fn what_hides_something_else_under_a_good_name_is_left_out() {
        for value in ["Nguyễn", "a b", "", &"9".repeat(65)] {
            let raw = serde_json::json!({ "transId": value });
            assert_eq!(names(&raw.to_string()), [], "{value}");
        }
        assert_eq!(names("transId=1&transId=2"), []);
        assert_eq!(names(r#"{"transId":1,"transId":2}"#), []);
    }
}
