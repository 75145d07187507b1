//! The normal form of an operation: no fragment spreads, equal response keys merged, so that the engine runs each once.
//!
//! Where the parent is an object type, all fragments dissolve. Where it is abstract, one inline fragment a narrower type
//! stays. `@skip` and `@include` travel from a fragment to its fields; those with a constant are decided here. Fields of
//! one key that hang on different variables cannot be one field: they stay apart, [`Normal::open`] says so, and the
//! operation is brought into normal form again once the variables are known.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Variables,
    parser::types::{
        Directive, ExecutableDocument, Field, InlineFragment, Selection, SelectionSet,
        TypeCondition,
    },
};
use async_graphql_value::{ConstValue, Value};

use super::shape::{Shape, named};

/// A selection set in normal form.
pub struct Normal {
    pub set: SelectionSet,
    /// Some response keys are still twice, because variables decide about them.
    pub open: bool,
}

/// Brings the selection set of an operation into normal form; with variables, no condition remains.
pub fn normal(
    shape: &Shape,
    document: &ExecutableDocument,
    root: &str,
    set: &SelectionSet,
    variables: Option<&Variables>,
) -> Normal {
    let mut form = Form { shape, document, variables, open: false };
    let set = form.set(root, vec![Part { set, conditions: Vec::new() }]);
    Normal { set, open: form.open }
}

/// A written set, and what must hold for it beyond its parent field.
struct Part<'a> {
    set: &'a SelectionSet,
    conditions: Conditions<'a>,
}

type Conditions<'a> = Vec<Condition<'a>>;

/// An `@include`, or a `@skip` if not, that hangs on a variable. Each stands once in its list.
#[derive(Debug, Clone, Copy)]
struct Condition<'a> {
    include: bool,
    variable: &'a str,
    directive: &'a Positioned<Directive>,
}

impl<'a> Condition<'a> {
    fn key(&self) -> (bool, &'a str) {
        (self.include, self.variable)
    }
}

enum Decided<'a> {
    Holds,
    Fails,
    Open(Condition<'a>),
}

struct Occurrence<'a> {
    field: &'a Positioned<Field>,
    conditions: Conditions<'a>,
}

/// What a level holds, in the order of first mention.
#[derive(Default)]
struct Level<'a> {
    order: Vec<Entry<'a>>,
    fields: HashMap<&'a str, Vec<Occurrence<'a>>>,
    narrower: HashMap<&'a str, Vec<Part<'a>>>,
}

enum Entry<'a> {
    Key(&'a str),
    Narrower(&'a str),
}

struct Form<'a> {
    shape: &'a Shape,
    document: &'a ExecutableDocument,
    variables: Option<&'a Variables>,
    open: bool,
}

impl<'a> Form<'a> {
    fn set(&mut self, parent: &str, parts: Vec<Part<'a>>) -> SelectionSet {
        let mut level = Level::default();
        for part in parts {
            self.collect(parent, part.set, &part.conditions, &mut level);
        }
        let mut items = Vec::new();
        for entry in level.order {
            match entry {
                Entry::Key(key) => {
                    let occurrences = level.fields.remove(key).unwrap_or_default();
                    self.merge(parent, occurrences, &mut items);
                }
                Entry::Narrower(on) => {
                    let set = self.set(on, level.narrower.remove(on).unwrap_or_default());
                    items.push(narrower(on, set));
                }
            }
        }
        SelectionSet { items }
    }

