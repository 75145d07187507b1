//! What it costs: lines, exemptions, and what is only possible while answers are missing.

use chrono::{Duration, NaiveTime};
use city_clock::{Timestamp, hue_day, hue_offset};
use city_contracts::catalogue::procedure::{
    Certainty, Exemption, ExemptionLine, Fee, FeeLine, FeeQuote,
};
use city_money::Vnd;
use serde_json::Value;

use super::condition::{Condition, Truth};
use super::edition::Edition;
use super::number;

/// How long a quote stands.
const VALID_HOURS: i64 = 24;

/// A fee with its condition read.
#[derive(Debug, Clone, PartialEq)]
pub struct FeeTerm {
    /// As published.
    pub fee: Fee,
    /// When it is due at all.
    pub condition: Option<Condition>,
}

/// An exemption with its condition read.
#[derive(Debug, Clone, PartialEq)]
pub struct ExemptionTerm {
    /// As published.
    pub exemption: Exemption,
    /// When it applies.
    pub condition: Condition,
}

/// What the procedure costs for these answers at this moment.
pub fn quote(edition: &Edition, answers: &Value, at: Timestamp) -> FeeQuote {
    let day = hue_day(at);
    let mut lines: Vec<FeeLine> = Vec::new();
    for term in &edition.terms.fees {
        let truth = term.condition.as_ref().map_or(Truth::True, |c| c.evaluate(answers, day));
        let certainty = match truth {
            Truth::True => Certainty::Applies,
            Truth::Unknown => Certainty::Possible,
            Truth::False => continue,
        };
        lines.push(line(&term.fee, certainty, answers));
    }
    let (mut applied, mut possible) = (Vec::new(), Vec::new());
    for term in &edition.terms.exemptions {
        let concerns = |line: &FeeLine| term.exemption.fees.contains(&line.code);
        if !lines.iter().any(concerns) {
            continue;
        }
        match term.condition.evaluate(answers, day) {
            Truth::True => applied.push(&term.exemption),
            Truth::Unknown => possible.push(exemption_line(&term.exemption)),
            Truth::False => {}
        }
    }
    for line in &mut lines {
        exempt(line, &applied);
    }
    FeeQuote {
        edition_id: edition.id,
        total: total(&lines),
        lines,
        applied: applied.into_iter().map(exemption_line).collect(),
        possible,
        valid_until: valid_until(edition, at),
    }
}

fn line(fee: &Fee, certainty: Certainty, answers: &Value) -> FeeLine {
    let amount = match (fee.amount_vnd, fee.per_unit, &fee.units_pointer) {
        (Some(amount), _, _) => Some(amount),
        (None, Some(unit), Some(pointer)) => {
            units(answers, pointer).and_then(|units| times(unit, units))
        }
        _ => None,
    };
    FeeLine {
        code: fee.code.clone(),
        name: fee.name.clone(),
        kind: fee.kind,
        collect: fee.collect,
        certainty,
        amount,
        due: amount,
        exemption: None,
        basis: fee.basis.clone(),
    }
}

/// Whole units, 0 and up; anything else is not known.
fn units(answers: &Value, pointer: &str) -> Option<i64> {
    let Value::Number(units) = answers.pointer(pointer)? else { return None };
    number::whole(units).and_then(|units| i64::try_from(units).ok()).filter(|units| *units >= 0)
}

fn times(unit: Vnd, units: i64) -> Option<Vnd> {
    unit.dong().checked_mul(units).map(Vnd::new)
}

/// The largest exemption on the line applies, never the sum; of equal ones the first.
fn exempt(line: &mut FeeLine, applied: &[&Exemption]) {
    let concerned = applied.iter().filter(|exemption| exemption.fees.contains(&line.code));
    let largest =
        concerned.reduce(|best, next| if next.percent > best.percent { next } else { best });
    let Some(exemption) = largest else { return };
    line.exemption = Some(exemption.code.clone());
    line.due = if exemption.percent >= 100 {
        Some(Vnd::ZERO) // also of an amount nobody knows
    } else {
        line.amount.map(|amount| reduced(amount, exemption.percent))
    };
}

/// The amount less the percent, rounded down to whole dong.
fn reduced(amount: Vnd, percent: u8) -> Vnd {
    let rest = i128::from(amount.dong()) * (100 - i128::from(percent.min(100))) / 100;
    Vnd::new(i64::try_from(rest).unwrap_or(i64::MAX)) // a part of an i64 fits one
}

/// None while one line that applies is not known, or the sum is more than money can be.
fn total(lines: &[FeeLine]) -> Option<Vnd> {
    lines
        .iter()
        .filter(|line| line.certainty == Certainty::Applies)
        .try_fold(Vnd::ZERO, |sum, line| sum.checked_add(line.due?))
}

/// 24 hours, or to the end of the last day in force.
fn valid_until(edition: &Edition, at: Timestamp) -> Timestamp {
    let by_age = at + Duration::hours(VALID_HOURS);
    let by_force = edition
        .in_force_to
        .and_then(|last| last.succ_opt())
        .and_then(|after| after.and_time(NaiveTime::MIN).and_local_timezone(hue_offset()).single())
        .map(|end| end.to_utc());
    by_force.map_or(by_age, |end| by_age.min(end))
}

fn exemption_line(exemption: &Exemption) -> ExemptionLine {
    ExemptionLine {
        code: exemption.code.clone(),
        name: exemption.name.clone(),
        fees: exemption.fees.clone(),
        percent: exemption.percent,
        evidence: exemption.evidence.clone(),
        basis: exemption.basis.clone(),
    }
}
