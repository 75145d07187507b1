//! Similarity as `pg_trgm` measures it, over folded keys.
//!
//! Each word stands between two spaces and one; a key is the set of all runs of three characters. Two keys are as similar as
//! the share of what they have in common in what they have together.

/// How many trigrams there can be over space, ten digits and 26 letters.
pub(super) const TRIGRAMS: usize = 37 * 37 * 37;

/// Below this share two keys are not similar.
const LEAST_PERCENT: usize = 45;

/// A trigram as a number below [`TRIGRAMS`].
pub(super) type Trigram = u16;

/// The trigrams of a folded key, ascending, each once.
pub(super) fn trigrams(folded: &str) -> Vec<Trigram> {
    let mut found = Vec::with_capacity(folded.len() + 8);
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let (mut first, mut second) = (0, 0);
        for third in word.bytes().map(symbol).chain([0]) {
            found.push((first * 37 + second) * 37 + third);
            (first, second) = (second, third);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn symbol(byte: u8) -> Trigram {
    match byte {
        b'0'..=b'9' => Trigram::from(byte - b'0') + 1,
        b'a'..=b'z' => Trigram::from(byte - b'a') + 11,
        _ => 0,
    }
}

/// The similarity of two sets that have `shared` of their `one` and `other` trigrams in common; none when it is too low.
pub(super) fn similarity(shared: usize, one: usize, other: usize) -> Option<f64> {
    let together = one + other - shared;
    // In whole numbers: nine of twenty is exactly enough.
    if together == 0 || shared * 100 < together * LEAST_PERCENT {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a key has at most a few hundred trigrams")]
    let similarity = shared as f64 / together as f64;
    Some(similarity)
}

/// How many trigrams two ascending sets have in common.
pub(super) fn shared(one: &[Trigram], other: &[Trigram]) -> usize {
    one.iter().filter(|trigram| other.binary_search(trigram).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(one: &str, other: &str) -> Option<f64> {
        let (one, other) = (trigrams(one), trigrams(other));
        similarity(shared(&one, &other), one.len(), other.len())
    }

    /// The values are those of `select similarity(one, other)` in PostgreSQL 15.
    #[test]
    fn it_measures_as_pg_trgm_does() {
        for (one, other, similar) in [
            ("khai sinh", "khai sinh", Some(1.0)),
            ("dang ky khai sinh", "dang ki khai sinh", Some(0.789_473_7)),
            ("vi da", "vy da", Some(0.5)),
            ("sinh khai", "khai sinh", Some(1.0)),
            ("a", "a", Some(1.0)),
            ("ket hon", "ket hin", Some(0.454_545_5)),
            ("abc", "xyz", None),
        ] {
            match (measured(one, other), similar) {
                (Some(ours), Some(theirs)) => {
                    assert!((ours - theirs).abs() < 1e-6, "{one} ~ {other}: {ours}");
                }
                (ours, theirs) => assert_eq!(ours, theirs, "{one} ~ {other}"),
            }
        }
    }

    #[test]
    fn exactly_the_least_share_is_enough() {
        assert_eq!(similarity(9, 15, 14), Some(0.45));
        assert_eq!(similarity(9, 15, 15), None);
        assert_eq!(similarity(0, 0, 0), None);
    }
}
