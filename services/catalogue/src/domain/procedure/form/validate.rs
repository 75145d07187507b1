//! Whether answers are what a schema asks for. Everything found is named at once, and the work has a bound.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::super::identity::{Validator, Verdict};
use super::super::number;
use super::json::{child, deeper, exceeds};
use super::schema::{Bound, Node, Schema, Type};

/// How long answers may be, written without blanks.
pub const MAX_ANSWER_BYTES: usize = 48 * 1024;
/// How deep answers may nest.
const MAX_ANSWER_DEPTH: usize = 20;
/// Steps a validation may take. An ordinary form takes some hundreds.
pub const MAX_WORK: u64 = 1_000_000;
/// Findings beyond these are not listed.
const MAX_VIOLATIONS: usize = 100;
/// A text longer than this matches no pattern.
const MAX_MATCHED_BYTES: usize = 4_096;

/// What is wrong with a place of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    Required,
    Type,
    NotAChoice,
    UnknownField,
    TooShort,
    TooLong,
    Pattern,
    Format,
    TooSmall,
    TooLarge,
    NotAMultiple,
    TooFewItems,
    TooManyItems,
    Repeated,
    TooFewMembers,
    TooManyMembers,
    NoAlternative,
    Excluded,
    /// A check by code says it cannot be right.
    Wrong(Validator),
    /// A check by code says it looks odd: a warning only.
    Odd(Validator),
    /// The answers as a whole are longer or deeper than answers may be.
    AnswersTooLarge,
    /// Checking them would take longer than anybody waits.
    TooMuchWork,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer into the answers.
    pub at: String,
    /// What.
    pub breach: Breach,
}

/// What a validation found, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validation {
    /// Everything that is wrong, at most 100.
    pub violations: Vec<Violation>,
    /// Steps taken, never more than [`MAX_WORK`].
    pub work: u64,
}

impl Schema {
    /// Looks at answers, given on a day.
    pub fn validate(&self, answers: &Value, day: NaiveDate) -> Validation {
        if exceeds(answers, MAX_ANSWER_BYTES) || deeper(answers, MAX_ANSWER_DEPTH) {
            let whole = Violation { at: String::new(), breach: Breach::AnswersTooLarge };
            return Validation { violations: vec![whole], work: 0 };
        }
        let mut walk = Walk { schema: self, day, work: 0, trials: 0, violations: Vec::new() };
        walk.visit(self.root, answers, "");
        if walk.work >= MAX_WORK {
            let whole = Violation { at: String::new(), breach: Breach::TooMuchWork };
            walk.violations = vec![whole];
        }
        Validation { violations: walk.violations, work: walk.work.min(MAX_WORK) }
    }
}

struct Walk<'a> {
    schema: &'a Schema,
    day: NaiveDate,
    work: u64,
    /// How many alternatives deep: what an alternative finds is not said, only that it does not fit.
    trials: usize,
    violations: Vec<Violation>,
}

