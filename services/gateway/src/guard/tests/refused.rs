//! Every limit refuses what is one above it.

use super::recipes::{
    aliases, deep, dense, directives, fragment_bomb, nested_list, nested_object, nested_type, ring,
};
use crate::guard::{Limit, Refusal, parse};

fn limit(text: impl AsRef<[u8]>) -> Option<Limit> {
    match parse(text.as_ref()) {
        Err(Refusal::Limit(limit)) => Some(limit),
        Err(Refusal::Syntax { .. }) | Ok(_) => None,
    }
}

fn is_syntax_error(text: &str) -> bool {
    matches!(parse(text.as_bytes()), Err(Refusal::Syntax { .. }))
}

#[test]
fn b01_every_fragment_bomb_is_refused() {
    for n in 11..=31 {
        for k in 2..=20 {
            let refused = limit(fragment_bomb(n, k));

            assert!(refused.is_some(), "n {n}, k {k} passed");
        }
    }
}

#[test]
fn b01_wide_and_shallow_fragment_bombs_are_refused_for_their_size() {
    assert_eq!(limit(fragment_bomb(10, 5)), Some(Limit::ExpandedSize));
    assert_eq!(limit(fragment_bomb(8, 7)), Some(Limit::ExpandedSize));
}

#[test]
fn b01_rings_of_fragments_are_refused_as_cycles() {
    for n in [1, 2, 5, 19] {
        assert_eq!(limit(ring(n)), Some(Limit::FragmentCycle), "ring of {n}");
    }
    assert_eq!(
        limit("{a} fragment f on Q{...f}"),
        Some(Limit::FragmentCycle),
        "a cycle that nothing spreads"
    );
}

#[test]
fn b01_a_chain_of_fragments_longer_than_the_depth_is_refused() {
    assert_eq!(limit(fragment_bomb(18, 1)), None);
    assert_eq!(limit(fragment_bomb(19, 1)), Some(Limit::ExpandedDepth));
    assert_eq!(limit(fragment_bomb(49, 1)), Some(Limit::ExpandedDepth));
    assert_eq!(limit(fragment_bomb(50, 1)), Some(Limit::Fragments));
}

#[test]
fn b01_a_fragment_met_again_further_down_counts_its_full_height() {
    let tall = format!("fragment tall on Q{}", deep(15));

    assert_eq!(limit(format!("{{...tall a{{a{{a{{...tall}}}}}}}}{tall}")), None);
    assert_eq!(
        limit(format!("{{...tall a{{a{{a{{a{{a{{...tall}}}}}}}}}}}}{tall}")),
        Some(Limit::ExpandedDepth)
    );
}

#[test]
fn b02_alias_floods_are_refused() {
    let fields = |n| format!("{{a{}}}", aliases(n));

    assert_eq!(limit(fields(100)), None);
    assert_eq!(limit(fields(101)), Some(Limit::Aliases));
    assert_eq!(limit(aliases(20_000)), Some(Limit::TextBytes));
    assert_eq!(limit(aliases(100_000)), Some(Limit::TextBytes));
}

#[test]
fn b02_deep_brackets_are_refused_in_a_thread_of_two_mebibytes() {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let refused = move || {
        let at = |n| [limit(nested_list(n)), limit(nested_object(n)), limit(nested_type(n))];
        (at(1_600), at(30_000), limit(deep(1_000)))
    };

    let (some, many, selections) = thread.spawn(refused).unwrap().join().unwrap();

    assert_eq!(some, [Some(Limit::Nesting); 3]);
    assert_eq!(many, [Some(Limit::TextBytes); 3]);
    assert_eq!(selections, Some(Limit::Nesting));
}

#[test]
fn b02_the_deepest_texts_that_pass_fit_a_thread_of_two_mebibytes() {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let accepted = || {
        [nested_list(30), nested_object(30), nested_type(31), deep(20)]
            .map(|text| parse(text.as_bytes()).is_ok())
    };

    let accepted = thread.spawn(accepted).unwrap().join().unwrap();

    assert_eq!(accepted, [true; 4]);
    assert_eq!(limit(nested_list(31)), Some(Limit::Nesting));
    assert_eq!(limit(nested_object(31)), Some(Limit::Nesting));
    assert_eq!(limit(nested_type(32)), Some(Limit::Nesting));
    assert_eq!(limit(deep(21)), Some(Limit::ExpandedDepth));
}

#[test]
fn b02_long_texts_are_refused_before_they_are_read() {
    assert_eq!(limit(vec![b'#'; 10_000_000]), Some(Limit::TextBytes));
    assert_eq!(
        limit(vec![0xFF; 16 * 1024 + 1]),
        Some(Limit::TextBytes),
        "the length comes before the encoding"
    );
}

