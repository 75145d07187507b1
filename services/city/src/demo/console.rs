//! The officers' console: the admin API, signed in with the demo staff's password and authenticator.

use std::time::{Duration, Instant};

use city_accounts::DemoStaff;
use city_auth::Scope;
use city_clock::{Clock as _, SystemClock};
use city_ids::Ids;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret, Totp};

use super::app::{key, put};
use super::{DemoError, text};

/// The agency that the demo officer works for.
pub(super) const AGENCY: &str = "HUE-SXD";

/// How often a step is tried on a report that changes meanwhile.
const LOOKS: usize = 5;
/// How long an authenticator shows one code.
const STEP_SECONDS: u64 = 30;

pub(super) struct Console {
    url: String,
    http: reqwest::Client,
    ids: Ids,
    token: String,
}

impl Console {
    /// Signs in the member of the demo staff who has a role over a scope.
    ///
    /// A code works once: after another sign-in within 30 seconds the authenticator's next code is taken, which the city
    /// accepts a little early.
    pub(super) async fn sign_in(
        url: &str,
        role: &'static str,
        scope: &Scope,
    ) -> Result<Self, DemoError> {
        let staff = demo_staff(role, scope)?;
        let url = url.trim_end_matches('/').to_owned();
        let mut console =
            Self { url, http: city_http::client(), ids: Ids::random(), token: String::new() };
        let authenticator = authenticator(&staff)?;
        let now = u64::try_from(SystemClock.now().timestamp()).unwrap_or_default();
        let attempt = async |at: u64| {
            let totp = authenticator.generate(at).to_string();
            let body = json!({ "email": staff.email, "password": staff.password, "totp": totp });
            console
                .send(
                    console.http.post(console.at("auth/sessions")).json(&body),
                    "signing in staff",
                )
                .await
        };
        let answer = match attempt(now).await {
            Ok(answer) => answer,
            Err(DemoError::Off { .. }) => attempt(now + STEP_SECONDS).await?,
            Err(away) => return Err(away),
        };
        text(&answer["accessToken"]).clone_into(&mut console.token);
        Ok(console)
    }

    /// Looks for the report among those that wait for triage.
    pub(super) async fn find_in_work_list(&self, id: &str) -> Result<(), DemoError> {
        let request = self.http.get(self.at("reports")).query(&[
            ("state", "SUBMITTED"),
            ("sort", "filed"),
            ("first", "100"),
        ]);
        let list = self.send(request, "reading the work list").await?;
        let found = list["items"].as_array().into_iter().flatten().any(|item| item["id"] == id);
        if found {
            Ok(())
        } else {
            Err(DemoError::off("reading the work list", "the report", &list))
        }
    }

    /// Takes a step, with the version the officer sees; looks again when somebody, or a cleaned photo, was quicker.
    pub(super) async fn act(
        &self,
        id: &str,
        action: &str,
        details: &Value,
    ) -> Result<Value, DemoError> {
        let mut refusal = Value::Null;
        for _ in 0..LOOKS {
            let seen = self.report(id).await?;
            let mut body = details.clone();
            body["version"] = seen["version"].clone();
            let path = format!("reports/{id}/actions/{action}");
            let request = self.http.post(self.at(&path)).json(&body);
            match self.exchange(request.header("idempotency-key", key(&self.ids))).await? {
                Ok(done) => return Ok(done),
                Err(problem) => refusal = problem,
            }
            if refusal["code"] != "STALE" {
                break;
            }
        }
        Err(DemoError::off("taking a step", "success", &refusal))
    }

    /// Moves a dossier on from a version: the answer, or the refusal.
    pub(super) async fn act_on_dossier(
        &self,
        id: &str,
        action: &str,
        body: &Value,
    ) -> Result<Result<Value, Value>, DemoError> {
        let request = self.http.post(self.at(&format!("dossiers/{id}/{action}"))).json(body);
        self.exchange(request.header("idempotency-key", key(&self.ids))).await
    }

    /// Uploads the photo of the repaired place and gives its id.
    pub(super) async fn upload_after_photo(
        &self,
        id: &str,
        bytes: &[u8],
        at: (f64, f64),
    ) -> Result<String, DemoError> {
        let body = json!({ "contentType": "image/jpeg", "byteLength": bytes.len(), "takenAt": { "lat": at.0, "lon": at.1 } });
        let request = self.http.post(self.at(&format!("reports/{id}/photos"))).json(&body);
        let ticket = self
            .send(request.header("idempotency-key", key(&self.ids)), "asking for an upload")
            .await?;
        put(&self.http, &ticket, bytes).await?;
        Ok(text(&ticket["fileId"]).to_owned())
    }

    /// Waits until an after-photo was cleaned.
    pub(super) async fn await_photo(
        &self,
        id: &str,
        photo: &str,
        patience: Duration,
    ) -> Result<(), DemoError> {
        let deadline = Instant::now() + patience;
        loop {
            let report = self.report(id).await?;
            let photos = report["photos"].as_array().into_iter().flatten();
            if photos.clone().any(|seen| seen["id"] == photo && seen["state"] == "READY") {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(DemoError::off(
                    "cleaning the after-photo",
                    "state READY",
                    &report["photos"],
                ));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn report(&self, id: &str) -> Result<Value, DemoError> {
        self.send(self.http.get(self.at(&format!("reports/{id}"))), "reading a report").await
    }

    fn at(&self, path: &str) -> String {
        format!("{}/admin/v1/{path}", self.url)
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        step: &'static str,
    ) -> Result<Value, DemoError> {
        let answer = self.exchange(request).await?;
        answer.map_err(|problem| DemoError::off(step, "success", &problem))
    }

    /// The answer, or the refusal.
    async fn exchange(
        &self,
        request: reqwest::RequestBuilder,
    ) -> Result<Result<Value, Value>, DemoError> {
        let away = |source| DemoError::Away { url: self.url.clone(), source };
        let request =
            if self.token.is_empty() { request } else { request.bearer_auth(&self.token) };
        let answer = request.send().await.map_err(away)?;
        let status = answer.status();
        let body: Value = answer.json().await.map_err(away)?;
        Ok(if status.is_success() { Ok(body) } else { Err(body) })
    }
}

/// The member of the demo staff who has a role over a scope.
fn demo_staff(role: &'static str, scope: &Scope) -> Result<DemoStaff, DemoError> {
    let staff = city_accounts::demo_staff().map_err(|error| DemoError::Prepare(error.into()))?;
    let has_role = |member: &DemoStaff| {
        member.roles.iter().any(|held| held.role == role && held.scope == *scope)
    };
    staff
        .into_iter()
        .find(has_role)
        .ok_or_else(|| DemoError::off("choosing demo staff", role, &Value::Null))
}

/// The authenticator of a member of the demo staff.
fn authenticator(staff: &DemoStaff) -> Result<Totp, DemoError> {
    let refused = |error: String| DemoError::Prepare(error.into());
    let secret = Secret::try_from_base32(&staff.totp_secret)
        .map_err(|error| refused(format!("{error:?}")))?;
    Builder::new()
        .with_secret(secret.as_bytes())
        .build()
        .map_err(|error| refused(format!("{error:?}")))
}
