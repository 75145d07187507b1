//! Which schemas are admitted, and how they are read.

mod values;

use std::collections::HashMap;

use city_contracts::problem::Finding;
use serde_json::{Map, Value};

use self::values::is_bilingual;
use super::super::identity::Validator;
use super::element::Element;
use super::format::Format;
use super::json::{child, deeper, exceeds};
use super::schema::{Node, Schema};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// How long a schema may be, written without blanks.
pub const MAX_SCHEMA_BYTES: usize = 128 * 1024;
/// How long the hints of a form may be.
pub const MAX_UI_BYTES: usize = 32 * 1024;
/// How deep a schema may nest as written.
pub const MAX_DEPTH: usize = 20;
/// How large it may be with all references written out: a few lines of references to references grow without end.
const MAX_EXPANDED: usize = 5_000;
/// How deep it may be with all references written out, so that no validation exhausts the stack.
const MAX_EXPANDED_DEPTH: usize = 64;
const MAX_FINDINGS: usize = 100;

impl Schema {
    /// Reads a schema. Where it stands in the input is `/schema`.
    ///
    /// # Errors
    /// Everything that keeps it from being admitted, at once, at most 100 findings.
    pub fn read(json: &Value) -> Result<Self, Vec<Finding>> {
        if exceeds(json, MAX_SCHEMA_BYTES) {
            return Err(vec![Finding::new("/schema", "TOO_LARGE", "a schema has at most 128 kB")]);
        }
        if deeper(json, MAX_DEPTH) {
            return Err(vec![Finding::new(
                "/schema",
                "TOO_DEEP",
                "a schema nests at most 20 deep",
            )]);
        }
        let mut lint = Lint {
            root: json,
            nodes: Vec::new(),
            read: HashMap::new(),
            open: Vec::new(),
            patterns: 0,
            findings: Vec::new(),
        };
        lint.dialect();
        let root = lint.node(json, "", true);
        match root {
            Some(root) if lint.findings.is_empty() => Ok(Self { nodes: lint.nodes, root }),
            _ => Err(lint.findings),
        }
    }
}

struct Lint<'a> {
    root: &'a Value,
    nodes: Vec<Node>,
    /// Nodes by where they stand in the schema.
    read: HashMap<String, usize>,
    /// Where the reading is just now: a reference into it would lead round.
    open: Vec<String>,
    patterns: usize,
    findings: Vec<Finding>,
}

