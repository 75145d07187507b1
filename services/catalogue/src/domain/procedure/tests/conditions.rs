//! Conditions against an oracle that shares no code with them.

use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::condition::{Condition, MAX_DEPTH, MAX_NODES, Truth};

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 4).unwrap()
}

fn truth(condition: &Value, answers: &Value) -> Truth {
    Condition::parse(condition, "").unwrap().evaluate(answers, day())
}

#[test]
fn what_nobody_answered_is_unknown_and_present_is_false() {
    let none = json!({});

    assert_eq!(truth(&json!({ "eq": ["/a", 1] }), &none), Truth::Unknown);
    assert_eq!(truth(&json!({ "present": "/a" }), &none), Truth::False);
    assert_eq!(truth(&json!({ "not": { "present": "/a" } }), &none), Truth::True);
    assert_eq!(
        truth(&json!({ "all": [{ "eq": ["/a", 1] }, { "present": "/b" }] }), &none),
        Truth::False
    );
    assert_eq!(
        truth(&json!({ "any": [{ "eq": ["/a", 1] }, { "not": { "present": "/b" } }] }), &none),
        Truth::True
    );
    assert_eq!(
        (truth(&json!({ "all": [] }), &none), truth(&json!({ "any": [] }), &none)),
        (Truth::True, Truth::False)
    );
}

#[test]
fn sixty_days_old_is_not_older_than_sixty_days() {
    let older = json!({ "olderThanDays": ["/born", 60] });

    assert_eq!(truth(&older, &json!({ "born": "2026-01-03" })), Truth::False);
    assert_eq!(truth(&older, &json!({ "born": "2026-01-02" })), Truth::True);
    assert_eq!(truth(&older, &json!({ "born": "2026-02-30" })), Truth::Unknown);
    assert_eq!(truth(&older, &json!({ "born": 20_260_102 })), Truth::Unknown);
}

#[test]
fn values_compare_with_their_own_kind_only() {
    let over = json!({ "gt": ["/n", 10] });

    assert_eq!(truth(&over, &json!({ "n": 10.5 })), Truth::True);
    assert_eq!(truth(&over, &json!({ "n": "11" })), Truth::Unknown);
    assert_eq!(
        truth(&json!({ "le": ["/d", "2026-03-04"] }), &json!({ "d": "2026-03-04" })),
        Truth::True
    );
    assert_eq!(truth(&json!({ "in": ["/n", [1, 2]] }), &json!({ "n": 2.0 })), Truth::True);
    assert_eq!(truth(&json!({ "eq": ["/n", 1] }), &json!({ "n": "1" })), Truth::False);
}

#[test]
fn a_condition_past_its_bounds_is_refused_where_it_breaks_them() {
    let nested = |depth: usize| {
        (1..depth).fold(json!({ "present": "/a" }), |inner, _| json!({ "not": inner }))
    };
    let wide = |nodes: usize| json!({ "all": vec![json!({ "present": "/a" }); nodes - 1] });

    assert!(Condition::parse(&nested(MAX_DEPTH), "").is_ok());
    assert_eq!(Condition::parse(&nested(MAX_DEPTH + 1), "").unwrap_err()[0].code, "TOO_DEEP");
    assert!(Condition::parse(&wide(MAX_NODES), "").is_ok());
    assert_eq!(Condition::parse(&wide(MAX_NODES + 1), "").unwrap_err()[0].code, "TOO_LARGE");
    for broken in [
        json!({ "eq": ["a", 1] }),
        json!({ "eq": ["/a"] }),
        json!({ "eq": ["/a", 1], "in": [] }),
        json!({ "lt": ["/a", "soon"] }),
        json!({ "matches": ["/a", ".*"] }),
        json!({ "all": { "present": "/a" } }),
        json!({ "olderThanDays": ["/a", -1] }),
        json!([]),
    ] {
        assert!(Condition::parse(&broken, "/when").is_err(), "{broken}");
    }
}