#[test]
fn b02_a_thousand_directives_are_refused() {
    assert_eq!(limit(directives(3)), None);
    assert_eq!(limit(directives(4)), Some(Limit::Directives));
    assert_eq!(limit(directives(900)), Some(Limit::Directives));
    assert_eq!(limit(directives(1_000)), Some(Limit::Tokens));
    assert_eq!(limit("query @a@a@a@a{a}"), Some(Limit::Directives));
    assert_eq!(limit("query($a:Int@a@a@a@a){a}"), Some(Limit::Directives));
    assert_eq!(limit("{a} fragment f on Q @a@a@a@a{a}"), Some(Limit::Directives));
}

#[test]
fn b03_bytes_that_are_not_utf8_are_refused() {
    assert_eq!(limit(b"{a(b:\"\xFF\")}"), Some(Limit::Utf8));
}

#[test]
fn a_comment_counts_as_one_token() {
    let comments = |n: usize| "# { ( [ no brackets here\n".repeat(n) + "{a}";

    assert_eq!(limit(comments(500)), None);
    assert_eq!(limit("#\n".repeat(1_997) + "{a}"), None);
    assert_eq!(limit("#\n".repeat(1_998) + "{a}"), Some(Limit::Tokens));
}

#[test]
fn tokens_are_limited() {
    // The fields of `wide` sit one level down, so that the root has one field.
    let wide = |n: usize| format!("{{a{}}}", dense(n - 3));

    assert_eq!(limit(wide(2_000)), None);
    assert_eq!(limit(wide(2_001)), Some(Limit::Tokens));
}

#[test]
fn strings_are_limited_and_hide_their_brackets() {
    let plain = |n: usize| format!("{{a(b:\"{}\")}}", "{".repeat(n));
    let block = |n: usize| format!("{{a(b:\"\"\"{}\"\"\")}}", "[".repeat(n));

    assert_eq!(limit(plain(4_096)), None);
    assert_eq!(limit(plain(4_097)), Some(Limit::StringBytes));
    assert_eq!(limit(block(4_096)), None);
    assert_eq!(limit(block(4_097)), Some(Limit::StringBytes));
    assert_eq!(limit(r#"{a(b:"\"[[[",c:"""\"""[[[""")}"#), None);
}

#[test]
fn operations_and_fragments_are_limited() {
    let operations =
        |n: usize| (0..n).map(|i| format!("query q{i}{{a}}")).collect::<Vec<_>>().concat();
    let fragments = |n: usize| {
        (0..n).map(|i| format!("fragment f{i} on Q{{a}}")).collect::<Vec<_>>().concat() + "{a}"
    };

    assert_eq!(limit(operations(5)), None);
    assert_eq!(limit(operations(6)), Some(Limit::Operations));
    assert_eq!(limit(fragments(50)), None);
    assert_eq!(limit(fragments(51)), Some(Limit::Fragments));
}

#[test]
fn root_fields_are_seen_through_fragments() {
    let spread = "{...f ... on Q{...f}} fragment f on Q{a b c d e";

    assert_eq!(limit(format!("{spread}}}")), None);
    assert_eq!(limit(format!("{spread} f}}")), Some(Limit::RootFields));
    assert_eq!(limit("mutation{...f} fragment f on M{a b c d e}"), None);
    assert_eq!(
        limit("mutation{...f f} fragment f on M{a b c d e}"),
        Some(Limit::MutationRootFields)
    );
}

#[test]
fn the_expanded_size_is_that_of_all_operations_together() {
    let tail =
        " fragment f on Q{a{...g ...g ...g ...g ...g ...g ...g ...g ...g ...g}} fragment g on Q{a{"
            .to_owned()
            + &"a ".repeat(100)
            + "}}";
    let operations = |n: usize| {
        (0..n).map(|i| format!("query q{i}{{...f ...f}}")).collect::<Vec<_>>().concat() + &tail
    };

    // Each spread of `f`: 1 + a + ten times (1 + a + 100) = 1,022.
    assert_eq!(parse(operations(2).as_bytes()).unwrap().1.expanded_size, 2 * 2 * 1_022);
    assert_eq!(limit(operations(3)), Some(Limit::ExpandedSize));
}

#[test]
fn what_cannot_be_read_as_tokens_never_reaches_the_parser() {
    for text in [
        "{a ?}",
        "{a(b:\"",
        "{a(b:\"\"\" \"\" )}",
        "{a(b:01)}",
        "{a(b:1x)}",
        "{a(b:1.)}",
        "{\u{e9}}",
        "{a..}",
    ] {
        assert!(is_syntax_error(text), "{text}");
    }
    assert!(is_syntax_error(&format!("?{}", nested_list(4_000))));
    assert!(is_syntax_error("{a"), "tokens, but not a document");
}

#[test]
fn a_syntax_error_names_the_place() {
    assert_eq!(parse("{a\n  ?}".as_bytes()).unwrap_err(), Refusal::Syntax { line: 2, column: 3 });
}