    fn collect(
        &self,
        parent: &str,
        set: &'a SelectionSet,
        conditions: &[Condition<'a>],
        level: &mut Level<'a>,
    ) {
        for item in &set.items {
            let Some(conditions) = self.conditions(conditions, item.node.directives()) else {
                continue;
            };
            let (on, inner) = match &item.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    if !level.fields.contains_key(key) {
                        level.order.push(Entry::Key(key));
                    }
                    level.fields.entry(key).or_default().push(Occurrence { field, conditions });
                    continue;
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref().map(|on| on.node.on.node.as_str());
                    (on, &inline.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => {
                    let Some(fragment) =
                        self.document.fragments.get(&spread.node.fragment_name.node)
                    else {
                        continue;
                    };
                    (
                        Some(fragment.node.type_condition.node.on.node.as_str()),
                        &fragment.node.selection_set.node,
                    )
                }
            };
            match on {
                Some(on) if !self.dissolves(on, parent) => {
                    if self.shape.overlap(on, parent) {
                        if !level.narrower.contains_key(on) {
                            level.order.push(Entry::Narrower(on));
                        }
                        level.narrower.entry(on).or_default().push(Part { set: inner, conditions });
                    }
                }
                Some(_) | None => self.collect(parent, inner, &conditions, level),
            }
        }
    }

    /// Whether all of a fragment's fields are fields of the parent: not so for an interface that all members of a union have.
    fn dissolves(&self, on: &str, parent: &str) -> bool {
        on == parent || (self.shape.is_object(parent) && self.shape.overlap(on, parent))
    }

    /// The conditions of a selection on top of those it inherits; `None` if it is certain to be left out.
    fn conditions(
        &self,
        inherited: &[Condition<'a>],
        own: &'a [Positioned<Directive>],
    ) -> Option<Conditions<'a>> {
        let mut all = inherited.to_vec();
        for directive in own.iter().filter(|directive| is_condition(directive)) {
            match self.decide(directive) {
                Decided::Holds => {}
                Decided::Fails => return None,
                Decided::Open(condition)
                    if all.iter().any(|known| known.key() == condition.key()) => {}
                Decided::Open(condition) => all.push(condition),
            }
        }
        Some(all)
    }

    fn decide(&self, directive: &'a Positioned<Directive>) -> Decided<'a> {
        let include = directive.node.name.node == "include";
        let by = |value| if value == include { Decided::Holds } else { Decided::Fails };
        match directive.node.get_argument("if").map(|value| &value.node) {
            Some(Value::Boolean(value)) => by(*value),
            Some(Value::Variable(variable)) => {
                match self.variables.and_then(|known| known.get(variable)) {
                    Some(ConstValue::Boolean(value)) => by(*value),
                    Some(_) | None => Decided::Open(Condition { include, variable, directive }),
                }
            }
            Some(_) | None => Decided::Fails, // refused by the rules; never run what nobody can decide
        }
    }

    fn merge(
        &mut self,
        parent: &str,
        occurrences: Vec<Occurrence<'a>>,
        items: &mut Vec<Positioned<Selection>>,
    ) {
        if occurrences.iter().any(|occurrence| occurrence.conditions.is_empty()) {
            items.extend(self.field(parent, occurrences, &[]));
            return;
        }
        let mut place: HashMap<Vec<(bool, &str)>, usize> = HashMap::new();
        let mut groups: Vec<(Conditions<'a>, Vec<Occurrence<'a>>)> = Vec::new();
        for Occurrence { field, conditions } in occurrences {
            let mut key: Vec<_> = conditions.iter().map(Condition::key).collect();
            key.sort_unstable();
            let at = *place.entry(key).or_insert(groups.len());
            if at == groups.len() {
                groups.push((conditions, Vec::new()));
            }
            if let Some((_, same)) = groups.get_mut(at) {
                same.push(Occurrence { field, conditions: Vec::new() });
            }
        }
        self.open |= groups.len() > 1;
        for (conditions, same) in groups {
            items.extend(self.field(parent, same, &conditions));
        }
    }

    /// One field for all occurrences; what only some of them select keeps their conditions.
    fn field(
        &mut self,
        parent: &str,
        occurrences: Vec<Occurrence<'a>>,
        conditions: &[Condition<'a>],
    ) -> Option<Positioned<Selection>> {
        let first = occurrences.first()?.field;
        let child =
            self.shape.member(parent, &first.node.name.node).map(|member| named(&member.ty));
        let parts = occurrences.into_iter().map(|occurrence| Part {
            set: &occurrence.field.node.selection_set.node,
            conditions: occurrence.conditions,
        });
        let set = match child {
            Some(child) if self.shape.is_composite(child) => self.set(child, parts.collect()),
            Some(_) | None => SelectionSet::default(),
        };
        let others = first.node.directives.iter().filter(|directive| !is_condition(directive));
        let field = Field {
            alias: first.node.alias.clone(),
            name: first.node.name.clone(),
            arguments: first.node.arguments.clone(),
            directives: conditions
                .iter()
                .map(|condition| condition.directive)
                .chain(others)
                .cloned()
                .collect(),
            selection_set: Positioned::new(set, first.node.selection_set.pos),
        };
        Some(Positioned::new(Selection::Field(Positioned::new(field, first.pos)), first.pos))
    }
}

fn is_condition(directive: &Positioned<Directive>) -> bool {
    directive.node.name.node == "skip" || directive.node.name.node == "include"
}

fn narrower(on: &str, set: SelectionSet) -> Positioned<Selection> {
    let at = set.items.first().map_or_else(Pos::default, |item| item.pos);
    let condition = TypeCondition { on: Positioned::new(Name::new(on), at) };
    let fragment = InlineFragment {
        type_condition: Some(Positioned::new(condition, at)),
        directives: Vec::new(),
        selection_set: Positioned::new(set, at),
    };
    Positioned::new(Selection::InlineFragment(Positioned::new(fragment, at)), at)
}
