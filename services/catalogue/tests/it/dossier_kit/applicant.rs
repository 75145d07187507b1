//! What applicants write, and the steps everybody takes until a dossier is sent.

use aws_lc_rs::digest::{SHA256, digest};
use city_testkit::{Answer, Character};
use serde_json::{Value, json};

use super::{IDENTITY, NAME, PHONE, PROCEDURE, WARD};

/// Complete answers.
pub fn answers() -> Value {
    json!({ "fullName": NAME, "identityNumber": IDENTITY, "wardCode": WARD })
}

pub fn contact() -> Value {
    json!({ "fullName": NAME, "phone": PHONE, "email": "kin.dao@example.vn" })
}

/// A small file that is what it says.
pub fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}\n%%EOF").into_bytes()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(digest(&SHA256, bytes))
}

/// A dossier as its applicant last saw it.
pub struct Held {
    pub id: String,
    pub version: i64,
}

impl Held {
    pub fn of(view: &Value) -> Self {
        Self {
            id: view["id"].as_str().expect("a dossier has an id").to_owned(),
            version: view["version"].as_i64().expect("a dossier has a version"),
        }
    }

    /// The members that name it, with more.
    pub fn with(&self, key: &str, more: &Value) -> Value {
        let mut input = json!({ "idempotencyKey": key, "id": self.id, "version": self.version });
        for (name, value) in more.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        input
    }
}

pub async fn ask(who: &Character, route: &str, input: &Value) -> Answer {
    who.post(&format!("/internal/v1/{route}"), input).await
}

pub async fn create(who: &Character, key: &str) -> Held {
    let input = json!({ "idempotencyKey": key, "nationalCode": PROCEDURE, "answers": {} });
    Held::of(&ask(who, "create-dossier", &input).await.ok())
}

pub async fn save(who: &Character, held: &Held, key: &str, answers: &Value) -> Held {
    let input = held.with(key, &json!({ "answers": answers, "contact": contact() }));
    Held::of(&ask(who, "save-dossier", &input).await.ok())
}

pub fn upload_request(held: &Held, key: &str, component: &str, bytes: &[u8]) -> Value {
    json!({
        "idempotencyKey": key, "id": held.id, "componentCode": component, "contentType": "application/pdf",
        "byteLength": bytes.len(), "sha256": sha256(bytes), "fileName": format!("giấy của {NAME}.pdf"),
    })
}

/// Sends the bytes as a phone does; the status.
pub async fn put(ticket: &Value, bytes: &[u8]) -> u16 {
    let mut request = city_http::client().put(ticket["url"].as_str().expect("a ticket has a URL"));
    for header in ticket["headers"].as_array().expect("a ticket has headers") {
        let text = |name: &str| header[name].as_str().expect("a header is text").to_owned();
        if text("name") != "content-length" {
            request = request.header(text("name"), text("value"));
        }
    }
    request.body(bytes.to_vec()).send().await.map_or(0, |answer| answer.status().as_u16())
}

/// A ticket, and the bytes to it; the file's id.
pub async fn upload(
    who: &Character,
    held: &Held,
    key: &str,
    component: &str,
    bytes: &[u8],
) -> Value {
    let request = upload_request(held, key, component, bytes);
    let ticket = ask(who, "request-component-upload", &request).await.ok();
    assert_eq!(put(&ticket, bytes).await, 200);
    ticket["fileId"].clone()
}

/// Uploads and attaches.
pub async fn attach(
    who: &Character,
    held: &Held,
    key: &str,
    component: &str,
    bytes: &[u8],
) -> Held {
    let file = upload(who, held, &format!("{key}-ticket"), component, bytes).await;
    let input = held.with(key, &json!({ "componentCode": component, "fileId": file }));
    Held::of(&ask(who, "attach-component", &input).await.ok())
}

/// A draft with everything that it needs.
pub async fn complete(who: &Character, key: &str) -> Held {
    let held = create(who, &format!("{key}-create")).await;
    let held = save(who, &held, &format!("{key}-save"), &answers()).await;
    attach(who, &held, &format!("{key}-attach"), "paper", &pdf(key)).await
}

/// A dossier that was sent; as the answer shows it.
pub async fn sent(who: &Character, key: &str) -> Value {
    let held = complete(who, key).await;
    let submitted =
        ask(who, "submit-dossier", &held.with(&format!("{key}-send"), &json!({}))).await.ok();
    submitted["dossier"].clone()
}

/// The dossier as its applicant sees it.
pub async fn look(who: &Character, id: &str) -> Value {
    ask(who, "dossier", &json!({ "id": id })).await.ok()
}
