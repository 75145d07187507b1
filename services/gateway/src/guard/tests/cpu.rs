//! The bound: at most 5 ms of CPU for a refusal.
//!
//! Time is that of this thread alone, and the least of several tries, so it measures the algorithm and not the machine.
//! What only the count can refuse has passed the engine's parser, and that is slow in a debug build (7 ms for 4 KB of
//! spreads, 16 ms for 16 KiB; 1 and 2 ms in a release build). There the bound is on everything but the parser.

use std::time::Duration;

use async_graphql::parser::parse_query;
use nix::time::{ClockId, clock_gettime};

use super::recipes::{
    aliases, deep, dense, directives, fragment_bomb, nested_list, nested_object, nested_type, ring,
};
use crate::guard::{count, parse, scan};

const BOUND: Duration = Duration::from_millis(5);

/// The least CPU time of up to nine tries; stops at the first within the bound.
fn cpu(work: impl Fn()) -> Duration {
    let now = || {
        Duration::from(
            clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux counts thread time"),
        )
    };
    let mut least = Duration::MAX;
    for _ in 0..9 {
        let before = now();
        work();
        least = least.min(now().saturating_sub(before));
        if least <= BOUND {
            break;
        }
    }
    least
}

#[test]
fn b02_what_the_scan_refuses_costs_at_most_five_milliseconds() {
    let texts = [
        aliases(20_000),
        aliases(100_000),
        nested_list(1_600),
        nested_list(30_000),
        nested_object(1_300),
        nested_type(8_000),
        deep(1_000),
        directives(1_000),
        dense(8_000),
        "#".repeat(10_000_000),
        format!("{{a(b:\"{}\")}}", "\u{1ebf}".repeat(5_000)),
        "\u{feff}".repeat(5_400) + "?",
    ];
    for text in texts {
        let spent = cpu(|| assert!(scan(text.as_bytes()).is_err()));

        assert!(spent <= BOUND, "{spent:?} for {} bytes: {:.40}", text.len(), text);
    }
}

/// Refused by the count alone: the recipes, and texts that fill the limits of the scan first.
fn passed_by_the_scan() -> Vec<String> {
    let long = |field: &str, n: usize| {
        format!("{{a{{{}{}}}}}", field.repeat(n), "aaaaaaa ".repeat(1_990 - 3 * n))
    };
    let bombs = (11..=31).flat_map(|n| (2..=20).map(move |k| fragment_bomb(n, k)));
    let full = [
        long("aaaaaaaa:a ", 101),
        format!("{{a(b:{{{}}}) @a @b @c @d}}", "c:1,".repeat(650)),
        format!("query({}){{a@b@c@d@e}}", "$a:A,".repeat(490)),
        format!("{{{}{}{}}}", "a{a ".repeat(20), "...f ".repeat(900), "}".repeat(20)),
        format!("{{{}}} fragment f on Q{{{}}}", "...f ".repeat(400), "a ".repeat(1_000)),
    ];
    bombs
        .chain([2, 19, 45].map(ring))
        .chain([fragment_bomb(49, 1), fragment_bomb(8, 7)])
        .chain(full)
        .collect()
}

#[test]
fn b01_what_the_count_refuses_costs_at_most_five_milliseconds() {
    for text in passed_by_the_scan() {
        let Ok(document) = parse_query(scan(text.as_bytes()).unwrap_or_default()) else { continue };

        let spent = if cfg!(debug_assertions) {
            cpu(|| assert!(scan(text.as_bytes()).is_ok() && count(&document).is_err()))
        } else {
            cpu(|| assert!(parse(text.as_bytes()).is_err()))
        };

        assert!(spent <= BOUND, "{spent:?} for {} bytes: {:.60}", text.len(), text);
    }
}

#[test]
fn every_recipe_that_the_count_must_refuse_reaches_it() {
    let read = |text: &String| scan(text.as_bytes()).is_ok_and(|text| parse_query(text).is_ok());

    let reached = passed_by_the_scan().iter().filter(|text| read(text)).count();

    assert!(reached >= 300, "{reached}"); // the largest bombs stop at the tokens
}
