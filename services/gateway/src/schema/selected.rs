//! What a request selects below a field, so that one call brings all of it.

use async_graphql::{Context, Name, SelectionField, Value};
use city_contracts::common::{Locale, PageArgs};
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
    let args = |field| {
        let first = match given(field, "first") {
            Some(Value::Number(number)) => {
                number.as_i64().and_then(|first| i32::try_from(first).ok())
            }
            _ => None,
        };
        let after = match given(field, "after") {
            Some(Value::String(after)) => Some(after),
            _ => None,
        };
        page_args(first, after)
    };
    let mut pages = at(ctx, path).into_iter().map(args);
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
