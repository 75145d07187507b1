//! The rules on what leaves a wallet, and what is used of them.

use city_contracts::payments::LimitWindow;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::domain::ledger::{Code, Purpose};
use crate::domain::limits::{Only, Rule};
use crate::error::{Error, broken, fault};

/// The rules of the version that the ledger keeps now, in their order.
pub async fn rules(db: &mut PgConnection) -> Result<Vec<Rule>, Error> {
    let rows = sqlx::query!(
        "select ordinal, code, counter, level_min, level_max, only_when, includes, excludes, win, max, effect
         from payments.limit_rule
         where version = coalesce((select rules from payments.ledger_batch order by n desc limit 1), 0)
         order by ordinal"
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
