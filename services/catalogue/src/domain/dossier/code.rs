//! The number a dossier is known by: `{agency}-{yyMMdd}-{6 digits}`, until the national format is known.

use std::fmt;

use chrono::NaiveDate;

/// The code of a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DossierCode(String);

/// Why a text is no code of a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a dossier's code looks like HUE-SXD-260304-000017")]
pub struct CodeError;

/// Characters of the longest code.
const MOST: usize = 60;

impl DossierCode {
    /// The code of the n-th dossier that an agency took in on a day.
    pub fn new(agency: &str, day: NaiveDate, n: i32) -> Self {
        Self(format!("{agency}-{}-{n:06}", day.format("%y%m%d")))
    }

    /// Reads a code as people type it: in any case, with spaces around.
    ///
    /// # Errors
    /// [`CodeError`] for what was never given out.
    pub fn parse(raw: &str) -> Result<Self, CodeError> {
        let text = raw.trim().to_ascii_uppercase();
        let mut parts = text.rsplitn(3, '-');
        let (number, day, agency) = (parts.next(), parts.next(), parts.next());
        let digits = |part: Option<&str>, length: std::ops::RangeInclusive<usize>| {
            part.is_some_and(|part| {
                length.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
            })
        };
        let agency = agency.is_some_and(|agency| {
            !agency.is_empty()
                && agency.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
        });
        if text.len() <= MOST && digits(number, 6..=9) && digits(day, 6..=6) && agency {
            Ok(Self(text))
        } else {
            Err(CodeError)
        }
    }

    /// Trusts a stored code.
    pub const fn restore(stored: String) -> Self {
        Self(stored)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DossierCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
        let code = DossierCode::new("HUE-SXD", day, 17);

        assert_eq!(code.as_str(), "HUE-SXD-260304-000017");
        assert_eq!(DossierCode::parse(" hue-sxd-260304-000017 "), Ok(code));
        for raw in
            ["", "HUE-SXD-260304-17", "260304-000017", "HUE-SXD-26030-000017", "H'E-260304-000017"]
        {
            assert_eq!(DossierCode::parse(raw), Err(CodeError), "{raw:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(DossierCode::parse(&raw).is_err() || raw.len() >= 14);
        }
    }
}
