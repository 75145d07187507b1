//! The officers' console in a journey: speaks to the admin API as whoever holds it, staff or not.

use city_clock::{Clock as _, SystemClock};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use totp_rs::{Builder, Secret};

use crate::phone::{Answer, Phone, key};

const STAFF: &str = include_str!("../../seed/staff.json");

/// A console, with or without somebody signed in.
pub struct Console {
    url: String,
    /// Sends; brings its own token if a resident holds the console.
    phone: Phone,
    token: Option<String>,
}

impl Console {
    /// A console in the hands of whoever holds the phone: a resident, or nobody if the phone has not signed in.
    pub fn held_with(phone: Phone, url: &str) -> Self {
        Self { url: url.to_owned(), phone, token: None }
    }

    /// Signs in a member of the demo staff by the first part of their address. Once a city for each of them: an
    /// authenticator's code works once.
    pub async fn sign_in(url: &str, name: &str) -> Self {
        let seed: Value = serde_json::from_str(STAFF).expect("seed/staff.json is JSON");
        let email = format!("{name}@demo.hue.localhost");
        let mut staff = seed["staff"].as_array().into_iter().flatten();
        let member = staff.find(|member| member["email"] == email).expect("they are in the seed");
        let secret = member["totpSecret"].as_str().unwrap_or_default();
        let secret = Secret::try_from_base32(secret).expect("an authenticator's secret is base32");
        let authenticator = Builder::new().with_secret(secret.as_bytes()).build();
        let now = u64::try_from(SystemClock.now().timestamp()).unwrap_or_default();
        let totp = authenticator.expect("the secret is long enough").generate(now).to_string();
        let body = json!({ "email": email, "password": member["password"], "totp": totp });
        let mut console = Self::held_with(Phone::anonymous(url), url);
        let answer = console.send(console.request(Method::POST, "auth/sessions").json(&body)).await;
        let token = answer.json["accessToken"].as_str().unwrap_or_else(|| panic!("{answer:?}"));
        console.token = Some(token.to_owned());
        console
    }

    /// A request to a path under `/admin/v1`, with a new idempotency key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/admin/v1/{path}", self.url);
        self.phone.http().request(method, url).header("idempotency-key", key())
    }

    /// Sends a request as whoever holds the console.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        match &self.token {
            Some(token) => self.phone.send(request.bearer_auth(token)).await,
            None => self.phone.send(request).await,
        }
    }

    /// Reads a path.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Takes a step with a report.
    pub async fn act(&self, report: &str, action: &str, body: &Value) -> Answer {
        let path = format!("reports/{report}/actions/{action}");
        self.send(self.request(Method::POST, &path).json(body)).await
    }

    /// The version of a report as the holder sees it.
    pub async fn version(&self, report: &str) -> i64 {
        let answer = self.get(&format!("reports/{report}")).await;
        answer.json["version"].as_i64().unwrap_or_else(|| panic!("{answer:?}"))
    }

    /// The access token of the member of staff, as the console keeps it.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }
}
