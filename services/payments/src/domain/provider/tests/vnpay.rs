use secrecy::SecretString;
use serde_json::{Map, Value};

use super::super::vnpay::Merchant;
use super::super::{Proof, Returned, Said, Unproven};
use super::{at, order, refund};

const PAY: &str = concat!(
    "vnp_Amount=15000000&vnp_Command=pay&vnp_CreateDate=20261121171300&vnp_CurrCode=VND&vnp_ExpireDat",
    "e=20261121172800&vnp_IpAddr=127.0.0.1&vnp_Locale=vn&vnp_OrderInfo=Nap+tien+vi+Hue-S%3A+150.000+V",
    "ND&vnp_OrderType=other&vnp_ReturnUrl=https%3A%2F%2Fhue.example%2Fpay%2Freturn%3Fx%3D1%26y%3D2&vn",
    "p_TmnCode=HUES0001&vnp_TxnRef=TOPUP-20261121-000001&vnp_Version=2.1.0",
);
const PAY_HASH: &str = concat!(
    "d2ee478502221cab3dfd534a2dbbabd9088e38259396560e919c44813f2670df9ccece59d727a3e01e317bf84c699f4d",
    "69c86a57d3e3a5f6933312d1842f31ef",
);
const IPN: &str = concat!(
    "vnp_Amount=15000000&vnp_BankCode=NCB&vnp_BankTranNo=VNP14831393&vnp_CardType=ATM&vnp_OrderInfo=N",
    "ap+tien+vi+Hue-S%3A+150.000+VND&vnp_PayDate=20261121171512&vnp_ResponseCode=00&vnp_TmnCode=HUES0",
    "001&vnp_TransactionNo=14831393&vnp_TransactionStatus=00&vnp_TxnRef=TOPUP-20261121-000001",
);
const IPN_HASH: &str = concat!(
    "3cc86f0a686bd01956fb132f7143f0830c751ab5f003405453a3e8ef88a3f16c28d29979a9247abda85ceba561f3d4c6",
    "87263c421a82e94163e980b79da9ce64",
);
const FAIL: &str = concat!(
    "vnp_Amount=15000000&vnp_BankCode=NCB&vnp_OrderInfo=Nap+tien+vi+Hue-S%3A+150.000+VND&vnp_PayDate=",
    "20261121171512&vnp_ResponseCode=24&vnp_TmnCode=HUES0001&vnp_TransactionNo=0&vnp_TransactionStatu",
    "s=02&vnp_TxnRef=TOPUP-20261121-000001",
);
const FAIL_HASH: &str = concat!(
    "ebd0cda936e70bffcb53cd02c955b3cd64207a16cf7b48890ddcef4f13ae681bd7f3c3e194a7613702cbc37ca298c39f",
    "293bec3457de1b4fd4f1abd6c26cc442",
);
const AMT_HASH: &str = concat!(
    "42c7af02cb25ae105cdd48d974e56cf41926d753a4b3a9ba555492dde225fc492a99e558c11846a19ea2034bc2d12630",
    "1fc14a8df8523b94e52ec1dc3575748a",
);
const Q: &str = concat!(
    "REQ0001|2.1.0|querydr|HUES0001|TOPUP-20261121-000001|20261121171300|20261121180000|127.0.0.1|Tru",
    "y van TOPUP-20261121-000001",
);
const Q_HASH: &str = concat!(
    "353fcc758544e9fc9e73efbd49b9d7420ef14016a8b29c1c9ec60491853a4f360b192811802040453dddf9384ede1fb9",
    "f80d2e209c0e166def1903402f34446f",
);
const R: &str = concat!(
    "REQ0002|2.1.0|refund|HUES0001|03|TOPUP-20261121-000001|5000000|14831393|20261121171300|admin|202",
    "61121181000|127.0.0.1|Hoan tien mot phan",
);
const R_HASH: &str = concat!(
    "5ef53f3b340f497d4b3e4f330c485eaa1836630b272a46ba6d085e6f2fb9a83498bee94354752be888007e817ada2ec3",
    "d9b5ea275165a9567ccfce59b6a06862",
);
const QA: &str = concat!(
    "RSP0001|querydr|00|Success|HUES0001|TOPUP-20261121-000001|15000000|NCB|20261121171512|14831393|0",
    "1|00|Nap tien vi Hue-S: 150.000 VND||",
);
const QA_HASH: &str = concat!(
    "568d5bf662217e3a44940a693d8c7711aa2ab47970e450d3ecb2e4cd227978d3ddaf3b357cb542e1a24fcd12cdf51256",
    "59a657c355ef675c32960fb648061ff2",
);
const RA: &str = concat!(
    "RSP0002|refund|00|Success|HUES0001|TOPUP-20261121-000001|5000000|NCB|20261121181005|14831399|03|",
    "05|Hoan tien mot phan",
);
const RA_HASH: &str = concat!(
    "571368db7e076ebd4ab9260fcf47f68daed51069c07377617341c6f17b9850b16d471a734d4ee71b030ccbc58988be85",
    "f1c5be110ba9c049181ba2507c51551c",
);
const TXN: &str = "TOPUP-20261121-000001";

