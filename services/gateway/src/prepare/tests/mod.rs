//! A small city, and the faults of the engine that its documents must not reach.

mod cached;
mod cost;
mod cpu;
mod engine;
mod normal;
mod operation;
mod refused;
mod variables;

use async_graphql::{Pos, Positioned, parser::types::SelectionSet};
use serde_json::{Value, json};

use super::{Operation, Prepared, RequestError, Shape, prepare};

const SDL: &str = r"
interface Node { id: ID! }
type Place implements Node { id: ID! code: ID! name: Text! parent: Place }
type Text { vi: String! en: String }
type Report implements Node { id: ID! title: String note: String! place: Place photos: [Photo!]! near(radius: Int! = 100): [Report!]! }
type Photo { url: String! }
type ReportEdge { node: Report cursor: String! }
type ReportConnection { edges: [ReportEdge!]! nodes: [Report!]! pageInfo: PageInfo! }
type PageInfo { endCursor: String }
type Wallet { balance: Vnd! }
union Found = Report | Place
enum Sort { NEWEST NEAREST }
input Near { lat: Float! lon: Float! sort: Sort! = NEWEST radius: Int }
input Which @oneOf { code: ID phone: String }
input PayInput { idempotencyKey: ID! amount: Vnd! note: String near: [Near!] }
scalar Vnd
scalar Date
type Query {
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]
  report(id: ID!): Report
  reports(near: Near, first: Int = 20, after: String, sort: Sort): ReportConnection
  search(text: String!): [Found!]
  which(by: Which!): Place
  days(list: [Int!], on: Date, limit: Int, ok: Boolean, f: Float): Int
  wallet: Wallet
}
type Mutation { pay(input: PayInput!): Wallet signIn(phone: String!): Wallet touch(n: Int): Int }
type Subscription { reportChanged(id: ID!): Report walletChanged: Wallet }
";

fn shape() -> Shape {
    Shape::parse(SDL).expect("the SDL above is valid")
}

fn prepared(text: &str) -> Result<Prepared, RequestError> {
    prepare(text, &shape(), |_| Ok(()))
}

fn only(text: &str) -> Operation {
    let prepared = prepared(text).expect("the document is valid");
    prepared.operations.into_iter().next().expect("it has one operation")
}

#[expect(clippy::needless_pass_by_value, reason = "so that a test can write object(json!(…))")]
fn object(value: Value) -> serde_json::Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// The selections of an operation as text, for given variables.
fn printed(text: &str, variables: Value) -> String {
    let operation = only(text);
    let variables = operation.coerce(&shape(), &object(variables)).expect("the variables fit");
    let shape = shape();
    let document = operation.document(&shape, &variables);
    assert!(document.fragments.is_empty());
    let (_, operation) = document.operations.iter().next().expect("it has one operation");
    print(&operation.node.selection_set.node)
}

fn print(set: &SelectionSet) -> String {
    use async_graphql::parser::types::Selection;
    let item = |item: &Positioned<Selection>| {
        let directives = item.node.directives().iter();
        let directives = directives
            .map(|d| {
                format!(
                    " @{}({})",
                    d.node.name.node,
                    d.node.get_argument("if").map(|v| v.node.to_string()).unwrap_or_default()
                )
            })
            .collect::<Vec<_>>()
            .concat();
        let (head, set) = match &item.node {
            Selection::Field(field) => {
                let alias = field
                    .node
                    .alias
                    .as_ref()
                    .map(|alias| format!("{}:", alias.node))
                    .unwrap_or_default();
                (format!("{alias}{}", field.node.name.node), &field.node.selection_set.node)
            }
            Selection::InlineFragment(inline) => {
                let on = inline
                    .node
                    .type_condition
                    .as_ref()
                    .map(|on| on.node.on.node.to_string())
                    .unwrap_or_default();
                (format!("...{on}"), &inline.node.selection_set.node)
            }
            Selection::FragmentSpread(_) => {
                ("a spread".to_owned(), const { &SelectionSet { items: Vec::new() } })
            }
        };
        format!(
            "{head}{directives}{}",
            if set.items.is_empty() { String::new() } else { print(set) }
        )
    };
    format!("{{{}}}", set.items.iter().map(item).collect::<Vec<_>>().join(" "))
}

fn code(refused: &RequestError) -> &'static str {
    refused.code.as_str()
}

#[test]
fn places_in_answers_are_those_of_the_text() {
    let refused = prepared("{\n  nothing }").unwrap_err();

    assert_eq!(refused.faults.first().and_then(|fault| fault.place), Some((2, 3)));
    assert_eq!(
        refused.envelope("r").pointer("/errors/0/extensions/code"),
        Some(&json!("GRAPHQL_VALIDATION_FAILED"))
    );
    assert_eq!(Pos::default().line, 0, "no place at all is not line 1");
}
