//! Merchants and their systems, for the tests about them.

use city_clock::Clock as _;
use city_testkit::{Answer, Character};
use http::Method;
use serde_json::{Value, json};

use crate::town::{REASON, Town, confirm, finance, new_id, quote};

const MERCHANTS: &str = "/admin/v1/payments/merchants";

/// A merchant with one store and one key.
pub struct Shop {
    pub id: String,
    pub store: Value,
    pub key: String,
    pub secret: String,
    pub officer: Character,
}

/// What an officer types about a merchant.
pub fn particulars(name: &str, settle: &str) -> Value {
    json!({
        "name": name, "taxCode": "3300101156", "mcc": "5411", "bankBin": "970436", "bankAccount": "0011012345678",
        "settle": settle,
    })
}

/// A merchant that is still a draft.
pub async fn draft(city: &Town, name: &str) -> (Character, String) {
    let officer = finance(city);
    let made = officer.post_once(MERCHANTS, &new_id(city), &particulars(name, "MANUAL")).await.ok();
    (officer, made["id"].as_str().expect("a merchant has an id").to_owned())
}

/// A merchant that is paid; `fee` as an officer sets it.
pub async fn shop(city: &Town, fee: Option<Value>) -> Shop {
    let (officer, id) = draft(city, "Chợ Đông Ba quầy 126").await;
    let path = |rest: &str| format!("{MERCHANTS}/{id}/{rest}");
    if let Some(fee) = fee {
        drop(officer.send(Method::PUT, &path("fees"), Some(&fee), &[]).await.ok());
    }
    let store = json!({ "code": "DB12", "name": "Quầy 126" });
    let store = officer.post_once(&path("stores"), &new_id(city), &store).await.ok();
    let key = officer.post_once(&path("keys"), &new_id(city), &json!({})).await.ok();
    let text = |member: &str| key[member].as_str().expect("it is text").to_owned();
    let (key, secret) = (text("id"), text("secret"));
    let shop = Shop { id: id.clone(), store, key, secret, officer };
    assert_eq!(shop.becomes(city, "ACTIVE").await.ok()["state"], "ACTIVE");
    shop
}

impl Shop {
    /// An officer brings it into a state.
    pub async fn becomes(&self, city: &Town, state: &str) -> Answer {
        let body = json!({ "state": state, "reason": REASON });
        let path = format!("{MERCHANTS}/{}/state", self.id);
        self.officer.post_once(&path, &new_id(city), &body).await
    }

    /// Sends a signed request.
    pub async fn call(&self, city: &Town, method: Method, path: &str, body: &str) -> Answer {
        self.system().call(city, method, path, body).await
    }

    /// Its key.
    pub fn system(&self) -> System {
        System { key: self.key.clone(), secret: self.secret.clone() }
    }

    pub async fn get(&self, city: &Town, path: &str) -> Answer {
        self.call(city, Method::GET, path, "").await
    }

    pub async fn post(&self, city: &Town, path: &str, body: &Value) -> Answer {
        self.call(city, Method::POST, path, &body.to_string()).await
    }

    /// Opens an order.
    pub async fn order(&self, city: &Town, order_ref: &str, amount: i64, capture: &str) -> Value {
        let body =
            json!({ "orderRef": order_ref, "amount": amount.to_string(), "capture": capture });
        self.post(city, "/merchant/v1/orders", &body).await.ok()
    }
}

/// A key that signs, whosever it is.
#[derive(Clone)]
pub struct System {
    pub key: String,
    pub secret: String,
}

impl System {
    /// An officer makes a key of a biller.
    pub async fn of_biller(city: &Town, code: &str) -> Self {
        let path = format!("/admin/v1/payments/billers/{code}/keys");
        let key = finance(city).post_once(&path, &new_id(city), &json!({})).await.ok();
        let text = |member: &str| key[member].as_str().expect("it is text").to_owned();
        Self { key: text("id"), secret: text("secret") }
    }

    /// Sends a signed request.
    pub async fn call(&self, city: &Town, method: Method, path: &str, body: &str) -> Answer {
        self.call_from(city, "", method, path, body).await
    }

    /// The same from an address.
    pub async fn call_from(
        &self,
        city: &Town,
        address: &str,
        method: Method,
        path: &str,
        body: &str,
    ) -> Answer {
        self.call_through(city, &city.anonymous(), address, method, path, body).await
    }

    /// The same at another instance.
    pub async fn call_through(
        &self,
        city: &Town,
        door: &Character,
        address: &str,
        method: Method,
        path: &str,
        body: &str,
    ) -> Answer {
        let t = city.clock().now().timestamp();
        let header = format!("t={t},v1={}", sign(&self.secret, t, method.as_str(), path, body));
        let csv = body.starts_with("number,");
        let headers = [
            ("city-key", self.key.as_str()),
            ("city-signature", &header),
            ("x-city-address", address),
            ("content-type", if csv { "text/csv" } else { "application/json" }),
        ];
        door.send_bytes(method, path, axum::body::Body::from(body.to_owned()), &headers).await
    }

    pub async fn get(&self, city: &Town, path: &str) -> Answer {
        self.call(city, Method::GET, path, "").await
    }

    pub async fn post(&self, city: &Town, path: &str, body: &Value) -> Answer {
        self.call(city, Method::POST, path, &body.to_string()).await
    }
}

/// The signature of a call, made apart from the service's own code.
pub fn sign(secret: &str, t: i64, method: &str, path: &str, body: &str) -> String {
    hmac(secret, &format!("{t}.{method}.{path}.{body}"))
}

/// HMAC-SHA-256 in hex.
pub fn hmac(secret: &str, over: &str) -> String {
    use aws_lc_rs::hmac;
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let signed = hmac::sign(&key, over.as_bytes());
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from_digit(half.into(), 16));
    signed.as_ref().iter().flat_map(digits).flatten().collect()
}

/// Sends a request of nobody in particular.
pub async fn send(
    city: &Town,
    method: Method,
    path: &str,
    body: &str,
    headers: &[(&str, &str)],
) -> Answer {
    // The gateway's token says that nobody is signed in: only the signature counts.
    let nobody = city.anonymous();
    nobody.send_bytes(method, path, axum::body::Body::from(body.to_owned()), headers).await
}

/// A payment to a merchant, confirmed; `what` names the payee and amount, or the order.
pub async fn paying(city: &Town, who: &Character, id: &str, what: &Value) -> Value {
    let mut body = what.clone();
    body["idempotencyKey"] = id.into();
    let offer = quote(who, &body).await;
    body["amount"] = offer["amount"].clone();
    body["stepUpToken"] = confirm(city, who, &offer).into();
    body
}

/// Pays a merchant, confirmed.
pub async fn pay(city: &Town, who: &Character, what: &Value) -> Answer {
    let body = paying(city, who, &new_id(city), what).await;
    who.post("/internal/v1/pay-merchant", &body).await
}

/// What is on the account of a merchant.
pub async fn balance(city: &Town, shop: &Shop) -> i64 {
    let id = shop.id.trim_start_matches("mer_");
    let sql = format!(
        "select a.credits_posted - a.debits_posted from payments.merchant m
         join payments.ledger_account a on a.id = m.account where m.id = '{id}'"
    );
    crate::town::one(city, &sql).await
}

/// What the city earned in fees.
pub async fn earned(city: &Town) -> i64 {
    let sql = "select credits_posted - debits_posted from payments.ledger_account where class = 30";
    crate::town::one(city, sql).await
}
