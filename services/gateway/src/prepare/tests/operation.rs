//! Choosing an operation, and who may run it.

use super::{code, only, prepared};
use crate::prepare::{Introspection, Outcome, Policy};

const POLICY: Policy<'_> =
    Policy { alone: &["signIn", "pay"], introspection: Introspection::Refused };

#[test]
fn an_operation_is_chosen_by_name_or_because_it_is_the_only_one() {
    let one = prepared("query A{days}").unwrap();
    let two = prepared("query A{days} query B{wallet{balance}}").unwrap();
    let anonymous = prepared("{days}").unwrap();

    assert_eq!(one.operation(None).unwrap().name.as_deref(), Some("A"));
    assert_eq!(two.operation(Some("B")).unwrap().root_fields, ["wallet"]);
    assert_eq!(anonymous.operation(None).unwrap().name, None);
    for refused in [
        two.operation(None),
        two.operation(Some("C")),
        anonymous.operation(Some("A")),
        one.operation(Some("")),
    ] {
        let refused = refused.unwrap_err();
        assert_eq!(
            (code(&refused), refused.outcome),
            ("OPERATION_RESOLUTION_FAILURE", Outcome::Document)
        );
    }
}

#[test]
fn introspection_is_refused_unless_allowed() {
    for text in [
        "{__schema{queryType{name}}}",
        "{days ...f} fragment f on Query{a:__type(name:\"Report\"){name}}",
    ] {
        let operation = only(text);

        assert_eq!(
            code(&operation.admit(&POLICY).unwrap_err()),
            "INTROSPECTION_FORBIDDEN",
            "{text}"
        );
        assert!(
            operation.admit(&Policy { introspection: Introspection::Allowed, ..POLICY }).is_ok()
        );
    }
    assert!(only("{__typename days}").admit(&POLICY).is_ok());
}

#[test]
fn the_standard_introspection_query_prepares() {
    let prepared = prepared(crate::guard::INTROSPECTION);

    assert!(prepared.is_ok(), "{prepared:?}");
}

#[test]
fn a_field_that_must_stand_alone_is_refused_beside_another() {
    let refused = |text| only(text).admit(&POLICY).map_err(|refused| code(&refused)).err();

    assert_eq!(refused("mutation{signIn(phone:\"x\"){balance}}"), None);
    assert_eq!(refused("mutation{__typename signIn(phone:\"x\"){balance}}"), None);
    assert_eq!(
        refused("mutation{signIn(phone:\"x\"){balance} signIn(phone:\"x\"){balance}}"),
        None,
        "merged into one"
    );
    assert_eq!(refused("mutation{touch signIn(phone:\"x\"){balance}}"), Some("ALONE_REQUIRED"));
    assert_eq!(
        refused("mutation{a:signIn(phone:\"x\"){balance} b:signIn(phone:\"y\"){balance}}"),
        Some("ALONE_REQUIRED")
    );
    assert_eq!(
        refused("mutation{a:touch ...f} fragment f on Mutation{b:signIn(phone:\"y\"){balance}}"),
        Some("ALONE_REQUIRED")
    );
}

#[test]
fn the_guard_and_the_parser_speak_first() {
    let long = prepared(&" ".repeat(16 * 1024 + 1)).unwrap_err();
    let broken = prepared("{").unwrap_err();

    assert_eq!((code(&long), long.outcome), ("GUARD_LIMIT", Outcome::Refused));
    assert_eq!((code(&broken), broken.outcome), ("GRAPHQL_PARSE_FAILED", Outcome::Document));
}
