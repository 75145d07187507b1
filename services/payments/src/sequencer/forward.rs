//! The way to the instance that leads, for one that does not.

use std::time::Duration;

use city_auth::internal::Identity;
use city_contracts::problem::ProblemDocument;
use city_ids::ServiceName;
use http::StatusCode;

use super::queue::NotNow;
use crate::domain::ledger::{Input, Verdict};

/// Where an instance takes what another one forwards.
pub const PATH: &str = "/internal/v1/ledger/inputs";
/// Says to whoever reads a log that an input came over another instance. It is never forwarded again.
const FORWARDED: &str = "x-payments-forwarded";
/// A little longer than the leader lets a caller wait.
const PATIENCE: Duration = Duration::from_secs(11);

/// Sends inputs to the leader.
#[derive(Debug, Clone)]
pub struct Forward {
    /// Where this instance itself is reached.
    pub own_url: Option<String>,
    pub http: reqwest::Client,
    pub identity: Identity,
}

impl Forward {
    /// The leader to forward to: somebody else, at a known address.
    pub fn leader<'a>(&self, refusal: &'a NotNow) -> Option<&'a str> {
        match refusal {
            NotNow::NoLeader { leader_url: Some(url) } if self.own_url.as_ref() != Some(url) => {
                Some(url)
            }
            _ => None,
        }
    }

    /// Asks the leader, once.
    ///
    /// # Errors
    /// What it refused; [`NotNow::OutcomePending`] when nobody knows whether it heard.
    pub async fn send(&self, leader_url: &str, input: &Input) -> Result<Verdict, NotNow> {
        let nobody = || NotNow::NoLeader { leader_url: Some(leader_url.to_owned()) };
        let request = self
            .http
            .post(format!("{}{PATH}", leader_url.trim_end_matches('/')))
            .bearer_auth(self.identity.mint_own(ServiceName::Payments))
            .header(FORWARDED, "1")
            .timeout(PATIENCE)
            .json(input);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => return Err(nobody()), // nothing was sent
            Err(error) => {
                tracing::warn!(error.chain = city_http::chain(&error), "The leader said nothing");
                return Err(NotNow::OutcomePending);
            }
        };
        let status = answer.status();
        let body = answer.bytes().await.map_err(|_| NotNow::OutcomePending)?;
        if status.is_success() {
            return serde_json::from_slice(&body).map_err(|_| NotNow::OutcomePending);
        }
        let problem = serde_json::from_slice::<ProblemDocument>(&body).ok();
        Err(refusal(status, problem.as_ref(), nobody))
    }
}

/// What a refusal of the leader says about the input.
fn refusal(
    status: StatusCode,
    problem: Option<&ProblemDocument>,
    nobody: impl Fn() -> NotNow,
) -> NotNow {
    match problem.map(|problem| problem.code.as_str()) {
        Some("BUSY") => NotNow::Busy,
        Some("NO_LEADER") => nobody(),
        Some("UNAVAILABLE") => NotNow::Away,
        code if status.is_client_error() => {
            // It was refused before the queue, so nothing was applied; only a mixture of versions or keys does that.
            tracing::error!(http.status = status.as_u16(), code, "The leader refuses an input");
            nobody()
        }
        _ => NotNow::OutcomePending,
    }
}

#[cfg(test)]
mod tests {
    use city_contracts::problem::Kind;
    use city_http::Problem;

    use super::*;

    fn told(code: &str, kind: Kind) -> NotNow {
        let problem = Problem::new(kind, code, "told");
        let document = problem.document();
        let status = StatusCode::from_u16(document.status).unwrap();
        refusal(status, Some(document), || NotNow::NoLeader { leader_url: None })
    }

    #[test]
    fn only_a_refusal_before_the_queue_says_that_nothing_was_applied() {
        assert_eq!(told("BUSY", Kind::Unavailable), NotNow::Busy);
        assert_eq!(told("NO_LEADER", Kind::Unavailable), NotNow::NoLeader { leader_url: None });
        assert_eq!(told("UNAVAILABLE", Kind::Unavailable), NotNow::Away);
        assert_eq!(told("INPUT", Kind::Invalid), NotNow::NoLeader { leader_url: None });
        for (code, kind) in [
            ("OUTCOME_PENDING", Kind::Unavailable),
            ("DEADLINE", Kind::Unavailable),
            ("INTERNAL", Kind::Internal),
        ] {
            assert_eq!(told(code, kind), NotNow::OutcomePending, "{code}");
        }
        let nothing = refusal(StatusCode::BAD_GATEWAY, None, || NotNow::Busy);
        assert_eq!(nothing, NotNow::OutcomePending);
    }
}
