//! The normal form: what is written twice runs once.

use proptest::prelude::*;
use serde_json::json;

use super::{only, printed};

fn form(text: &str) -> String {
    printed(text, json!({}))
}

#[test]
fn equal_response_keys_become_one_field() {
    let table = [
        ("mutation{touch touch}", "{touch}"),
        ("mutation{touch(n:1) ...f ...{touch(n:1)}} fragment f on Mutation{touch(n:1)}", "{touch}"),
        ("mutation{a:touch b:touch}", "{a:touch b:touch}"),
        ("{report(id:1){id} report(id:1){title id}}", "{report{id title}}"),
        (
            "{...a ...b} fragment a on Query{report(id:1){place{code}}} fragment b on Query{report(id:1){place{code id}}}",
            "{report{place{code id}}}",
        ),
        ("{node(id:1){id id ...on Node{id}}}", "{node{id}}"),
        (
            "{node(id:1){id ...on Report{title ...on Node{id}} ...on Report{note title}}}",
            "{node{id ...Report{title id note}}}",
        ),
        ("{report(id:1){...on Node{id} ...on Report{title}}}", "{report{id title}}"),
        ("{days __typename days}", "{days __typename}"),
    ];
    for (text, expected) in table {
        assert_eq!(form(text), expected, "{text}");
    }
}

#[test]
fn an_interface_that_all_members_of_a_union_have_stays_a_fragment() {
    let text =
        "{search(text:\"x\"){...on Node{id} ...on Report{place{code}} ...on Node{__typename}}}";

    assert_eq!(form(text), "{search{...Node{id __typename} ...Report{place{code}}}}");
}

#[test]
fn constant_conditions_are_decided_at_once() {
    assert_eq!(
        form("{days @skip(if:true) wallet @include(if:true){balance}}"),
        "{wallet{balance}}"
    );
    assert_eq!(form("{...@include(if:false){days} __typename}"), "{__typename}");
}

#[test]
fn conditions_of_fragments_travel_to_their_fields() {
    let text = "query($v:Boolean!){...f @include(if:$v)} fragment f on Query{days wallet{balance}}";

    assert_eq!(
        printed(text, json!({ "v": true })),
        "{days @include($v) wallet @include($v){balance}}"
    );
}

#[test]
fn a_field_that_is_certain_takes_what_is_conditional_inside() {
    let text = "query($v:Boolean!){report(id:1){id} ...@include(if:$v){report(id:1){title}}}";

    assert_eq!(printed(text, json!({ "v": true })), "{report{id title @include($v)}}");
}

#[test]
fn fields_on_different_conditions_are_merged_once_the_variables_are_known() {
    let text = "mutation($a:Boolean!,$b:Boolean!){touch @include(if:$a) touch @skip(if:$b)}";
    let with = |a, b| printed(text, json!({ "a": a, "b": b }));

    assert_eq!(with(true, false), "{touch}");
    assert_eq!(with(true, true), "{touch}");
    assert_eq!(with(false, true), "{}");
}

#[test]
fn defaults_of_variables_reach_conditions() {
    let text = "query($v:Boolean=true,$w:Boolean=false){days @include(if:$v) days @include(if:$w)}";

    assert_eq!(printed(text, json!({})), "{days}");
    assert_eq!(printed(text, json!({ "v": false })), "{}");
}

#[test]
fn root_fields_are_listed_after_merging() {
    assert_eq!(only("{days ...{days wallet{balance}}}").root_fields, ["days", "wallet"]);
}

proptest! {
    #[test]
    fn the_normal_form_is_its_own_normal_form(picks in prop::collection::vec(0_usize..7, 1..9)) {
        let parts = ["days", "report(id:1){id}", "report(id:1){title place{id}}", "node(id:1){id ...on Report{title}}",
            "node(id:1){...on Report{title note} ...on Place{code}}", "...{report(id:1){place{code}}}", "search(text:\"x\"){...on Node{id}}"];
        let text = format!("{{{}}}", picks.iter().map(|i| parts[*i]).collect::<Vec<_>>().join(" "));
        let once = form(&text);
        let again = once.replace("report{", "report(id:1){").replace("node{", "node(id:1){").replace("search{", "search(text:\"x\"){")
            .replace("...R", "...on R").replace("...P", "...on P").replace("...N", "...on N");
        prop_assert_eq!(form(&again), once);
    }
}
