//! What the engine lets through and GraphQL does not. Each row was accepted by 8.0.0-rc.5 or is close to one that was.

use super::{code, prepared};

fn refusal(text: &str) -> Option<String> {
    let refused = prepared(text).err()?;
    assert_eq!(code(&refused), "GRAPHQL_VALIDATION_FAILED", "{text}");
    refused.faults.into_iter().next().map(|fault| fault.message)
}

#[test]
fn documents_beyond_the_specification_are_refused() {
    let table = [
        (
            "query($v:ID){report(id:$v){id}}",
            "The argument Query.report(id:) has $v of type ID where ID! is expected",
        ),
        (
            "query($v:ID=null){report(id:$v){id}}",
            "The argument Query.report(id:) has $v of type ID where ID! is expected",
        ),
        (
            "query($v:Int!){days(list:$v)}",
            "The argument Query.days(list:) has $v of type Int! where [Int!] is expected",
        ),
        (
            "query($v:[Int]){days(list:$v)}",
            "The argument Query.days(list:) has $v of type [Int] where [Int!] is expected",
        ),
        (
            "query($v:String){days(limit:$v)}",
            "The argument Query.days(limit:) has $v of type String where Int is expected",
        ),
        (
            "query($v:Float){reports(near:{lat:$v,lon:1}){nodes{id}}}",
            "The argument Query.reports(near:) has $v of type Float where Float! is expected",
        ),
        ("{days(limit:$v)}", "The argument Query.days(limit:) has the undefined variable $v"),
        (
            "query($v:Boolean){days @skip(if:$v)}",
            "The argument @skip(if:) has $v of type Boolean where Boolean! is expected",
        ),
        ("{days(limit:2147483648)}", "The argument Query.days(limit:) has a value that is no Int"),
        ("{days(limit:-2147483649)}", "The argument Query.days(limit:) has a value that is no Int"),
        ("{days(limit:1.0)}", "The argument Query.days(limit:) has a value that is no Int"),
        ("{days(limit:\"1\")}", "The argument Query.days(limit:) has a value that is no Int"),
        ("query($v:Int=2147483648){days(limit:$v)}", "The default of $v is a value that is no Int"),
        ("{days(list:[1,null])}", "The argument Query.days(list:) has null for the type Int!"),
        ("{days(f:\"1\")}", "The argument Query.days(f:) has a value that is no Float"),
        (
            "{reports(sort:\"NEWEST\"){nodes{id}}}",
            "The argument Query.reports(sort:) has a value that is no Sort",
        ),
        (
            "{reports(sort:OLDEST){nodes{id}}}",
            "The argument Query.reports(sort:) has a value that is no Sort",
        ),
        (
            "{reports(near:1){nodes{id}}}",
            "The argument Query.reports(near:) has a value that is no Near",
        ),
        (
            "{reports(near:{lat:1}){nodes{id}}}",
            "The argument Query.reports(near:) has no value for Near.lon",
        ),
        (
            "{reports(near:{lat:1,lon:2,x:3}){nodes{id}}}",
            "The argument Query.reports(near:) has the unknown input field Near.x",
        ),
        (
            "{reports(near:{lat:1,lon:2,lat:3}){nodes{id}}}",
            "An input field is given twice in one object",
        ),
        (
            "query($v:Near={lat:1,lat:2,lon:3}){reports(near:$v){nodes{id}}}",
            "An input field is given twice in one object",
        ),
        (
            "{which(by:{code:\"a\",phone:\"b\"}){id}}",
            "The argument Query.which(by:) has not exactly one field, not null, of Which",
        ),
        (
            "{which(by:{code:null}){id}}",
            "The argument Query.which(by:) has not exactly one field, not null, of Which",
        ),
        (
            "{which(by:{}){id}}",
            "The argument Query.which(by:) has not exactly one field, not null, of Which",
        ),
        (
            "query($v:ID){which(by:{code:$v}){id}}",
            "The argument Query.which(by:) has not exactly one field, not null, of Which",
        ),
        (
            "mutation{pay(input:{idempotencyKey:\"k\",amount:5}){balance}}",
            "The argument Mutation.pay(input:) has a value that is no Vnd",
        ),
        (
            "mutation{pay(input:{idempotencyKey:\"k\",amount:\"-5\"}){balance}}",
            "The argument Mutation.pay(input:) has a value that is no Vnd",
        ),
        (
            "subscription{reportChanged(id:1){id} walletChanged{balance}}",
            "A subscription has exactly one root field, which is no introspection",
        ),
        (
            "subscription{...a ...b} fragment a on Subscription{reportChanged(id:1){id}} fragment b on Subscription{walletChanged{balance}}",
            "A subscription has exactly one root field, which is no introspection",
        ),
        (
            "subscription{__typename}",
            "A subscription has exactly one root field, which is no introspection",
        ),
        ("{report(id:1,id:2){id}}", "The argument Query.report(id:) is given twice"),
        ("{report{id}}", "The argument Query.report(id:) is missing"),
        ("{report(id:1)}", "Query.report needs a selection of fields"),
        ("{days{id}}", "Query.days has no fields to select"),
        ("{nothing}", "Query has no field nothing"),
        ("{...f}", "Unknown fragment f"),
        ("{node(id:1){...on Wallet{balance}}}", "No Node can be a Wallet"),
        ("query($v:Report){days}", "The variable $v is of no input type"),
        ("query($v:Int,$v:Int){days(limit:$v)}", "The variable $v is defined twice"),
        ("{days @nothing}", "Unknown directive @nothing"),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text).as_deref(), Some(message), "{text}");
    }
}

