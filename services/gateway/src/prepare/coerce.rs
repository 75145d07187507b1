//! The values of variables, coerced by the specification before anything runs: all faults at once, none with a value.

use async_graphql::{
    Name, Number, Positioned, Variables,
    parser::types::{BaseType, Type, VariableDefinition},
};
use async_graphql_value::{ConstValue as Const, indexmap::IndexMap};
use serde_json::Map;

use super::{
    literal::{is_integer, is_vnd},
    refusal::{Code, Fault, Outcome, RequestError},
    shape::{Kind, Shape},
};

const MOST_FAULTS: usize = 50;

/// The complete variables of an operation: what was given, and the defaults of what was not.
///
/// # Errors
/// `BAD_USER_INPUT` with every fault and its path.
pub fn coerce(
    shape: &Shape,
    definitions: &[Positioned<VariableDefinition>],
    given: &Map<String, serde_json::Value>,
) -> Result<Variables, RequestError> {
    let mut coercion = Coercion { shape, faults: Vec::new() };
    let mut complete = Variables::default();
    for definition in definitions {
        let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
        let given = given
            .get(name.node.as_str())
            .map(|value| Const::from_json(value.clone()).unwrap_or_default());
        let path = format!("${}", name.node);
        let value = match (given, default_value) {
            (Some(value), _) => coercion.value(value, &var_type.node, &path),
            (None, Some(default)) => coercion.value(default.node.clone(), &var_type.node, &path),
            (None, None) if var_type.node.nullable => continue,
            (None, None) => coercion.fault(&path, "is required"),
        };
        complete.insert(name.node.clone(), value);
    }
    if coercion.faults.is_empty() {
        Ok(complete)
    } else {
        Err(RequestError {
            code: Code::BadUserInput,
            outcome: Outcome::Document,
            faults: coercion.faults,
        })
    }
}

struct Coercion<'a> {
    shape: &'a Shape,
    faults: Vec<Fault>,
}

impl Coercion<'_> {
    /// Notes a fault; the null it gives is never used, as a fault refuses all.
    fn fault(&mut self, path: &str, message: &str) -> Const {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault::new(format!("{path} {message}")).with("path", path));
        }
        Const::Null
    }

    fn value(&mut self, value: Const, ty: &Type, path: &str) -> Const {
        match (value, &ty.base) {
            (Const::Null, _) if ty.nullable => Const::Null,
            (Const::Null, _) => self.fault(path, "must not be null"),
            (Const::List(items), BaseType::List(inner)) => {
                let item = |(at, item)| self.value(item, inner, &format!("{path}[{at}]"));
                Const::List(items.into_iter().enumerate().map(item).collect())
            }
            (single, BaseType::List(inner)) => Const::List(vec![self.value(single, inner, path)]),
            (value, BaseType::Named(name)) => self.named(value, name, path),
        }
    }

    fn named(&mut self, value: Const, name: &str, path: &str) -> Const {
        let shape = self.shape;
        match (shape.kind(name), value) {
            (Some(Kind::Scalar), value) => match scalar(name, value) {
                Some(value) => value,
                None => self.fault(path, &format!("is no {name}")),
            },
            (Some(Kind::Enum(values)), Const::String(text)) if values.contains(&text) => {
                Const::Enum(Name::new(text))
            }
            (Some(Kind::Enum(values)), Const::Enum(text)) if values.contains(text.as_str()) => {
                Const::Enum(text)
            }
            (Some(Kind::Input { fields, one_of }), Const::Object(mut given)) => {
                if *one_of
                    && (given.len() != 1 || given.values().any(|value| *value == Const::Null))
                {
                    self.fault(path, "must have exactly one field, not null");
                }
                let mut complete = IndexMap::new();
                for (field, slot) in fields {
                    let path = format!("{path}.{field}");
                    let value = match (given.swap_remove(field.as_str()), &slot.default) {
                        (Some(value), _) => self.value(value, &slot.ty, &path),
                        (None, Some(default)) => self.value(
                            default.clone().into_const().unwrap_or_default(),
                            &slot.ty,
                            &path,
                        ),
                        (None, None) if slot.ty.nullable => continue,
                        (None, None) => self.fault(&path, "is required"),
                    };
                    complete.insert(Name::new(field), value);
                }
                if !given.is_empty() {
                    self.fault(path, "has a field that is unknown");
                }
                Const::Object(complete)
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
            ) => self.fault(path, &format!("is no {name}")),
        }
    }
}

/// A value as a scalar takes it. A scalar that is not named here is judged when it is read.
fn scalar(name: &str, value: Const) -> Option<Const> {
    match (name, value) {
        ("Int", Const::Number(number)) => whole(&number).map(|number| Const::Number(number.into())),
        ("Float", Const::Number(number)) => Some(Const::Number(number)),
        ("ID", Const::Number(number)) if is_integer(&number) => {
            Some(Const::String(number.to_string()))
        }
        ("Vnd", Const::String(text)) => is_vnd(&text).then_some(Const::String(text)),
        ("DateTime", Const::String(text)) => {
            chrono::DateTime::parse_from_rfc3339(&text).is_ok().then_some(Const::String(text))
        }
        ("String" | "ID", Const::String(text)) => Some(Const::String(text)),
        ("Boolean", Const::Boolean(value)) => Some(Const::Boolean(value)),
        ("Int" | "Float" | "ID" | "String" | "Boolean" | "Vnd" | "DateTime", _) => None,
        (_, value) => Some(value),
    }
}

/// A number without a fraction within 32 bits: `1` and `1.0`.
fn whole(number: &Number) -> Option<i32> {
    match number.as_i64() {
        Some(number) => i32::try_from(number).ok(),
        None => number
            .as_f64()
            .filter(|number| number.fract() == 0.0)
            .and_then(|number| format!("{number:.0}").parse().ok()),
    }
}
