//! Literals and variables in the places where a document puts them.

use async_graphql::{
    Name, Number, Positioned,
    parser::types::{BaseType, Type, VariableDefinition},
};
use async_graphql_value::{ConstValue, Value};

use super::shape::{Kind, Shape, Slot};

/// What is wrong with a value; the place is the caller's.
pub type Reason = String;

/// Checks a written value against the slot it stands in.
pub struct Literals<'a> {
    pub shape: &'a Shape,
    pub variables: &'a [Positioned<VariableDefinition>],
}

impl Literals<'_> {
    pub fn check_slot(&self, value: &Value, slot: &Slot) -> Result<(), Reason> {
        match value {
            Value::Variable(name) => self.variable(name, &slot.ty, slot.default.is_some()),
            value => self.check(value, &slot.ty),
        }
    }

    pub fn check(&self, value: &Value, ty: &Type) -> Result<(), Reason> {
        match (value, &ty.base) {
            (Value::Variable(name), _) => self.variable(name, ty, false),
            (Value::Null, _) if ty.nullable => Ok(()),
            (Value::Null, _) => Err(format!("null for the type {ty}")),
            (Value::List(items), BaseType::List(inner)) => {
                items.iter().try_for_each(|item| self.check(item, inner))
            }
            (single, BaseType::List(inner)) => self.check(single, inner),
            (value, BaseType::Named(name)) => self.named(value, name),
        }
    }

    fn named(&self, value: &Value, name: &str) -> Result<(), Reason> {
        let wrong = || Err(format!("a value that is no {name}"));
        match (self.shape.kind(name), value) {
            (Some(Kind::Scalar), value) => {
                if scalar_accepts(name, value) {
                    Ok(())
                } else {
                    wrong()
                }
            }
            (Some(Kind::Enum(values)), Value::Enum(written))
                if values.contains(written.as_str()) =>
            {
                Ok(())
            }
            (Some(Kind::Input { fields, one_of }), Value::Object(written)) => {
                if let Some(unknown) =
                    written.keys().find(|key| !fields.iter().any(|(name, _)| key.as_str() == name))
                {
                    return Err(format!("the unknown input field {name}.{unknown}"));
                }
                if *one_of {
                    self.one_of(written.values(), name)?;
                }
                fields.iter().try_for_each(|(field, slot)| match written.get(field.as_str()) {
                    Some(value) => self.check_slot(value, slot),
                    None if slot.is_required() => Err(format!("no value for {name}.{field}")),
                    None => Ok(()),
                })
            }
            (
                Some(
                    Kind::Enum(_)
                    | Kind::Input { .. }
                    | Kind::Object { .. }
                    | Kind::Interface { .. }
                    | Kind::Union,
                )
                | None,
                _,
            ) => wrong(),
        }
    }

    fn one_of<'v>(
        &self,
        mut values: impl Iterator<Item = &'v Value>,
        name: &str,
    ) -> Result<(), Reason> {
        let wrong = || Err(format!("not exactly one field, not null, of {name}"));
        match (values.next(), values.next()) {
            (Some(Value::Variable(variable)), None) => match self.definition(variable) {
                Some(definition) if definition.var_type.node.nullable => wrong(),
                Some(_) | None => Ok(()),
            },
            (Some(Value::Null), None) | (None, _) | (Some(_), Some(_)) => wrong(),
            (Some(_), None) => Ok(()),
        }
    }

    fn definition(&self, name: &str) -> Option<&VariableDefinition> {
        self.variables
            .iter()
            .map(|definition| &definition.node)
            .find(|definition| definition.name.node == name)
    }

    /// Whether a variable may stand where `place` is expected.
    fn variable(&self, name: &Name, place: &Type, place_has_default: bool) -> Result<(), Reason> {
        let Some(definition) = self.definition(name) else {
            return Err(format!("the undefined variable ${name}"));
        };
        let has_default =
            definition.default_value.as_ref().is_some_and(|value| value.node != ConstValue::Null);
        let given = &definition.var_type.node;
        let fits = if !place.nullable && given.nullable && (has_default || place_has_default) {
            same_base(&given.base, &place.base)
        } else {
            is_subtype(given, place)
        };
        if fits {
            Ok(())
        } else {
            Err(format!("${name} of type {given} where {place} is expected"))
        }
    }
}

fn is_subtype(given: &Type, place: &Type) -> bool {
    (place.nullable || !given.nullable) && same_base(&given.base, &place.base)
}

fn same_base(given: &BaseType, place: &BaseType) -> bool {
    match (given, place) {
        (BaseType::Named(given), BaseType::Named(place)) => given == place,
        (BaseType::List(given), BaseType::List(place)) => is_subtype(given, place),
        (BaseType::Named(_), BaseType::List(_)) | (BaseType::List(_), BaseType::Named(_)) => false,
    }
}

/// Whether a scalar takes a literal. Scalars of our own other than `Vnd` are judged by the engine.
fn scalar_accepts(name: &str, value: &Value) -> bool {
    match (name, value) {
        ("Int", Value::Number(number)) => {
            number.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
        }
        ("Float", Value::Number(_))
        | ("String" | "ID", Value::String(_))
        | ("Boolean", Value::Boolean(_)) => true,
        ("ID", Value::Number(number)) => is_integer(number),
        ("Vnd", Value::String(text)) => is_vnd(text),
        (name, _) => !matches!(name, "Int" | "Float" | "String" | "ID" | "Boolean" | "Vnd"),
    }
}

pub(super) fn is_integer(number: &Number) -> bool {
    number.is_i64() || number.is_u64()
}

/// Whole dong as digits, within what the ledger counts in.
pub(super) fn is_vnd(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}
