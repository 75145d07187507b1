//! What must pass, and what it is measured as.

use super::recipes::INTROSPECTION;
use crate::guard::{Counted, parse};

#[test]
fn the_standard_introspection_query_passes() {
    let (document, counted) = parse(INTROSPECTION.as_bytes()).unwrap();

    assert_eq!(document.fragments.len(), 3);
    assert!(counted.expanded_size < 500, "{}", counted.expanded_size);
}

#[test]
fn every_kind_of_selection_counts_one() {
    let text = "{a ... @x{b} ...f ...f} fragment f on Q{c d{e}}";

    let (_, counted) = parse(text.as_bytes()).unwrap();

    assert_eq!(counted, Counted { expanded_size: 11, steps: 8 });
}

#[test]
fn a_byte_order_mark_commas_and_all_line_ends_are_ignored() {
    assert!(parse("\u{feff}{a,,b\r\n\tc\rd}".as_bytes()).is_ok());
}
