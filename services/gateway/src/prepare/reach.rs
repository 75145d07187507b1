//! For whom the values of an operation are: everybody, or whoever asks.

use async_graphql::parser::types::{Selection, SelectionSet};

use super::shape::{Shape, named};

/// Whether a field (parent type, name) is marked public: its value is the same for everybody.
pub type IsPublic = fn(&str, &str) -> bool;

/// For whom the values of an operation are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Every selected field is public.
    Everybody,
    /// The root fields are, something below them is not: all who are nobody in particular get the same.
    Anonymous,
    /// Some root field is about whoever asks.
    Viewer,
}

/// The reach of a selection set in normal form.
pub fn reach(shape: &Shape, root: &str, set: &SelectionSet, is_public: IsPublic) -> Reach {
    let is_marked = |parent: &str, name: &str| name == "__typename" || is_public(parent, name);
    let fields = set.items.iter().filter_map(|item| match &item.node {
        Selection::Field(field) => Some(field.node.name.node.as_str()),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None, // a root type is an object type
    });
    if !fields.into_iter().all(|name| is_marked(root, name)) {
        return Reach::Viewer;
    }
    if all_marked(shape, root, set, &is_marked) { Reach::Everybody } else { Reach::Anonymous }
}

fn all_marked(
    shape: &Shape,
    parent: &str,
    set: &SelectionSet,
    is_marked: &impl Fn(&str, &str) -> bool,
) -> bool {
    set.items.iter().all(|item| match &item.node {
        Selection::Field(field) => {
            let name = field.node.name.node.as_str();
            let child = shape.member(parent, name).map(|member| named(&member.ty));
            let inner = &field.node.selection_set.node;
            is_marked(parent, name)
                && child.is_none_or(|child| all_marked(shape, child, inner, is_marked))
        }
        Selection::InlineFragment(inline) => {
            let on = inline.node.type_condition.as_ref().map_or(parent, |on| &on.node.on.node);
            all_marked(shape, on, &inline.node.selection_set.node, is_marked)
        }
        Selection::FragmentSpread(_) => false, // none in normal form
    })
}