/// What a leaf is worth: its pointer holds true, false, or nothing.
const SLOTS: [&str; 3] = ["p", "q", "r"];

/// Fills every combination of what is missing with true and false. A condition in which each slot stands once is
/// TRUE (FALSE) in Kleene's logic exactly when every completion is.
fn by_brute_force(condition: &Value, answers: &Value) -> Truth {
    let missing: Vec<_> = SLOTS.iter().filter(|slot| answers.get(**slot).is_none()).collect();
    let outcomes: Vec<bool> = (0..1_u32 << missing.len())
        .map(|bits| {
            let mut full = answers.clone();
            for (index, slot) in missing.iter().enumerate() {
                full[**slot] = json!(bits & (1 << index) != 0);
            }
            classical(condition, &full)
        })
        .collect();
    match (outcomes.contains(&true), outcomes.contains(&false)) {
        (true, false) => Truth::True,
        (false, true) => Truth::False,
        _ => Truth::Unknown,
    }
}

fn classical(condition: &Value, answers: &Value) -> bool {
    let parts = |name: &str| condition[name].as_array().cloned();
    if let Some(parts) = parts("all") {
        parts.iter().all(|part| classical(part, answers))
    } else if let Some(parts) = parts("any") {
        parts.iter().any(|part| classical(part, answers))
    } else if let Some(pair) = parts("eq") {
        answers.pointer(pair[0].as_str().unwrap()) == Some(&pair[1])
    } else {
        !classical(&condition["not"], answers)
    }
}

/// Trees over the three slots, each standing once.
fn tree() -> impl Strategy<Value = Value> {
    let leaf = |slot: &'static str| {
        (any::<bool>(), any::<bool>()).prop_map(move |(wanted, negated)| {
            let leaf = json!({ "eq": [format!("/{slot}"), wanted] });
            if negated { json!({ "not": leaf }) } else { leaf }
        })
    };
    let joined = |one: Value, other: Value, all: bool, negated: bool| {
        let both =
            if all { json!({ "all": [one, other] }) } else { json!({ "any": [one, other] }) };
        if negated { json!({ "not": both }) } else { both }
    };
    (leaf("p"), leaf("q"), leaf("r"), any::<[bool; 4]>()).prop_map(move |(p, q, r, flags)| {
        let [inner_all, inner_not, outer_all, outer_not] = flags;
        joined(joined(p, q, inner_all, inner_not), r, outer_all, outer_not)
    })
}

fn partial() -> impl Strategy<Value = Value> {
    proptest::collection::vec(proptest::option::of(any::<bool>()), 3).prop_map(|values| {
        let given = SLOTS
            .iter()
            .zip(values)
            .filter_map(|(slot, value)| Some(((*slot).to_owned(), json!(value?))));
        Value::Object(given.collect())
    })
}

proptest! {
    #[test]
    fn unknown_is_what_some_completions_hold_and_others_do_not(condition in tree(), answers in partial()) {
        prop_assert_eq!(truth(&condition, &answers), by_brute_force(&condition, &answers));
    }

    #[test]
    fn an_answer_more_never_turns_true_into_false(condition in tree(), answers in partial(), slot in 0_usize..3, value: bool) {
        let before = truth(&condition, &answers);
        let mut more = answers.clone();
        if more.get(SLOTS[slot]).is_none() {
            more[SLOTS[slot]] = json!(value);
        }

        let after = truth(&condition, &more);

        prop_assert!(before == Truth::Unknown || before == after);
    }

    #[test]
    fn reading_never_panics(text in "[\\[\\]{}\":,a-z/0-9]{0,60}") {
        if let Ok(json) = serde_json::from_str::<Value>(&text)
            && let Ok(condition) = Condition::parse(&json, "")
        {
            let _truth = condition.evaluate(&json, day());
        }
    }
}
