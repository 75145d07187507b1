//! The memory of prepared documents.

use std::sync::Arc;

use super::prepared;
use crate::prepare::{DocumentCache, TextHash};

#[test]
fn a_document_is_found_by_the_hash_of_its_text() {
    let cache = DocumentCache::default();
    let document = Arc::new(prepared("{days}").unwrap());

    cache.keep(TextHash::of("{days}"), &document);

    assert!(cache.get(TextHash::of("{days}")).is_some_and(|found| Arc::ptr_eq(&found, &document)));
    assert!(cache.get(TextHash::of("{days }")).is_none());
}

#[test]
fn a_hash_is_the_sha256_that_clients_write() {
    let known = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"; // of Apollo's example
    assert_eq!(TextHash::of("{__typename}").to_hex(), known);
}

#[test]
fn the_least_recently_used_goes_first() {
    let document = |text: &str| (TextHash::of(text), Arc::new(prepared(text).unwrap()));
    let [a, b, c] = ["{a:days}", "{b:days}", "{c:days}"].map(document);
    let cache = DocumentCache::with_room(2 * a.1.weight_bytes());
    cache.keep(a.0, &a.1);
    cache.keep(b.0, &b.1);
    assert!(cache.get(a.0).is_some());

    cache.keep(c.0, &c.1);

    assert_eq!([a.0, b.0, c.0].map(|hash| cache.get(hash).is_some()), [true, false, true]);
}

#[test]
fn keeping_a_document_twice_takes_its_room_once() {
    let document = Arc::new(prepared("{days}").unwrap());
    let other = Arc::new(prepared("{ok:days}").unwrap());
    let cache = DocumentCache::with_room(document.weight_bytes() + other.weight_bytes());
    for _ in 0..5 {
        cache.keep(TextHash::of("{days}"), &document);
    }

    cache.keep(TextHash::of("{ok:days}"), &other);

    assert!(
        cache.get(TextHash::of("{days}")).is_some()
            && cache.get(TextHash::of("{ok:days}")).is_some()
    );
}

#[test]
fn a_long_text_is_not_kept() {
    let kept = |text: &str| {
        let cache = DocumentCache::default();
        cache.keep(TextHash::of(text), &Arc::new(prepared(text).unwrap()));
        cache.get(TextHash::of(text)).is_some()
    };
    let text = |length: usize| format!("{{days{}}}", " ".repeat(length - 6));

    assert!(kept(&text(8 * 1024)));
    assert!(!kept(&text(8 * 1024 + 1)));
}