fn city() -> Merchant {
    let secret = SecretString::from("HUES-TEST-SECRET-0123456789ABCDEF");
    Merchant { tmn_code: "HUES0001".to_owned(), secret }
}

fn signed(query: &str, hash: &str) -> String {
    format!("{query}&vnp_SecureHash={hash}")
}

fn paid() -> Said {
    Said::Paid(Proof {
        txn_no: "14831393".to_owned(),
        paid_at: Some(at(17, 15) + chrono::Duration::seconds(12)),
    })
}

/// The answer whose values are those of a vector.
fn answer(values: &str, hash: Option<&str>) -> Vec<u8> {
    let names = [
        "ResponseId",
        "Command",
        "ResponseCode",
        "Message",
        "TmnCode",
        "TxnRef",
        "Amount",
        "BankCode",
        "PayDate",
        "TransactionNo",
        "TransactionType",
        "TransactionStatus",
        "OrderInfo",
        "PromotionCode",
        "PromotionAmount",
    ];
    let pairs = names.iter().zip(values.split('|'));
    let mut body: Map<String, Value> =
        pairs.map(|(name, value)| (format!("vnp_{name}"), value.into())).collect();
    if let Some(hash) = hash {
        body.insert("vnp_SecureHash".to_owned(), hash.into());
    }
    Value::Object(body).to_string().into_bytes()
}

#[test]
fn the_url_to_pay_is_the_vector() {
    let path = city().pay_path(
        &order(TXN),
        "https://hue.example/pay/return?x=1&y=2",
        "Nap tien vi Hue-S: 150.000 VND",
    );

    assert_eq!(path, format!("/paymentv2/vpcpay.html?{}", signed(PAY, PAY_HASH)));
}

#[test]
fn notices_of_the_vectors_are_read() {
    let notice = city().read_notice(&signed(IPN, IPN_HASH)).unwrap();
    assert_eq!((notice.our_ref.as_str(), notice.amount, notice.said), (TXN, Some(150_000), paid()));
    assert_eq!(city().read_notice(&signed(IPN, &IPN_HASH.to_uppercase())).unwrap().named, TXN);

    let failed = city().read_notice(&signed(FAIL, FAIL_HASH)).unwrap();
    assert_eq!((failed.amount, failed.said), (Some(150_000), Said::Refused));

    let less = IPN.replace("vnp_Amount=15000000", "vnp_Amount=1500000");
    assert_eq!(city().read_notice(&signed(&less, AMT_HASH)).unwrap().amount, Some(15_000));
}

#[test]
fn a_notice_that_was_touched_is_not_proven() {
    let good = signed(IPN, IPN_HASH);
    let digit = if IPN_HASH.ends_with('0') { "1" } else { "0" };
    let changed = format!("{}{digit}", &IPN_HASH[..IPN_HASH.len() - 1]);

    for bad in [
        IPN.to_owned(),
        signed(IPN, ""),
        signed(IPN, &changed),
        signed(IPN, &IPN_HASH[..64]),
        good.replace('+', "%20"),
        good.replace("vnp_Amount=15000000", "vnp_Amount=15000000&vnp_Amount=15000000"),
        good.replace("vnp_Amount=15000000", "vnp_Amount=1500000"),
        format!("{good}&vnp_Extra=1"),
        format!("{good}&"),
        format!("{good}&vnp_SecureHash={IPN_HASH}"),
        String::new(),
    ] {
        assert_eq!(city().read_notice(&bad), Err(Unproven), "{bad}");
    }
    let other = Merchant { tmn_code: "OTHER001".to_owned(), ..city() };
    assert_eq!(other.read_notice(&good), Err(Unproven));
}

#[test]
fn what_the_city_signs_for_a_payer_is_no_notice() {
    assert_eq!(city().read_notice(&signed(PAY, PAY_HASH)), Err(Unproven));
    for missing in
        ["&vnp_TransactionNo=14831393", "&vnp_ResponseCode=00", "&vnp_TransactionStatus=00"]
    {
        let query = IPN.replace(missing, "");
        let hash = super::super::sign::Hash::Sha512.sign(&city().secret, &query);
        assert_eq!(city().read_notice(&signed(&query, &hash)), Err(Unproven), "{missing}");
    }
}

