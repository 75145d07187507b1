//! Conditions over answers: JSON that says when a fee, an exemption or a paper applies.
//!
//! Answers are often incomplete, so a condition is TRUE, FALSE or UNKNOWN (Kleene): what nobody answered yet is UNKNOWN,
//! and UNKNOWN stays unless the rest decides.

use std::cmp::Ordering;

use chrono::NaiveDate;
use city_contracts::problem::Finding;
use serde_json::{Map, Value};

use super::number;

/// How deep conditions may nest.
pub const MAX_DEPTH: usize = 8;
/// How many nodes a condition may have.
pub const MAX_NODES: usize = 100;
/// How many values `in` may list.
pub const MAX_CHOICES: usize = 100;
/// How long a pointer may be.
const MAX_POINTER: usize = 200;

/// What is known about a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// The answers do not say.
    Unknown,
}

impl Truth {
    const fn of(known: bool) -> Self {
        if known { Self::True } else { Self::False }
    }

    const fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    const fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }

    const fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }
}

/// A condition that was read and is within bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition(Node);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Equals(Pointer, Value),
    OneOf(Pointer, Vec<Value>),
    Order(Pointer, Comparison, Value),
    OlderThanDays(Pointer, i64),
    Present(Pointer),
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
}

type Pointer = String;

impl Condition {
    /// Reads a condition; everything wrong with it is named, under `at`.
    ///
    /// # Errors
    /// All findings at once.
    pub fn parse(json: &Value, at: &str) -> Result<Self, Vec<Finding>> {
        let mut reading = Reading { nodes: 0, findings: Vec::new() };
        let node = reading.node(json, at, 1);
        match node {
            Some(node) if reading.findings.is_empty() => Ok(Self(node)),
            _ => Err(reading.findings),
        }
    }

    /// What is known about it, for answers given on a day.
    pub fn evaluate(&self, answers: &Value, day: NaiveDate) -> Truth {
        evaluate(&self.0, answers, day)
    }
}

fn evaluate(node: &Node, answers: &Value, day: NaiveDate) -> Truth {
    let known = |pointer: &Pointer, test: &dyn Fn(&Value) -> Option<bool>| {
        answers.pointer(pointer).and_then(test).map_or(Truth::Unknown, Truth::of)
    };
    match node {
        Node::Equals(pointer, wanted) => known(pointer, &|found| Some(number::same(found, wanted))),
        Node::OneOf(pointer, choices) => {
            known(pointer, &|found| Some(choices.iter().any(|choice| number::same(found, choice))))
        }
        Node::Order(pointer, comparison, bound) => {
            known(pointer, &|found| order(found, bound).map(|order| comparison.holds(order)))
        }
        Node::OlderThanDays(pointer, days) => {
            known(pointer, &|found| Some((day - date(found)?).num_days() > *days))
        }
        Node::Present(pointer) => Truth::of(answers.pointer(pointer).is_some()),
        Node::All(parts) => {
            parts.iter().fold(Truth::True, |so_far, part| so_far.and(evaluate(part, answers, day)))
        }
        Node::Any(parts) => {
            parts.iter().fold(Truth::False, |so_far, part| so_far.or(evaluate(part, answers, day)))
        }
        Node::Not(part) => evaluate(part, answers, day).negated(),
    }
}

