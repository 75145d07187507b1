//! One operation of a prepared document: what it is, who may run it, and what the engine gets.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{
    Positioned, Variables,
    parser::types::{
        DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection,
        VariableDefinition,
    },
};

use super::{
    normal::normal,
    reach::{IsPublic, Reach, reach},
    refusal::{Code, Outcome, RequestError},
    shape::Shape,
};

/// What a caller may do with an operation besides running it.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// Root fields of mutations that must stand alone: sign-in, codes, PIN, step-up, all that moves money.
    pub alone: &'a [&'a str],
    pub introspection: Introspection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Introspection {
    Allowed,
    Refused,
}

/// An operation in normal form.
#[derive(Debug)]
pub struct Operation {
    pub name: Option<String>,
    pub kind: OperationType,
    pub variables: Vec<Positioned<VariableDefinition>>,
    /// The fields of the root in order, `__typename` included.
    pub root_fields: Vec<String>,
    /// What the engine runs, if the variables need not be known for it.
    normal: ExecutableDocument,
    /// The document as written, kept only if response keys hang on variables.
    written: Option<(Arc<ExecutableDocument>, Box<OperationDefinition>)>,
    reach: OnceLock<Reach>,
}

impl Operation {
    pub(super) fn new(
        shape: &Shape,
        document: &Arc<ExecutableDocument>,
        name: Option<&str>,
        operation: &Positioned<OperationDefinition>,
    ) -> Self {
        let root = shape.root(operation.node.ty).unwrap_or_default();
        let form = normal(shape, document, root, &operation.node.selection_set.node, None);
        let root_fields = form.set.items.iter().filter_map(|item| match &item.node {
            Selection::Field(field) => Some(field.node.name.node.to_string()),
            Selection::InlineFragment(_) | Selection::FragmentSpread(_) => None,
        });
        Self {
            name: name.map(str::to_owned),
            kind: operation.node.ty,
            variables: operation.node.variable_definitions.clone(),
            root_fields: root_fields.collect(),
            written: form.open.then(|| (Arc::clone(document), Box::new(operation.node.clone()))),
            normal: only(operation, form.set),
            reach: OnceLock::new(),
        }
    }

    /// The document for the engine: this operation alone, in normal form, without a name to select it by.
    pub fn document(&self, shape: &Shape, variables: &Variables) -> Cow<'_, ExecutableDocument> {
        let Some((document, written)) = &self.written else { return Cow::Borrowed(&self.normal) };
        let root = shape.root(self.kind).unwrap_or_default();
        let form = normal(shape, document, root, &written.selection_set.node, Some(variables));
        let operation =
            Positioned::new(OperationDefinition::clone(written), written.selection_set.pos);
        Cow::Owned(only(&operation, form.set))
    }

    /// Whether this operation may run at all for this caller.
    ///
    /// # Errors
    /// `INTROSPECTION_FORBIDDEN` or `ALONE_REQUIRED`.
    pub fn admit(&self, policy: &Policy<'_>) -> Result<(), RequestError> {
        let introspects =
            self.root_fields.iter().any(|field| field == "__schema" || field == "__type");
        if introspects && policy.introspection == Introspection::Refused {
            let message = "The schema is not shown here";
            return Err(RequestError::new(Code::IntrospectionForbidden, Outcome::Refused, message));
        }
        let acts = self.root_fields.iter().filter(|field| *field != "__typename").count();
        let alone = self.root_fields.iter().find(|field| policy.alone.contains(&field.as_str()));
        match alone {
            Some(field) if acts > 1 => {
                let message = format!("{field} must be the only field of its operation");
                Err(RequestError::new(Code::AloneRequired, Outcome::Refused, message))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// For whom its values are; what `is_public` says is taken to be always the same.
    pub fn reach(&self, shape: &Shape, is_public: IsPublic) -> Reach {
        let of = |operation: &Positioned<OperationDefinition>| {
            let root = shape.root(self.kind).unwrap_or_default();
            reach(shape, root, &operation.node.selection_set.node, is_public)
        };
        *self.reach.get_or_init(|| self.selections().map_or(Reach::Viewer, of))
    }

    /// The selection set whose cost counts.
    pub(super) fn selections(&self) -> Option<&Positioned<OperationDefinition>> {
        self.normal.operations.iter().next().map(|(_, operation)| operation)
    }
}

fn only(
    operation: &Positioned<OperationDefinition>,
    set: async_graphql::parser::types::SelectionSet,
) -> ExecutableDocument {
    let definition = OperationDefinition {
        ty: operation.node.ty,
        variable_definitions: operation.node.variable_definitions.clone(),
        directives: operation.node.directives.clone(),
        selection_set: Positioned::new(set, operation.node.selection_set.pos),
    };
    let operations = DocumentOperations::Single(Positioned::new(definition, operation.pos));
    ExecutableDocument { operations, fragments: HashMap::new() }
}
