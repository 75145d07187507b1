//! A schema that was admitted, as nodes that refer to one another by index.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Number, Value};

use super::super::identity::Validator;
use super::format::Format;

/// An admitted schema.
#[derive(Debug, Clone)]
pub struct Schema {
    pub(super) nodes: Vec<Node>,
    pub(super) root: usize,
}

/// What a place of the answers must be like. Whatever is left out asks for nothing.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Refuses everything.
    pub(super) never: bool,
    pub(super) types: Vec<Type>,
    pub(super) choices: Option<Vec<Value>>,
    pub(super) constant: Option<Value>,

    pub(super) required: Vec<String>,
    pub(super) properties: BTreeMap<String, usize>,
    /// What a member that is not named must be like.
    pub(super) others: Option<usize>,
    pub(super) dependent: Vec<(String, Vec<String>)>,
    pub(super) members: Range,

    pub(super) prefix: Vec<usize>,
    pub(super) items: Option<usize>,
    pub(super) contains: Option<usize>,
    pub(super) length: Range,
    pub(super) unique: bool,

    pub(super) characters: Range,
    pub(super) pattern: Option<Regex>,
    pub(super) format: Option<Format>,
    pub(super) validator: Option<Validator>,

    pub(super) minimum: Option<Bound>,
    pub(super) maximum: Option<Bound>,
    pub(super) multiple_of: Option<i64>,

    pub(super) all_of: Vec<usize>,
    pub(super) any_of: Vec<usize>,
    pub(super) one_of: Vec<usize>,
    pub(super) not: Option<usize>,
    pub(super) condition: Option<usize>,
    pub(super) then: Option<usize>,
    pub(super) otherwise: Option<usize>,
    pub(super) reference: Option<usize>,

    /// How many nodes it is with everything it refers to written out.
    pub(super) expanded: usize,
    /// How deep it is with everything it refers to written out.
    pub(super) depth: usize,
}

/// How many there may be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    pub(super) min: Option<usize>,
    pub(super) max: Option<usize>,
}

impl Range {
    pub(super) fn judge(self, found: usize) -> Ordering {
        if self.min.is_some_and(|min| found < min) {
            Ordering::Less
        } else if self.max.is_some_and(|max| found > max) {
            Ordering::Greater
        } else {
            Ordering::Equal
        }
    }
}

/// Where numbers end.
#[derive(Debug, Clone)]
pub struct Bound {
    pub(super) at: Number,
    pub(super) exclusive: bool,
}

/// The types of JSON Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Type {
    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }
}

impl Schema {
    /// Whether a pointer names a field that this form knows, whatever stands in it.
    pub fn has_field(&self, pointer: &str) -> bool {
        let mut tokens =
            pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~"));
        tokens
            .try_fold(vec![self.root], |at, token| {
                let next: Vec<_> = at.iter().flat_map(|&node| self.steps(node, &token)).collect();
                (!next.is_empty()).then_some(next)
            })
            .is_some()
    }

    /// Where a member or item leads, through references and everything that applies to the same place.
    fn steps(&self, node: usize, token: &str) -> Vec<usize> {
        let mut found = Vec::new();
        let (mut todo, mut seen) = (vec![node], std::collections::BTreeSet::new());
        while let Some(index) = todo.pop() {
            if !seen.insert(index) {
                continue;
            }
            let node = &self.nodes[index];
            found.extend(node.properties.get(token));
            if let Ok(position) = token.parse::<usize>() {
                found.extend(node.prefix.get(position).copied().or(node.items));
            }
            todo.extend(node.reference.iter().chain(&node.then).chain(&node.otherwise));
            todo.extend(node.all_of.iter().chain(&node.any_of).chain(&node.one_of));
        }
        found
    }
}
