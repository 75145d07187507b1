//! Written examples of what operations cost.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{code, object, only, shape};
use crate::prepare::{CostTable, RequestError, check_limit};

fn cost(text: &str, given: Value) -> Result<u64, RequestError> {
    let table = CostTable {
        assumed: HashMap::from([("Report.photos".to_owned(), 5)]),
        extra: HashMap::from([("Query.search".to_owned(), 500)]),
    };
    let operation = only(text);
    let variables = operation.coerce(&shape(), &object(given))?;
    operation.cost(&shape(), &table, &variables)
}

#[test]
fn costs_are_those_of_the_written_rules() {
    let table = [
        ("{days}", json!({}), 1),
        ("{days days}", json!({}), 1),
        ("{wallet{balance __typename}}", json!({}), 10 + 2),
        ("{report(id:1){photos{url}}}", json!({}), 10 + 10 + 5),
        ("{report(id:1){near{id}}}", json!({}), 10 + 10 + 10), // a list of no known length: 10
        ("{nodes(ids:[1,2,3]){id}}", json!({}), 10 + 3),
        ("query($v:[ID!]!){nodes(ids:$v){id}}", json!({ "v": [1, 2] }), 10 + 2),
        // The page acts on `nodes` and `edges`, not on `pageInfo`.
        ("{reports{nodes{id title} pageInfo{endCursor}}}", json!({}), 10 + 20 * (10 + 2) + 10 + 1),
        (
            "{reports(first:5){edges{node{id photos{url}} cursor}}}",
            json!({}),
            10 + 5 * (10 + 10 + 1 + 10 + 5 + 1),
        ),
        ("query($n:Int){reports(first:$n){nodes{id}}}", json!({ "n": 2 }), 10 + 2 * 11),
        ("query($n:Int=3){reports(first:$n){nodes{id}}}", json!({}), 10 + 3 * 11),
        ("{reports(first:null){nodes{id}}}", json!({}), 10 + 20 * 11),
        (
            "{search(text:\"x\"){...on Report{id} ...on Place{code id}}}",
            json!({}),
            500 + 10 + 10 * 3,
        ),
        ("query($v:Boolean!){wallet @skip(if:$v){balance}}", json!({ "v": true }), 11),
        ("mutation{touch}", json!({}), 100 + 1),
        ("mutation{a:touch b:touch}", json!({}), 2 * 101),
        ("{__schema{types{fields{args{name}}}}}", json!({}), 1_000),
    ];
    for (text, given, tenths) in table {
        assert_eq!(cost(text, given).unwrap(), tenths, "{text}");
    }
}

#[test]
fn a_page_outside_one_to_fifty_is_refused() {
    for first in ["0", "-1", "51", "2147483647"] {
        let refused =
            cost(&format!("{{reports(first:{first}){{nodes{{id}}}}}}"), json!({})).unwrap_err();

        assert_eq!(code(&refused), "BAD_USER_INPUT", "{first}");
    }
    assert!(cost("{reports(first:50){nodes{id}}}", json!({})).is_ok());
}

#[test]
fn the_limit_passes_and_a_tenth_more_does_not() {
    assert!(check_limit(20_000, 2_000).is_ok());

    let refused = check_limit(20_001, 2_000).unwrap_err();

    let extensions = refused.envelope("r").pointer("/errors/0/extensions").cloned();
    assert_eq!(
        extensions,
        Some(json!({ "code": "COST_LIMIT", "cost": 2_001, "limit": 2_000, "requestId": "r" }))
    );
}
