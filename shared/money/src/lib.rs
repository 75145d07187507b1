//! Money of the city: whole Vietnamese dong, exact, never a float.
#![deny(missing_docs)]
#![deny(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount of whole dong (ISO 4217 `VND`, exponent 0), negative for what is owed.
///
/// On the wire it is a decimal string, since many JSON readers keep numbers as floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Vnd(i64);

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VndError {
    /// Empty, or something else than ASCII digits with at most one leading minus.
    #[error("an amount is whole dong in digits, without separators")]
    NotDigits,
    /// More than `i64` holds.
    #[error("the amount is larger than this system can hold")]
    TooLarge,
}

impl Vnd {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// An amount of whole dong.
    pub const fn new(dong: i64) -> Self {
        Self(dong)
    }

    /// The amount in whole dong.
    pub const fn dong(self) -> i64 {
        self.0
    }

    /// The sum, or none if it does not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or none if it does not fit.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// Reads a decimal string such as `"150000"`.
    ///
    /// # Errors
    /// `NotDigits` for anything but digits, `TooLarge` beyond `i64`.
    pub fn parse(raw: &str) -> Result<Self, VndError> {
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(VndError::NotDigits);
        }
        raw.parse().map(Self).map_err(|_| VndError::TooLarge)
    }
}

impl fmt::Display for Vnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl FromStr for Vnd {
    type Err = VndError;

    fn from_str(raw: &str) -> Result<Self, VndError> {
        Self::parse(raw)
    }
}

impl From<Vnd> for String {
    fn from(amount: Vnd) -> Self {
        amount.to_string()
    }
}

impl TryFrom<String> for Vnd {
    type Error = VndError;

    fn try_from(raw: String) -> Result<Self, VndError> {
        Self::parse(&raw)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn separators_signs_and_floats_are_no_amounts() {
        for raw in ["", "-", "+5", "1.000", "1,000", "1e3", " 5", "５"] {
            assert_eq!(Vnd::parse(raw), Err(VndError::NotDigits), "{raw:?}");
        }
        assert_eq!(Vnd::parse("9223372036854775808"), Err(VndError::TooLarge));
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(dong: i64) {
            prop_assert_eq!(Vnd::parse(&Vnd::new(dong).to_string()), Ok(Vnd::new(dong)));
        }

        #[test]
        fn parsing_never_panics(raw: String) {
            prop_assert!(Vnd::parse(&raw).is_err() || !raw.is_empty());
        }
    }
}
