//! What a request selects below a field, so that one call brings all of it.

use async_graphql::{Context, Name, SelectionField, Value};
use chrono::NaiveDate;
use city_contracts::common::{Locale, PageArgs};
use city_contracts::payments::ReadStatement;
use city_contracts::problem::Kind;

use super::connection::page_args;
use super::refusal::Refusal;

/// The values given for an argument of the field at the end of a path below this one, each once.
pub fn texts(ctx: &Context<'_>, path: &[&str], argument: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for field in at(ctx, path) {
        if let Some(Value::String(text)) = given(field, argument)
            && !found.contains(&text)
        {
            found.push(text);
        }
    }
    found
}

/// The largest number given for an argument of the field at the end of a path, or what stands for none.
pub fn largest(ctx: &Context<'_>, path: &[&str], argument: &str, none: u32) -> u32 {
    let number = |field| match given(field, argument) {
        Some(Value::Number(number)) => {
            number.as_u64().and_then(|number| u32::try_from(number).ok())
        }
        _ => None,
    };
    at(ctx, path).into_iter().map(|field| number(field).unwrap_or(none)).max().unwrap_or(none)
}

/// The page of the field at the end of a path; none if it is not selected.
///
/// # Errors
/// When two different pages are selected: one call brings one.
pub fn page(ctx: &Context<'_>, path: &[&str], locale: Locale) -> Result<Option<PageArgs>, Refusal> {
    one(at(ctx, path).into_iter().map(page_of), locale)
}

/// The statement of a wallet that stands at the end of a path; none if it is not selected.
///
/// # Errors
/// When two different ones are selected: one call brings one.
pub fn statement(
    ctx: &Context<'_>,
    path: &[&str],
    locale: Locale,
) -> Result<Option<ReadStatement>, Refusal> {
    let path: Vec<_> = path.iter().copied().chain(["statement"]).collect();
    let args = |field: SelectionField<'_>| ReadStatement {
        page: page_of(field),
        from: day(field, "from"),
        to: day(field, "to"),
    };
    one(at(ctx, &path).into_iter().map(args), locale)
}

/// What is no day is refused with its place when it is resolved.
fn day(field: SelectionField<'_>, argument: &str) -> Option<NaiveDate> {
    match given(field, argument)? {
        Value::String(day) => day.parse().ok(),
        _ => None,
    }
}

fn page_of(field: SelectionField<'_>) -> PageArgs {
    let first = match given(field, "first") {
        Some(Value::Number(number)) => number.as_i64().and_then(|first| i32::try_from(first).ok()),
        _ => None,
    };
    let after = match given(field, "after") {
        Some(Value::String(after)) => Some(after),
        _ => None,
    };
    page_args(first, after)
}

fn one<T: PartialEq>(
    mut pages: impl Iterator<Item = T>,
    locale: Locale,
) -> Result<Option<T>, Refusal> {
    let Some(page) = pages.next() else { return Ok(None) };
    if pages.all(|other| other == page) { Ok(Some(page)) } else { Err(two_pages(locale)) }
}

fn two_pages(locale: Locale) -> Refusal {
    let message = match locale {
        Locale::Vi => "Mỗi danh sách chỉ được hỏi một trang trong một lần",
        Locale::En => "Only one page of a list can be asked for at a time",
    };
    Refusal {
        kind: Kind::Invalid,
        reason: "BAD_USER_INPUT".to_owned(),
        message: message.to_owned(),
        retry_after_seconds: None,
    }
}

fn at<'a>(ctx: &'a Context<'a>, path: &[&str]) -> Vec<SelectionField<'a>> {
    let mut level = vec![ctx.field()];
    for name in path {
        let children = level.iter().flat_map(SelectionField::selection_set);
        level = children.filter(|child| child.name() == *name).collect();
    }
    level
}

fn given(field: SelectionField<'_>, argument: &str) -> Option<Value> {
    let arguments = field.arguments().ok()?;
    arguments.into_iter().find(|(name, _): &(Name, Value)| name == argument).map(|(_, value)| value)
}
