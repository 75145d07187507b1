//! The schema as plain tables, read from its own SDL: no engine internals, and a test can write a schema in five lines.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{
    Name, Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, OperationType, Type, TypeDefinition,
            TypeKind, TypeSystemDefinition,
        },
    },
};
use async_graphql_value::Value;

/// What `introspection.graphql` of the specification adds to every schema.
const INTROSPECTION: &str = include_str!("introspection.graphql");

/// The SDL could not be read.
#[derive(Debug, thiserror::Error)]
#[error("the schema's SDL cannot be read")]
pub struct ShapeError(#[from] async_graphql::parser::Error);

/// Types, fields, arguments and defaults of a schema.
#[derive(Debug, Default)]
pub struct Shape {
    kinds: HashMap<String, Kind>,
    /// The object types that a composite type may turn out to be; an object only itself.
    possible: HashMap<String, BTreeSet<String>>,
    directives: HashMap<String, HashMap<String, Slot>>,
    query: Option<String>,
    mutation: Option<String>,
    subscription: Option<String>,
}

#[derive(Debug)]
pub enum Kind {
    Scalar,
    Enum(BTreeSet<String>),
    Input { fields: Vec<(String, Slot)>, one_of: bool },
    Object { fields: HashMap<String, Member> },
    Interface { fields: HashMap<String, Member> },
    Union,
}

/// A field of an object or interface.
#[derive(Debug)]
pub struct Member {
    pub ty: Type,
    pub arguments: HashMap<String, Slot>,
}

/// A place for an input value: an argument or an input field.
#[derive(Debug)]
pub struct Slot {
    pub ty: Type,
    pub default: Option<Value>,
}

impl Slot {
    fn new(definition: InputValueDefinition) -> (String, Self) {
        let default = definition.default_value.map(|value| value.node.into_value());
        (definition.name.node.to_string(), Self { ty: definition.ty.node, default })
    }

    pub fn is_required(&self) -> bool {
        !self.ty.nullable && self.default.is_none()
    }
}

impl Shape {
    /// Reads the SDL that the engine exports.
    ///
    /// # Errors
    /// If it is not SDL.
    pub fn parse(sdl: &str) -> Result<Self, ShapeError> {
        let mut shape = Self::default();
        for scalar in ["Int", "Float", "String", "Boolean", "ID"] {
            shape.kinds.insert(scalar.to_owned(), Kind::Scalar);
        }
        for root in [
            (&mut shape.query, "Query"),
            (&mut shape.mutation, "Mutation"),
            (&mut shape.subscription, "Subscription"),
        ] {
            *root.0 = Some(root.1.to_owned());
        }
        let condition = Slot {
            ty: Type { base: BaseType::Named(Name::new("Boolean")), nullable: false },
            default: None,
        };
        for name in ["skip", "include"] {
            let slot = Slot { ty: condition.ty.clone(), default: None };
            shape.directives.insert(name.to_owned(), HashMap::from([("if".to_owned(), slot)]));
        }
        for definition in parse_schema(INTROSPECTION)?
            .definitions
            .into_iter()
            .chain(parse_schema(sdl)?.definitions)
        {
            shape.define(definition);
        }
        shape.add_introspection_fields();
        Ok(shape)
    }

    fn define(&mut self, definition: TypeSystemDefinition) {
        match definition {
            TypeSystemDefinition::Schema(schema) => {
                let name = |root: Option<Positioned<Name>>| root.map(|name| name.node.to_string());
                self.query = name(schema.node.query);
                self.mutation = name(schema.node.mutation);
                self.subscription = name(schema.node.subscription);
            }
            TypeSystemDefinition::Directive(directive) => {
                let slots =
                    directive.node.arguments.into_iter().map(|slot| Slot::new(slot.node)).collect();
                self.directives.insert(directive.node.name.node.to_string(), slots);
            }
            TypeSystemDefinition::Type(definition) => self.define_type(definition.node),
        }
    }

    fn define_type(&mut self, definition: TypeDefinition) {
        let name = definition.name.node.to_string();
        let one_of =
            definition.directives.iter().any(|directive| directive.node.name.node == "oneOf");
        let kind = match definition.kind {
            TypeKind::Scalar => Kind::Scalar,
            TypeKind::Enum(values) => Kind::Enum(
                values.values.into_iter().map(|v| v.node.value.node.to_string()).collect(),
            ),
            TypeKind::InputObject(input) => Kind::Input {
                fields: input.fields.into_iter().map(|slot| Slot::new(slot.node)).collect(),
                one_of,
            },
            TypeKind::Object(object) => {
                self.may_be(&name, &name);
                for interface in object.implements {
                    self.may_be(&interface.node, &name);
                }
                Kind::Object { fields: members(object.fields) }
            }
            TypeKind::Interface(interface) => Kind::Interface { fields: members(interface.fields) },
            TypeKind::Union(union) => {
                for member in union.members {
                    self.may_be(&name, &member.node);
                }
                Kind::Union
            }
        };
        self.kinds.insert(name, kind);
    }

    fn may_be(&mut self, composite: &str, object: &str) {
        self.possible.entry(composite.to_owned()).or_default().insert(object.to_owned());
    }

    fn add_introspection_fields(&mut self) {
        let named =
            |name: &str, nullable| Type { base: BaseType::Named(Name::new(name)), nullable };
        let Some(Kind::Object { fields }) =
            self.query.as_ref().and_then(|query| self.kinds.get_mut(query))
        else {
            return;
        };
        fields.insert(
            "__schema".to_owned(),
            Member { ty: named("__Schema", false), arguments: HashMap::new() },
        );
        let name = Slot { ty: named("String", false), default: None };
        let arguments = HashMap::from([("name".to_owned(), name)]);
        fields.insert("__type".to_owned(), Member { ty: named("__Type", true), arguments });
    }

    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.get(name)
    }

    /// The root type of an operation, if the schema has one.
    pub fn root(&self, operation: OperationType) -> Option<&str> {
        let name = match operation {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        };
        name.as_deref().filter(|name| self.kinds.contains_key(*name))
    }

    /// A field of a composite type; `__typename` is none, as it has neither arguments nor children.
    pub fn member(&self, parent: &str, field: &str) -> Option<&Member> {
        match self.kinds.get(parent)? {
            Kind::Object { fields } | Kind::Interface { fields } => fields.get(field),
            Kind::Scalar | Kind::Enum(_) | Kind::Input { .. } | Kind::Union => None,
        }
    }

    pub fn directive(&self, name: &str) -> Option<&HashMap<String, Slot>> {
        self.directives.get(name)
    }

    pub fn is_composite(&self, name: &str) -> bool {
        match self.kinds.get(name) {
            Some(Kind::Object { .. } | Kind::Interface { .. } | Kind::Union) => true,
            Some(Kind::Scalar | Kind::Enum(_) | Kind::Input { .. }) | None => false,
        }
    }

    pub fn is_input(&self, name: &str) -> bool {
        self.kinds.contains_key(name) && !self.is_composite(name)
    }

    pub fn is_object(&self, name: &str) -> bool {
        matches!(self.kinds.get(name), Some(Kind::Object { .. }))
    }

    /// Some object is both.
    pub fn overlap(&self, one: &str, other: &str) -> bool {
        one == other
            || match (self.possible.get(one), self.possible.get(other)) {
                (Some(one), Some(other)) => !one.is_disjoint(other),
                (None, _) | (_, None) => false,
            }
    }
}

fn members(fields: Vec<Positioned<FieldDefinition>>) -> HashMap<String, Member> {
    let member = |field: FieldDefinition| {
        let arguments = field.arguments.into_iter().map(|slot| Slot::new(slot.node)).collect();
        (field.name.node.to_string(), Member { ty: field.ty.node, arguments })
    };
    fields.into_iter().map(|field| member(field.node)).collect()
}

/// The name inside all lists.
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
