//! Schemas and answers, ordinary and hostile.

use chrono::NaiveDate;
use city_contracts::catalogue::procedure::NewFormVersion;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::validate::MAX_WORK;
use super::{Breach, Schema, lint};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 4).unwrap()
}

fn codes(schema: &Value) -> Vec<String> {
    let found = Schema::read(schema).err().unwrap_or_default();
    found.into_iter().map(|finding| format!("{} {}", finding.field, finding.code)).collect()
}

/// A form of one field.
fn field(mut schema: Value) -> Value {
    schema["x-label"] = json!({ "vi": "Mục", "en": "Field" });
    json!({ "type": "object", "properties": { "f": schema } })
}

fn breaches(schema: &Value, value: &Value) -> Vec<Breach> {
    let validation = Schema::read(schema).unwrap().validate(&json!({ "f": value }), day());
    validation.violations.into_iter().map(|violation| violation.breach).collect()
}

#[test]
fn the_seeds_form_passes_and_says_how_much_it_asks_again() {
    let file: Value =
        serde_json::from_str(include_str!("../../../../../../../seed/procedures.json")).unwrap();
    let new: NewFormVersion =
        serde_json::from_value(file["procedures"][0]["form"].clone()).unwrap();

    let read = lint(&new).unwrap();

    // child.fullName and mother.fullName are held; of eight required leaf fields.
    assert!((read.repeat_ask - 0.25).abs() < f32::EPSILON, "{}", read.repeat_ask);
    assert_eq!(read.prefill.len(), 3);
}

#[test]
fn a_schema_that_means_more_than_forms_may_is_refused() {
    let cases = [
        (json!({ "$ref": "https://example.org/s.json" }), "/schema/properties/f/$ref REF"),
        (json!({ "$ref": "#/$defs/none" }), "/schema/properties/f/$ref REF"),
        (json!({ "$ref": "#" }), "/schema/properties/f/$ref REF"),
        (json!({ "$ref": "#/properties/f" }), "/schema/properties/f/$ref REF_CYCLE"),
        (json!({ "$dynamicRef": "#x" }), "/schema/properties/f/$dynamicRef KEYWORD"),
        (json!({ "patternProperties": {} }), "/schema/properties/f/patternProperties KEYWORD"),
        (json!({ "type": "text" }), "/schema/properties/f/type SHAPE"),
        (json!({ "format": "regex" }), "/schema/properties/f/format FORMAT"),
        (json!({ "x-element": "person.salary" }), "/schema/properties/f/x-element ELEMENT"),
        (json!({ "x-script": "…" }), "/schema/properties/f/x-script KEYWORD"),
        (json!({ "pattern": "(a)\\1" }), "/schema/properties/f/pattern PATTERN"),
        (json!({ "pattern": "(?=a)" }), "/schema/properties/f/pattern PATTERN"),
        (json!({ "pattern": "((a{100}){100}){100}" }), "/schema/properties/f/pattern PATTERN"),
    ];
    for (schema, wanted) in cases {
        assert_eq!(codes(&field(schema.clone())), [wanted], "{schema}");
    }
    let other = json!({ "$schema": "http://json-schema.org/draft-07/schema#", "type": "object" });
    assert_eq!(codes(&other), ["/schema/$schema DIALECT"]);
    assert_eq!(codes(&json!({ "type": "array" })), ["/schema/type ROOT"]);
    let unlabelled =
        json!({ "type": "object", "properties": { "f": { "x-label": { "vi": "Mục" } } } });
    assert_eq!(
        codes(&unlabelled),
        ["/schema/properties/f LABEL", "/schema/properties/f/x-label LABEL"]
    );
}

#[test]
fn size_depth_and_what_references_unfold_to_are_bounded() {
    let deep = (0..30).fold(json!({}), |inner, _| json!({ "not": inner }));
    assert_eq!(codes(&deep), ["/schema TOO_DEEP"]);
    assert_eq!(codes(&json!({ "description": "x".repeat(130 * 1024) })), ["/schema TOO_LARGE"]);

    // Twenty lines that unfold to a million parts, and a chain of references longer than any stack should be.
    let mut doubling = json!({ "type": "object", "$ref": "#/$defs/d0", "$defs": { "d20": {} } });
    let mut chain = json!({ "type": "object", "$ref": "#/$defs/d0", "$defs": { "d500": {} } });
    for step in 0..20 {
        let next = json!({ "$ref": format!("#/$defs/d{}", step + 1) });
        doubling["$defs"][format!("d{step}")] = json!({ "allOf": [next, next] });
    }
    for step in 0..500 {
        chain["$defs"][format!("d{step}")] = json!({ "$ref": format!("#/$defs/d{}", step + 1) });
    }
    assert!(
        codes(&doubling).iter().any(|code| code.ends_with("TOO_LARGE")),
        "{:?}",
        codes(&doubling)
    );
    assert!(codes(&chain).iter().any(|code| code.ends_with("TOO_DEEP")), "{:?}", codes(&chain));
}

