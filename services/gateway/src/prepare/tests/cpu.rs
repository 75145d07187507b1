//! The bound of what passes the guard: preparing it costs at most 20 ms of CPU (ten times that in a debug build).

use std::time::Duration;

use nix::time::{ClockId, clock_gettime};

use super::{SDL, Shape};
use crate::prepare::prepare;

const BOUND: Duration = Duration::from_millis(if cfg!(debug_assertions) { 200 } else { 20 });

/// Documents at the limits of the guard, each dear to another part of the work.
fn texts() -> [String; 5] {
    let variables: String =
        (0..100).map(|i| format!("$v{i}:Boolean! ")).collect::<Vec<_>>().concat();
    let conditions: String =
        (0..100).map(|i| format!("wallet@skip(if:$v{i}){{balance}}")).collect::<Vec<_>>().concat();
    let nested = "...@skip(if:$v0)@include(if:$v1){".repeat(17);
    let tail = " fragment f on Query{a:report(id:1){near{near{near{id}}}}}";
    [
        format!("{{report(id:1){{{}}}}}", "title note ".repeat(990)),
        format!(
            "query({variables}){{...f {}}}fragment f on Query{{wallet{{balance}}}}",
            "days ".repeat(8)
        ),
        format!(
            "query({variables}){{node(id:1){{id}}...g}}fragment g on Query{{report(id:1){{...h}}}}fragment h on Report{{{}}}",
            conditions.replace("wallet", "place").replace("balance", "code")
        ),
        format!(
            "query($v0:Boolean!$v1:Boolean!){{{nested}report(id:1){{{}}}{}}}",
            "title ".repeat(1_500),
            "}".repeat(17)
        ),
        format!("{{{}}}{tail}", "...f ".repeat(10)),
    ]
}

#[test]
fn a_document_at_the_limits_is_prepared_within_the_bound() {
    let shape = Shape::parse(SDL).unwrap();
    let now = || {
        Duration::from(
            clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("Linux counts thread time"),
        )
    };
    for text in texts() {
        let once = || {
            let before = now();
            let prepared = prepare(&text, &shape, |_| Ok(()));
            assert!(prepared.is_ok(), "{prepared:?}: {text:.80}");
            now().saturating_sub(before)
        };

        let least = (0..5).map(|_| once()).min().unwrap_or_default();

        assert!(least <= BOUND, "{least:?}: {text:.80}");
    }
}
