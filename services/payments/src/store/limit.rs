//! The rules on what leaves a wallet, and what is used of them.

use city_contracts::payments::{LimitWindow, PaymentPurpose};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::{Code, Purpose};
use crate::domain::limits::{Only, Rule};
use crate::error::{Error, broken, fault, on_constraint};

/// The version that the ledger keeps now.
pub async fn version_in_force(db: &mut PgConnection) -> Result<i64, Error> {
    let version = sqlx::query_scalar!(
        r#"select coalesce((select rules from payments.ledger_batch order by n desc limit 1), 0) as "version!""#
    );
    version.fetch_one(db).await.map_err(fault("reading the limits"))
}

/// The rules of a version, in their order. A version never changes once the ledger keeps it.
pub async fn rules(db: &mut PgConnection, version: i64) -> Result<Vec<Rule>, Error> {
    let rows = sqlx::query!(
        "select ordinal, code, counter, level_min, level_max, only_when, includes, excludes, win, max, effect
         from payments.limit_rule
         where version = $1
         order by ordinal",
        version
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading the limits"))?;
    rows.into_iter()
        .map(|row| {
            let unknown = || broken("reading the limits", format!("rule {}", row.code));
            let purposes = |numbers: Vec<i16>| {
                let purposes = numbers.into_iter().map(Purpose::of).collect::<Option<Vec<_>>>();
                purposes.ok_or_else(unknown)
            };
            Ok(Rule {
                ordinal: row.ordinal,
                counter: row.counter,
                level_min: row.level_min,
                level_max: row.level_max,
                only: match row.only_when.as_str() {
                    "ANY" => Only::Any,
                    "ON_HOLD" => Only::OnHold,
                    "NOT_STRONG" => Only::NotStrong,
                    _ => return Err(unknown()),
                },
                includes: row.includes.map(purposes).transpose()?,
                excludes: purposes(row.excludes)?,
                window: match row.win.as_str() {
                    "SINGLE" => LimitWindow::Single,
                    "DAY" => LimitWindow::Day,
                    "MONTH" => LimitWindow::Month,
                    _ => return Err(unknown()),
                },
                max: row.max,
                effect: match row.effect.as_str() {
                    "REFUSE" => Code::LimitExceeded,
                    "STRONGER_STEP_UP" => Code::StrongerStepUp,
                    _ => return Err(unknown()),
                },
                code: row.code,
            })
        })
        .collect()
}

/// What counters hold: key, window, sum; those that never began are missing.
pub async fn used(
    db: &mut PgConnection,
    counters: &[(Uuid, i32)],
) -> Result<Vec<((Uuid, i32), i64)>, Error> {
    let (keys, wins): (Vec<_>, Vec<_>) = counters.iter().copied().unzip();
    let rows = sqlx::query!(
        r#"select key, win, used from payments.ledger_counter
           join unnest($1::uuid[], $2::integer[]) as wanted(key, win) using (key, win)"#,
        &keys,
        &wins
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading counters"))?;
    Ok(rows.into_iter().map(|row| ((row.key, row.win), row.used)).collect())
}

/// A rule as an officer says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProposedRule {
    /// Its name, which people read in a refusal: 1 to 32 of `A-Z 0-9 . _ -`.
    pub code: String,
    /// The sum it bounds, of `a-z` and dots; none for a single payment.
    #[serde(default)]
    pub counter: Option<String>,
    /// The lowest identity level it is about, from 0.
    pub level_min: i16,
    /// The highest, up to 2.
    pub level_max: i16,
    /// `ANY`, `ON_HOLD` or `NOT_STRONG`.
    pub only: OnlyName,
    /// The purposes it is about; none for all.
    #[serde(default)]
    pub includes: Option<Vec<PaymentPurpose>>,
    /// The purposes it is not about.
    #[serde(default)]
    pub excludes: Vec<PaymentPurpose>,
    /// `SINGLE`, `DAY` or `MONTH`.
    pub window: LimitWindow,
    /// The most, in dong.
    pub max: i64,
    /// `REFUSE` or `STRONGER_STEP_UP`.
    pub effect: EffectName,
    /// The law or decision behind it: 1 to 300 characters.
    pub basis: String,
    /// Whether somebody read that at its source.
    pub verified: bool,
}

/// When a rule binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnlyName {
    /// Always.
    Any,
    /// While money is held back.
    OnHold,
    /// Without a recent proof of the person beside the PIN.
    NotStrong,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EffectName {
    /// The payment is refused.
    Refuse,
    /// A stronger proof of the person is asked for.
    StrongerStepUp,
}

/// The rules of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitVersion {
    /// Which.
    pub version: i64,
    /// The version that the ledger keeps now.
    pub in_force: i64,
    /// The last one that was proposed.
    pub latest: i64,
    /// Its rules, in their order.
    pub rules: Vec<ProposedRule>,
}

