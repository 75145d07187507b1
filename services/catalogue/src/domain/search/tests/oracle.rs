//! The rules of the score, read once more and applied to each text in turn. Shares no code with the index but the keys.

use std::collections::BTreeSet;

use city_text::{fold, fold_y, marked};

use crate::domain::search::Entry;

/// The best score of an entry and the text that has it.
pub fn best<'a>(entry: &'a Entry, q: &str) -> Option<(f64, &'a str)> {
    let names = std::iter::once(&entry.name.vi).chain(&entry.name.en).chain(&entry.other_names);
    let codes = std::iter::once(&entry.code).chain(&entry.other_codes);
    let scores = names
        .map(|text| (of_words(q, text, [90.0, 70.0, 60.0]), text))
        .chain(entry.keywords.iter().map(|text| (of_words(q, text, [80.0, 65.0, 0.0]), text)))
        .chain(codes.map(|text| (of_code(q, text), text)));
    let mut best: Option<(f64, &str)> = None;
    for (score, text) in scores {
        if score > best.map_or(0.0, |(score, _)| score) {
            best = Some((score, text));
        }
    }
    best
}

fn of_code(q: &str, code: &str) -> f64 {
    if fold(q) == fold(code) { 100.0 } else { tokens(q, code) }
}

fn of_words(q: &str, text: &str, [with_marks, without, begins]: [f64; 3]) -> f64 {
    let (asked, key) = (fold(q), fold(text));
    let mut scores = vec![tokens(q, text)];
    if marked(q) != asked && marked(q) == marked(text) {
        scores.push(with_marks);
    }
    if asked == key || fold_y(q) == fold_y(text) {
        scores.push(without);
    }
    if key.starts_with(&asked) {
        scores.push(begins);
    }
    let (one, other) = (trigrams(&asked), trigrams(&key));
    let count = |trigrams: usize| f64::from(u32::try_from(trigrams).unwrap());
    let (shared, together) =
        (count(one.intersection(&other).count()), count(one.union(&other).count()));
    if shared * 20.0 >= together * 9.0 {
        scores.push(20.0 + 10.0 * (shared / together));
    }
    scores.into_iter().fold(0.0, f64::max)
}

fn tokens(q: &str, text: &str) -> f64 {
    let (asked, key) = (fold(q), fold(text));
    let has = |word: &str| key.split(' ').any(|other| other == word);
    let begins = |word: &str| key.split(' ').any(|other| other.starts_with(word));
    if key.is_empty() {
        0.0
    } else if asked.split(' ').all(has) {
        50.0
    } else if asked.split(' ').all(begins) {
        40.0
    } else {
        0.0
    }
}

fn trigrams(key: &str) -> BTreeSet<Vec<char>> {
    key.split(' ')
        .flat_map(|word| {
            let padded: Vec<char> = format!("  {word} ").chars().collect();
            padded.windows(3).map(<[char]>::to_vec).collect::<Vec<_>>()
        })
        .collect()
}
