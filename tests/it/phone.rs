//! A resident's phone in a journey: speaks GraphQL to the city and reads its SMS from the development outbox.

use std::time::{Duration, Instant};

use city_ids::Ids;
use serde_json::{Value, json};

/// A signed-in resident.
pub struct Phone {
    url: String,
    http: reqwest::Client,
    token: String,
    /// The number; none before signing in.
    pub number: String,
    /// The refresh token, as the app keeps it.
    pub refresh_token: String,
}

/// An answer with its status.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, if any.
    pub retry_after: Option<String>,
    /// The body.
    pub json: Value,
}

impl Answer {
    /// Whether the city says that it may be asked again soon.
    pub fn is_unavailable(&self) -> bool {
        self.status == 503 || self.extension("code") == "UNAVAILABLE"
    }

    /// The first error's extension of this name.
    pub fn extension(&self, name: &str) -> &Value {
        &self.json["errors"][0]["extensions"][name]
    }
}

/// A new key of 32 hex digits.
pub fn key() -> String {
    format!("{:032x}", u128::from_be_bytes(Ids::random().bytes()))
}

impl Phone {
    /// A phone that has not signed in.
    pub fn anonymous(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            http: city_http::client(),
            token: String::new(),
            number: String::new(),
            refresh_token: String::new(),
        }
    }

    /// A new resident, signed in.
    pub async fn sign_in(url: &str) -> Self {
        let phone = Self::anonymous(url);
        let number = format!("+8490{:07}", u32::from_be_bytes(Ids::random().bytes()) % 10_000_000);
        let (nonce, installation) = (key(), key());
        // A busy machine may be too slow to count the codes it sends; the city then says 503, and phones ask again.
        let asked = phone
            .until("an answer", async || {
                let asked = phone.request_code(&number, &nonce, &installation).await;
                (!asked.is_unavailable()).then_some(asked)
            })
            .await;
        let challenge = asked.json["data"]["requestPhoneCode"]["challengeId"].clone();
        assert!(challenge.is_string(), "{asked:?}");
        let code = phone.code_sent_to(&number).await;
        let device = json!({ "installationId": installation, "name": "Test", "platform": "ANDROID", "appVersion": "1.0.0" });
        let input = json!({ "idempotencyKey": key(), "challengeId": challenge, "code": code, "deviceNonce": nonce, "device": device });
        let document = "mutation Confirm($input: ConfirmPhoneCodeInput!) { confirmPhoneCode(input: $input) { \
            tokens { accessToken refreshToken } userErrors { code } } }";
        let confirmed = phone.graphql(document, json!({ "input": input })).await;
        let tokens = &confirmed.json["data"]["confirmPhoneCode"]["tokens"];
        let token = |name: &str| {
            tokens[name].as_str().unwrap_or_else(|| panic!("{confirmed:?}")).to_owned()
        };
        Self { token: token("accessToken"), refresh_token: token("refreshToken"), number, ..phone }
    }

    /// The same phone towards the same city at another address, where it was started again.
    pub fn moved_to(&self, url: &str) -> Self {
        let (token, refresh_token) = (self.token.clone(), self.refresh_token.clone());
        let number = self.number.clone();
        Self { url: url.to_owned(), http: city_http::client(), token, number, refresh_token }
    }

    /// Says that the resident's identity is proven, as an identity provider would; the gateway hears of it a moment later.
    pub async fn prove_identity(&self) {
        let body = json!({ "phone": self.number, "level": 2 });
        let request = self.http.post(format!("{}/dev/identity", self.url)).json(&body);
        let declared = self.send(request).await;
        assert_eq!((declared.status, &declared.json["level"]), (200, &json!(2)), "{declared:?}");
    }

    /// Asks for a code.
    pub async fn request_code(&self, number: &str, nonce: &str, installation: &str) -> Answer {
        let input = json!({ "idempotencyKey": key(), "purpose": "SIGN_IN", "phone": number, "deviceNonce": nonce, "installationId": installation });
        let document = "mutation Code($input: RequestPhoneCodeInput!) { requestPhoneCode(input: $input) { challengeId userErrors { code } } }";
        self.graphql(document, json!({ "input": input })).await
    }

    async fn code_sent_to(&self, number: &str) -> String {
        self.until("a code", async || {
            let request =
                self.http.get(format!("{}/dev/outbox", self.url)).query(&[("to", number)]);
            let messages: Value = request.send().await.ok()?.json().await.ok()?;
            let text = messages[0]["text"].as_str()?.to_owned();
            text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
        })
        .await
    }

    /// Polls until something shows, at most 20 seconds.
    pub async fn until<T>(&self, what: &str, look: impl AsyncFn() -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(Instant::now() < deadline, "{what} never came");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Runs an operation.
    pub async fn graphql(&self, document: &str, variables: Value) -> Answer {
        let body = json!({ "query": document, "variables": variables });
        self.send(self.http.post(format!("{}/graphql", self.url)).json(&body)).await
    }

    /// Sends any request with the phone's token.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let request =
            if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        // A city that was killed answers nothing: status 0.
        let Ok(answer) = request.send().await else {
            return Answer { status: 0, retry_after: None, json: Value::Null };
        };
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        Answer { status, retry_after, json: answer.json().await.unwrap_or(Value::Null) }
    }

    /// The plain client, for requests that are no GraphQL.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Files a report under a key, with photos.
    pub async fn file(&self, key: &str, photo_ids: &[String]) -> Answer {
        let input = json!({
            "idempotencyKey": key, "categoryCode": "road.pothole", "photoIds": photo_ids, "wantsPublic": true,
            "description": "Ổ gà lớn giữa đường, xe máy phải tránh.", "at": { "lat": 16.4637, "lon": 107.5909 },
        });
        let document = "mutation File($input: FileReportInput!) { fileReport(input: $input) { \
            report { id code state photos { state } } userErrors { code field } } }";
        self.graphql(document, json!({ "input": input })).await
    }

    /// Asks for a ticket and uploads a photo; gives its id.
    pub async fn upload(&self, bytes: &[u8]) -> String {
        let input = json!({ "idempotencyKey": key(), "purpose": "REPORT", "contentType": "image/jpeg", "byteLength": bytes.len() });
        let document = "mutation Upload($input: RequestPhotoUploadInput!) { requestPhotoUpload(input: $input) { \
            ticket { fileId url headers { name value } } userErrors { code } } }";
        let answer = self.graphql(document, json!({ "input": input })).await;
        let ticket = &answer.json["data"]["requestPhotoUpload"]["ticket"];
        assert!(ticket["url"].is_string(), "{answer:?}");
        self.put(ticket, bytes).await
    }

    /// Uploads what a ticket is for; gives the file's id.
    pub async fn put(&self, ticket: &Value, bytes: &[u8]) -> String {
        let url = ticket["url"].as_str().unwrap_or_default();
        let mut request = self.http.put(url).body(bytes.to_vec());
        for header in ticket["headers"].as_array().into_iter().flatten() {
            request = request.header(
                header["name"].as_str().unwrap_or(""),
                header["value"].as_str().unwrap_or(""),
            );
        }
        let stored = request.send().await.expect("the store answers");
        assert!(stored.status().is_success(), "{stored:?}");
        ticket["fileId"].as_str().unwrap_or_default().to_owned()
    }

    /// The unread count, once it reaches a number.
    pub async fn until_unread(&self, at_least: u64) -> u64 {
        self.until("a message", async || {
            let answer = self.graphql("{ unreadCount }", json!({})).await;
            answer.json["data"]["unreadCount"].as_u64().filter(|count| *count >= at_least)
        })
        .await
    }
}
