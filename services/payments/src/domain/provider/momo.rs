//! MoMo v2: JSON both ways, HMAC-SHA256 over unencoded `k=v`. Its answers carry no signature.

use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::answer::Members;
use super::sign::Hash;
use super::{Made, Notice, Order, Proof, Question, Refund, Returned, Said, Unproven, Ways};

const REQUEST_TYPE: &str = "captureWallet";

/// The city as MoMo knows it.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Its code.
    pub partner_code: String,
    /// The name of its key.
    pub access_key: String,
    /// What both sides sign with.
    pub secret: SecretString,
}

impl Merchant {
    /// Asks for an order to be made. Its reference names the request too.
    pub fn create(&self, order: &Order<'_>, ways: &Ways<'_>, text: &str) -> Question {
        self.create_as(order, order.our_ref, ways, text)
    }

    pub(super) fn create_as(
        &self,
        order: &Order<'_>,
        request: &str,
        ways: &Ways<'_>,
        text: &str,
    ) -> Question {
        let amount = order.amount.to_string();
        let signature = self.sign(&[
            ("accessKey", &self.access_key),
            ("amount", &amount),
            ("extraData", ""),
            ("ipnUrl", ways.notices),
            ("orderId", order.our_ref),
            ("orderInfo", text),
            ("partnerCode", &self.partner_code),
            ("redirectUrl", ways.back),
            ("requestId", request),
            ("requestType", REQUEST_TYPE),
        ]);
        let body = json!({
            "partnerCode": self.partner_code, "requestId": request, "amount": order.amount,
            "orderId": order.our_ref, "orderInfo": text, "redirectUrl": ways.back, "ipnUrl": ways.notices,
            "requestType": REQUEST_TYPE, "extraData": "", "lang": "vi", "signature": signature,
        });
        Question { path: "/v2/gateway/api/create", body }
    }

    /// What the answer to it says.
    pub fn read_create(&self, order: &Order<'_>, raw: &[u8]) -> Made {
        let Some(members) = Members::read(raw) else { return Made::Unknown };
        if !self.is_about(&members, order.our_ref) {
            return Made::Unknown;
        }
        let ours = members.number("amount") == Some(order.amount); // nothing is signed here
        match (members.code("resultCode").map(said), members.find("payUrl")) {
            (Some(Code::Done), Some(url)) if ours && Url::parse(url).is_ok() => {
                Made::PayUrl(url.to_owned())
            }
            (Some(Code::Refused | Code::Expired), _) => Made::Refused,
            _ => Made::Unknown,
        }
    }

    /// Reads a notice: its body, as it was received.
    ///
    /// # Errors
    /// When the signature is missing or wrong, or it is for somebody else.
    pub fn read_notice(&self, raw: &[u8]) -> Result<Notice, Unproven> {
        let members = Members::read(raw).ok_or(Unproven)?;
        let mut signed = vec![("accessKey", self.access_key.as_str())];
        signed.extend(
            [
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
            ]
            .map(|name| (name, members.text(name))),
        );
        let signed = joined(&signed);
        let proven = Hash::Sha256.verifies(&self.secret, &signed, members.find("signature"));
        if !proven || members.text("partnerCode") != self.partner_code {
            return Err(Unproven);
        }
        let our_ref = members.text("orderId").to_owned();
        let ours = members.text("extraData").is_empty(); // we send none
        Ok(Notice {
            named: named(&our_ref, members.text("requestId")),
            our_ref,
            amount: members.number("amount").filter(|_| ours),
            said: became(&members),
            signed,
        })
    }

    /// All by which MoMo names an order of ours.
    pub fn named(our_ref: &str) -> String {
        named(our_ref, our_ref)
    }

    /// Asks what became of an order or a refund.
    pub fn query(&self, our_ref: &str, request: &str) -> Question {
        let signature = self.sign(&[
            ("accessKey", &self.access_key),
            ("orderId", our_ref),
            ("partnerCode", &self.partner_code),
            ("requestId", request),
        ]);
        let body = json!({
            "partnerCode": self.partner_code, "requestId": request, "orderId": our_ref, "lang": "vi",
            "signature": signature,
        });
        Question { path: "/v2/gateway/api/query", body }
    }