/// A word of a column as its type.
fn word<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// A type as the word of its column.
fn name(of: &impl Serialize) -> String {
    serde_json::to_value(of)
        .ok()
        .and_then(|name| name.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// The rules of a version, or of the one that the ledger keeps now.
pub async fn find_version(
    db: &mut PgConnection,
    version: Option<i64>,
) -> Result<Option<LimitVersion>, Error> {
    let known = sqlx::query!(
        r#"select coalesce((select rules from payments.ledger_batch order by n desc limit 1), 0) as "in_force!",
                  (select max(version) from payments.limit_rule) as "latest!""#
    );
    let known = known.fetch_one(&mut *db).await.map_err(fault("reading the limits"))?;
    let version = version.unwrap_or(known.in_force);
    let rows = sqlx::query!(
        "select ordinal, code, counter, level_min, level_max, only_when, includes, excludes, win, max, effect, basis, verified
         from payments.limit_rule
         where version = $1
         order by ordinal",
        version
    );
    let rows = rows.fetch_all(db).await.map_err(fault("reading the limits"))?;
    let rules: Option<Vec<_>> = rows
        .into_iter()
        .map(|row| {
            let purposes = |numbers: Vec<i16>| {
                let purposes = numbers
                    .into_iter()
                    .map(|number| Purpose::of(number).and_then(|it| word(it.name())));
                purposes.collect::<Option<Vec<PaymentPurpose>>>()
            };
            Some(ProposedRule {
                code: row.code,
                counter: row.counter,
                level_min: row.level_min,
                level_max: row.level_max,
                only: word(&row.only_when)?,
                includes: match row.includes {
                    Some(includes) => Some(purposes(includes)?),
                    None => None,
                },
                excludes: purposes(row.excludes)?,
                window: word(&row.win)?,
                max: row.max,
                effect: word(&row.effect)?,
                basis: row.basis,
                verified: row.verified,
            })
        })
        .collect();
    let rules = rules.ok_or_else(|| broken("reading the limits", format!("version {version}")))?;
    let found = LimitVersion { version, in_force: known.in_force, latest: known.latest, rules };
    Ok((!found.rules.is_empty()).then_some(found))
}

/// Writes the next version; it does not begin by that. The table refuses two at the same moment.
pub async fn insert_version(db: &mut PgConnection, rules: &[ProposedRule]) -> Result<i64, Error> {
    let latest =
        sqlx::query_scalar!(r#"select max(version) as "latest!" from payments.limit_rule"#);
    let version = latest.fetch_one(&mut *db).await.map_err(fault("reading the limits"))? + 1;
    for (ordinal, rule) in rules.iter().enumerate() {
        let numbers = |purposes: &[PaymentPurpose]| {
            let numbers = purposes.iter().filter_map(|purpose| {
                Purpose::ALL.into_iter().find(|known| known.name() == name(purpose))
            });
            numbers.map(Purpose::number).collect::<Vec<i16>>()
        };
        let inserted = sqlx::query!(
            "insert into payments.limit_rule (version, ordinal, code, counter, level_min, level_max, only_when, includes,
                 excludes, win, max, effect, basis, verified)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            version,
            i16::try_from(ordinal).unwrap_or(i16::MAX),
            rule.code,
            rule.counter,
            rule.level_min,
            rule.level_max,
            name(&rule.only),
            rule.includes.as_deref().map(numbers) as Option<Vec<i16>>,
            &numbers(&rule.excludes),
            name(&rule.window),
            rule.max,
            name(&rule.effect),
            rule.basis,
            rule.verified
        );
        let inserted = inserted.execute(&mut *db).await;
        inserted.map_err(on_constraint("limit_rule_pkey", Error::State, "writing limits"))?;
    }
    Ok(version)
}
