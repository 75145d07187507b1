//! Typed values of template variables. Their spelling is the reader's, not the sender's.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use city_clock::hue_offset;
use city_contracts::common::Locale;
use city_contracts::payments::PaymentPurpose;
use serde::{Deserialize, Serialize};

use super::purpose;

/// What kind of value a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ValueType {
    /// At most 300 characters.
    Text,
    /// A code people quote: at most 40 visible ASCII characters.
    Code,
    /// A civil day.
    Date,
    /// An instant, shown at +07:00.
    DateTime,
    /// Whole dong.
    Vnd,
    /// How many.
    Count,
    /// What money is for, in the reader's words.
    Purpose,
}

/// A value.
///
/// Privacy: may be a code that opens an account, so `Debug` shows the type only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "camelCase")]
pub enum Value {
    /// See [`ValueType::Text`].
    Text(String),
    /// See [`ValueType::Code`].
    Code(String),
    /// See [`ValueType::Date`].
    Date(NaiveDate),
    /// See [`ValueType::DateTime`].
    DateTime(DateTime<Utc>),
    /// See [`ValueType::Vnd`].
    Vnd(i64),
    /// See [`ValueType::Count`].
    Count(u32),
    /// See [`ValueType::Purpose`].
    Purpose(PaymentPurpose),
}

/// The variables of a message, by name.
pub type Variables = BTreeMap<String, Value>;

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}([redacted])", self.value_type())
    }
}

const MAX_TEXT: usize = 300;
const MAX_CODE: usize = 40;

impl ValueType {
    /// Reads a value as services send it: ISO dates and instants, whole numbers.
    pub fn parse(self, raw: &str) -> Option<Value> {
        match self {
            Self::Text => {
                let text = city_text::clean(raw);
                (!text.is_empty() && text.chars().count() <= MAX_TEXT).then_some(Value::Text(text))
            }
            Self::Code => {
                let fits = (1..=MAX_CODE).contains(&raw.len())
                    && raw.bytes().all(|byte| byte.is_ascii_graphic());
                fits.then(|| Value::Code(raw.to_owned()))
            }
            Self::Date => raw.parse().ok().map(Value::Date),
            Self::DateTime => {
                DateTime::parse_from_rfc3339(raw).ok().map(|at| Value::DateTime(at.to_utc()))
            }
            Self::Vnd => raw.parse().ok().map(Value::Vnd),
            Self::Count => raw.parse().ok().map(Value::Count),
            Self::Purpose => serde_json::from_value(raw.into()).ok().map(Value::Purpose),
        }
    }

    /// What is expected, for people.
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Text => "text of 1 to 300 characters",
            Self::Code => "1 to 40 visible ASCII characters",
            Self::Date => "a day such as 2026-03-04",
            Self::DateTime => "an instant such as 2026-03-04T02:00:00Z",
            Self::Vnd => "whole dong",
            Self::Count => "a whole number",
            Self::Purpose => "a purpose of payments such as PUBLIC_FEE",
        }
    }

    /// The most characters it takes in an SMS; free text is cut there instead.
    pub const fn longest(self) -> usize {
        match self {
            Self::Text => 0,
            Self::Code => MAX_CODE,
            Self::Date | Self::Count => 10,
            Self::DateTime => 16,
            Self::Vnd => 28,
            Self::Purpose => purpose::LONGEST,
        }
    }
}

impl Value {
    /// Its type.
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::Text(_) => ValueType::Text,
            Self::Code(_) => ValueType::Code,
            Self::Date(_) => ValueType::Date,
            Self::DateTime(_) => ValueType::DateTime,
            Self::Vnd(_) => ValueType::Vnd,
            Self::Count(_) => ValueType::Count,
            Self::Purpose(_) => ValueType::Purpose,
        }
    }

    /// How a reader of this language writes it.
    pub fn spell(&self, locale: Locale) -> String {
        let day = match locale {
            Locale::Vi => "%d/%m/%Y",
            Locale::En => "%-d %b %Y",
        };
        match self {
            Self::Text(text) | Self::Code(text) => text.clone(),
            Self::Date(date) => date.format(day).to_string(),
            Self::DateTime(at) => {
                at.with_timezone(&hue_offset()).format(&format!("%H:%M {day}")).to_string()
            }
            Self::Vnd(dong) => {
                format!("{} ₫", grouped(*dong, if locale == Locale::Vi { '.' } else { ',' }))
            }
            Self::Count(count) => count.to_string(),
            Self::Purpose(of) => purpose::words(*of, locale).to_owned(),
        }
    }
}

/// A number with its thousands set apart.
fn grouped(number: i64, mark: char) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_in_the_readers_language_and_at_hue_time() {
        let date = ValueType::Date.parse("2026-03-04").unwrap();
        let at = ValueType::DateTime.parse("2026-03-04T18:30:00Z").unwrap();
        let dong = ValueType::Vnd.parse("1234567").unwrap();

        assert_eq!(date.spell(Locale::Vi), "04/03/2026");
        assert_eq!(date.spell(Locale::En), "4 Mar 2026");
        assert_eq!(at.spell(Locale::Vi), "01:30 05/03/2026");
        assert_eq!(dong.spell(Locale::Vi), "1.234.567 ₫");
        assert_eq!(dong.spell(Locale::En), "1,234,567 ₫");
        let water = ValueType::Purpose.parse("WATER").unwrap();
        assert_eq!(
            (water.spell(Locale::Vi), water.spell(Locale::En)),
            ("Tiền nước".into(), "Water".into())
        );
        assert_eq!(Value::Vnd(i64::MIN).spell(Locale::En), "-9,223,372,036,854,775,808 ₫");
    }

    #[test]
    fn values_of_another_shape_are_refused() {
        let long = "x".repeat(301);
        for (kind, raw) in [
            (ValueType::Text, ""),
            (ValueType::Text, long.as_str()),
            (ValueType::Code, "a b"),
            (ValueType::Code, "ổ"),
            (ValueType::Date, "04/03/2026"),
            (ValueType::DateTime, "2026-03-04"),
            (ValueType::Vnd, "1.5"),
            (ValueType::Count, "-1"),
            (ValueType::Purpose, "water"),
        ] {
            assert_eq!(kind.parse(raw), None, "{kind:?} {raw}");
        }
    }

    #[test]
    fn no_value_shows_in_a_debug_text() {
        assert_eq!(format!("{:?}", Value::Code("123456".into())), "Code([redacted])");
    }
}