impl Comparison {
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

/// Numbers and dates have an order; nothing else has, nor one against the other.
fn order(found: &Value, bound: &Value) -> Option<Ordering> {
    match (found, bound) {
        (Value::Number(found), Value::Number(bound)) => number::compare(found, bound),
        _ => Some(date(found)?.cmp(&date(bound)?)),
    }
}

/// A date as forms write it, `2026-01-31` and nothing else.
pub fn date(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str().filter(|text| text.len() == 10)?;
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()
}

struct Reading {
    nodes: usize,
    findings: Vec<Finding>,
}

impl Reading {
    fn node(&mut self, json: &Value, at: &str, depth: usize) -> Option<Node> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.refuse(at, "TOO_LARGE", "a condition has at most 100 nodes");
        }
        if depth > MAX_DEPTH {
            return self.refuse(at, "TOO_DEEP", "conditions nest at most 8 deep");
        }
        let Some((operator, operand)) = json.as_object().and_then(only_member) else {
            return self.refuse(at, "SHAPE", "a condition is an object with one operator");
        };
        let at = format!("{at}/{}", operator.replace('~', "~0").replace('/', "~1"));
        match operator {
            "eq" => {
                let (pointer, value) = self.pair(operand, &at)?;
                Some(Node::Equals(pointer, value.clone()))
            }
            "in" => {
                let (pointer, value) = self.pair(operand, &at)?;
                match value.as_array() {
                    Some(choices) if choices.len() <= MAX_CHOICES => {
                        Some(Node::OneOf(pointer, choices.clone()))
                    }
                    _ => self.refuse(&at, "SHAPE", "`in` takes a pointer and up to 100 values"),
                }
            }
            "lt" => self.ordered(operand, &at, Comparison::Lt),
            "le" => self.ordered(operand, &at, Comparison::Le),
            "gt" => self.ordered(operand, &at, Comparison::Gt),
            "ge" => self.ordered(operand, &at, Comparison::Ge),
            "olderThanDays" => {
                let (pointer, value) = self.pair(operand, &at)?;
                match value.as_i64().filter(|days| (0..=73_000).contains(days)) {
                    Some(days) => Some(Node::OlderThanDays(pointer, days)),
                    None => self.refuse(&at, "SHAPE", "the days are a number from 0 to 73000"),
                }
            }
            "present" => self.pointer(operand, &at).map(Node::Present),
            "all" => self.parts(operand, &at, depth).map(Node::All),
            "any" => self.parts(operand, &at, depth).map(Node::Any),
            "not" => self.node(operand, &at, depth + 1).map(|part| Node::Not(Box::new(part))),
            _ => self.refuse(
                &at,
                "UNKNOWN",
                "operators are eq, in, lt, le, gt, ge, olderThanDays, present, all, any, not",
            ),
        }
    }

    fn ordered(&mut self, operand: &Value, at: &str, comparison: Comparison) -> Option<Node> {
        let (pointer, value) = self.pair(operand, at)?;
        if value.is_number() || date(value).is_some() {
            Some(Node::Order(pointer, comparison, value.clone()))
        } else {
            self.refuse(at, "SHAPE", "only numbers and dates such as 2026-01-31 have an order")
        }
    }

    fn pair<'a>(&mut self, operand: &'a Value, at: &str) -> Option<(Pointer, &'a Value)> {
        match operand.as_array().map(Vec::as_slice) {
            Some([pointer, value]) => Some((self.pointer(pointer, at)?, value)),
            _ => self.refuse(at, "SHAPE", "this operator takes a pointer and a value"),
        }
    }

    fn pointer(&mut self, json: &Value, at: &str) -> Option<Pointer> {
        match json.as_str().filter(|text| is_pointer(text)) {
            Some(text) => Some(text.to_owned()),
            None => {
                self.refuse(at, "POINTER", "a pointer into the answers, such as /child/birthDate")
            }
        }
    }

    fn parts(&mut self, operand: &Value, at: &str, depth: usize) -> Option<Vec<Node>> {
        let Some(parts) = operand.as_array() else {
            return self.refuse(at, "SHAPE", "this operator takes a list of conditions");
        };
        let mut read = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            if self.nodes > MAX_NODES {
                return None;
            }
            read.push(self.node(part, &format!("{at}/{index}"), depth + 1));
        }
        read.into_iter().collect()
    }

    fn refuse<T>(&mut self, at: &str, code: &str, message: &str) -> Option<T> {
        self.findings.push(Finding::new(at, code, message));
        None
    }
}

fn only_member(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut members = map.iter();
    let (key, value) = members.next()?;
    members.next().is_none().then_some((key.as_str(), value))
}

/// A JSON Pointer below the root.
pub fn is_pointer(text: &str) -> bool {
    text.starts_with('/') && text.len() <= MAX_POINTER
}
