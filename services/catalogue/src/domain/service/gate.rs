//! Gates: which apps may use a service, and how many people of those.

use aws_lc_rs::digest::{SHA256, digest};
use city_clock::Timestamp;
use city_ids::AccountId;

use super::client::{AppVersion, Client, Platform};

/// One gate. A service without gates is open to all apps; one with gates only to those that match one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    pub platform: Platform,
    pub min_app: Option<AppVersion>,
    pub max_app: Option<AppVersion>,
    pub min_os: Option<AppVersion>,
    /// 0 to 100.
    pub rollout_pct: u8,
    pub salt: String,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Gate {
    /// Whether the gate holds now and lets this app in. All three headers must be there, whatever the gate asks of them.
    pub fn matches(&self, client: &Client, at: Timestamp) -> bool {
        let (Some(platform), Some(app), Some(os)) = (client.platform, client.app, client.os) else {
            return false;
        };
        let holds = self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to);
        holds
            && platform == self.platform
            && self.min_app.is_none_or(|min| min <= app)
            && self.max_app.is_none_or(|max| app <= max)
            && self.min_os.is_none_or(|min| min <= os)
    }
}

/// Whether a person is among the first `pct` of a hundred: always the same answer for the same salt, and whoever is in
/// stays in while the share grows. Nobody in particular is in only when everybody is.
pub fn in_rollout(salt: &str, pct: u8, subject: Option<AccountId>) -> bool {
    let Some(subject) = subject else { return pct >= 100 };
    let hash = digest(&SHA256, format!("{salt}:{subject}").as_bytes());
    let first = hash.as_ref().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    first % 100 < u64::from(pct)
}
