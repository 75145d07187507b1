//! ZaloPay v2: JSON both ways, HMAC-SHA256 over values joined by `|`. Notices come only once money has arrived.

use city_clock::{Timestamp, hue_day};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use url::Url;

use super::answer::Members;
use super::sign::Hash;
use super::{Made, Notice, Order, Proof, Question, Refund, Returned, Said, Unproven, Ways};

/// The payer is not named to the provider.
const USER: &str = "hue-city";
const NO_ITEMS: &str = "[]";
/// The order is over: of the sub codes of a failure, the one by time. Not verified.
const EXPIRED: i64 = -54;
/// There is no order or refund of this name.
const NOT_FOUND: i64 = -101;
/// Failures of an order itself: the payer's balance, a promotion's rule. What else is answered is a fault of the question, or
/// nobody knows what. Not verified.
const FAILED: [i64; 3] = [-63, -332, -333];
/// Failures of a refund itself: too late, a wrong amount, no part of it. Not verified.
const NOT_REFUNDED: [i64; 3] = [-13, -14, -32];

/// The city as ZaloPay knows it.
#[derive(Debug, Clone)]
pub struct Merchant {
    /// Its number.
    pub app_id: String,
    /// What we sign with.
    pub key1: SecretString,
    /// What ZaloPay signs its notices with.
    pub key2: SecretString,
}

impl Merchant {
    /// Asks for an order to be made.
    pub fn create(&self, order: &Order<'_>, ways: &Ways<'_>, text: &str) -> Question {
        let (trans_id, app_time) = (trans_id(order), order.created_at.timestamp_millis());
        let embedded = json!({ "redirecturl": ways.back }).to_string();
        let lasts = (order.expires_at - order.created_at).num_seconds().clamp(300, 2_592_000);
        let mac = self.create_mac_for(USER, &trans_id, order.amount, app_time, &embedded);
        let body = json!({
            "app_id": self.number(), "app_user": USER, "app_trans_id": trans_id, "app_time": app_time,
            "amount": order.amount, "item": NO_ITEMS, "embed_data": embedded, "description": text,
            "bank_code": "", "callback_url": ways.notices, "expire_duration_seconds": lasts, "mac": mac,
        });
        Question { path: "/v2/create", body }
    }

    pub(super) fn create_mac_for(
        &self,
        user: &str,
        trans_id: &str,
        amount: i64,
        app_time: i64,
        embedded: &str,
    ) -> String {
        let app_id = &self.app_id;
        self.sign(&format!("{app_id}|{trans_id}|{user}|{amount}|{app_time}|{embedded}|{NO_ITEMS}"))
    }

    /// What the answer to it says.
    pub fn read_create(raw: &[u8]) -> Made {
        let Some(members) = Members::read(raw) else { return Made::Unknown };
        match (members.code("return_code"), members.find("order_url")) {
            (Some(1), Some(url)) if Url::parse(url).is_ok() => Made::PayUrl(url.to_owned()),
            (Some(2), _) if matches!(members.code("sub_return_code"), Some(-401 | -402)) => {
                Made::Refused
            }
            _ => Made::Unknown,
        }
    }

    /// Reads a notice: its body, as it was received. The signature is over the text of its `data`, byte by byte.
    ///
    /// # Errors
    /// When the signature is missing or wrong, or it is of another kind or for somebody else.
    pub fn read_notice(&self, raw: &[u8]) -> Result<Notice, Unproven> {
        let outer = Members::read(raw).ok_or(Unproven)?;
        let data = outer.text("data");
        let proven = Hash::Sha256.verifies(&self.key2, data, outer.find("mac"));
        let members = Members::read(data.as_bytes()).filter(|_| proven).ok_or(Unproven)?;
        if outer.text("type") != "1" || members.text("app_id") != self.app_id {
            return Err(Unproven);
        }
        let named = members.text("app_trans_id").to_owned();
        let our_ref = named.split_once('_').map_or("", |(_, our_ref)| our_ref).to_owned();
        let said = proof(&members).map_or(Said::Pending, Said::Paid);
        let (amount, signed) = (members.number("amount"), data.to_owned());
        Ok(Notice { our_ref, named, amount, said, signed })
    }

    /// All by which ZaloPay names an order of ours.
    pub fn named(order: &Order<'_>) -> String {
        trans_id(order)
    }

    /// Asks what became of an order.
    pub fn query(&self, order: &Order<'_>) -> Question {
        let trans_id = trans_id(order);
        let body = json!({
            "app_id": self.number(), "app_trans_id": trans_id, "mac": self.query_mac(&trans_id),
        });
        Question { path: "/v2/query", body }
    }

