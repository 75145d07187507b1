//! A synthetic register of procedures for measuring and trying out: the size of the real one, none of its content.
//!
//! Everything is made of the word lists of [`words`], in the same order on every machine. Each entry says that it is synthetic:
//! its name ends with `(mẫu)`, `(sample)` in English, and its code begins with 99, a number the national register does not use.

mod fill;
mod words;

use city_contracts::catalogue::search::SearchKind;
use city_contracts::common::Localised;

use crate::domain::search::{Entry, abbreviations};
pub use fill::seed_procedures;
use words::{ACTIONS, CASES, Pair, THINGS};

/// How many different names the word lists make.
pub const MOST: usize = ACTIONS.len() * THINGS.len() * CASES.len();

/// Shares no factor with [`MOST`]: so neighbours in the register have little in common, and no name comes twice.
const STEP: usize = 3571;

/// A procedure that nobody can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntheticProcedure {
    /// `99.000001` and on.
    pub national_code: String,
    /// What it would be called.
    pub name: Localised,
    /// Whether communes would decide it, as they do 436 of 2,307 real ones; otherwise the city.
    pub of_communes: bool,
}

/// The first `count` procedures of the register, at most [`MOST`].
pub fn procedures(count: usize) -> impl Iterator<Item = SyntheticProcedure> {
    (0..count.min(MOST)).filter_map(procedure)
}

fn procedure(number: usize) -> Option<SyntheticProcedure> {
    let mixed = number * STEP % MOST;
    let action = ACTIONS.get(mixed % ACTIONS.len())?;
    let thing = THINGS.get(mixed / ACTIONS.len() % THINGS.len())?;
    let case = CASES.get(mixed / ACTIONS.len() / THINGS.len())?;
    let joined = |part: fn(&Pair) -> &'static str, mark: &str| {
        format!("{} {} {} ({mark})", part(action), part(thing), part(case))
    };
    Some(SyntheticProcedure {
        national_code: format!("99.{:06}", number + 1),
        name: Localised {
            vi: joined(|pair| pair.0, "mẫu"),
            en: Some(joined(|pair| pair.1, "sample")),
        },
        of_communes: number % 53 < 10,
    })
}

impl SyntheticProcedure {
    /// What the search index would know of it.
    pub fn entry(&self) -> Entry {
        Entry {
            kind: SearchKind::Procedure,
            code: self.national_code.clone(),
            keywords: abbreviations(&self.name.vi),
            name: self.name.clone(),
            other_names: Vec::new(),
            other_codes: Vec::new(),
            demo: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use city_contracts::common::Locale;
    use city_text::{fold, marked};

    use super::*;

    #[test]
    fn no_name_and_no_code_comes_twice() {
        let all: Vec<_> = procedures(MOST).collect();
        let folded: BTreeSet<_> = all.iter().map(|one| fold(&one.name.vi)).collect();
        let codes: BTreeSet<_> = all.iter().map(|one| &one.national_code).collect();

        const { assert!(MOST >= 2_307) };
        assert_eq!((all.len(), folded.len(), codes.len()), (MOST, MOST, MOST));
        assert_eq!(procedures(MOST + 1).count(), MOST, "the words make no more");
    }

    #[test]
    fn each_is_marked_as_synthetic_and_written_with_marks() {
        for one in procedures(2_307) {
            assert!(one.national_code.starts_with("99."));
            assert!(one.name.vi.ends_with(" (mẫu)"), "{}", one.name.vi);
            assert!(one.name.en.as_ref().unwrap().ends_with(" (sample)"));
            assert_ne!(marked(&one.name.vi), fold(&one.name.vi));
            assert!(one.entry().demo);
        }
    }

    #[test]
    fn the_register_is_the_same_everywhere() {
        let second = procedures(2).nth(1).unwrap();

        assert_eq!(second.national_code, "99.000002");
        assert_eq!(second.name.vi, "Điều chỉnh quầy sách cũ cho hợp tác xã (mẫu)");
        assert_eq!(
            second.name.text(Locale::En),
            "Amendment of a second-hand book stall for cooperatives (sample)"
        );
    }
}
