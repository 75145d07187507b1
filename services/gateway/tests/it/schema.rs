//! The schema file, and the rules every schema of ours keeps.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use city_gateway::schema::sdl;

const ROOTS: [&str; 3] = ["Query", "Mutation", "Subscription"];
/// They have an id for apps to cache by, but belong to something else and cannot be asked for by it.
const PARTS: [&str; 3] = ["Payee", "Photo", "StatementLine"];

fn types() -> Vec<TypeDefinition> {
    let definitions = parse_schema(sdl()).expect("the schema is SDL").definitions;
    let of = |definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    };
    definitions.into_iter().filter_map(of).collect()
}

fn fields(of: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &of.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => {
            interface.fields.iter().map(|field| &field.node).collect()
        }
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
            Vec::new()
        }
    }
}

fn inputs(of: &TypeDefinition) -> Vec<&InputValueDefinition> {
    match &of.kind {
        TypeKind::InputObject(input) => input.fields.iter().map(|field| &field.node).collect(),
        _ => fields(of)
            .into_iter()
            .flat_map(|field| field.arguments.iter().map(|argument| &argument.node))
            .collect(),
    }
}

fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}

fn is_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

#[test]
fn the_schema_file_is_the_schema() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../graphql/schema.graphql");
    let file = std::fs::read_to_string(path).unwrap_or_default();
    assert!(file == sdl(), "graphql/schema.graphql is not the schema: run `cargo xtask schema`");
}

