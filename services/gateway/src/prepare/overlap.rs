//! One response key, one meaning: fields that answer under the same key must be the same field with the same arguments.
//!
//! Under object types that exclude each other only the shape of the answer must agree. What lies below such a pair is
//! merged and judged as one, which refuses a little more than the specification and stays linear.

use std::collections::HashMap;

use async_graphql::{
    Positioned,
    parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type},
};

use super::{
    refusal::Fault,
    shape::{Shape, named},
};

type Parted<'a> = (&'a str, &'a Positioned<Field>);

/// The first conflict below a selection set of type `parent`.
///
/// # Errors
/// A fault at the second of two fields that cannot share their key.
pub fn check(
    shape: &Shape,
    document: &ExecutableDocument,
    parent: &str,
    set: &SelectionSet,
) -> Result<(), Fault> {
    level(shape, document, &[(parent, set)])
}

fn level(
    shape: &Shape,
    document: &ExecutableDocument,
    sets: &[(&str, &SelectionSet)],
) -> Result<(), Fault> {
    let mut keys: HashMap<&str, Vec<Parted>> = HashMap::new();
    for (parent, set) in sets {
        collect(document, parent, set, &mut keys);
    }
    for (key, fields) in keys {
        let mut first_of: Vec<Parted> = Vec::new();
        for field in &fields {
            agree(shape, key, &first_of, field)?;
            if !first_of.iter().any(|(parent, _)| *parent == field.0) {
                first_of.push(*field);
            }
        }
        let below = |(parent, field): &Parted<'_>| {
            let member = shape.member(parent, &field.node.name.node);
            member.map(|member| named(&member.ty).to_owned())
        };
        let types: Vec<Option<String>> = fields.iter().map(below).collect();
        let children = types.iter().zip(&fields);
        let children = children
            .filter_map(|(ty, (_, field))| Some((ty.as_deref()?, &field.node.selection_set.node)));
        let children: Vec<_> = children.filter(|(_, set)| !set.items.is_empty()).collect();
        if !children.is_empty() {
            level(shape, document, &children)?;
        }
    }
    Ok(())
}

fn collect<'a>(
    document: &'a ExecutableDocument,
    parent: &'a str,
    set: &'a SelectionSet,
    into: &mut HashMap<&'a str, Vec<Parted<'a>>>,
) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                into.entry(&field.node.response_key().node).or_default().push((parent, field));
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().map_or(parent, |on| &on.node.on.node);
                collect(document, on, &inline.node.selection_set.node, into);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(
                        document,
                        &fragment.node.type_condition.node.on.node,
                        &fragment.node.selection_set.node,
                        into,
                    );
                }
            }
        }
    }
}

/// A field against those before it, of which one a parent type stands for all.
fn agree(
    shape: &Shape,
    key: &str,
    before: &[Parted<'_>],
    (parent, field): &Parted<'_>,
) -> Result<(), Fault> {
    let conflict = |reason: &str| {
        Err(Fault::new(format!("The response key {key} {reason}"))
            .at(field.pos.line, field.pos.column))
    };
    for (other_parent, other) in before {
        let exclusive =
            parent != other_parent && shape.is_object(parent) && shape.is_object(other_parent);
        if !exclusive && field.node.name.node != other.node.name.node {
            return conflict("names two different fields");
        }
        if !exclusive && !same_arguments(&field.node, &other.node) {
            return conflict("names one field with different arguments");
        }
        let ty =
            |parent, field: &Field| shape.member(parent, &field.name.node).map(|member| &member.ty);
        if let (Some(one), Some(two)) = (ty(parent, &field.node), ty(other_parent, &other.node))
            && !same_shape(shape, one, two)
        {
            return conflict("names fields of different types");
        }
    }
    Ok(())
}

fn same_arguments(one: &Field, other: &Field) -> bool {
    let same = |(name, value): &(Positioned<_>, Positioned<_>)| {
        other.get_argument(name_of(&name.node)).is_some_and(|v| v.node == value.node)
    };
    one.arguments.len() == other.arguments.len() && one.arguments.iter().all(same)
}

fn name_of(name: &async_graphql::Name) -> &str {
    name
}

fn same_shape(shape: &Shape, one: &Type, other: &Type) -> bool {
    one.nullable == other.nullable
        && match (&one.base, &other.base) {
            (BaseType::List(one), BaseType::List(other)) => same_shape(shape, one, other),
            (BaseType::Named(one), BaseType::Named(other)) => {
                one == other || (shape.is_composite(one) && shape.is_composite(other))
            }
            (BaseType::List(_), BaseType::Named(_)) | (BaseType::Named(_), BaseType::List(_)) => {
                false
            }
        }
}
