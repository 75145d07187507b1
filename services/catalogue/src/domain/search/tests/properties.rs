//! The index against the rules read once more, and texts in every form that phones send.

use std::collections::BTreeSet;

use city_contracts::catalogue::search::SearchKind;
use city_contracts::common::Localised;
use city_text::fold;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::oracle;
use crate::domain::search::{Entry, Query, SearchIndex};

/// Words of few letters and names of few words: collisions, near misses and repeated words are frequent.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => proptest::sample::select(vec![
            "đăng", "dang", "ký", "kí", "khai", "sinh", "Sinh", "tử", "tự", "Hoá", "Hóa", "Hòa", "Thuận", "xã",
            "sổ", "số", "đỏ", "do", "giấy", "1", "phép", "kết", "hôn", "hộ", "khẩu",
        ]).prop_map(str::to_owned),
        1 => "[a-cyiđỳ0-2]{1,3}",
    ];
    proptest::collection::vec(word, 1..5).prop_map(|words| words.join(" "))
}

fn code() -> impl Strategy<Value = String> {
    prop_oneof!["[12]\\.00[0-2]{1,3}", "[a-c]{1,2}-[a-c]"]
}

fn kind() -> impl Strategy<Value = SearchKind> {
    proptest::sample::select(vec![
        SearchKind::Service,
        SearchKind::Procedure,
        SearchKind::Place,
        SearchKind::Agency,
    ])
}

fn register() -> impl Strategy<Value = Vec<Entry>> {
    let texts = |most| proptest::collection::vec(text(), 0..most);
    let entry = (
        (kind(), code(), text(), proptest::option::of(text())),
        (texts(2), texts(3), proptest::collection::vec(code(), 0..2)),
    );
    let entry =
        entry.prop_map(|((kind, code, vi, en), (other_names, keywords, other_codes))| Entry {
            kind,
            code,
            name: Localised { vi, en },
            other_names,
            keywords,
            other_codes,
            demo: false,
        });
    proptest::collection::vec(entry, 0..12).prop_map(|entries| {
        let mut seen = BTreeSet::new();
        entries.into_iter().filter(|entry| seen.insert((entry.kind, entry.code.clone()))).collect()
    })
}

/// What is searched for, the names themselves more often than chance would.
fn asked(entries: &[Entry], free: &str, pick: usize, cut: usize) -> String {
    match entries.get(pick) {
        Some(entry) => {
            let mut name: Vec<char> = entry.name.vi.chars().collect();
            name.truncate(name.len().saturating_sub(cut).max(1));
            name.into_iter().collect()
        }
        None => free.to_owned(),
    }
}

fn codes(entries: &SearchIndex, query: &Query) -> BTreeSet<(SearchKind, String)> {
    let found = entries.search(query, &[], usize::MAX);
    found.hits.iter().map(|hit| (hit.entry.kind, hit.entry.code.clone())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_index_finds_what_a_scan_of_everything_finds(
        entries in register(), free in text(), pick in 0_usize..16, cut in 0_usize..5, first in 1_usize..15,
    ) {
        let q = asked(&entries, &free, pick, cut);
        let Ok(query) = Query::parse(&q) else { return Ok(()) };
        let mut expected: Vec<_> = entries
            .iter()
            .filter_map(|entry| oracle::best(entry, &q).map(|(score, text)| (score, entry, text)))
            .collect();
        expected.sort_by(|one, other| {
            other.0.total_cmp(&one.0).then((one.1.kind, &one.1.code).cmp(&(other.1.kind, &other.1.code)))
        });
        expected.truncate(first);

        let index = SearchIndex::new(entries.clone());
        let found = index.search(&query, &[], first);

        let hits: Vec<_> = found.hits.iter().map(|hit| (hit.score, hit.entry, hit.matched_on)).collect();
        prop_assert_eq!(&hits, &expected);
        let only_similar = expected.first().filter(|(score, ..)| *score <= 30.0).map(|(.., text)| *text);
        prop_assert_eq!(found.did_you_mean, only_similar);
    }

    #[test]
    fn composed_and_decomposed_text_find_the_same(entries in register(), q in text()) {
        let composed = Query::parse(&q.nfc().collect::<String>()).unwrap();
        let decomposed = Query::parse(&q.nfd().collect::<String>()).unwrap();
        let index = SearchIndex::new(entries);

        prop_assert_eq!(index.search(&composed, &[], 20), index.search(&decomposed, &[], 20));
    }

    #[test]
    fn leaving_out_the_marks_finds_the_same_entries(entries in register(), q in text()) {
        let (typed, folded) = (Query::parse(&q).unwrap(), Query::parse(&fold(&q)).unwrap());
        let index = SearchIndex::new(entries);

        prop_assert_eq!(codes(&index, &typed), codes(&index, &folded));
    }
}
