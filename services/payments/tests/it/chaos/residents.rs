//! Residents as the service sees them through the gateway: they open wallets, confirm payments and read statements.

use std::time::Duration;

use city_auth::step_up::{Operation, OperationDigest, StepUpClaims};
use city_auth::{Principal, PrincipalKind};
use city_clock::{Clock as _, SystemClock};
use city_contracts::common::Page;
use city_contracts::payments::{PaymentQuote, StatementLine, WalletView};
use city_ids::{Ids, PostingId, ServiceName, WalletId};
use city_payments::ledger::{Input, Posting, Verdict};
use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::history::Line;
use super::instance::{gateway, identity};
use crate::neighbour;

/// How long a client waits before it asks again, perhaps the other instance.
const PATIENCE: Duration = Duration::from_secs(2);
/// A page of the statement: small, so that a statement has several.
const PAGE: usize = 25;

/// A way to the two instances.
#[derive(Clone)]
pub struct Door {
    http: reqwest::Client,
    urls: [String; 2],
    /// The instance that answered last.
    at: usize,
}

/// What may be sent again when no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insistence {
    UntilAnswered,
    Once,
}

/// What came of sending money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The payment, as the answer shows it.
    Done(Value),
    /// The code with which it was refused.
    Refused(String),
}

/// A new resident whose identity is proven.
pub fn resident(ids: &Ids) -> Principal {
    let now = SystemClock.now();
    Principal {
        kind: PrincipalKind::Resident,
        account: Some(ids.next(now)),
        session: Some(ids.next(now)),
        auth_at: Some(now),
        identity_level: 2,
        ..Principal::anonymous()
    }
}

impl Door {
    pub fn new(urls: &[String; 2], at: usize) -> Self {
        Self { http: city_http::client(), urls: urls.clone(), at }
    }

    /// Asks the other instance from now on.
    pub const fn turn(&mut self) {
        self.at = 1 - self.at;
    }

    /// Opens a resident's wallet.
    pub async fn open_wallet(&mut self, who: &Principal, ids: &Ids) -> WalletView {
        let key = ids.uuid(SystemClock.now()).to_string();
        let body = json!({ "idempotencyKey": key, "termsAccepted": true });
        self.asked_until_answered(who, "open-wallet", &body).await
    }

    /// A resident's whole statement, oldest line first; before a place, or as it is now.
    ///
    /// The first page is one look at the ledger. What follows lies before its last line, and the past does not change:
    /// that it does not is what the history is judged by.
    pub async fn statement(&mut self, who: &Principal, before: Option<String>) -> Vec<Line> {
        let (mut lines, mut after) = (Vec::new(), before);
        loop {
            let page = self.page(who, after).await;
            after = page.edges.last().map(|edge| edge.cursor.clone());
            lines.extend(page.edges.into_iter().map(|edge| Line {
                leg: edge.node.id,
                amount: edge.node.amount.dong(),
                after: edge.node.balance_after.dong(),
            }));
            if !page.has_next_page {
                break;
            }
        }
        lines.reverse();
        lines
    }

    /// The cursor of a posting's first leg, from the statement of somebody who has it.
    pub async fn place(&mut self, who: &Principal, posting: PostingId) -> String {
        let (first, mut after) = (format!("{posting}.0"), None);
        loop {
            let page = self.page(who, after).await;
            let found = page.edges.iter().find(|edge| edge.node.id == first);
            if let Some(edge) = found {
                return edge.cursor.clone();
            }
            assert!(page.has_next_page, "{first} was acknowledged and is not there");
            after = page.edges.last().map(|edge| edge.cursor.clone());
        }
    }

    async fn page(&mut self, who: &Principal, after: Option<String>) -> Page<StatementLine> {
        let body = json!({ "page": { "first": PAGE, "after": after } });
        self.asked_until_answered(who, "wallet-statement", &body).await
    }

    async fn asked_until_answered<T: DeserializeOwned>(
        &mut self,
        who: &Principal,
        route: &str,
        body: &Value,
    ) -> T {
        loop {
            let token = gateway().mint(who, ServiceName::Payments);
            if let Some(answer) = self.ask(route, token, body).await {
                return answer;
            }
            self.fail_over().await;
        }
    }

    /// Posts, and gives what the ledger said; none when no answer came and none was insisted on.
    pub async fn post(&mut self, posting: &Posting, insistence: Insistence) -> Option<Verdict> {
        let body = serde_json::to_value(Input::Posting(posting.clone())).expect("it has a text");
        loop {
            let token = identity().mint_own(ServiceName::Payments);
            let verdict = self.ask("ledger/inputs", token, &body).await;
            if verdict.is_some() || insistence == Insistence::Once {
                return verdict;
            }
            self.fail_over().await;
        }
    }

    /// Sends money to another wallet: asks what that would be, confirms it, and sends it; none when no answer came and none
    /// was insisted on. Who has to send it again confirms it again, as a confirmation ends after two minutes.
    pub async fn send_money(
        &mut self,
        who: &Principal,
        (id, payee, amount): (Uuid, WalletId, i64),
        insistence: Insistence,
    ) -> Option<Sent> {
        let (key, amount) = (id.to_string(), amount.to_string());
        let mut body = json!({ "idempotencyKey": key, "payeeId": payee, "amount": amount });
        let quote: PaymentQuote = self.asked_until_answered(who, "payment-quote", &body).await;
        loop {
            body["stepUpToken"] = confirm(who, &quote).into();
            let token = gateway().mint(who, ServiceName::Payments);
            match self.send("send-money", token, &body).await {
                Some((StatusCode::OK, payment)) => return Some(Sent::Done(payment)),
                Some((StatusCode::CONFLICT, problem)) => {
                    let code = problem["code"].as_str().expect("a refusal has a code");
                    return Some(Sent::Refused(code.to_owned()));
                }
                Some((status, problem)) => {
                    assert!(status.is_server_error(), "send-money: {status} {problem}");
                }
                None => {}
            }
            if insistence == Insistence::Once {
                return None;
            }
            self.fail_over().await;
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        route: &str,
        token: String,
        body: &Value,
    ) -> Option<T> {
        let (status, answer) = self.send(route, token, body).await?;
        // Any other refusal would be repeated for ever: it is a mistake of the test.
        assert!(!status.is_client_error(), "{route}: {status} {answer}");
        if status.is_success() { serde_json::from_value(answer).ok() } else { None }
    }

    /// The whole answer, if one came.
    async fn send(&self, route: &str, token: String, body: &Value) -> Option<(StatusCode, Value)> {
        let request = self.http.post(format!("{}/internal/v1/{route}", self.urls[self.at]));
        let answer = request.bearer_auth(token).timeout(PATIENCE).json(body).send().await.ok()?;
        Some((answer.status(), answer.json().await.ok()?))
    }

    async fn fail_over(&mut self) {
        self.turn();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What accounts signs when a person enters the PIN for a quote.
fn confirm(who: &Principal, quote: &PaymentQuote) -> String {
    let operation = Operation {
        audience: ServiceName::Payments,
        account: who.account.expect("a person"),
        session: who.session.expect("with a session"),
        name: &quote.operation,
        digest: OperationDigest::parse(&quote.operation_digest).expect("a quote has a digest"),
    };
    let now = SystemClock.now();
    let id = Ids::random().uuid(now).to_string();
    StepUpClaims::new(&operation, id, now).sign(&neighbour::key())
}
