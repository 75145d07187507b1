//! VNPAY 2.1.0: signed browser URLs, notices by GET, questions by POST. Amounts travel times 100, and only here.

use city_clock::Timestamp;
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::form_urlencoded::{byte_serialize, parse};

use super::answer::{Members, civil, read_civil};
use super::sign::Hash;
use super::{Notice, Order, Proof, Question, Refund, Returned, Said, Unproven};

const PAY_PATH: &str = "/paymentv2/vpcpay.html";
const ASK_PATH: &str = "/merchant_webapi/api/transaction";
const VERSION: &str = "2.1.0";
/// The gateway tells nobody the payer's address, and VNPAY wants one.
const ADDRESS: &str = "127.0.0.1";
const BY: &str = "hue-city";

/// What the answer to `querydr` signs, in its order; of a refund without the last two.
const ANSWERED: [&str; 15] = [
    "vnp_ResponseId",
    "vnp_Command",
    "vnp_ResponseCode",
    "vnp_Message",
    "vnp_TmnCode",
    "vnp_TxnRef",
    "vnp_Amount",
    "vnp_BankCode",
    "vnp_PayDate",
    "vnp_TransactionNo",
    "vnp_TransactionType",
    "vnp_TransactionStatus",
    "vnp_OrderInfo",
    "vnp_PromotionCode",
    "vnp_PromotionAmount",
];
const REFUND_ANSWERED: usize = 13;

/// What every notice says and nothing that the city signs for a browser: a URL to pay is signed with the same secret in the same
/// way, and whoever was given one must not pass it off as VNPAY's word.
const NOTICED: [&str; 3] = ["vnp_TransactionNo", "vnp_ResponseCode", "vnp_TransactionStatus"];

/// The city as VNPAY knows it.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Its code, 8 characters.
    pub tmn_code: String,
    /// What both sides sign with.
    pub secret: SecretString,
}

impl Merchant {
    /// Where the payer pays, below VNPAY's address: a signed path and query.
    pub fn pay_path(&self, order: &Order<'_>, back: &str, text: &str) -> String {
        let amount = hundredfold(order.amount);
        let (created, expires) = (civil(order.created_at), civil(order.expires_at));
        let query = canonical([
            ("vnp_Version", VERSION),
            ("vnp_Command", "pay"),
            ("vnp_TmnCode", &self.tmn_code),
            ("vnp_Amount", &amount),
            ("vnp_CurrCode", "VND"),
            ("vnp_TxnRef", order.our_ref),
            ("vnp_OrderInfo", text),
            ("vnp_OrderType", "other"),
            ("vnp_Locale", "vn"),
            ("vnp_ReturnUrl", back),
            ("vnp_IpAddr", ADDRESS),
            ("vnp_CreateDate", &created),
            ("vnp_ExpireDate", &expires),
        ]);
        let signature = Hash::Sha512.sign(&self.secret, &query);
        format!("{PAY_PATH}?{query}&vnp_SecureHash={signature}")
    }

    /// Reads a notice: the query of the URL, as it was received.
    ///
    /// # Errors
    /// When a parameter occurs twice or one of a notice is missing, the hash is missing or wrong, or it is for somebody else.
    pub fn read_notice(&self, query: &str) -> Result<Notice, Unproven> {
        let mut pairs: Vec<&str> = query.split('&').collect();
        let members = Members::of(parse(query.as_bytes()).into_owned()).ok_or(Unproven)?;
        pairs.retain(|pair| {
            let name = pair.split_once('=').map_or(*pair, |(name, _)| name);
            name != "vnp_SecureHash" && name != "vnp_SecureHashType"
        });
        pairs.sort_by_key(|pair| pair.split_once('=').map_or(*pair, |(name, _)| name));
        let (signed, signature) = (pairs.join("&"), members.find("vnp_SecureHash"));
        let proven = Hash::Sha512.verifies(&self.secret, &signed, signature);
        let whole = NOTICED.iter().all(|name| members.find(name).is_some());
        if !proven || !whole || members.text("vnp_TmnCode") != self.tmn_code {
            return Err(Unproven);
        }
        let our_ref = members.text("vnp_TxnRef").to_owned();
        Ok(Notice {
            named: our_ref.clone(),
            our_ref,
            amount: dong(&members),
            said: noticed(&members),
            signed,
        })
    }

    /// Asks what became of an order.
    pub fn query(&self, order: &Order<'_>, request: &str, now: Timestamp) -> Question {
        let text = format!("Truy van {}", order.our_ref);
        let (paid, asked) = (civil(order.created_at), civil(now));
        self.question(&[
            ("vnp_RequestId", request),
            ("vnp_Version", VERSION),
            ("vnp_Command", "querydr"),
            ("vnp_TmnCode", &self.tmn_code),
            ("vnp_TxnRef", order.our_ref),
            ("vnp_TransactionDate", &paid),
            ("vnp_CreateDate", &asked),
            ("vnp_IpAddr", ADDRESS),
            ("vnp_OrderInfo", &text),
        ])
    }

