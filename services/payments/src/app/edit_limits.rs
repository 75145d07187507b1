//! Officers look at the limits and propose others. A version is complete and never changed; a second officer lets it begin.

use std::collections::{BTreeMap, BTreeSet};

use city_auth::Staff;
use city_contracts::key::IdempotencyKey;
use city_contracts::payments::LimitWindow;
use city_contracts::problem::Finding;

use super::App;
use super::ask_approval::{Begun, begin};
use crate::domain::approval::{Approval, Asked};
use crate::domain::bill_file::{head_code, line_of};
use crate::domain::input;
use crate::error::Error;
use crate::store;
use crate::store::limit::{LimitVersion, ProposedRule};

/// A posting meets at most as many limits.
const MOST_RULES: usize = 16;

/// A version of the limits: the one that counts, or any other.
///
/// # Errors
/// `NotFound`.
pub async fn find_limits(app: &App, version: Option<i64>) -> Result<LimitVersion, Error> {
    let found = store::limit::find_version(&mut *app.connection().await?, version).await?;
    found.ok_or(Error::NotFound)
}

/// Writes a version of the limits and asks a second officer to let it begin. Idempotent by the officer's key.
///
/// # Errors
/// `Input`, `State` when somebody else proposed one at the same moment, `KeyReused`.
#[tracing::instrument(name = "payments.propose_limits", skip_all)]
pub async fn propose_limits(
    app: &App,
    staff: &Staff,
    key: &IdempotencyKey,
    rules: &[ProposedRule],
    reason: &str,
) -> Result<Approval, Error> {
    let mut findings = Vec::new();
    let reason = input::reason(reason, &mut findings);
    check(rules, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut asking = match begin(app, staff, key, "proposeLimits", &(rules, &reason)).await? {
        Begun::New(asking) => asking,
        Begun::Known(approval) => return Ok(approval),
    };
    let version = store::limit::insert_version(&mut asking.tx, rules).await?;
    asking.finish(staff, Asked::Limit { version }, reason).await
}

fn check(rules: &[ProposedRule], findings: &mut Vec<Finding>) {
    if !(1..=MOST_RULES).contains(&rules.len()) {
        let message = "a version has 1 to 16 rules, which replace all others";
        findings.push(Finding::new("/rules", "TOO_MANY", message));
    }
    let (mut codes, mut windows) = (BTreeSet::new(), BTreeMap::new());
    for (place, rule) in rules.iter().enumerate() {
        let mut wrong = |kept: bool, member: &str, code: &str, message: &str| {
            if !kept {
                let field = format!("/rules/{place}/{member}");
                findings.push(Finding::new(field, code, message.to_owned()));
            }
        };
        wrong(head_code(&rule.code).is_some(), "code", "CODE", "1 to 32 of A-Z 0-9 . _ -");
        wrong(codes.insert(&rule.code), "code", "DUPLICATE", "each rule has a code of its own");
        let levels = 0 <= rule.level_min && rule.level_min <= rule.level_max && rule.level_max <= 2;
        wrong(levels, "levelMin", "OUT_OF_RANGE", "levels go from 0 to 2");
        wrong(rule.max >= 0, "max", "OUT_OF_RANGE", "the most is 0 dong or more");
        let basis = line_of(&rule.basis, 300).is_some_and(|basis| !basis.is_empty());
        wrong(basis, "basis", "LENGTH", "say which law or decision is behind it");
        let single = rule.window == LimitWindow::Single;
        let counter = rule.counter.as_deref();
        let named = counter.is_none_or(|name| {
            let known = |byte: u8| byte.is_ascii_lowercase() || byte == b'.';
            (1..=32).contains(&name.len()) && name.bytes().all(known)
        });
        let message = "a day or month has a counter of a-z and dots, a single payment has none";
        wrong(named && counter.is_none() == single, "counter", "CODE", message);
        if let Some(counter) = counter {
            // The sums of a day and of a month would be one otherwise.
            let same = *windows.entry(counter).or_insert(rule.window) == rule.window;
            wrong(same, "counter", "DUPLICATE", "a counter belongs to days or to months");
        }
    }
}
