//! The wallet PIN: which are refused, and how one is kept without being kept.

use std::fmt;

use city_auth::{Key, constant_time_eq};
use city_ids::AccountId;

use super::phone::Phone;

/// Wrong tries in a row before a PIN has to be set anew.
pub const TRIES: i32 = 5;
const DIGITS: usize = 6;
/// PINs that many people choose, beside those the rules below find.
const WEAK: &str = include_str!("weak-pins.txt");

/// Six digits.
///
/// Privacy: `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

/// Why six digits are no PIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Not six ASCII digits.
    #[error("a PIN is six digits")]
    Shape,
    /// Too easy to guess.
    #[error("this PIN is easy to guess")]
    Weak,
}

impl Pin {
    /// Reads a PIN as typed, to compare it.
    ///
    /// # Errors
    /// `Shape`.
    pub fn parse(raw: &str) -> Result<Self, PinError> {
        let digits = raw.len() == DIGITS && raw.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(raw.to_owned())) } else { Err(PinError::Shape) }
    }

    /// Reads a PIN that somebody with this phone wants from now on.
    ///
    /// # Errors
    /// `Shape`; `Weak` for repeats, runs, alternations, the end of the phone, and those many people choose.
    pub fn choose(raw: &str, phone: Option<&Phone>) -> Result<Self, PinError> {
        let pin = Self::parse(raw)?;
        let digits = pin.0.as_bytes();
        let repeats = |period: usize| digits.iter().zip(&digits[period..]).all(|(a, b)| a == b);
        let steps = |step: i16| {
            let mut pairs = digits.windows(2);
            pairs.all(|pair| (i16::from(pair[0]) + step - i16::from(pair[1])) % 10 == 0)
        };
        let weak = (1..=3).any(repeats)
            || steps(1)
            || steps(-1)
            || phone.is_some_and(|phone| phone.as_str().ends_with(&pin.0))
            || WEAK.lines().any(|line| line == pin.0);
        if weak { Err(PinError::Weak) } else { Ok(pin) }
    }

    /// What is kept of it: its strength is the key's and the counter's, since a burst of payments must not wait for a
    /// slow hash.
    pub fn mac(&self, key: &Key, person: AccountId) -> [u8; 32] {
        key.mac(&[person.as_uuid().as_bytes(), self.0.as_bytes()])
    }

    /// Whether it is the one of which this was kept.
    pub fn matches(&self, key: &Key, person: AccountId, kept: &[u8]) -> bool {
        constant_time_eq(&self.mac(key, person), kept)
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_easy_to_guess_is_refused() {
        // Its last six are no run: of a phone that ends in one, two rules would refuse them.
        let phone = Phone::restore("+84912830164".to_owned());
        let choose = |raw| Pin::choose(raw, Some(&phone)).map(drop);

        for weak in ["000000", "121212", "123123", "123456", "987654", "890123", "345678", "112233"]
        {
            assert_eq!(choose(weak), Err(PinError::Weak), "{weak}");
        }
        assert_eq!(choose("830164"), Err(PinError::Weak), "the last six of the phone");
        assert_eq!(Pin::choose("830164", None).map(drop), Ok(()), "of nobody's phone");
        for shape in ["", "12345", "1234567", "12345a", "１２３４５６"] {
            assert_eq!(choose(shape), Err(PinError::Shape), "{shape}");
        }
        for good in ["283016", "204957"] {
            assert_eq!(choose(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn the_list_holds_pins_only() {
        assert!(WEAK.lines().count() > 50);
        assert!(WEAK.lines().all(|line| Pin::parse(line).is_ok()));
    }
}
