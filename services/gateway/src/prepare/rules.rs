//! Our own rules of a document: what the engine accepts and GraphQL does not. Each fragment is read once an operation.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet,
    },
};
use async_graphql_value::Value;

use super::{
    literal::Literals,
    refusal::Fault,
    shape::{Shape, Slot, named},
};

/// More faults than this help nobody.
const MOST_FAULTS: usize = 20;

/// Everything wrong with an operation and the fragments it reaches.
pub fn faults(
    shape: &Shape,
    document: &ExecutableDocument,
    operation: &Positioned<OperationDefinition>,
) -> Vec<Fault> {
    let literals = Literals { shape, variables: &operation.node.variable_definitions };
    let mut walk = Walk { shape, document, literals, seen: HashSet::new(), faults: Vec::new() };
    walk.variables(&operation.node);
    walk.directives(&operation.node.directives);
    match shape.root(operation.node.ty) {
        Some(root) => walk.set(root, &operation.node.selection_set.node),
        None => walk.fault(operation.pos, format!("The schema has no {}", operation.node.ty)),
    }
    walk.faults
}

struct Walk<'a> {
    shape: &'a Shape,
    document: &'a ExecutableDocument,
    literals: Literals<'a>,
    seen: HashSet<&'a str>,
    faults: Vec<Fault>,
}

impl<'a> Walk<'a> {
    fn fault(&mut self, at: Pos, message: String) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault::new(message).at(at.line, at.column));
        }
    }

    fn variables(&mut self, operation: &OperationDefinition) {
        let mut names = HashSet::new();
        for definition in &operation.variable_definitions {
            let variable = &definition.node;
            let ty = &variable.var_type.node;
            if !names.insert(variable.name.node.as_str()) {
                self.fault(
                    definition.pos,
                    format!("The variable ${} is defined twice", variable.name.node),
                );
            }
            if !self.shape.is_input(named(ty)) {
                self.fault(
                    definition.pos,
                    format!("The variable ${} is of no input type", variable.name.node),
                );
            } else if let Some(default) = &variable.default_value {
                let checked = self.literals.check(&default.node.clone().into_value(), ty);
                if let Err(reason) = checked {
                    self.fault(
                        default.pos,
                        format!("The default of ${} is {reason}", variable.name.node),
                    );
                }
            }
        }
    }

    fn set(&mut self, parent: &str, set: &'a SelectionSet) {
        for item in &set.items {
            self.directives(item.node.directives());
            match &item.node {
                Selection::Field(field) => self.field(parent, field),
                Selection::InlineFragment(inline) => {
                    let on =
                        inline.node.type_condition.as_ref().map_or(parent, |on| &on.node.on.node);
                    self.fragment(parent, on, item.pos, &inline.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name.as_str()) else {
                        self.fault(item.pos, format!("Unknown fragment {name}"));
                        continue;
                    };
                    let on = &fragment.node.type_condition.node.on.node;
                    if !self.shape.overlap(parent, on) {
                        self.fault(item.pos, format!("No {parent} can be a {on}"));
                    } else if self.seen.insert(name.as_str()) {
                        self.directives(&fragment.node.directives);
                        self.set(on, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn fragment(&mut self, parent: &str, on: &str, at: Pos, set: &'a SelectionSet) {
        if self.shape.overlap(parent, on) {
            self.set(on, set);
        } else {
            self.fault(at, format!("No {parent} can be a {on}"));
        }
    }

    fn field(&mut self, parent: &str, field: &'a Positioned<Field>) {
        let Field { name, arguments, selection_set, .. } = &field.node;
        if name.node == "__typename" {
            if !arguments.is_empty() || !selection_set.node.items.is_empty() {
                self.fault(field.pos, "__typename has neither arguments nor fields".to_owned());
            }
            return;
        }
        let shape = self.shape;
        let Some(member) = shape.member(parent, &name.node) else {
            self.fault(field.pos, format!("{parent} has no field {}", name.node));
            return;
        };
        let owner = format!("{parent}.{}", name.node);
        self.arguments(
            &owner,
            field.pos,
            arguments,
            |argument| member.arguments.get(argument),
            member.arguments.iter(),
        );
        let child = named(&member.ty);
        match (shape.is_composite(child), selection_set.node.items.is_empty()) {
            (true, false) => self.set(child, &selection_set.node),
            (false, true) => {}
            (true, true) => self.fault(field.pos, format!("{owner} needs a selection of fields")),
            (false, false) => self.fault(field.pos, format!("{owner} has no fields to select")),
        }
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>]) {
        let shape = self.shape;
        for directive in directives {
            let owner = format!("@{}", directive.node.name.node);
            match shape.directive(&directive.node.name.node) {
                Some(slots) => self.arguments(
                    &owner,
                    directive.pos,
                    &directive.node.arguments,
                    |name| slots.get(name),
                    slots.iter(),
                ),
                None => self.fault(directive.pos, format!("Unknown directive {owner}")),
            }
        }
    }

    fn arguments<'s>(
        &mut self,
        owner: &str,
        at: Pos,
        written: &[(Positioned<Name>, Positioned<Value>)],
        slot: impl Fn(&str) -> Option<&'s Slot>,
        slots: impl Iterator<Item = (&'s String, &'s Slot)>,
    ) {
        let mut names = HashSet::new();
        for (name, value) in written {
            if !names.insert(name.node.as_str()) {
                self.fault(
                    name.pos,
                    format!("The argument {owner}({}:) is given twice", name.node),
                );
            }
            let checked = match slot(&name.node) {
                Some(slot) => self
                    .literals
                    .check_slot(&value.node, slot)
                    .map_err(|reason| format!("has {reason}")),
                None => Err("is unknown".to_owned()),
            };
            if let Err(reason) = checked {
                self.fault(value.pos, format!("The argument {owner}({}:) {reason}", name.node));
            }
        }
        for (name, slot) in slots {
            if slot.is_required() && !names.contains(name.as_str()) {
                self.fault(at, format!("The argument {owner}({name}:) is missing"));
            }
        }
    }
}
