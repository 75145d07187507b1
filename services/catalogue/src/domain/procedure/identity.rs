//! Checks of single values by code. Only what is certain refuses; what merely looks odd warns.

use chrono::{Datelike as _, NaiveDate};

/// A check that a form asks for with `x-validator`, or that belongs to the element a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validator {
    /// The 12-digit personal identification number.
    IdentityNumber12,
}

/// What such a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    Fine,
    /// It looks odd; a person should look again.
    Odd,
    /// It cannot be right.
    Wrong,
}

impl Validator {
    /// The check of a code.
    pub fn parse(code: &str) -> Option<Self> {
        (code == "identity-number-12").then_some(Self::IdentityNumber12)
    }

    /// Looks at a value, on a day.
    pub fn judge(self, value: &str, today: NaiveDate) -> Verdict {
        match self {
            Self::IdentityNumber12 => identity_number(value, today),
        }
    }
}

/// What the structure of an identification number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Structure {
    /// The year of birth.
    pub birth_year: i32,
    /// Whether it was given to a woman.
    pub female: bool,
}

/// The digits of an identification number, blanks left out; none unless there are exactly twelve.
pub fn identity_digits(value: &str) -> Option<[u8; 12]> {
    let mut digits = [0; 12];
    let mut count = 0;
    for c in value.chars().filter(|c| *c != ' ') {
        let digit = u8::try_from(c.to_digit(10)?).ok()?;
        *digits.get_mut(count)? = digit;
        count += 1;
    }
    (count == digits.len()).then_some(digits)
}

/// Digits 1 to 3 are the place of registration, 4 century and gender, 5 and 6 the year; the rest is random.
pub fn structure(digits: [u8; 12]) -> Structure {
    let [_, _, _, century, tens, ones, ..] = digits;
    Structure {
        birth_year: 1900 + 100 * i32::from(century / 2) + 10 * i32::from(tens) + i32::from(ones),
        female: century % 2 == 1,
    }
}

fn identity_number(value: &str, today: NaiveDate) -> Verdict {
    let Some(digits) = identity_digits(value) else { return Verdict::Wrong };
    let nowhere = digits.starts_with(&[0, 0, 0]);
    let unborn = structure(digits).birth_year > today.year();
    if nowhere || unborn { Verdict::Odd } else { Verdict::Fine }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 4).unwrap()
    }

    #[test]
    fn the_vectors_hold() {
        let vectors: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/data/identity-vectors.json"))
                .unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let given = vector["in"].as_str().unwrap();
            let verdict = Validator::IdentityNumber12.judge(given, day());
            assert_eq!(verdict != Verdict::Wrong, vector["ok"].as_bool().unwrap(), "{given}");
            let Some(digits) = identity_digits(given) else { continue };
            if let Some(year) = vector["birthYear"].as_i64() {
                assert_eq!(i64::from(structure(digits).birth_year), year);
                assert_eq!(structure(digits).female, vector["gender"] == "FEMALE");
            }
            if let Some(normalised) = vector["normalised"].as_str() {
                assert_eq!(identity_digits(given), identity_digits(normalised));
            }
        }
    }

    #[test]
    fn an_odd_structure_only_warns() {
        for odd in ["000199000123", "046299000001"] {
            assert_eq!(Validator::IdentityNumber12.judge(odd, day()), Verdict::Odd, "{odd}");
        }
        for wrong in ["", "04620100000١", "0462010000011", "046-201-000-001"] {
            assert_eq!(Validator::IdentityNumber12.judge(wrong, day()), Verdict::Wrong, "{wrong}");
        }
    }
}
