//! Which schemas are admitted, and how they are read.

use std::collections::HashMap;

use city_contracts::problem::Finding;
use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::super::identity::Validator;
use super::element::Element;
use super::format::Format;
use super::schema::{Bound, Node, Range, Schema, Type};

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
const MAX_PATTERNS: usize = 100;
const MAX_PATTERN_CHARS: usize = 500;
/// What a compiled pattern may weigh: repeated repetitions are refused, not run.
const MAX_PATTERN_BYTES: usize = 64 * 1024;
const MAX_CHOICES: usize = 500;
const MAX_LABEL_CHARS: usize = 200;
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

    fn named(
        &mut self,
        value: &Value,
        at: &str,
        declares: bool,
    ) -> std::collections::BTreeMap<String, usize> {
        let Some(members) = value.as_object() else {
            self.refuse(at, "SHAPE", "an object of schemas");
            return std::collections::BTreeMap::new();
        };
        let read = members.iter().filter_map(|(name, part)| {
            Some((name.clone(), self.node(part, &child(at, name), declares)?))
        });
        read.collect()
    }

    fn list(&mut self, value: &Value, at: &str, declares: bool) -> Vec<usize> {
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
    fn reference(&mut self, value: &Value, at: &str, declares: bool) -> Option<usize> {
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

    fn types(&mut self, value: &Value, at: &str) -> Vec<Type> {
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

    fn choices(&mut self, value: &Value, at: &str) -> Option<Vec<Value>> {
        let choices = value.as_array().filter(|all| (1..=MAX_CHOICES).contains(&all.len()));
        if choices.is_none() {
            self.refuse(at, "SHAPE", "a list of 1 to 500 values");
        }
        choices.cloned()
    }

    fn names(&mut self, value: &Value, at: &str) -> Vec<String> {
        let names = value.as_array().and_then(|names| {
            names.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        names.unwrap_or_else(|| {
            self.refuse(at, "SHAPE", "a list of names");
            Vec::new()
        })
    }

    fn dependent(&mut self, value: &Value, at: &str) -> Vec<(String, Vec<String>)> {
        let Some(members) = value.as_object() else {
            self.refuse(at, "SHAPE", "an object of lists of names");
            return Vec::new();
        };
        members
            .iter()
            .map(|(name, names)| (name.clone(), self.names(names, &child(at, name))))
            .collect()
    }

    fn count(&mut self, value: &Value, at: &str) -> Option<usize> {
        let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
        if count.is_none() {
            self.refuse(at, "SHAPE", "a whole number from 0");
        }
        count
    }

    fn flag(&mut self, value: &Value, at: &str) -> bool {
        value.as_bool().unwrap_or_else(|| {
            self.refuse(at, "SHAPE", "true or false");
            false
        })
    }

    fn bound(
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

    fn named_thing<T>(
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
    fn pattern(&mut self, value: &Value, at: &str) -> Option<Regex> {
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
    fn labels(&mut self, properties: &Value, at: &str) {
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

fn is_bilingual(value: &Value) -> bool {
    ["vi", "en"].iter().all(|locale| {
        value
            .get(locale)
            .and_then(Value::as_str)
            .is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= MAX_LABEL_CHARS)
    })
}

/// A pointer one member further.
pub fn child(at: &str, name: &str) -> String {
    format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Whether a value nests deeper than a bound, its own level counted.
pub fn deeper(value: &Value, bound: usize) -> bool {
    match value {
        Value::Array(_) | Value::Object(_) if bound == 0 => true,
        Value::Array(items) => items.iter().any(|item| deeper(item, bound - 1)),
        Value::Object(members) => members.values().any(|member| deeper(member, bound - 1)),
        _ => false,
    }
}

/// Whether a value is longer than a bound, written without blanks; it is not written to find out.
pub fn exceeds(value: &Value, bound: usize) -> bool {
    struct Counting {
        left: usize,
    }
    impl std::io::Write for Counting {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.left =
                self.left.checked_sub(bytes.len()).ok_or(std::io::ErrorKind::FileTooLarge)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    serde_json::to_writer(Counting { left: bound }, value).is_err()
}

impl Range {
    pub(super) fn judge(self, found: usize) -> std::cmp::Ordering {
        if self.min.is_some_and(|min| found < min) {
            std::cmp::Ordering::Less
        } else if self.max.is_some_and(|max| found > max) {
            std::cmp::Ordering::Greater
        } else {
            std::cmp::Ordering::Equal
        }
    }
}
