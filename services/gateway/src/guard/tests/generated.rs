//! Properties over generated documents and mutated recipes.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use proptest::prelude::*;

use super::recipes::{fragment_bomb, nested_list, ring};
use crate::guard::{Counted, Limit, Refusal, count, parse, scan};

/// The size as the words of the specification have it: every spread walked again. Gives up above `left`.
fn inlined(document: &ExecutableDocument, set: &SelectionSet, left: &mut usize) -> Option<usize> {
    let mut size = 0;
    for item in &set.items {
        *left = left.checked_sub(1)?;
        size += 1 + match &item.node {
            Selection::Field(field) => inlined(document, &field.node.selection_set.node, left)?,
            Selection::InlineFragment(inline) => {
                inlined(document, &inline.node.selection_set.node, left)?
            }
            Selection::FragmentSpread(spread) => {
                match document.fragments.get(&spread.node.fragment_name.node) {
                    Some(fragment) => inlined(document, &fragment.node.selection_set.node, left)?,
                    None => 0,
                }
            }
        };
    }
    Some(size)
}

fn selection() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-c]",
        "[a-c]:[a-c]",
        (0_usize..6).prop_map(|i| format!("...f{i}")),
        "[a-c]\\(x:(1|\\[2\\]|\\{y:3\\}|\"[\\[{]\")\\)",
        "[a-c] @skip\\(if:true\\)",
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let set =
            prop::collection::vec(inner, 1..5).prop_map(|items| format!("{{{}}}", items.join(" ")));
        prop_oneof![
            set.clone().prop_map(|set| format!("a{set}")),
            set.clone().prop_map(|set| format!("...{set}")),
            set.prop_map(|set| format!("...on T{set}")),
        ]
    })
}

fn document() -> impl Strategy<Value = String> {
    let sets = prop::collection::vec(prop::collection::vec(selection(), 1..5), 1..8);
    sets.prop_map(|sets| {
        let mut sets = sets.into_iter().map(|items| format!("{{{}}}", items.join(" ")));
        let operation = sets.next().unwrap_or_default();
        let fragments = sets.enumerate().map(|(i, set)| format!("fragment f{i} on T{set}"));
        operation + &fragments.collect::<String>()
    })
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let recipe = prop_oneof![
        (1_usize..30, 1_usize..8).prop_map(|(n, k)| fragment_bomb(n, k)),
        (1_usize..30).prop_map(ring),
        (1_usize..40).prop_map(nested_list),
        document(),
    ];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8);
    (recipe, edits).prop_map(|(text, edits)| {
        let mut bytes = text.into_bytes();
        for (at, byte) in edits {
            let at = at.index(bytes.len());
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes
    })
}

proptest! {
    #[test]
    fn the_count_agrees_with_walking_every_spread(text in document()) {
        match parse(text.as_bytes()) {
            Ok((document, counted)) => {
                let mut left = 10_000;
                let sets = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
                let size: Option<usize> = sets.map(|set| inlined(&document, set, &mut left)).sum();
                prop_assert_eq!(size, Some(counted.expanded_size));
            }
            Err(refusal) => prop_assert!(matches!(refusal, Refusal::Limit(_)), "{:?}: {}", refusal, text),
        }
    }

    #[test]
    fn the_count_looks_at_each_written_selection_once(text in document()) {
        let spreads_and_fields = text.len(); // each takes at least a byte
        if let Ok((document, _)) = parse(text.as_bytes()) {
            let Counted { steps, expanded_size } = count(&document).expect("it has passed before");
            prop_assert!(steps <= spreads_and_fields && expanded_size <= Limit::ExpandedSize.most());
        }
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let seen = parse(&bytes);
        prop_assert!(seen.is_ok() || seen.is_err());
    }

    #[test]
    fn mutated_recipes_never_pass_beyond_the_limits(bytes in mutated()) {
        if let Ok((_, counted)) = parse(&bytes) {
            prop_assert!(counted.expanded_size <= Limit::ExpandedSize.most());
        }
    }

    #[test]
    fn what_the_engine_parses_the_scan_can_read(bytes in mutated()) {
        let text = String::from_utf8_lossy(&bytes);
        let deep = matches!(scan(text.as_bytes()), Err(Refusal::Limit(_)));
        if !deep && async_graphql::parser::parse_query(text.as_ref()).is_ok() {
            let scanned = scan(text.as_bytes());
            prop_assert!(scanned.is_ok(), "{:?}: {}", scanned, text);
        }
    }
}