impl Lint<'_> {
    fn refuse(&mut self, at: &str, code: &str, message: &str) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(Finding::new(format!("/schema{at}"), code, message));
        }
    }

    fn dialect(&mut self) {
        if self.root.get("$schema").is_some_and(|dialect| dialect != DIALECT) {
            self.refuse("/$schema", "DIALECT", "only JSON Schema 2020-12 is understood");
        }
        if self.root.get("type").and_then(Value::as_str) != Some("object") {
            self.refuse("/type", "ROOT", "the answers of a form are an object");
        }
    }

    /// Reads the subschema at a place. `declares`: its members are fields that residents see, so they need labels.
    fn node(&mut self, json: &Value, at: &str, declares: bool) -> Option<usize> {
        if let Some(&known) = self.read.get(at) {
            return Some(known);
        }
        if self.open.iter().any(|open| open == at) {
            self.refuse(at, "REF_CYCLE", "a reference leads back to where it stands");
            return None;
        }
        if self.open.len() >= MAX_EXPANDED_DEPTH {
            self.refuse(at, "TOO_DEEP", "with its references written out it is more than 64 deep");
            return None;
        }
        self.open.push(at.to_owned());
        let mut node = match json {
            Value::Bool(always) => Node { never: !always, ..Node::default() },
            Value::Object(members) => self.members(members, at, declares),
            _ => {
                self.refuse(at, "SHAPE", "a schema is an object, true or false");
                Node::default()
            }
        };
        self.open.pop();
        self.measure(&mut node, at);
        let index = self.nodes.len();
        self.nodes.push(node);
        self.read.insert(at.to_owned(), index);
        Some(index)
    }

    fn measure(&mut self, node: &mut Node, at: &str) {
        let parts = children(node);
        let sizes = parts.iter().map(|&part| self.nodes[part].expanded);
        node.expanded = sizes.fold(1_usize, usize::saturating_add);
        let depths = parts.iter().map(|&part| self.nodes[part].depth);
        node.depth = 1 + depths.max().unwrap_or(0);
        if node.expanded > MAX_EXPANDED {
            self.refuse(
                at,
                "TOO_LARGE",
                "with its references written out it has more than 5000 parts",
            );
            node.expanded = 1; // said once, not by everything that refers to it
        }
        if node.depth > MAX_EXPANDED_DEPTH {
            self.refuse(at, "TOO_DEEP", "with its references written out it is more than 64 deep");
            node.depth = 1;
        }
    }

    fn members(&mut self, members: &Map<String, Value>, at: &str, declares: bool) -> Node {
        let mut node = Node::default();
        for (keyword, value) in members {
            let here = child(at, keyword);
            self.keyword(&mut node, keyword, value, &here, declares);
        }
        if node.validator.is_none() {
            let element = members.get("x-element").and_then(Value::as_str).and_then(Element::parse);
            node.validator = element.and_then(|element| element.validator);
        }
        node
    }

    fn keyword(&mut self, node: &mut Node, keyword: &str, value: &Value, at: &str, declares: bool) {
        match keyword {
            "$schema" | "$id" if at.matches('/').count() == 1 => {}
            "$comment" | "title" | "description" | "default" | "examples" | "deprecated"
            | "readOnly" | "writeOnly" => {}
            "$defs" => drop(self.named(value, at, declares)),
            "$ref" => node.reference = self.reference(value, at, declares),
            "type" => node.types = self.types(value, at),
            "enum" => node.choices = self.choices(value, at),
            "const" => node.constant = Some(value.clone()),
            "required" => node.required = self.names(value, at),
            "properties" => {
                if declares {
                    self.labels(value, at);
                }
                node.properties = self.named(value, at, declares);
            }
            "additionalProperties" => node.others = self.node(value, at, declares),
            "dependentRequired" => node.dependent = self.dependent(value, at),
            "minProperties" => node.members.min = self.count(value, at),
            "maxProperties" => node.members.max = self.count(value, at),
            "prefixItems" => node.prefix = self.list(value, at, declares),
            "items" => node.items = self.node(value, at, declares),
            "contains" => node.contains = self.node(value, at, false),
            "minItems" => node.length.min = self.count(value, at),
            "maxItems" => node.length.max = self.count(value, at),
            "uniqueItems" => node.unique = self.flag(value, at),
            "minLength" => node.characters.min = self.count(value, at),
            "maxLength" => node.characters.max = self.count(value, at),
            "pattern" => node.pattern = self.pattern(value, at),
            "format" => node.format = self.named_thing(value, at, "FORMAT", Format::parse),
            "minimum" => node.minimum = self.bound(value, at, false, node.minimum.take().as_ref()),
            "maximum" => node.maximum = self.bound(value, at, false, node.maximum.take().as_ref()),
            "exclusiveMinimum" => {
                node.minimum = self.bound(value, at, true, node.minimum.take().as_ref());
            }
            "exclusiveMaximum" => {
                node.maximum = self.bound(value, at, true, node.maximum.take().as_ref());
            }
            "multipleOf" => match value.as_i64().filter(|step| *step >= 1) {
                Some(step) => node.multiple_of = Some(step),
                None => self.refuse(at, "SHAPE", "a whole number from 1"),
            },
            "allOf" => node.all_of = self.list(value, at, false),
            "anyOf" => node.any_of = self.list(value, at, false),
            "oneOf" => node.one_of = self.list(value, at, false),
            "not" => node.not = self.node(value, at, false),
            "if" => node.condition = self.node(value, at, false),
            "then" => node.then = self.node(value, at, false),
            "else" => node.otherwise = self.node(value, at, false),
            "x-label" | "x-help" => {
                if !is_bilingual(value) {
                    self.refuse(at, "LABEL", "a text in `vi` and `en`, up to 200 characters each");
                }
            }
            "x-element" => {
                self.named_thing(value, at, "ELEMENT", Element::parse);
            }
            "x-validator" => {
                node.validator = self.named_thing(value, at, "VALIDATOR", Validator::parse);
            }
            "x-sensitive" => {
                self.flag(value, at);
            }
            _ => self.refuse(at, "KEYWORD", "this keyword is not among those that forms may use"),
        }
    }
}

fn children(node: &Node) -> Vec<usize> {
    let lists = [&node.prefix, &node.all_of, &node.any_of, &node.one_of];
    let single = [
        node.others,
        node.items,
        node.contains,
        node.not,
        node.condition,
        node.then,
        node.otherwise,
        node.reference,
    ];
    let listed = lists.into_iter().flatten().copied();
    node.properties.values().copied().chain(listed).chain(single.into_iter().flatten()).collect()
}
