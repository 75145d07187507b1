//! What an operation may cost the services, in tenths of a point, before any of them is asked.
//!
//! A leaf is 1 tenth, a composite field 10, each times all list factors above it. All branches are summed, and what
//! `@skip` and `@include` leave open counts as taken.

use std::collections::HashMap;

use async_graphql::{
    Positioned, Variables,
    parser::types::{BaseType, Field, OperationType, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};

use super::{
    refusal::{Code, Fault, Outcome, RequestError},
    shape::{Member, Shape, named},
};

/// What the schema cannot say about cost. Keys are `Type.field`.
#[derive(Debug, Clone, Default)]
pub struct CostTable {
    /// How long a list without `first` is taken to be; 10 if it is not here.
    pub assumed: HashMap<String, u64>,
    /// Tenths on top, for searches and maps.
    pub extra: HashMap<String, u64>,
}

const ASSUMED: u64 = 10;
const FIRST_DEFAULT: u64 = 20;
const FIRST_MOST: u64 = 50;
const MUTATION_EXTRA: u64 = 100;
/// Introspection is read from memory and admitted only to few: a flat price instead of factors for lists we know.
const INTROSPECTION: u64 = 1_000;

/// The cost of a selection set in normal form.
///
/// # Errors
/// `BAD_USER_INPUT` if a `first` is outside 1..50.
pub fn cost(
    shape: &Shape,
    table: &CostTable,
    kind: OperationType,
    set: &SelectionSet,
    variables: &Variables,
) -> Result<u64, RequestError> {
    let Some(root) = shape.root(kind) else { return Ok(0) };
    let mut sum = Sum { shape, table, variables, tenths: 0 };
    let root_extra = if kind == OperationType::Mutation { MUTATION_EXTRA } else { 0 };
    sum.set(root, set, 1, None, root_extra)?;
    Ok(sum.tenths)
}

/// Passes while `tenths` is at most `points`.
///
/// # Errors
/// `COST_LIMIT` with cost and limit in points, the cost rounded up.
pub fn check_limit(tenths: u64, points: u64) -> Result<(), RequestError> {
    if tenths <= points.saturating_mul(10) {
        return Ok(());
    }
    let fault = Fault::new("The operation costs more than one request may");
    let fault = fault.with("cost", tenths.div_ceil(10)).with("limit", points);
    Err(RequestError::of(Code::CostLimit, Outcome::Refused, fault))
}

struct Sum<'a> {
    shape: &'a Shape,
    table: &'a CostTable,
    variables: &'a Variables,
    tenths: u64,
}

impl Sum<'_> {
    fn add(&mut self, tenths: u64) {
        self.tenths = self.tenths.saturating_add(tenths);
    }

    /// `page` is the length of the connection whose fields these are.
    fn set(
        &mut self,
        parent: &str,
        set: &SelectionSet,
        factor: u64,
        page: Option<u64>,
        extra: u64,
    ) -> Result<(), RequestError> {
        for item in &set.items {
            match &item.node {
                Selection::Field(field) => self.field(parent, field, factor, page, extra)?,
                Selection::InlineFragment(inline) => {
                    let on =
                        inline.node.type_condition.as_ref().map_or(parent, |on| &on.node.on.node);
                    self.set(on, &inline.node.selection_set.node, factor, page, extra)?;
                }
                Selection::FragmentSpread(_) => {} // none in normal form
            }
        }
        Ok(())
    }

    fn field(
        &mut self,
        parent: &str,
        field: &Positioned<Field>,
        factor: u64,
        page: Option<u64>,
        extra: u64,
    ) -> Result<(), RequestError> {
        let name = field.node.name.node.as_str();
        let shape = self.shape;
        let Some(member) = shape.member(parent, name).filter(|_| name != "__typename") else {
            self.add(factor); // `__typename`
            return Ok(());
        };
        if name.starts_with("__") {
            self.add(INTROSPECTION);
            return Ok(());
        }
        let of_page = page.filter(|_| name == "edges" || name == "nodes");
        let factor = factor.saturating_mul(of_page.unwrap_or(1));
        let child = named(&member.ty);
        let weight: u64 = if shape.is_composite(child) { 10 } else { 1 };
        let key = format!("{parent}.{name}");
        let own_extra = self.table.extra.get(&key).copied().unwrap_or(0).saturating_add(extra);
        self.add(factor.saturating_mul(weight.saturating_add(own_extra)));
        let first = self.first(member, field)?;
        let (length, page) = match (of_page, first) {
            (Some(_), _) => (1, None), // `edges` and `nodes` are as long as their connection's page
            (None, first) if child.ends_with("Connection") => {
                (1, Some(first.unwrap_or(FIRST_DEFAULT)))
            }
            (None, Some(first)) => (first, None),
            (None, None) => (self.length(member, field, &key), None),
        };
        self.set(child, &field.node.selection_set.node, factor.saturating_mul(length), page, 0)
    }

    fn argument(&self, member: &Member, field: &Field, name: &str) -> Option<Value> {
        let slot = member.arguments.get(name)?;
        let written = field.get_argument(name).map(|value| &value.node);
        match written {
            Some(Value::Variable(variable)) => {
                self.variables.get(variable).cloned().map(ConstValue::into_value)
            }
            Some(value) => Some(value.clone()),
            None => None,
        }
        .or_else(|| slot.default.clone())
    }

    /// The page size asked for, if the field has pages.
    fn first(
        &self,
        member: &Member,
        field: &Positioned<Field>,
    ) -> Result<Option<u64>, RequestError> {
        if !member.arguments.contains_key("first") {
            return Ok(None);
        }
        match self.argument(member, &field.node, "first") {
            None | Some(Value::Null) => Ok(Some(FIRST_DEFAULT)),
            Some(Value::Number(number))
                if number.as_u64().is_some_and(|n| (1..=FIRST_MOST).contains(&n)) =>
            {
                Ok(number.as_u64())
            }
            Some(_) => {
                let fault =
                    Fault::new("first must be from 1 to 50").at(field.pos.line, field.pos.column);
                Err(RequestError::of(Code::BadUserInput, Outcome::Document, fault))
            }
        }
    }

    fn length(&self, member: &Member, field: &Positioned<Field>, key: &str) -> u64 {
        match (self.argument(member, &field.node, "ids"), &member.ty.base) {
            (Some(Value::List(ids)), _) => u64::try_from(ids.len()).unwrap_or(u64::MAX),
            (_, BaseType::List(_)) => self.table.assumed.get(key).copied().unwrap_or(ASSUMED),
            (_, BaseType::Named(_)) => 1,
        }
    }
}
