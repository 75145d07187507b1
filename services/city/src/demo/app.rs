//! The resident's app: GraphQL over HTTP, as a phone would speak it.

use std::time::{Duration, Instant};

use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;
use serde_json::{Value, json};

use super::{DemoError, text};

/// What the app shows of a report.
const REPORT: &str = "id code version state dueAt ward { name { text } } agency { name { text } } \
    photos { state full thumb } afterPhotos { state full } result rating { score } canRate \
    timeline(first: 20) { edges { node { kind at } } }";

/// How often an operation is sent while the city asks for a moment.
const TRIES: usize = 4;

pub(super) struct App {
    url: String,
    http: reqwest::Client,
    ids: Ids,
    access_token: Option<String>,
    /// Where the original was put, to see that nobody else can get it.
    upload_url: Option<String>,
    /// One key for filing, so that filing again is a replay.
    filing_key: String,
}

impl App {
    pub(super) fn new(url: &str) -> Self {
        let ids = Ids::random();
        let filing_key = key(&ids);
        let url = url.trim_end_matches('/').to_owned();
        Self {
            url,
            http: city_http::client(),
            ids,
            access_token: None,
            upload_url: None,
            filing_key,
        }
    }

    pub(super) fn access_token(&self) -> &str {
        self.access_token.as_deref().unwrap_or_default()
    }

    /// Signs in with a number nobody has used before, and gives the number.
    pub(super) async fn sign_in(&mut self) -> Result<String, DemoError> {
        let digits = u32::from_be_bytes(self.ids.bytes()) % 10_000_000;
        let phone = format!("+8490{digits:07}");
        let (nonce, installation) = (key(&self.ids), key(&self.ids));
        let asked = self
            .mutate(
                "requestPhoneCode",
                "RequestPhoneCodeInput",
                "challengeId",
                json!({ "purpose": "SIGN_IN", "phone": phone, "deviceNonce": nonce, "installationId": installation }),
            )
            .await?;
        let code = self.code_sent_to(&phone).await?;
        let device = json!({ "installationId": installation, "name": "Demo phone", "platform": "ANDROID", "appVersion": "1.0.0" });
        let signed_in = self
            .mutate(
                "confirmPhoneCode",
                "ConfirmPhoneCodeInput",
                "tokens { accessToken } viewer { id }",
                json!({ "challengeId": asked["challengeId"], "code": code, "deviceNonce": nonce, "device": device }),
            )
            .await?;
        self.access_token = signed_in["tokens"]["accessToken"].as_str().map(str::to_owned);
        if self.access_token.is_none() {
            return Err(DemoError::off("signing in", "tokens", &signed_in));
        }
        Ok(phone)
    }