#[test]
fn everything_is_named_and_described() {
    for ty in types() {
        let name = ty.name.node.as_str();
        assert!(
            name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('_'),
            "{name}"
        );
        assert!(ty.description.is_some(), "{name} has no description");
        for field in fields(&ty) {
            assert!(
                is_camel(&field.name.node) && !field.name.node.starts_with("get"),
                "{name}.{}",
                field.name.node
            );
            assert!(field.description.is_some(), "{name}.{} has no description", field.name.node);
        }
        for input in inputs(&ty) {
            assert!(is_camel(&input.name.node), "{name}: {}", input.name.node);
            assert!(input.description.is_some(), "{name}: {} has no description", input.name.node);
        }
        if let TypeKind::Enum(values) = &ty.kind {
            for value in &values.values {
                let code = value.node.value.node.as_str();
                assert!(code.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{name}.{code}");
                assert!(value.node.description.is_some(), "{name}.{code} has no description");
            }
        }
    }
}

#[test]
fn every_root_field_is_nullable() {
    let types = types();
    let roots: Vec<_> = types.iter().filter(|ty| ROOTS.contains(&ty.name.node.as_str())).collect();
    assert_eq!(roots.len(), ROOTS.len());
    for root in roots {
        for field in fields(root) {
            assert!(
                field.ty.node.nullable,
                "{}.{} is not nullable",
                root.name.node, field.name.node
            );
        }
    }
}

#[test]
fn a_mutation_has_one_input_with_a_key_and_a_payload_with_refusals() {
    let types = types();
    let by_name: HashMap<_, _> = types.iter().map(|ty| (ty.name.node.as_str(), ty)).collect();
    for field in fields(by_name["Mutation"]) {
        let name = field.name.node.as_str();
        let wanted = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let [argument] = field.arguments.as_slice() else {
            panic!("{name} has not exactly one argument")
        };
        assert_eq!(argument.node.name.node, "input", "{name}");
        assert_eq!(argument.node.ty.node.to_string(), format!("{wanted}!"), "{name}");

        let input = inputs(by_name[wanted.as_str()]);
        let key = input
            .iter()
            .find(|field| field.name.node == "idempotencyKey")
            .map(|key| key.ty.node.to_string());
        assert_eq!(key.as_deref(), (name != "refreshSession").then_some("ID!"), "{name}");

        let payload = by_name[named(&field.ty.node)];
        let refusals = fields(payload).into_iter().find(|field| field.name.node == "userErrors");
        assert!(payload.name.node.ends_with("Payload"), "{name}");
        assert_eq!(
            refusals.map(|field| field.ty.node.to_string()).as_deref(),
            Some("[UserError!]!"),
            "{name}"
        );
    }
}

#[test]
fn lists_that_grow_are_relay_connections() {
    let types = types();
    let by_name: HashMap<_, _> = types.iter().map(|ty| (ty.name.node.as_str(), ty)).collect();
    let mut connections = HashSet::new();
    for ty in &types {
        for field in
            fields(ty).into_iter().filter(|field| named(&field.ty.node).ends_with("Connection"))
        {
            let argument = |name: &str| {
                let found = field.arguments.iter().find(|argument| argument.node.name.node == name);
                found.map(|argument| {
                    let default = argument
                        .node
                        .default_value
                        .as_ref()
                        .map(|default| default.node.to_string());
                    (argument.node.ty.node.to_string(), default)
                })
            };
            assert_eq!(
                argument("first"),
                Some(("Int".to_owned(), Some("20".to_owned()))),
                "{}",
                field.name.node
            );
            assert_eq!(argument("after"), Some(("String".to_owned(), None)), "{}", field.name.node);
            connections.insert(named(&field.ty.node));
        }
    }
    assert!(connections.len() >= 3);
    for connection in connections {
        let edge = connection.replace("Connection", "Edge");
        let shape = |ty: &str| -> Vec<String> {
            fields(by_name[ty])
                .iter()
                .map(|field| format!("{}: {}", field.name.node, field.ty.node))
                .collect()
        };
        assert_eq!(
            shape(connection),
            [format!("edges: [{edge}!]!"), "pageInfo: PageInfo!".to_owned()]
        );
        assert_eq!(shape(&edge).first().map(String::as_str), Some("cursor: String!"));
    }
}

#[test]
fn what_has_a_global_id_is_a_node() {
    for ty in types() {
        let TypeKind::Object(object) = &ty.kind else { continue };
        let has_id = fields(&ty).iter().any(|field| field.name.node == "id");
        let is_node = object.implements.iter().any(|interface| interface.node == "Node");
        let is_part = PARTS.contains(&ty.name.node.as_str());
        assert_eq!(has_id, is_node || is_part, "{}", ty.name.node);
        assert!(!(is_node && is_part), "{} is a node now: take it from the list", ty.name.node);
    }
}

#[test]
fn every_node_of_payments_says_its_version() {
    let types = types();
    for name in ["Wallet", "Payment", "Refund", "Bill", "Biller", "ProviderPayment"] {
        let ty = types.iter().find(|ty| ty.name.node == name);
        let ty = ty.unwrap_or_else(|| panic!("{name} does not exist"));
        let version = fields(ty).into_iter().find(|field| field.name.node == "version");
        let shape = version.map(|version| version.ty.node.to_string());
        assert_eq!(shape.as_deref(), Some("Int!"), "{name}");
    }
}

#[test]
fn a_mark_of_publicity_names_what_exists() {
    let types = types();
    for (of, field) in city_gateway::schema::marks() {
        let ty = types.iter().find(|ty| ty.name.node == of);
        let ty = ty.unwrap_or_else(|| panic!("{of} is marked public and does not exist"));
        if let Some(field) = field {
            let exists = fields(ty).iter().any(|known| known.name.node == field);
            assert!(exists, "{of}.{field} is marked public and does not exist");
        }
    }
}

#[test]
fn nothing_about_a_person_is_marked_public() {
    for (of, field) in [
        ("Query", "viewer"),
        ("Query", "myReports"),
        ("Query", "myDossiers"),
        ("Query", "dossier"),
        ("Query", "trackDossier"),
        ("Query", "report"),
        ("Query", "node"),
        ("Query", "nodes"),
        ("Query", "messages"),
        ("Query", "unreadCount"),
        ("Query", "myWallet"),
        ("Query", "myBills"),
        ("Query", "bill"),
        ("Query", "payment"),
        ("Query", "payeeByPhone"),
        ("Query", "paymentQuote"),
        ("Bill", "id"),
        ("Query", "qrPayee"),
        ("Query", "billsByCode"),
        ("Query", "billers"),
        ("Query", "providerPayment"),
        ("Query", "feeQuote"),
        ("Query", "checkFile"),
        ("Dossier", "id"),
        ("Report", "isMine"),
        ("Report", "description"),
        ("Service", "favourite"),
        ("Service", "lastOpenedAt"),
        ("Service", "availability"),
        ("ServiceHome", "recent"),
    ] {
        assert!(!city_gateway::schema::is_public(of, field), "{of}.{field}");
    }
}

#[test]
fn money_is_never_a_float() {
    for ty in types() {
        for field in fields(&ty).into_iter().filter(|field| named(&field.ty.node) == "Float") {
            assert!(
                ["lat", "lon", "repeatAsk", "score"].contains(&field.name.node.as_str()),
                "{}.{}",
                ty.name.node,
                field.name.node
            );
        }
    }
}
