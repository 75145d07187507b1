//! Scalars of our own: instants, days, languages. Written out so that no engine feature decides their form.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, SecondsFormat, Utc};
use city_contracts::common;

/// An instant in RFC 3339, such as `2026-03-04T02:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// A civil day in Hue, such as `2026-03-04`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// An amount in dong, as a string of digits such as `"3000000000"`; below zero with a minus before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vnd(pub city_money::Vnd);

/// A language the city answers in: `vi` or `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locale(pub common::Locale);

/// Marks an error as the caller's, so that it keeps its words; see the engine's masking.
pub const BAD_INPUT: &str = "badInput";

/// The words never quote the value.
fn refused<T: async_graphql::InputType>(expected: &'static str) -> InputValueError<T> {
    InputValueError::custom(expected).with_extension(BAD_INPUT, expected)
}

fn instant(value: &Value) -> Option<chrono::DateTime<Utc>> {
    let Value::String(text) = value else { return None };
    chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

fn day(value: &Value) -> Option<NaiveDate> {
    let Value::String(text) = value else { return None };
    Some(text).filter(|text| text.len() == 10)?.parse().ok()
}

fn language(value: &Value) -> Option<common::Locale> {
    match value {
        Value::String(text) if text == "vi" => Some(common::Locale::Vi),
        Value::String(text) if text == "en" => Some(common::Locale::En),
        _ => None,
    }
}

/// An instant in RFC 3339, such as `2026-03-04T02:00:00Z`.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        instant(&value).map(Self).ok_or_else(|| refused("A DateTime is an instant in RFC 3339"))
    }

    fn is_valid(value: &Value) -> bool {
        instant(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A civil day in Hue, such as `2026-03-04`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        day(&value).map(Self).ok_or_else(|| refused("A Date is a day such as 2026-03-04"))
    }

    fn is_valid(value: &Value) -> bool {
        day(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

fn amount(value: &Value) -> Option<city_money::Vnd> {
    let Value::String(text) = value else { return None };
    city_money::Vnd::parse(text).ok()
}

/// An amount in dong, as a string of digits such as `"3000000000"`; below zero with a minus before them.
#[Scalar(name = "Vnd")]
impl ScalarType for Vnd {
    fn parse(value: Value) -> InputValueResult<Self> {
        amount(&value).map(Self).ok_or_else(|| refused("A Vnd is a string of digits"))
    }

    fn is_valid(value: &Value) -> bool {
        amount(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A language the city answers in: `vi` or `en`.
#[Scalar(name = "Locale")]
impl ScalarType for Locale {
    fn parse(value: Value) -> InputValueResult<Self> {
        language(&value).map(Self).ok_or_else(|| refused("A Locale is vi or en"))
    }

    fn is_valid(value: &Value) -> bool {
        language(value).is_some()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.as_str().to_owned())
    }
}
