//! How the value of each keyword is read.

use std::collections::BTreeMap;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::Lint;
use crate::domain::procedure::form::json::child;
use crate::domain::procedure::form::schema::{Bound, Type};

const MAX_PATTERNS: usize = 100;
const MAX_PATTERN_CHARS: usize = 500;
/// What a compiled pattern may weigh: repeated repetitions are refused, not run.
const MAX_PATTERN_BYTES: usize = 64 * 1024;
const MAX_CHOICES: usize = 500;
const MAX_LABEL_CHARS: usize = 200;

impl Lint<'_> {
    pub(super) fn named(
        &mut self,
        value: &Value,
        at: &str,
        declares: bool,
    ) -> BTreeMap<String, usize> {
        let Some(members) = value.as_object() else {
            self.refuse(at, "SHAPE", "an object of schemas");
            return BTreeMap::new();
        };
        let read = members.iter().filter_map(|(name, part)| {
            Some((name.clone(), self.node(part, &child(at, name), declares)?))
        });
        read.collect()
    }

    pub(super) fn list(&mut self, value: &Value, at: &str, declares: bool) -> Vec<usize> {
        let Some(parts) = value.as_array().filter(|parts| !parts.is_empty()) else {
            self.refuse(at, "SHAPE", "a list of at least one schema");
            return Vec::new();
        };
        let parts = parts.iter().enumerate();
        parts
            .filter_map(|(index, part)| self.node(part, &format!("{at}/{index}"), declares))
            .collect()
    }

    /// Inside the same schema only: a form must mean the same tomorrow, and nobody fetches anything to check answers.
    pub(super) fn reference(&mut self, value: &Value, at: &str, declares: bool) -> Option<usize> {
        let target = value.as_str().and_then(|text| text.strip_prefix('#'));
        let Some(target) = target.filter(|target| target.starts_with('/')) else {
            self.refuse(at, "REF", "references stay inside the schema, such as #/$defs/parent");
            return None;
        };
        let Some(found) = self.root.pointer(target) else {
            self.refuse(at, "REF", "this reference leads nowhere");
            return None;
        };
        if self.open.iter().any(|open| open == target) {
            self.refuse(at, "REF_CYCLE", "a reference leads back to where it stands");
            return None;
        }
        self.node(found, target, declares)
    }

    pub(super) fn types(&mut self, value: &Value, at: &str) -> Vec<Type> {
        let names: Vec<_> = match value {
            Value::String(name) => vec![Type::parse(name)],
            Value::Array(names) => {
                names.iter().map(|name| name.as_str().and_then(Type::parse)).collect()
            }
            _ => vec![None],
        };
        names.into_iter().collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()).unwrap_or_else(
            || {
                self.refuse(at, "SHAPE", "null, boolean, integer, number, string, array or object");
                Vec::new()
            },
        )
    }

    pub(super) fn choices(&mut self, value: &Value, at: &str) -> Option<Vec<Value>> {
        let choices = value.as_array().filter(|all| (1..=MAX_CHOICES).contains(&all.len()));
        if choices.is_none() {
            self.refuse(at, "SHAPE", "a list of 1 to 500 values");
        }
        choices.cloned()
    }

    pub(super) fn names(&mut self, value: &Value, at: &str) -> Vec<String> {
        let names = value.as_array().and_then(|names| {
            names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        names.unwrap_or_else(|| {
            self.refuse(at, "SHAPE", "a list of names");
            Vec::new()
        })
    }

    pub(super) fn dependent(&mut self, value: &Value, at: &str) -> Vec<(String, Vec<String>)> {
        let Some(members) = value.as_object() else {
            self.refuse(at, "SHAPE", "an object of lists of names");
            return Vec::new();
        };
        members
            .iter()
            .map(|(name, names)| (name.clone(), self.names(names, &child(at, name))))
            .collect()
    }

    pub(super) fn count(&mut self, value: &Value, at: &str) -> Option<usize> {
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        if count.is_none() {
            self.refuse(at, "SHAPE", "a whole number from 0");
        }
        count
    }

    pub(super) fn flag(&mut self, value: &Value, at: &str) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.refuse(at, "SHAPE", "true or false");
            false
        })
    }

    pub(super) fn bound(
        &mut self,
        value: &Value,
        at: &str,
        exclusive: bool,
        other: Option<&Bound>,
    ) -> Option<Bound> {
        if other.is_some() {
            self.refuse(at, "KEYWORD", "either the inclusive or the exclusive bound");
        }
        let Value::Number(number) = value else {
            self.refuse(at, "SHAPE", "a number");
            return None;
        };
        Some(Bound { at: number.clone(), exclusive })
    }

    pub(super) fn named_thing<T>(
        &mut self,
        value: &Value,
        at: &str,
        code: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = value.as_str().and_then(parse);
        if found.is_none() {
            self.refuse(at, code, "not one of those that are known here");
        }
        found
    }

    /// On an engine without backtracking, so that no answer makes a pattern slow.
    pub(super) fn pattern(&mut self, value: &Value, at: &str) -> Option<Regex> {
        self.patterns += 1;
        let text = value.as_str().filter(|text| text.chars().count() <= MAX_PATTERN_CHARS);
        let Some(text) = text.filter(|_| self.patterns <= MAX_PATTERNS) else {
            self.refuse(at, "PATTERN", "at most 100 patterns of at most 500 characters");
            return None;
        };
        let built = RegexBuilder::new(text)
            .size_limit(MAX_PATTERN_BYTES)
            .dfa_size_limit(4 * MAX_PATTERN_BYTES)
            .nest_limit(20)
            .build();
        match built {
            Ok(pattern) => Some(pattern),
            Err(regex::Error::CompiledTooBig(_)) => {
                self.refuse(
                    at,
                    "PATTERN",
                    "the pattern is too costly; bound lengths with maxLength",
                );
                None
            }
            Err(_) => {
                self.refuse(at, "PATTERN", "not a pattern without look-around and back-references");
                None
            }
        }
    }

    /// Residents read every field in their language, so each says its name beside it or where it refers to.
    pub(super) fn labels(&mut self, properties: &Value, at: &str) {
        let Some(properties) = properties.as_object() else { return };
        for (name, field) in properties {
            let referred = field.get("$ref").and_then(Value::as_str);
            let target = referred.and_then(|to| self.root.pointer(to.strip_prefix('#')?));
            let labelled = field.get("x-label").or_else(|| target?.get("x-label"));
            if !labelled.is_some_and(is_bilingual) {
                self.refuse(
                    &child(at, name),
                    "LABEL",
                    "say in `x-label` what it is, in `vi` and `en`, up to 200 characters each",
                );
            }
        }
    }
}

pub(super) fn is_bilingual(value: &Value) -> bool {
    ["vi", "en"].iter().all(|locale| {
        value
            .get(locale)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= MAX_LABEL_CHARS)
    })
}
