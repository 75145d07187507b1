//! Coercion by the specification: every fault at once, each with its path, none with its value.

use serde_json::{Value, json};

use super::{object, only, shape};

fn coerced(text: &str, given: Value) -> Result<Value, Vec<String>> {
    let variables = only(text).coerce(&shape(), &object(given));
    let refused = |refused: crate::prepare::RequestError| {
        refused.faults.into_iter().map(|fault| fault.message).collect()
    };
    variables.map(|complete| serde_json::to_value(complete).unwrap()).map_err(refused)
}

const INT: &str = "query($v:Int){days(limit:$v)}";
const NEAR: &str = "query($v:Near!){reports(near:$v){nodes{id}}}";
const PAY: &str = "mutation($v:PayInput!){pay(input:$v){balance}}";
const WHICH: &str = "query($v:Which!){which(by:$v){id}}";

#[test]
fn values_become_what_their_type_says() {
    let table = [
        (INT, json!({}), json!({})),
        (INT, json!({ "v": null, "other": 1 }), json!({ "v": null })),
        (INT, json!({ "v": 1 }), json!({ "v": 1 })),
        (INT, json!({ "v": 1.0 }), json!({ "v": 1 })),
        (INT, json!({ "v": 2_147_483_647_i64 }), json!({ "v": 2_147_483_647_i64 })),
        (INT, json!({ "v": -2_147_483_648.0 }), json!({ "v": -2_147_483_648_i64 })),
        ("query($v:Int=5){days(limit:$v)}", json!({}), json!({ "v": 5 })),
        ("query($v:Int=5){days(limit:$v)}", json!({ "v": null }), json!({ "v": null })),
        ("query($v:[Int!]){days(list:$v)}", json!({ "v": 3 }), json!({ "v": [3] })),
        ("query($v:[Int!]=3){days(list:$v)}", json!({}), json!({ "v": [3] })),
        ("query($v:ID!){report(id:$v){id}}", json!({ "v": 7 }), json!({ "v": "7" })),
        ("query($v:Float){days(f:$v)}", json!({ "v": 1 }), json!({ "v": 1 })),
        (
            NEAR,
            json!({ "v": { "lat": 1, "lon": 2.5 } }),
            json!({ "v": { "lat": 1, "lon": 2.5, "sort": "NEWEST" } }),
        ),
        (
            NEAR,
            json!({ "v": { "lat": 1, "lon": 2, "radius": null } }),
            json!({ "v": { "lat": 1, "lon": 2, "sort": "NEWEST", "radius": null } }),
        ),
        (WHICH, json!({ "v": { "phone": "x" } }), json!({ "v": { "phone": "x" } })),
        (
            PAY,
            json!({ "v": { "idempotencyKey": "k", "amount": "9223372036854775807" } }),
            json!({ "v": { "idempotencyKey": "k", "amount": "9223372036854775807" } }),
        ),
    ];
    for (text, given, expected) in table {
        assert_eq!(coerced(text, given.clone()), Ok(expected), "{text} {given}");
    }
}

#[test]
fn values_that_do_not_fit_are_refused_with_their_path() {
    let table = [
        (INT, json!({ "v": "1" }), vec!["$v is no Int"]),
        (INT, json!({ "v": 1.5 }), vec!["$v is no Int"]),
        (INT, json!({ "v": 2_147_483_648_i64 }), vec!["$v is no Int"]),
        (INT, json!({ "v": 1e300 }), vec!["$v is no Int"]),
        (INT, json!({ "v": [1] }), vec!["$v is no Int"]),
        ("query($v:Boolean){days(ok:$v)}", json!({ "v": "true" }), vec!["$v is no Boolean"]),
        ("query($v:Float){days(f:$v)}", json!({ "v": "1" }), vec!["$v is no Float"]),
        ("query($v:ID!){report(id:$v){id}}", json!({}), vec!["$v is required"]),
        ("query($v:ID!){report(id:$v){id}}", json!({ "v": null }), vec!["$v must not be null"]),
        ("query($v:ID!){report(id:$v){id}}", json!({ "v": 1.0 }), vec!["$v is no ID"]),
        (
            "query($v:[Int!]){days(list:$v)}",
            json!({ "v": [1, null, "x"] }),
            vec!["$v[1] must not be null", "$v[2] is no Int"],
        ),
        (
            "query($v:Sort){reports(sort:$v){nodes{id}}}",
            json!({ "v": "OLDEST" }),
            vec!["$v is no Sort"],
        ),
        (
            NEAR,
            json!({ "v": { "lat": "x", "sort": 1, "more": 2 } }),
            vec![
                "$v.lat is no Float",
                "$v.lon is required",
                "$v.sort is no Sort",
                "$v has a field that is unknown",
            ],
        ),
        (
            NEAR,
            json!({ "v": { "lat": 1, "lon": 2, "sort": null } }),
            vec!["$v.sort must not be null"],
        ),
        (NEAR, json!({ "v": "x" }), vec!["$v is no Near"]),
        (
            PAY,
            json!({ "v": { "idempotencyKey": "k", "amount": 5, "near": [{ "lat": 1 }] } }),
            vec!["$v.amount is no Vnd", "$v.near[0].lon is required"],
        ),
        (
            PAY,
            json!({ "v": { "idempotencyKey": "k", "amount": "9223372036854775808" } }),
            vec!["$v.amount is no Vnd"],
        ),
        (PAY, json!({ "v": { "idempotencyKey": "k", "amount": "" } }), vec!["$v.amount is no Vnd"]),
        (WHICH, json!({ "v": {} }), vec!["$v must have exactly one field, not null"]),
        (
            WHICH,
            json!({ "v": { "phone": "x", "code": "y" } }),
            vec!["$v must have exactly one field, not null"],
        ),
        (
            WHICH,
            json!({ "v": { "phone": null } }),
            vec!["$v must have exactly one field, not null"],
        ),
    ];
    for (text, given, expected) in table {
        assert_eq!(
            coerced(text, given.clone()),
            Err(expected.into_iter().map(str::to_owned).collect()),
            "{text} {given}"
        );
    }
}

#[test]
fn no_value_shows_in_an_answer() {
    let operation = only("query($v:[Int!]){days(list:$v)}");

    let refused = operation.coerce(&shape(), &object(json!({ "v": ["0905123456"] }))).unwrap_err();

    let body = refused.envelope("r").to_string();
    assert!(body.contains("BAD_USER_INPUT") && !body.contains("0905123456"), "{body}");
}