#[test]
fn each_keyword_refuses_what_it_names() {
    let one = |schema: Value, value: Value| breaches(&field(schema), &value);

    assert_eq!(one(json!({ "type": "string", "minLength": 2 }), json!("ế")), [Breach::TooShort]);
    assert_eq!(one(json!({ "type": "string", "maxLength": 1 }), json!("ế")), []);
    assert_eq!(one(json!({ "type": "integer" }), json!(1.5)), [Breach::Type]);
    assert_eq!(one(json!({ "type": "integer", "minimum": 3 }), json!(2.0)), [Breach::TooSmall]);
    assert_eq!(one(json!({ "exclusiveMaximum": 3 }), json!(3)), [Breach::TooLarge]);
    assert_eq!(one(json!({ "multipleOf": 500 }), json!(750)), [Breach::NotAMultiple]);
    assert_eq!(one(json!({ "format": "date" }), json!("2026-02-30")), [Breach::Format]);
    assert_eq!(one(json!({ "format": "email" }), json!("a@b")), [Breach::Format]);
    assert_eq!(one(json!({ "pattern": "^[0-9]{5}$" }), json!("19753x")), [Breach::Pattern]);
    assert_eq!(
        one(json!({ "uniqueItems": true }), json!([1, { "a": 1 }, 1.0])),
        [Breach::Repeated]
    );
    assert_eq!(
        one(json!({ "items": { "type": "string" } }), json!(["a", 1, 2])),
        [Breach::Type, Breach::Type]
    );
    assert_eq!(
        one(json!({ "oneOf": [{ "minimum": 1 }, { "minimum": 2 }] }), json!(3)),
        [Breach::NoAlternative]
    );
    assert_eq!(one(json!({ "not": { "const": 1 } }), json!(1.0)), [Breach::Excluded]);
    let when = json!({ "if": { "required": ["a"] }, "then": { "required": ["b"] }, "else": { "required": ["c"] } });
    assert_eq!(one(when.clone(), json!({ "a": 1 })), [Breach::Required]);
    assert_eq!(one(when, json!({ "c": 1 })), []);
}

#[test]
fn hostile_answers_end_at_the_bound_of_work() {
    let costly = json!({ "anyOf": (0..200).map(|n| json!({ "uniqueItems": true, "contains": { "const": n } })).collect::<Vec<_>>() });
    let schema = Schema::read(&field(costly)).unwrap();
    let answers = json!({ "f": vec![-1; 15_000] });

    let validation = schema.validate(&answers, day());

    assert_eq!(validation.work, MAX_WORK);
    assert_eq!(validation.violations[0].breach, Breach::TooMuchWork);
    assert_eq!(validation.violations.len(), 1);
}

#[test]
fn long_or_deep_answers_are_refused_before_any_work() {
    let schema = Schema::read(&field(json!({}))).unwrap();
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));

    for hostile in [json!({ "f": deep }), json!({ "f": "x".repeat(49 * 1024) })] {
        let validation = schema.validate(&hostile, day());
        assert_eq!(validation.work, 0);
        assert_eq!(validation.violations[0].breach, Breach::AnswersTooLarge);
    }
}

#[test]
fn a_pattern_that_would_backtrack_for_ever_costs_its_length() {
    let schema = Schema::read(&field(json!({ "type": "string", "pattern": "^(a+)+$" }))).unwrap();
    let answers = json!({ "f": format!("{}!", "a".repeat(4_000)) });

    let validation = schema.validate(&answers, day());

    assert_eq!(validation.violations[0].breach, Breach::Pattern);
    assert!(validation.work < 20_000, "{}", validation.work);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let key = prop_oneof![
            Just("type"),
            Just("properties"),
            Just("$ref"),
            Just("allOf"),
            Just("x-label"),
            Just("f")
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(key.prop_map(str::to_owned), inner, 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn neither_reading_nor_validating_panics(schema in json_value(), answers in json_value()) {
        if let Ok(schema) = Schema::read(&schema) {
            prop_assert!(schema.validate(&answers, day()).work <= MAX_WORK);
        }
        let any = Schema::read(&json!({ "type": "object" })).unwrap();
        prop_assert!(any.validate(&answers, day()).work <= MAX_WORK);
    }
}