    pub(super) fn query_mac(&self, trans_id: &str) -> String {
        self.sign(&format!("{}|{trans_id}|{}", self.app_id, self.key1.expose_secret()))
    }

    /// What the answer says. It is unsigned, so that money arrived counts only with our amount.
    ///
    /// # Errors
    /// When it is unreadable or about another amount.
    pub fn read_query(order: &Order<'_>, raw: &[u8]) -> Result<Said, Unproven> {
        let members = Members::read(raw).ok_or(Unproven)?;
        match (members.code("return_code"), members.code("sub_return_code")) {
            (Some(1), _) if members.number("amount") == Some(order.amount) => {
                Ok(proof(&members).map_or(Said::Pending, Said::Paid))
            }
            (Some(1) | None, _) => Err(Unproven),
            (Some(2), Some(EXPIRED)) => Ok(Said::Expired),
            (Some(2), Some(NOT_FOUND)) => Ok(Said::Unpaid), // it never got there
            (Some(2), Some(sub)) if FAILED.contains(&sub) => Ok(Said::Refused),
            (Some(_), _) => Ok(Said::Pending),
        }
    }

    /// Asks for money to go back.
    pub fn refund(&self, of: &Refund<'_>, now: Timestamp) -> Question {
        let (refund_id, at) = (self.refund_id(of), now.timestamp_millis());
        let text = format!("Hoan tien {}", of.our_ref);
        let body = json!({
            "app_id": self.number(), "m_refund_id": refund_id, "zp_trans_id": of.txn_no, "amount": of.amount,
            "timestamp": at, "description": text, "mac": self.refund_mac(of.txn_no, of.amount, &text, at),
        });
        Question { path: "/v2/refund", body }
    }

    pub(super) fn refund_mac(&self, txn_no: &str, amount: i64, text: &str, at: i64) -> String {
        self.sign(&format!("{}|{txn_no}|{amount}|{text}|{at}", self.app_id))
    }

    /// Asks what became of a refund: it always runs for a while.
    pub fn refund_query(&self, of: &Refund<'_>, now: Timestamp) -> Question {
        let (refund_id, at) = (self.refund_id(of), now.timestamp_millis());
        let mac = self.refund_query_mac(&refund_id, at);
        let body = json!({
            "app_id": self.number(), "m_refund_id": refund_id, "timestamp": at, "mac": mac,
        });
        Question { path: "/v2/query_refund", body }
    }

    pub(super) fn refund_query_mac(&self, refund_id: &str, at: i64) -> String {
        self.sign(&format!("{}|{refund_id}|{at}", self.app_id))
    }

    /// What an answer about a refund says. The one to the refund itself never ends it: only a question does.
    pub fn read_refund(raw: &[u8], asked: RefundAnswer) -> Returned {
        let Some(members) = Members::read(raw) else { return Returned::Unknown };
        match (members.code("return_code"), asked, members.code("sub_return_code")) {
            (Some(1), RefundAnswer::ToQuery, _) => Returned::Done,
            (Some(1 | 3), ..) => Returned::Running,
            (Some(2), RefundAnswer::ToQuery, Some(NOT_FOUND)) => Returned::NotFound,
            (Some(2), RefundAnswer::ToQuery, Some(sub)) if NOT_REFUNDED.contains(&sub) => {
                Returned::Refused
            }
            _ => Returned::Unknown,
        }
    }

    fn refund_id(&self, of: &Refund<'_>) -> String {
        format!("{}_{}_{}", hue_day(of.asked_at).format("%y%m%d"), self.app_id, of.our_ref)
    }

    /// A number on their side.
    fn number(&self) -> serde_json::Value {
        self.app_id.parse::<i64>().map_or_else(|_| json!(self.app_id), |number| json!(number))
    }

    fn sign(&self, text: &str) -> String {
        Hash::Sha256.sign(&self.key1, text)
    }
}

/// Which of the two answers about a refund it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundAnswer {
    /// To the refund.
    ToRefund,
    /// To the question what became of it.
    ToQuery,
}

fn trans_id(order: &Order<'_>) -> String {
    format!("{}_{}", hue_day(order.created_at).format("%y%m%d"), order.our_ref)
}

fn proof(members: &Members) -> Option<Proof> {
    let paid_at = members.millis("server_time");
    members.txn_no("zp_trans_id").map(|txn_no| Proof { txn_no, paid_at })
}