    /// What the answer about an order says. It is unsigned, so it counts only with our reference and amount.
    ///
    /// # Errors
    /// When it is not about this order.
    pub fn read_query(&self, order: &Order<'_>, raw: &[u8]) -> Result<Said, Unproven> {
        let members = Members::read(raw).ok_or(Unproven)?;
        if !self.is_about(&members, order.our_ref) {
            return Err(Unproven);
        }
        match became(&members) {
            Said::Paid(_) if members.number("amount") != Some(order.amount) => Err(Unproven),
            said => Ok(said),
        }
    }

    /// Asks for money to go back; the refund is an order of its own.
    pub fn refund(&self, of: &Refund<'_>) -> Question {
        self.refund_as(of, of.our_ref, &format!("Hoan tien {}", of.our_ref))
    }

    pub(super) fn refund_as(&self, of: &Refund<'_>, request: &str, text: &str) -> Question {
        let amount = of.amount.to_string();
        let signature = self.sign(&[
            ("accessKey", &self.access_key),
            ("amount", &amount),
            ("description", text),
            ("orderId", of.our_ref),
            ("partnerCode", &self.partner_code),
            ("requestId", request),
            ("transId", of.txn_no),
        ]);
        // A number on their side; ours is the text they gave.
        let trans_id = of.txn_no.parse::<i64>().map_or_else(|_| json!(of.txn_no), |no| json!(no));
        let body = json!({
            "partnerCode": self.partner_code, "orderId": of.our_ref, "requestId": request, "amount": of.amount,
            "transId": trans_id, "lang": "vi", "description": text, "signature": signature,
        });
        Question { path: "/v2/gateway/api/refund", body }
    }

    /// What the answer to a refund, or to a question about it, says.
    pub fn read_refund(&self, of: &Refund<'_>, raw: &[u8]) -> Returned {
        let Some(members) = Members::read(raw) else { return Returned::Unknown };
        if !self.is_about(&members, of.our_ref) {
            return Returned::Unknown;
        }
        match members.code("resultCode") {
            Some(0) if members.number("amount") == Some(of.amount) => Returned::Done,
            Some(1088) => Returned::Refused,
            Some(42) => Returned::NotFound,
            Some(1080) => Returned::NotTaken,
            Some(7000 | 7002) => Returned::Running,
            _ => Returned::Unknown,
        }
    }

    fn is_about(&self, members: &Members, our_ref: &str) -> bool {
        members.text("partnerCode") == self.partner_code && members.text("orderId") == our_ref
    }

    fn sign(&self, pairs: &[(&str, &str)]) -> String {
        Hash::Sha256.sign(&self.secret, &joined(pairs))
    }
}

fn named(our_ref: &str, request: &str) -> String {
    format!("{our_ref} {request}")
}

fn joined(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// What a result code means.
enum Code {
    Done,
    Refused,
    Expired,
    Pending,
}

const fn said(code: i64) -> Code {
    match code {
        0 => Code::Done,
        1005 => Code::Expired, // of the final failures, the one by time
        21 | 22 | 1001..=1004 | 1006 | 1007 | 1017 | 1026 | 4001 | 4002 | 4100 => Code::Refused,
        _ => Code::Pending, // also 9000: authorised is not money
    }
}

fn became(members: &Members) -> Said {
    match members.code("resultCode").map(said) {
        Some(Code::Done) => {
            let paid_at = members.millis("responseTime");
            let txn_no = members.txn_no("transId");
            txn_no.map_or(Said::Pending, |txn_no| Said::Paid(Proof { txn_no, paid_at }))
        }
        Some(Code::Refused) => Said::Refused,
        Some(Code::Expired) => Said::Expired,
        Some(Code::Pending) | None => Said::Pending,
    }
}
