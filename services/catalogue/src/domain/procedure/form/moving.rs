//! Taking answers from one form version to the next.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::json::child;
use super::schema::Schema;
use super::validate::Breach;

/// Answers as they fit the new form.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// What still validates.
    pub kept: Value,
    /// Pointers into the old answers of what did not.
    pub dropped: Vec<String>,
}

/// Carries each value that still validates at its place and lists what it dropped. What the new form asks for besides is for
/// the resident to add, so a missing answer drops nothing.
///
/// `old` is the form the answers were given on: of what it did not know nothing is carried. A group that only as a whole does
/// not fit (one of several alternatives, say) is dropped as a whole.
pub fn move_answers(old: Option<&Schema>, new: &Schema, answers: &Value, day: NaiveDate) -> Moved {
    let mut kept = answers.clone();
    let mut dropped = Vec::new();
    if let Some(old) = old {
        for pointer in leaves(answers) {
            if !old.has_field(&pointer) {
                remove(&mut kept, &pointer);
                dropped.push(pointer);
            }
        }
    }
    // Each round drops at least one place, so there are no more rounds than places; a few are enough for any form.
    for _ in 0..MAX_ROUNDS {
        let wrong: Vec<_> = new
            .validate(&kept, day)
            .violations
            .into_iter()
            .filter(|violation| !matches!(violation.breach, Breach::Required | Breach::Odd(_)))
            .map(|violation| violation.at)
            .collect();
        if wrong.is_empty() {
            return Moved { kept, dropped: outermost(dropped) };
        }
        for pointer in wrong {
            if remove(&mut kept, &pointer) {
                dropped.push(pointer);
            }
        }
    }
    Moved { kept: Value::Object(Map::new()), dropped: leaves(answers) }
}

const MAX_ROUNDS: usize = 50;

/// Removes what a pointer names; the whole for the empty pointer. Items of a list go with the list: the others would move.
fn remove(answers: &mut Value, pointer: &str) -> bool {
    if pointer.is_empty() {
        let had = answers.as_object().is_some_and(|members| !members.is_empty());
        *answers = Value::Object(Map::new());
        return had;
    }
    let Some((parent, name)) = pointer.rsplit_once('/') else { return false };
    match answers.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~")).is_some()
        }
        Some(Value::Array(_)) => remove(answers, parent),
        _ => false,
    }
}

fn leaves(answers: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, found: &mut Vec<String>) {
        match value.as_object() {
            Some(members) => {
                for (name, member) in members {
                    walk(member, &child(at, name), found);
                }
            }
            None => found.push(at.to_owned()),
        }
    }
    let mut found = Vec::new();
    walk(answers, "", &mut found);
    found
}

/// Without what lies inside something else that was dropped.
fn outermost(mut dropped: Vec<String>) -> Vec<String> {
    dropped.sort_unstable();
    dropped.dedup();
    let mut outer: Vec<String> = Vec::new();
    for pointer in dropped {
        let inside = outer.iter().any(|kept| {
            pointer.strip_prefix(kept.as_str()).is_some_and(|rest| rest.starts_with('/'))
        });
        if !inside {
            outer.push(pointer);
        }
    }
    outer
}
