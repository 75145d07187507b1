//! A signed HTTP POST to a relay that the city runs or rents.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::hmac;
use city_clock::SharedClock;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Item, Kind, MessageChannel, Outcome, Unavailable};

const TIMEOUT: Duration = Duration::from_secs(10);
/// An outcome an item is short.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// A webhook.
#[derive(Debug)]
pub struct Webhook {
    name: &'static str,
    url: url::Url,
    secret: SecretString,
    http: reqwest::Client,
    clock: SharedClock,
}

#[derive(Serialize)]
struct Request<'a> {
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Message<'a> {
    id: String,
    kind: &'static str,
    to: &'a str,
    text: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    outcomes: Vec<Answered>,
}

#[derive(Deserialize)]
struct Answered {
    id: String,
    accepted: bool,
    #[serde(default, rename = "ref")]
    reference: Option<String>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    permanent: bool,
}

impl Webhook {
    /// A webhook that does not follow redirects (`http` must be `city_http::client`).
    pub fn new(
        name: &'static str,
        url: url::Url,
        secret: SecretString,
        http: reqwest::Client,
        clock: SharedClock,
    ) -> Self {
        Self { name, url, secret, http, clock }
    }

    /// `t=<unix>,v1=<hex HMAC-SHA256(secret, t "." body)>`.
    fn signature(&self, body: &[u8]) -> String {
        let at = self.clock.now().timestamp();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose_secret().as_bytes());
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{at}.").as_bytes());
        context.update(body);
        format!("t={at},v1={}", hex::encode(context.sign()))
    }

    async fn exchange(&self, batch: Uuid, body: Vec<u8>) -> Result<Answer, String> {
        let request = self
            .http
            .post(self.url.clone())
            .timeout(TIMEOUT)
            .header(http::header::CONTENT_TYPE, "application/json")
            .header("city-signature", self.signature(&body))
            .header("idempotency-key", batch.simple().to_string())
            .body(body);
        let mut response =
            request.send().await.map_err(|error| city_http::chain(&error.without_url()))?;
        if response.status() != http::StatusCode::ACCEPTED {
            return Err(format!("status {}", response.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| city_http::chain(&error.without_url()))?
        {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > MAX_ANSWER_BYTES {
                return Err("an answer without end".to_owned());
            }
        }
        serde_json::from_slice(&bytes)
            .map_err(|_| "an answer that is not the agreed JSON".to_owned())
    }
}

#[async_trait]
impl MessageChannel for Webhook {
    fn name(&self) -> &'static str {
        self.name
    }

    fn kinds(&self) -> &'static [Kind] {
        &[Kind::Sms]
    }

    async fn send(&self, batch: Uuid, items: &[Item]) -> Result<Vec<Outcome>, Unavailable> {
        let message = |item: &'_ Item| (item.delivery.to_string(), item.kind.as_str());
        let messages = items.iter().map(|item| {
            let (id, kind) = message(item);
            Message { id, kind, to: &item.to, text: &item.text }
        });
        let unavailable = |reason| Unavailable { side: self.name, reason };
        let body = serde_json::to_vec(&Request { messages: messages.collect() })
            .map_err(|error| unavailable(error.to_string()))?;
        let answer = self.exchange(batch, body).await.map_err(unavailable)?;
        let mut answered: HashMap<String, Answered> =
            answer.outcomes.into_iter().map(|outcome| (outcome.id.clone(), outcome)).collect();
        let outcome = |item: &Item| match answered.remove(&item.delivery.to_string()) {
            Some(Answered { accepted: true, reference, .. }) => Outcome::Accepted(reference),
            Some(Answered { code, permanent, .. }) => Outcome::Rejected {
                code: short(code.as_deref().unwrap_or("REJECTED")),
                for_good: permanent,
            },
            None => Outcome::Rejected { code: "NO_OUTCOME".to_owned(), for_good: false },
        };
        Ok(items.iter().map(outcome).collect())
    }
}

/// A stranger's code, bounded before it is kept.
fn short(code: &str) -> String {
    code.chars().filter(char::is_ascii_graphic).take(40).collect()
}
