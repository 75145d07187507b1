//! Numbers of answers, compared by what they are worth: 1 is 1.0, and no large one loses its last digits.

use std::cmp::Ordering;

use serde_json::{Number, Value};

/// How two numbers compare; JSON has none that do not.
pub fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(a), None) => against_fraction(a, b.as_f64()?),
        (None, Some(b)) => against_fraction(b, a.as_f64()?).map(Ordering::reverse),
        (None, None) => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// Whether two JSON values are the same, in the sense of JSON Schema.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Some(Ordering::Equal),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// The number as an integer, if it is one.
pub fn whole(number: &Number) -> Option<i128> {
    if let Some(integer) = number.as_i64() {
        return Some(i128::from(integer));
    }
    if let Some(integer) = number.as_u64() {
        return Some(i128::from(integer));
    }
    let float = number.as_f64()?;
    (float.fract() == 0.0 && float.abs() < 1e30).then(|| truncated(float))
}

fn against_fraction(integer: i128, float: f64) -> Option<Ordering> {
    if !float.is_finite() {
        return None;
    }
    if float.abs() >= 1e30 {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let by_whole_part = integer.cmp(&truncated(float));
    let by_fraction = || 0.0_f64.partial_cmp(&float.fract());
    if by_whole_part == Ordering::Equal { by_fraction() } else { Some(by_whole_part) }
}

#[expect(clippy::cast_possible_truncation, reason = "callers keep it below 1e30, far inside i128")]
const fn truncated(float: f64) -> i128 {
    float.trunc() as i128
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_compare_by_their_worth() {
        assert!(same(&json!([1, { "a": 2.0 }]), &json!([1.0, { "a": 2 }])));
        assert!(!same(&json!(9_007_199_254_740_993_u64), &json!(9_007_199_254_740_992.0)));
        assert!(!same(&json!(1), &json!("1")));
        let ordered = [
            json!(-1e300),
            json!(-2),
            json!(-1.5),
            json!(0),
            json!(0.5),
            json!(1),
            json!(u64::MAX),
            json!(1e300),
        ];
        for pair in ordered.windows(2) {
            let [Value::Number(low), Value::Number(high)] = pair else { continue };
            assert_eq!(compare(low, high), Some(Ordering::Less), "{low} {high}");
            assert_eq!(compare(high, low), Some(Ordering::Greater), "{high} {low}");
        }
    }
}