impl Walk<'_> {
    /// Counts steps; true once there are too many, and then everything ends as quickly as it can.
    fn spend(&mut self, steps: usize) -> bool {
        self.work = self.work.saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        self.work >= MAX_WORK
    }

    fn refuse(&mut self, at: &str, breach: Breach) -> bool {
        if self.trials == 0 && self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(Violation { at: at.to_owned(), breach });
        }
        false
    }

    fn fits(&mut self, node: usize, value: &Value, at: &str) -> bool {
        self.trials += 1;
        let fits = self.visit(node, value, at);
        self.trials -= 1;
        fits
    }

    fn visit(&mut self, index: usize, value: &Value, at: &str) -> bool {
        let schema = self.schema;
        let node = &schema.nodes[index];
        if self.spend(1) {
            return false;
        }
        if node.never {
            return self.refuse(at, Breach::UnknownField);
        }
        if !node.types.is_empty() && !node.types.iter().any(|wanted| wanted.admits(value)) {
            return self.refuse(at, Breach::Type); // whatever else it says is about another type
        }
        let mut fits = self.choices(node, value, at);
        fits &= match value {
            Value::Object(members) => self.object(node, members, at),
            Value::Array(items) => self.array(node, items, at),
            Value::String(text) => self.text(node, value, text, at),
            Value::Number(found) => self.number(node, found, at),
            Value::Null | Value::Bool(_) => true,
        };
        fits & self.combined(node, value, at)
    }

    fn choices(&mut self, node: &Node, value: &Value, at: &str) -> bool {
        let choices = node.choices.as_deref().unwrap_or_default();
        if self.spend(choices.len()) {
            return false;
        }
        let listed =
            node.choices.is_none() || choices.iter().any(|choice| number::same(choice, value));
        let constant = node.constant.as_ref().is_none_or(|wanted| number::same(wanted, value));
        (listed && constant) || self.refuse(at, Breach::NotAChoice)
    }

    fn object(&mut self, node: &Node, members: &Map<String, Value>, at: &str) -> bool {
        if self.spend(members.len() + node.required.len() + node.dependent.len()) {
            return false;
        }
        let mut fits = match node.members.judge(members.len()) {
            Ordering::Less => self.refuse(at, Breach::TooFewMembers),
            Ordering::Greater => self.refuse(at, Breach::TooManyMembers),
            Ordering::Equal => true,
        };
        for name in &node.required {
            if !members.contains_key(name) {
                fits = self.refuse(&child(at, name), Breach::Required);
            }
        }
        for (name, needed) in &node.dependent {
            if members.contains_key(name) {
                for missing in needed.iter().filter(|needed| !members.contains_key(*needed)) {
                    fits = self.refuse(&child(at, missing), Breach::Required);
                }
            }
        }
        for (name, member) in members {
            let part = node.properties.get(name).copied().or(node.others);
            if let Some(part) = part {
                fits &= self.visit(part, member, &child(at, name));
            }
            if !fits && self.must_stop() {
                return false;
            }
        }
        fits
    }

    fn array(&mut self, node: &Node, items: &[Value], at: &str) -> bool {
        if self.spend(items.len()) {
            return false;
        }
        let mut fits = match node.length.judge(items.len()) {
            Ordering::Less => self.refuse(at, Breach::TooFewItems),
            Ordering::Greater => self.refuse(at, Breach::TooManyItems),
            Ordering::Equal => true,
        };
        for (index, item) in items.iter().enumerate() {
            let part = node.prefix.get(index).copied().or(node.items);
            if let Some(part) = part {
                fits &= self.visit(part, item, &format!("{at}/{index}"));
            }
            if !fits && self.must_stop() {
                return false;
            }
        }
        if let Some(part) = node.contains
            && !items.iter().any(|item| self.fits(part, item, at))
        {
            fits = self.refuse(at, Breach::NoAlternative);
        }
        if node.unique && !self.all_differ(items) {
            fits = self.refuse(at, Breach::Repeated);
        }
        fits
    }

    /// By their canonical text, so that it takes no more than sorting does.
    fn all_differ(&mut self, items: &[Value]) -> bool {
        let mut seen = BTreeSet::new();
        items.iter().all(|item| {
            let text = canonical(item);
            !self.spend(text.len() / 16) && seen.insert(text)
        })
    }

    fn text(&mut self, node: &Node, value: &Value, text: &str, at: &str) -> bool {
        if self.spend(text.len() / 16) {
            return false;
        }
        let mut fits = match node.characters.judge(text.chars().count()) {
            Ordering::Less => self.refuse(at, Breach::TooShort),
            Ordering::Greater => self.refuse(at, Breach::TooLong),
            Ordering::Equal => true,
        };
        if let Some(pattern) = &node.pattern
            && (self.spend(text.len() * 4)
                || text.len() > MAX_MATCHED_BYTES
                || !pattern.is_match(text))
        {
            fits = self.refuse(at, Breach::Pattern);
        }
        if node.format.is_some_and(|format| !format.admits(value)) {
            fits = self.refuse(at, Breach::Format);
        }
        if let Some(validator) = node.validator {
            match validator.judge(text, self.day) {
                Verdict::Fine => {}
                Verdict::Odd => {
                    self.refuse(at, Breach::Odd(validator)); // said, and it still fits
                }
                Verdict::Wrong => fits = self.refuse(at, Breach::Wrong(validator)),
            }
        }
        fits
    }

    fn number(&mut self, node: &Node, found: &serde_json::Number, at: &str) -> bool {
        let compared = |bound: &Bound| (number::compare(found, &bound.at), bound.exclusive);
        let mut fits = true;
        if let Some((order, exclusive)) = node.minimum.as_ref().map(compared)
            && !order.is_some_and(|order| order.is_gt() || (order.is_eq() && !exclusive))
        {
            fits = self.refuse(at, Breach::TooSmall);
        }
        if let Some((order, exclusive)) = node.maximum.as_ref().map(compared)
            && !order.is_some_and(|order| order.is_lt() || (order.is_eq() && !exclusive))
        {
            fits = self.refuse(at, Breach::TooLarge);
        }
        if let Some(step) = node.multiple_of
            && number::whole(found).is_none_or(|whole| whole % i128::from(step) != 0)
        {
            fits = self.refuse(at, Breach::NotAMultiple);
        }
        fits
    }

    fn combined(&mut self, node: &Node, value: &Value, at: &str) -> bool {
        let mut fits = node.reference.is_none_or(|part| self.visit(part, value, at));
        for &part in &node.all_of {
            fits &= self.visit(part, value, at);
        }
        if !node.any_of.is_empty() && !node.any_of.iter().any(|&part| self.fits(part, value, at)) {
            fits = self.refuse(at, Breach::NoAlternative);
        }
        if !node.one_of.is_empty() {
            let fitting = node.one_of.iter().filter(|&&part| self.fits(part, value, at)).count();
            if fitting != 1 {
                fits = self.refuse(at, Breach::NoAlternative);
            }
        }
        if let Some(part) = node.not
            && self.fits(part, value, at)
        {
            fits = self.refuse(at, Breach::Excluded);
        }
        if let Some(condition) = node.condition {
            let branch = if self.fits(condition, value, at) { node.then } else { node.otherwise };
            fits &= branch.is_none_or(|part| self.visit(part, value, at));
        }
        fits
    }

    /// An alternative has failed at its first breach; everything has once the work is spent.
    const fn must_stop(&self) -> bool {
        self.trials > 0 || self.work >= MAX_WORK
    }
}

impl Type {
    fn admits(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null)
            | (Self::Boolean, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String, Value::String(_))
            | (Self::Array, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            (Self::Integer, Value::Number(number)) => number::whole(number).is_some(),
            _ => false,
        }
    }
}

/// A text that two values share exactly when they are the same: 1 is 1.0, members in the order of their names.
fn canonical(value: &Value) -> String {
    match value {
        Value::Number(found) => {
            number::whole(found).map_or_else(|| found.to_string(), |n| n.to_string())
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let mut pairs: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", canonical(value)))
                .collect();
            pairs.sort_unstable();
            format!("{{{}}}", pairs.join(","))
        }
        _ => value.to_string(),
    }
}
