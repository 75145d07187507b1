//! Pass 2: the parsed document, with each fragment computed once. Sums saturate, so no size can wrap.
//!
//! The walk carries the expanded depth of where it stands, so its own recursion ends at that limit.

use std::collections::HashMap;

use async_graphql::{
    Positioned,
    parser::types::{Directive, ExecutableDocument, OperationType, Selection, SelectionSet},
};

use super::Limit;

/// What a document within the limits measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Selections of all operations with every spread expanded.
    pub expanded_size: usize,
    /// Selections looked at to find that out: each written selection once.
    pub steps: usize,
}

/// Measures a parsed document.
///
/// # Errors
/// The first limit exceeded.
pub fn count(document: &ExecutableDocument) -> Result<Counted, Limit> {
    Limit::Operations.check(document.operations.iter().count())?;
    Limit::Fragments.check(document.fragments.len())?;
    let mut walk = Walk { document, fragments: HashMap::new(), aliases: 0, steps: 0 };
    let mut expanded_size = 0_usize;
    for (_, operation) in document.operations.iter() {
        directives(&operation.node.directives)?;
        for variable in &operation.node.variable_definitions {
            directives(&variable.node.directives)?;
        }
        let measured = walk.set(&operation.node.selection_set.node, 0)?;
        expanded_size = expanded_size.saturating_add(measured.size);
        Limit::ExpandedSize.check(expanded_size)?;
        Limit::RootFields.check(measured.top)?;
        if operation.node.ty == OperationType::Mutation {
            Limit::MutationRootFields.check(measured.top)?;
        }
    }
    for name in document.fragments.keys() {
        walk.fragment(name, 0)?; // spread nowhere: invalid, but nobody else may find it expensive
    }
    Ok(Counted { expanded_size, steps: walk.steps })
}

/// A selection set with everything in it expanded.
#[derive(Debug, Clone, Copy, Default)]
struct Measured {
    size: usize,
    height: usize,
    /// Fields at its own level, seen through fragments.
    top: usize,
}

enum Fragment {
    Open,
    Done(Measured),
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    fragments: HashMap<&'a str, Fragment>,
    aliases: usize,
    steps: usize,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet, depth: usize) -> Result<Measured, Limit> {
        let mut sum = Measured::default();
        for item in &set.items {
            self.steps += 1;
            Limit::ExpandedDepth.check(depth + 1)?;
            directives(item.node.directives())?;
            let (inner, top) = match &item.node {
                Selection::Field(field) => {
                    self.aliases += usize::from(field.node.alias.is_some());
                    Limit::Aliases.check(self.aliases)?;
                    (self.set(&field.node.selection_set.node, depth + 1)?, 1)
                }
                Selection::InlineFragment(inline) => {
                    let inner = self.set(&inline.node.selection_set.node, depth + 1)?;
                    (inner, inner.top)
                }
                Selection::FragmentSpread(spread) => {
                    let inner = self.fragment(&spread.node.fragment_name.node, depth + 1)?;
                    (inner, inner.top)
                }
            };
            sum.size = sum.size.saturating_add(1).saturating_add(inner.size);
            sum.height = sum.height.max(1 + inner.height);
            sum.top = sum.top.saturating_add(top);
            Limit::ExpandedSize.check(sum.size)?;
        }
        Ok(sum)
    }

    fn fragment(&mut self, name: &'a str, depth: usize) -> Result<Measured, Limit> {
        match self.fragments.get(name) {
            Some(Fragment::Open) => return Err(Limit::FragmentCycle),
            Some(Fragment::Done(measured)) => {
                Limit::ExpandedDepth.check(depth.saturating_add(measured.height))?;
                return Ok(*measured);
            }
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Measured::default()); // unknown: the validator names it
        };
        directives(&fragment.node.directives)?;
        self.fragments.insert(name, Fragment::Open);
        let measured = self.set(&fragment.node.selection_set.node, depth)?;
        self.fragments.insert(name, Fragment::Done(measured));
        Ok(measured)
    }
}

fn directives(written: &[Positioned<Directive>]) -> Result<(), Limit> {
    Limit::Directives.check(written.len())
}