    /// Reads the code from the development outbox, as the resident would read an SMS.
    async fn code_sent_to(&self, phone: &str) -> Result<String, DemoError> {
        let deadline = Instant::now() + super::PATIENCE;
        loop {
            let request = self.http.get(format!("{}/dev/outbox", self.url)).query(&[("to", phone)]);
            let messages = self.json(request).await?;
            let newest = messages.as_array().and_then(|messages| messages.first());
            let code = newest.and_then(|message| six_digits(text(&message["text"])));
            match code {
                Some(code) => return Ok(code),
                None if Instant::now() > deadline => {
                    return Err(DemoError::off("reading the SMS", "a code", &messages));
                }
                None => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Uploads a photo and gives its id.
    pub(super) async fn upload(
        &mut self,
        purpose: &str,
        bytes: &[u8],
    ) -> Result<String, DemoError> {
        let input =
            json!({ "purpose": purpose, "contentType": "image/jpeg", "byteLength": bytes.len() });
        let answer = self
            .mutate(
                "requestPhotoUpload",
                "RequestPhotoUploadInput",
                "ticket { fileId url headers { name value } }",
                input,
            )
            .await?;
        let ticket = &answer["ticket"];
        put(&self.http, ticket, bytes).await?;
        self.upload_url = Some(text(&ticket["url"]).to_owned());
        Ok(text(&ticket["fileId"]).to_owned())
    }

    /// Sends bytes to where a ticket says.
    pub(super) async fn put(&self, ticket: &Value, bytes: &[u8]) -> Result<(), DemoError> {
        put(&self.http, ticket, bytes).await
    }

    /// Files the report; called again it is a replay, since the key stays.
    pub(super) async fn file_report(
        &self,
        photo_id: &str,
        at: (f64, f64),
    ) -> Result<Value, DemoError> {
        let input = json!({
            "idempotencyKey": self.filing_key,
            "categoryCode": "road.pothole",
            "description": "Ổ gà lớn giữa đường, xe máy phải tránh sang làn ngược chiều.",
            "at": { "lat": at.0, "lon": at.1 },
            "photoIds": [photo_id],
            "wantsPublic": true,
        });
        let answer = self
            .mutate("fileReport", "FileReportInput", &format!("report {{ {REPORT} }}"), input)
            .await?;
        Ok(answer["report"].clone())
    }

    /// One report.
    pub(super) async fn report(&self, id: &str) -> Result<Value, DemoError> {
        let data =
            self.query(&format!("report(id: $id) {{ {REPORT} }}"), &json!({ "id": id })).await?;
        Ok(data["report"].clone())
    }

    /// One report, once its photo is ready.
    pub(super) async fn report_with_photo(
        &self,
        id: &str,
        patience: Duration,
    ) -> Result<Value, DemoError> {
        let deadline = Instant::now() + patience;
        loop {
            let report = self.report(id).await?;
            if report["photos"][0]["state"] == "READY" {
                return Ok(report);
            }
            if Instant::now() > deadline {
                return Err(DemoError::off("cleaning the photo", "state READY", &report["photos"]));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    pub(super) async fn rate(&self, id: &str, score: u8) -> Result<Value, DemoError> {
        let input = json!({ "id": id, "score": score, "reasons": [] });
        let answer = self
            .mutate("rateReport", "RateReportInput", &format!("report {{ {REPORT} }}"), input)
            .await?;
        Ok(answer["report"].clone())
    }

    /// How many messages wait, once there is one.
    pub(super) async fn unread(&self, patience: Duration) -> Result<u64, DemoError> {
        let deadline = Instant::now() + patience;
        loop {
            let data = self.query("unreadCount", &json!({})).await?;
            match data["unreadCount"].as_u64() {
                Some(count) if count > 0 => return Ok(count),
                _ if Instant::now() > deadline => {
                    return Err(DemoError::off("reading the inbox", "messages", &data));
                }
                _ => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// The bytes behind a public URL, fetched without any token.
    pub(super) async fn bytes(&self, url: &str) -> Result<Vec<u8>, DemoError> {
        let url = if url.starts_with('/') { format!("{}{url}", self.url) } else { url.to_owned() };
        let answer = self.http.get(&url).send().await.map_err(|source| self.away(source))?;
        if !answer.status().is_success() {
            return Err(DemoError::off(
                "fetching the photo",
                "200",
                &json!(answer.status().as_u16()),
            ));
        }
        Ok(answer.bytes().await.map_err(|source| self.away(source))?.to_vec())
    }

    /// The status with which the store answers somebody who asks for the original without a signature.
    pub(super) async fn status_of_upload(&self) -> Result<u16, DemoError> {
        let signed = self.upload_url.as_deref().unwrap_or_default();
        let bare = signed.split('?').next().unwrap_or_default();
        let answer = self.http.get(bare).send().await.map_err(|source| self.away(source))?;
        Ok(answer.status().as_u16())
    }

    /// Runs a query with one optional variable `id`.
    pub(super) async fn query(
        &self,
        selection: &str,
        variables: &Value,
    ) -> Result<Value, DemoError> {
        let head = if variables["id"].is_string() { "query Demo($id: ID!)" } else { "query Demo" };
        self.execute(format!("{head} {{ {selection} }}"), variables.clone()).await
    }

    /// Runs a query with variables of these types.
    pub(super) async fn ask(
        &self,
        selection: &str,
        types: &str,
        variables: Value,
    ) -> Result<Value, DemoError> {
        self.execute(format!("query Demo({types}) {{ {selection} }}"), variables).await
    }

    /// A new id of a payment.
    pub(super) fn new_id(&self) -> String {
        self.ids.uuid(SystemClock.now()).to_string()
    }

    /// The text behind a path, read as the resident.
    pub(super) async fn get(&self, path: &str) -> Result<String, DemoError> {
        let request = self.http.get(format!("{}{path}", self.url)).bearer_auth(self.access_token());
        self.text(path, request).await
    }

    /// Posts JSON to a path that is there in the development profile.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<(), DemoError> {
        let request = self.http.post(format!("{}{path}", self.url)).json(body);
        self.text(path, request).await.map(drop)
    }

    /// Presses the button of a page elsewhere, and follows where it leads.
    pub(super) async fn press(&self, url: &str) -> Result<(), DemoError> {
        self.text(url, self.http.post(url)).await.map(drop)
    }

    async fn text(
        &self,
        what: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<String, DemoError> {
        let answer = request.send().await.map_err(|source| self.away(source))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|source| self.away(source))?;
        if status.is_success() || status.is_redirection() {
            return Ok(text);
        }
        Err(DemoError::off("asking", format!("success of {what}"), &json!([status.as_u16(), text])))
    }

    /// Runs a mutation with a fresh key, unless the input has one, and gives its payload.
    pub(super) async fn mutate(
        &self,
        field: &'static str,
        input_type: &str,
        selection: &str,
        mut input: Value,
    ) -> Result<Value, DemoError> {
        if input["idempotencyKey"].is_null() {
            input["idempotencyKey"] = json!(key(&self.ids));
        }
        let document = format!(
            "mutation Demo($input: {input_type}!) {{ {field}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
        );
        let data = self.execute(document, json!({ "input": input })).await?;
        let payload = data[field].clone();
        if payload["userErrors"].as_array().is_some_and(Vec::is_empty) {
            Ok(payload)
        } else {
            Err(DemoError::off(field, "no userErrors", &payload))
        }
    }

    /// Executes an operation; again when the city asks for a moment, as it does on a busy machine.
    async fn execute(&self, document: String, variables: Value) -> Result<Value, DemoError> {
        let body = json!({ "query": document, "variables": variables, "operationName": "Demo" });
        let mut answer = Value::Null;
        for _ in 0..TRIES {
            answer = self.answer(&body).await?;
            let extensions = &answer["errors"][0]["extensions"];
            match extensions["retryAfterSeconds"].as_u64() {
                Some(seconds) if extensions["code"] == "UNAVAILABLE" => {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                }
                _ if answer["errors"].is_null() => return Ok(answer["data"].clone()),
                _ => break,
            }
        }
        Err(DemoError::off("GraphQL", "data", &answer))
    }

    async fn answer(&self, body: &Value) -> Result<Value, DemoError> {
        let mut request = self.http.post(format!("{}/graphql", self.url));
        if let Some(token) = &self.access_token {
            request = request.bearer_auth(token);
        }
        self.json(request.json(body)).await
    }

    async fn json(&self, request: reqwest::RequestBuilder) -> Result<Value, DemoError> {
        let answer = request.send().await.map_err(|source| self.away(source))?;
        answer.json().await.map_err(|source| self.away(source))
    }

    fn away(&self, source: reqwest::Error) -> DemoError {
        DemoError::Away { url: self.url.clone(), source }
    }
}

/// Sends bytes to where a ticket says, with the headers it says.
pub(super) async fn put(
    http: &reqwest::Client,
    ticket: &Value,
    bytes: &[u8],
) -> Result<(), DemoError> {
    let url = text(&ticket["url"]);
    let mut request = http.put(url).body(bytes.to_vec());
    for header in ticket["headers"].as_array().into_iter().flatten() {
        request = request.header(text(&header["name"]), text(&header["value"]));
    }
    let answer = request
        .send()
        .await
        .map_err(|source| DemoError::Away { url: "the store of files".to_owned(), source })?;
    if answer.status().is_success() {
        Ok(())
    } else {
        Err(DemoError::off("uploading a file", "200", &json!(answer.status().as_u16())))
    }
}

/// A new random key of 32 hex digits.
pub(super) fn key(ids: &Ids) -> String {
    format!("{:032x}", u128::from_be_bytes(ids.bytes()))
}

/// The first run of exactly six digits.
fn six_digits(message: &str) -> Option<String> {
    message.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6).map(str::to_owned)
}
