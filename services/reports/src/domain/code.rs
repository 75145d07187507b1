//! The code a resident reads out on the phone: `PA26-00012344`.

use std::fmt;
use std::str::FromStr;

/// `PA`, two digits of the year, `-`, at least seven sequence digits, Luhn digit.
///
/// The Luhn digit covers year and sequence, so one wrong digit and most swapped neighbours are noticed anywhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicCode {
    year: u8,
    sequence: u64,
}

/// A text is not the code of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PublicCodeError {
    #[error("expected a code like PA26-00012344")]
    Shape,
    #[error("the last digit does not fit the others")]
    CheckDigit,
}

impl PublicCode {
    /// Most digits of a sequence number: enough for every report ever, and far inside `u64`.
    const MAX_DIGITS: usize = 15;

    /// The code of the `sequence`-th report of a year.
    ///
    /// # Errors
    /// [`PublicCodeError::Shape`] for a sequence of more than 15 digits.
    pub fn make(year: i32, sequence: u64) -> Result<Self, PublicCodeError> {
        let year = u8::try_from(year.rem_euclid(100)).map_err(|_| PublicCodeError::Shape)?;
        if sequence >= 10_u64.pow(15) {
            return Err(PublicCodeError::Shape);
        }
        Ok(Self { year, sequence })
    }

    /// Reads a code; small letters and outer space are forgiven, as people type it.
    ///
    /// # Errors
    /// [`PublicCodeError::Shape`] or, when only the digits disagree, [`PublicCodeError::CheckDigit`].
    pub fn parse(raw: &str) -> Result<Self, PublicCodeError> {
        let upper = raw.trim().to_ascii_uppercase();
        let (year, rest) = upper
            .strip_prefix("PA")
            .and_then(|r| r.split_once('-'))
            .ok_or(PublicCodeError::Shape)?;
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let sized = year.len() == 2 && (8..=Self::MAX_DIGITS + 1).contains(&rest.len());
        if !(sized && digits(year) && digits(rest)) {
            return Err(PublicCodeError::Shape);
        }
        let (sequence, _check) = rest.split_at(rest.len() - 1);
        let year = year.parse().map_err(|_| PublicCodeError::Shape)?;
        let code = Self { year, sequence: sequence.parse().map_err(|_| PublicCodeError::Shape)? };
        let printed = code.to_string();
        if printed == upper {
            Ok(code)
        } else if printed.len() == upper.len() {
            Err(PublicCodeError::CheckDigit)
        } else {
            Err(PublicCodeError::Shape) // needless leading zeros: a report has one code, not many
        }
    }
}

/// The Luhn digit (ISO/IEC 7812-1, annex B) for a row of ASCII digits.
fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| match (place % 2, u32::from(digit - b'0')) {
            (0, digit @ 5..) => digit * 2 - 9,
            (0, digit) => digit * 2,
            (_, digit) => digit,
        })
        .sum();
    (10 - sum % 10) % 10
}

impl fmt::Display for PublicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, sequence) = (self.year, self.sequence);
        write!(f, "PA{year:02}-{sequence:07}{}", luhn(&format!("{year:02}{sequence:07}")))
    }
}
impl fmt::Debug for PublicCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for PublicCode {
    type Err = PublicCodeError;

    fn from_str(raw: &str) -> Result<Self, PublicCodeError> {
        Self::parse(raw)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_code_of_the_spec_is_made_and_read() {
        let code = PublicCode::make(2026, 1_234).unwrap();

        assert_eq!(code.to_string(), "PA26-00012344");
        assert_eq!(PublicCode::parse(" pa26-00012344 "), Ok(code));
    }

    #[test]
    fn luhn_agrees_with_the_published_example() {
        assert_eq!(luhn("7992739871"), 3); // the worked example of ISO/IEC 7812-1 text books
    }

    #[test]
    fn another_shape_is_refused() {
        for raw in [
            "",
            "PA26",
            "PA26-1234",
            "PB26-00012344",
            "PA2026-00012344",
            "PA26-0001234x",
            "PA26-000012344",
        ] {
            assert_eq!(PublicCode::parse(raw), Err(PublicCodeError::Shape), "{raw:?}");
        }
        assert_eq!(PublicCode::parse("PA26-00012345"), Err(PublicCodeError::CheckDigit));
        assert!(PublicCode::make(2026, 10_u64.pow(15)).is_err());
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(year in 2000..2100, sequence in 0..10_u64.pow(15)) {
            let code = PublicCode::make(year, sequence).expect("it is in range");
            prop_assert_eq!(PublicCode::parse(&code.to_string()), Ok(code));
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(PublicCode::parse(&raw).is_err() || raw.trim().len() >= 13);
        }

        #[test]
        fn one_wrong_digit_is_noticed(sequence in 0..9_999_999_u64, place in 0..10_usize, by in 1..10_u8) {
            let mut digits = PublicCode::make(2026, sequence).expect("it is in range").to_string().into_bytes();
            let at = if place < 2 { place + 2 } else { place + 3 }; // the hyphen is no digit
            digits[at] = b'0' + (digits[at] - b'0' + by) % 10;
            let typed = String::from_utf8(digits).expect("digits are ASCII");
            prop_assert_eq!(PublicCode::parse(&typed), Err(PublicCodeError::CheckDigit));
        }
    }
}