#[test]
fn what_the_specification_allows_passes() {
    for text in [
        "query($v:ID!){report(id:$v){id}}",
        "query($v:ID=\"a\"){report(id:$v){id}}",
        "query($v:Int){report(id:1){near(radius:$v){id}}}",
        "query($v:Sort){reports(near:{lat:1,lon:2,sort:$v}){nodes{id}}}",
        "query($v:[Int!]!){days(list:$v)}",
        "query($v:Int!){days(list:[1,$v])}",
        "{days(list:1,limit:2147483647,f:3,on:\"2026-01-01\")}",
        "{days(list:null,limit:-2147483648)}",
        "{node(id:7){id ...on Report{title} ...{id}}}",
        "{search(text:\"x\"){__typename ...on Place{code} ...on Node{id}}}",
        "query($v:String!){which(by:{phone:$v}){id}}",
        "subscription{...a ...a} fragment a on Subscription{walletChanged{balance}}",
        "mutation{pay(input:{idempotencyKey:\"k\",amount:\"5000000000\"}){balance}}",
    ] {
        assert_eq!(refusal(text), None, "{text}");
    }
}

#[test]
fn one_response_key_with_two_meanings_is_refused() {
    let table = [
        ("{a:days a:wallet{balance}}", "The response key a names two different fields"),
        (
            "{days(limit:1) days(limit:2)}",
            "The response key days names one field with different arguments",
        ),
        ("{days(limit:1) days}", "The response key days names one field with different arguments"),
        (
            "{report(id:1){id} ...f} fragment f on Query{report(id:2){id}}",
            "The response key report names one field with different arguments",
        ),
        (
            "{report(id:1){a:title} report(id:1){a:id}}",
            "The response key a names two different fields",
        ),
        (
            "{node(id:1){a:id ...on Report{a:title}}}",
            "The response key a names two different fields",
        ),
        (
            "{node(id:1){...on Report{a:title} ...on Place{a:name{vi}}}}",
            "The response key a names fields of different types",
        ),
        (
            "{node(id:1){...on Report{a:title} ...on Report{a:note}}}",
            "The response key a names two different fields",
        ),
        (
            "mutation{touch(n:1) touch(n:2)}",
            "The response key touch names one field with different arguments",
        ),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text).as_deref(), Some(message), "{text}");
    }
}

#[test]
fn types_that_exclude_each_other_may_share_a_key_of_one_shape() {
    assert_eq!(refusal("{search(text:\"x\"){...on Report{a:id} ...on Place{a:code}}}"), None);
    assert!(refusal("{search(text:\"x\"){...on Report{a:id} ...on Place{a:name{vi}}}}").is_some());
    assert!(refusal("{search(text:\"x\"){...on Report{a:title} ...on Place{a:code}}}").is_some());
}