    /// What an answer to it says.
    ///
    /// # Errors
    /// When it is unsigned or not about this order.
    pub fn read_query(&self, order: &Order<'_>, raw: &[u8]) -> Result<Said, Unproven> {
        let members = self.answer(raw, ANSWERED.len())?;
        match members.text("vnp_ResponseCode") {
            "91" => return Ok(Said::Unpaid), // nobody opened the page
            "00" => {}
            _ => return Ok(Said::Pending),
        }
        if members.text("vnp_TxnRef") != order.our_ref || dong(&members) != Some(order.amount) {
            return Err(Unproven);
        }
        Ok(match members.text("vnp_TransactionStatus") {
            "00" => proof(&members).map_or(Said::Pending, Said::Paid),
            "01" => Said::Unpaid,
            "02" => Said::Refused,
            "04" => Said::Stuck,
            "07" => proof(&members).map_or(Said::Pending, Said::Doubted),
            _ => Said::Pending,
        })
    }

    /// Asks for money to go back. The request's name follows from the refund, so that it is known again.
    pub fn refund(&self, of: &Refund<'_>, now: Timestamp) -> Question {
        let whole = if of.amount == of.order.amount { "02" } else { "03" };
        let amount = hundredfold(of.amount);
        let (paid, asked) = (civil(of.order.created_at), civil(now));
        let text = format!("Hoan tien {}", of.our_ref);
        self.question(&[
            ("vnp_RequestId", of.our_ref),
            ("vnp_Version", VERSION),
            ("vnp_Command", "refund"),
            ("vnp_TmnCode", &self.tmn_code),
            ("vnp_TransactionType", whole),
            ("vnp_TxnRef", of.order.our_ref),
            ("vnp_Amount", &amount),
            ("vnp_TransactionNo", of.txn_no),
            ("vnp_TransactionDate", &paid),
            ("vnp_CreateBy", BY),
            ("vnp_CreateDate", &asked),
            ("vnp_IpAddr", ADDRESS),
            ("vnp_OrderInfo", &text),
        ])
    }

    /// What the answer to a refund says.
    pub fn read_refund(&self, of: &Refund<'_>, raw: &[u8]) -> Returned {
        match self.answer(raw, REFUND_ANSWERED) {
            Ok(members) => returned(of, &members),
            Err(Unproven) => Returned::Unknown,
        }
    }

    /// What the answer to a question about the order says of its refund.
    pub fn read_refund_query(&self, of: &Refund<'_>, raw: &[u8]) -> Returned {
        let Ok(members) = self.answer(raw, ANSWERED.len()) else { return Returned::Unknown };
        let is_payment = members.text("vnp_TransactionType") == "01";
        if members.text("vnp_ResponseCode") == "00" && is_payment {
            return Returned::NotFound; // the last that happened to the order is that it was paid
        }
        returned(of, &members)
    }

    pub(super) fn question(&self, members: &[(&str, &str)]) -> Question {
        let values: Vec<_> = members.iter().map(|(_, value)| *value).collect();
        let signature = Hash::Sha512.sign(&self.secret, &values.join("|"));
        let mut body: Map<String, Value> =
            members.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        body.insert("vnp_SecureHash".to_owned(), signature.into());
        Question { path: ASK_PATH, body: Value::Object(body) }
    }

    fn answer(&self, raw: &[u8], signed: usize) -> Result<Members, Unproven> {
        let members = Members::read(raw).ok_or(Unproven)?;
        let values: Vec<_> = ANSWERED.iter().take(signed).map(|name| members.text(name)).collect();
        let signature = members.find("vnp_SecureHash");
        let proven = Hash::Sha512.verifies(&self.secret, &values.join("|"), signature);
        let ours = members.text("vnp_TmnCode") == self.tmn_code;
        if proven && ours { Ok(members) } else { Err(Unproven) }
    }
}

/// Pairs without empty ones, sorted, form-encoded and joined: what is signed and what travels.
fn canonical<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    pairs.sort_unstable();
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pairs: Vec<_> =
        pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

fn hundredfold(amount: i64) -> String {
    (i128::from(amount) * 100).to_string()
}

fn dong(members: &Members) -> Option<i64> {
    members.number("vnp_Amount").filter(|amount| amount % 100 == 0).map(|amount| amount / 100)
}

fn proof(members: &Members) -> Option<Proof> {
    let paid_at = read_civil(members.text("vnp_PayDate"));
    members.txn_no("vnp_TransactionNo").map(|txn_no| Proof { txn_no, paid_at })
}

fn noticed(members: &Members) -> Said {
    match (members.text("vnp_ResponseCode"), members.text("vnp_TransactionStatus")) {
        ("00", "00") => proof(members).map_or(Said::Pending, Said::Paid),
        ("07", _) | (_, "07") => proof(members).map_or(Said::Pending, Said::Doubted),
        (_, "04") => Said::Stuck,
        ("11", _) => Said::Expired,
        ("09" | "10" | "12" | "13" | "24" | "51" | "65" | "75" | "79", _) => Said::Refused,
        _ => Said::Pending,
    }
}

fn returned(of: &Refund<'_>, members: &Members) -> Returned {
    match members.text("vnp_ResponseCode") {
        "91" => return Returned::NotFound,
        "95" => return Returned::Refused,
        "00" => {}
        _ => return Returned::Unknown,
    }
    if members.text("vnp_TxnRef") != of.order.our_ref || dong(members) != Some(of.amount) {
        return Returned::Unknown;
    }
    match members.text("vnp_TransactionStatus") {
        "00" => Returned::Done,
        "05" | "06" => Returned::Running,
        "09" => Returned::Refused,
        _ => Returned::Unknown,
    }
}
