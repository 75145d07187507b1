//! From a text to an operation that may run: pre-guard, parser, validator, our own rules, normal form, variables, cost.
//!
//! Everything here is pure. The engine is asked for nothing but its parser; its validator is handed in.

use std::sync::Arc;

use async_graphql::{
    Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use serde_json::{Map, Value};

mod cache;
mod coerce;
mod cost;
mod duplicates;
mod literal;
mod normal;
mod operation;
mod overlap;
mod reach;
mod refusal;
mod rules;
mod shape;
#[cfg(test)]
mod tests;

pub use cache::{DocumentCache, TextHash};
pub use cost::{CostTable, check_limit};
pub use operation::{Introspection, Operation, Policy};
pub use reach::Reach;
pub use refusal::{Code, Fault, Outcome, RequestError};
pub use shape::{Shape, ShapeError};

use crate::guard;

/// A document that passed everything that does not depend on the request. Shared and cached as `Arc<Prepared>`.
#[derive(Debug)]
pub struct Prepared {
    hash: TextHash,
    operations: Vec<Operation>,
    text_bytes: usize,
    expanded_size: usize,
}

/// Prepares a text. `validate` is the engine's validator; it sees only documents within the limits of the guard.
///
/// # Errors
/// `GUARD_LIMIT`, `GRAPHQL_PARSE_FAILED`, or `GRAPHQL_VALIDATION_FAILED` with every fault of the first rule set that failed.
pub fn prepare(
    text: &str,
    shape: &Shape,
    validate: impl FnOnce(&ExecutableDocument) -> Result<(), RequestError>,
) -> Result<Prepared, RequestError> {
    let (document, counted) = guard::parse(text.as_bytes())?;
    if duplicates::names_an_input_field_twice(text) {
        return Err(RequestError::validation(vec![Fault::new(
            "An input field is given twice in one object",
        )]));
    }
    validate(&document)?;
    let faults: Vec<Fault> = document
        .operations
        .iter()
        .flat_map(|(_, operation)| rules::faults(shape, &document, operation))
        .collect();
    if !faults.is_empty() {
        return Err(RequestError::validation(faults));
    }
    for (_, operation) in document.operations.iter() {
        let root = shape.root(operation.node.ty).unwrap_or_default();
        overlap::check(shape, &document, root, &operation.node.selection_set.node)
            .map_err(|fault| RequestError::validation(vec![fault]))?;
    }
    let document = Arc::new(document);
    let named =
        document.operations.iter().map(|(name, operation)| (name.map(AsRef::as_ref), operation));
    let operations: Vec<Operation> =
        named.map(|(name, operation)| Operation::new(shape, &document, name, operation)).collect();
    if operations.iter().any(subscribes_to_more_than_one_field) {
        let fault =
            Fault::new("A subscription has exactly one root field, which is no introspection");
        return Err(RequestError::validation(vec![fault]));
    }
    let (hash, text_bytes) = (TextHash::of(text), text.len());
    Ok(Prepared { hash, operations, text_bytes, expanded_size: counted.expanded_size })
}

fn subscribes_to_more_than_one_field(operation: &Operation) -> bool {
    let one = matches!(operation.root_fields.as_slice(), [field] if !field.starts_with("__"));
    operation.kind == OperationType::Subscription && !one
}

impl Prepared {
    /// The operation asked for, or the only one.
    ///
    /// # Errors
    /// `OPERATION_RESOLUTION_FAILURE` if there is none of that name, or none was named among several.
    pub fn operation(&self, name: Option<&str>) -> Result<&Operation, RequestError> {
        let failed = |message| {
            RequestError::new(Code::OperationResolutionFailure, Outcome::Document, message)
        };
        match (name, self.operations.as_slice()) {
            (None, [only]) => Ok(only),
            (None, _) => Err(failed("operationName must choose one of several operations")),
            (Some(name), all) => {
                let found = all.iter().find(|operation| operation.name.as_deref() == Some(name));
                found.ok_or_else(|| failed("The document has no operation of that name"))
            }
        }
    }

    /// Of its text.
    pub fn hash(&self) -> TextHash {
        self.hash
    }

    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// An estimate of the memory it holds: half a kilobyte a selection, twice.
    pub fn weight_bytes(&self) -> usize {
        1_024 + 4 * self.text_bytes + 1_024 * self.expanded_size
    }
}

impl Operation {
    /// The complete variables: what was given, coerced, and the defaults of what was not.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` with every fault and its path.
    pub fn coerce(
        &self,
        shape: &Shape,
        given: &Map<String, Value>,
    ) -> Result<Variables, RequestError> {
        coerce::coerce(shape, &self.variables, given)
    }

    /// The cost in tenths of a point.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` if a `first` is outside 1..50.
    pub fn cost(
        &self,
        shape: &Shape,
        table: &CostTable,
        variables: &Variables,
    ) -> Result<u64, RequestError> {
        match self.selections() {
            Some(operation) => {
                cost::cost(shape, table, self.kind, &operation.node.selection_set.node, variables)
            }
            None => Ok(0),
        }
    }
}
