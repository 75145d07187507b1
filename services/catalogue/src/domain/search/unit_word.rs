//! The word for the kind of unit, which people write or leave out.

use city_text::fold;

/// Folded, longer phrases first. Those of districts too: people still write them.
const BEFORE: [&[&str]; 12] = [
    &["thi", "tran"],
    &["thi", "xa"],
    &["phuong"],
    &["xa"],
    &["quan"],
    &["huyen"],
    &["tt"],
    &["tx"],
    &["p"],
    &["x"],
    &["q"],
    &["h"],
];

/// In English it follows the name.
const AFTER: [&str; 5] = ["ward", "commune", "township", "town", "district"];

/// A key without the unit word it begins or ends with; none when there is none, or nothing would be left.
///
/// Works on folded and on marked keys.
pub(super) fn without_unit_word(key: &str) -> Option<&str> {
    let before = BEFORE.iter().find_map(|words| without_first(key, words));
    before.or_else(|| {
        let (rest, last) = key.rsplit_once(' ')?;
        AFTER.contains(&last).then_some(rest)
    })
}

fn without_first<'k>(key: &'k str, words: &[&str]) -> Option<&'k str> {
    words.iter().try_fold(key, |rest, word| {
        let (first, others) = rest.split_once(' ')?;
        (fold(first) == *word).then_some(others)
    })
}

#[cfg(test)]
mod tests {
    use city_text::marked;

    use super::*;

    #[test]
    fn a_unit_word_is_dropped() {
        for text in
            ["Phường Phú Hội", "P. Phú Hội", "p.phú hội", "THỊ TRẤN Phú Hội", "Phú Hội Ward"]
        {
            assert_eq!(without_unit_word(&fold(text)), Some("phu hoi"), "{text}");
            assert_eq!(without_unit_word(&marked(text)), Some(&*marked("Phú Hội")), "{text}");
        }
    }

    #[test]
    fn a_name_is_not_eaten() {
        for text in ["phu hoi", "phuong", "p", "thi", "thi tran", "ward", "hue", "quang dien"] {
            assert_eq!(without_unit_word(text), None, "{text}");
        }
        assert_eq!(without_unit_word("phuong phuong duc"), Some("phuong duc"));
    }
}
