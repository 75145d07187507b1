//! Hands codes to the notifications service. A code is in the clear in this process only, and only here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use city_boot::{Progress, Worker, WorkerError};
use city_contracts::notifications::{SendNow, SendOutcome, Sent};
use city_ids::ServiceName;

use crate::app::App;
use crate::app::request_phone_code::sealed_code;
use crate::error::Error;
use crate::store;
use crate::store::otp::DueSend;

/// Longer than the call: a message is with one worker at a time.
const LEASE: chrono::Duration = chrono::Duration::seconds(10);
const PAUSE: chrono::Duration = chrono::Duration::seconds(2);
const TIMEOUT: Duration = Duration::from_secs(5);

/// Hands over one queued message a step. Several may run: rows are taken with `skip locked`.
#[derive(Debug)]
pub struct SendCodes(pub Arc<App>);

#[async_trait]
impl Worker for SendCodes {
    fn name(&self) -> &'static str {
        "send-codes"
    }

    async fn step(&self) -> Result<Progress, WorkerError> {
        let step = async {
            let app = &self.0;
            let now = app.now();
            let due =
                store::otp::take_due_send(&mut *app.connection().await?, now, now + LEASE).await?;
            let Some(due) = due else { return Ok(Progress::Idle) };
            let outcome = if due.live { self.hand_over(&due).await } else { None };
            let mut db = app.connection().await?;
            match outcome {
                Some(SendOutcome::Handed) => {
                    store::otp::settle_send(&mut db, due.challenge, "SENT").await?;
                }
                Some(SendOutcome::Failed) => {
                    store::otp::settle_send(&mut db, due.challenge, "FAILED").await?;
                }
                // Superseded or expired before anybody took it: not counted. Answered: somebody has it.
                None if !due.live => {
                    let state = if due.answered { "SENT" } else { "FAILED" };
                    store::otp::settle_send(&mut db, due.challenge, state).await?;
                }
                Some(SendOutcome::Queued) | None => {
                    store::otp::postpone_send(&mut db, due.challenge, app.now() + PAUSE).await?;
                }
            }
            Ok(Progress::Worked)
        };
        step.await.map_err(|error: Error| WorkerError::new("handing over codes", error))
    }

    async fn idle(&self) {
        // Woken by this process's own requests; the poll finds those of others and what was postponed.
        tokio::select! {
            () = self.0.code_queued.notified() => {}
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
        }
    }
}

impl SendCodes {
    /// What became of a message; none when nobody knows, and the same key asks again.
    async fn hand_over(&self, due: &DueSend) -> Option<SendOutcome> {
        let app = &self.0;
        let row = due.challenge.to_string();
        let code = app
            .keyring
            .open(sealed_code(&row), &due.code_sealed)
            .and_then(|code| String::from_utf8(code).ok());
        let Some(code) = code else {
            tracing::error!(
                challenge.id = row,
                "The code of challenge {row} does not open with this keyring"
            );
            return Some(SendOutcome::Failed);
        };
        let message = SendNow {
            key: row.clone(),
            template: "account.code".to_owned(),
            phone: due.phone.as_str().to_owned(),
            locale: due.locale,
            variables: BTreeMap::from([("otp".to_owned(), code)]),
        };
        match self.post(&message).await {
            Ok(sent) => Some(sent.outcome),
            Err(error) => {
                // Without the URL: nothing of a request belongs into a log.
                let error = error.without_url();
                tracing::warn!(challenge.id = row, error = %error, "The message of challenge {row} will be tried again");
                None
            }
        }
    }

    async fn post(&self, message: &SendNow) -> Result<Sent, reqwest::Error> {
        let app = &self.0;
        let url = format!("{}/internal/v1/messages/now", app.config.notifications_url);
        let token = app.infra.identity.mint_own(ServiceName::Notifications);
        let call = app.infra.http.post(url).bearer_auth(token).timeout(TIMEOUT).json(message);
        call.send().await?.error_for_status()?.json().await
    }
}