#[test]
fn the_kind_of_hash_is_not_signed() {
    let with_kind = signed(&format!("{IPN}&vnp_SecureHashType=HMACSHA512"), IPN_HASH);
    assert!(city().read_notice(&with_kind).is_ok());
}

#[test]
fn codes_mean_what_the_table_says() {
    let said = |code: &str, status: &str| {
        let query = IPN
            .replace("vnp_ResponseCode=00", &format!("vnp_ResponseCode={code}"))
            .replace("vnp_TransactionStatus=00", &format!("vnp_TransactionStatus={status}"));
        let hash = super::super::sign::Hash::Sha512.sign(&city().secret, &query);
        city().read_notice(&signed(&query, &hash)).unwrap().said
    };
    let Said::Paid(proof) = paid() else { unreachable!() };

    for (code, status, means) in [
        ("00", "01", Said::Pending),
        ("07", "00", Said::Doubted(proof.clone())),
        ("00", "07", Said::Doubted(proof)),
        ("00", "04", Said::Stuck),
        ("11", "02", Said::Expired),
        ("99", "02", Said::Pending),
        ("unheard of", "", Said::Pending),
    ] {
        assert_eq!(said(code, status), means, "{code} {status}");
    }
    for code in ["09", "10", "12", "13", "24", "51", "65", "75", "79"] {
        assert_eq!(said(code, "02"), Said::Refused, "{code}");
    }
}

#[test]
fn half_a_dong_is_no_amount() {
    let query = IPN.replace("vnp_Amount=15000000", "vnp_Amount=15000050");
    let hash = super::super::sign::Hash::Sha512.sign(&city().secret, &query);
    assert_eq!(city().read_notice(&signed(&query, &hash)).unwrap().amount, None);
}

#[test]
fn questions_are_signed_as_the_vectors() {
    let question = city().query(&order(TXN), "REQ0001", at(18, 0));
    assert_eq!(question.path, "/merchant_webapi/api/transaction");
    assert_eq!(question.body["vnp_SecureHash"], Q_HASH);
    assert_eq!(super::super::sign::Hash::Sha512.sign(&city().secret, Q), Q_HASH);
    assert_eq!(question.body["vnp_TransactionDate"], "20261121171300");

    let names = [
        "vnp_RequestId",
        "vnp_Version",
        "vnp_Command",
        "vnp_TmnCode",
        "vnp_TransactionType",
        "vnp_TxnRef",
        "vnp_Amount",
        "vnp_TransactionNo",
        "vnp_TransactionDate",
        "vnp_CreateBy",
        "vnp_CreateDate",
        "vnp_IpAddr",
        "vnp_OrderInfo",
    ];
    let members: Vec<_> = names.into_iter().zip(R.split('|')).collect();
    assert_eq!(city().question(&members).body["vnp_SecureHash"], R_HASH);

    // Ours is the same but for its texts.
    let ours = city().refund(&refund("REQ0002", TXN, "14831393"), at(18, 10)).body;
    for (name, value) in members {
        if !["vnp_CreateBy", "vnp_OrderInfo"].contains(&name) {
            assert_eq!(ours[name], value, "{name}");
        }
    }
}

#[test]
fn answers_count_only_signed_over_what_they_say() {
    let query = |raw: &[u8]| city().read_query(&order(TXN), raw);
    assert_eq!(query(&answer(QA, Some(QA_HASH))), Ok(paid()));
    assert_eq!(query(&answer(QA, None)), Err(Unproven));
    assert_eq!(query(&answer(&QA.replace("15000000", "5000000"), Some(QA_HASH))), Err(Unproven));
    assert_eq!(city().read_query(&order("ANOTHER"), &answer(QA, Some(QA_HASH))), Err(Unproven));
    assert_eq!(query(b"<html>"), Err(Unproven));

    let refund = refund("REQ0002", TXN, "14831393");
    let refund = |raw: &[u8]| city().read_refund(&refund, raw);
    assert_eq!(refund(&answer(RA, Some(RA_HASH))), Returned::Running);
    assert_eq!(refund(&answer(RA, None)), Returned::Unknown);
    let over_less = RA.replace("5000000", "50000");
    let hash = super::super::sign::Hash::Sha512.sign(&city().secret, &over_less);
    assert!(hash.starts_with("aff5a38f64399af2"));
    assert_eq!(refund(&answer(RA, Some(&hash))), Returned::Unknown);
}

#[test]
fn what_nobody_opened_is_unpaid() {
    let unknown = QA.replace("querydr|00", "querydr|91");
    let hash = super::super::sign::Hash::Sha512.sign(&city().secret, &unknown);
    let said = city().read_query(&order(TXN), &answer(&unknown, Some(&hash)));
    assert_eq!(said, Ok(Said::Unpaid));
}
