//! The one door for phone numbers: what comes out is the E.164 form of a mobile number of a country we send codes to.

use std::fmt;

use phonenumber::country;
use unicode_normalization::UnicodeNormalization as _;

/// A mobile number in E.164.
///
/// Privacy: `Debug` prints its last three digits only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

/// Why a text is not a number that gets a code. Which rule refused is told to nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number that can receive codes")]
pub struct PhoneError;

const LONGEST: usize = 24;

impl Phone {
    /// Reads a number as typed in Viet Nam; `countries` are ISO codes such as `VN`.
    ///
    /// # Errors
    /// [`PhoneError`] for other characters than digits, one leading `+`, spaces and `.-()`; for numbers that are not
    /// valid, not mobile, or of another country.
    pub fn parse(raw: &str, countries: &[String]) -> Result<Self, PhoneError> {
        // Bounded before the normalisation, which can make a text eighteen times as long.
        if raw.len() > LONGEST * 4 {
            return Err(PhoneError);
        }
        let folded: String = raw.nfkc().collect();
        let text = folded.trim_matches(' ');
        // The library alone drops NUL and bidi characters, reads letters as keypad digits and accepts extensions.
        let plain = text.chars().enumerate().all(|(index, c)| {
            c.is_ascii_digit()
                || matches!(c, ' ' | '.' | '-' | '(' | ')')
                || (c == '+' && index == 0)
        });
        if !plain || text.len() > LONGEST || !text.contains(|c: char| c.is_ascii_digit()) {
            return Err(PhoneError);
        }
        let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let number = phonenumber::parse(Some(country::VN), international(&digits))
            .map_err(|_| PhoneError)?;
        let mobile =
            number.number_type(&phonenumber::metadata::DATABASE) == phonenumber::Type::Mobile;
        let country = number.country().id().map(|id| id.as_ref().to_owned());
        let served = country.is_some_and(|country| countries.contains(&country));
        if !mobile || !served || !number.is_valid() {
            return Err(PhoneError);
        }
        Ok(Self(number.format().mode(phonenumber::Mode::E164).to_string()))
    }

    /// A number from our own database, where only [`Phone::parse`] writes.
    pub const fn restore(e164: String) -> Self {
        Self(e164)
    }

    /// The E.164 form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// All but the last three digits hidden.
    pub fn masked(&self) -> String {
        let shown = self.0.len().saturating_sub(3);
        format!("{}{}", "•".repeat(shown), &self.0[shown..])
    }
}

/// `0084…` and `84…` are typed as often as `+84…`; a national number begins with a zero and never with 84 and nine digits.
fn international(digits: &str) -> String {
    if let Some(rest) = digits.strip_prefix("00") {
        return format!("+{rest}");
    }
    if digits.starts_with("84") && digits.len() == 11 {
        return format!("+{digits}");
    }
    digits.to_owned()
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone({})", self.masked())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(raw: &str) -> Result<Phone, PhoneError> {
        Phone::parse(raw, &["VN".to_owned()])
    }

    #[test]
    fn every_way_of_writing_a_mobile_number_gives_one_e164() {
        for raw in [
            "0912345678",
            "+84912345678",
            "84912345678",
            "0084912345678",
            "+84 912 345 678",
            "  0912.345.678 ",
            "(091) 234-5678",
            "０９１２３４５６７８",
            "+８４ ９１２ ３４５ ６７８",
            "+84 (0) 912345678",
        ] {
            assert_eq!(parse(raw).as_ref().map(Phone::as_str), Ok("+84912345678"), "{raw:?}");
        }
    }

    #[test]
    fn every_range_in_use_is_mobile_and_the_retired_ones_are_not() {
        // Pins the prefixes of the library's metadata: a new release that changes them is seen here.
        for prefix in [
            "0321", "0391", "0522", "0523", "0528", "0561", "0581", "0591", "0701", "0761", "0791",
            "0811", "0851", "0861", "0881", "0896", "0901", "0981", "0991",
        ] {
            assert!(parse(&format!("{prefix}234567")).is_ok(), "{prefix}");
        }
        for raw in ["0123456789", "01234567890", "0168123456"] {
            assert_eq!(parse(raw), Err(PhoneError), "{raw}");
        }
    }

    #[test]
    fn fixed_lines_hotlines_and_other_countries_never_get_a_code() {
        for raw in [
            "02343822222",
            "+842343822222",
            "19001075",
            "1900 1075",
            "18001234",
            "113",
            "+14155550100",
            "+85512345678",
        ] {
            assert_eq!(parse(raw), Err(PhoneError), "{raw}");
        }
    }

    #[test]
    fn characters_the_library_would_drop_or_translate_are_refused() {
        for raw in [
            "",
            "   ",
            "+",
            "0912\u{0}345678",
            "0912\u{200b}345678",
            "\u{202e}0912345678",
            "0912345678\u{2069}",
            "0912-FLOWER",
            "0912345678 ext 5",
            "0912345678;ext=5",
            "0912345678#5",
            "tel:0912345678",
            "09123+45678",
            "++84912345678",
            "0912\n345678",
            "000000000000000000000000000912345678",
            "٠٩١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(parse(raw), Err(PhoneError), "{raw:?}");
        }
    }

    #[test]
    fn a_phone_shows_its_last_three_digits_only() {
        let phone = parse("0912345678").unwrap();

        assert_eq!(phone.masked(), "•••••••••678");
        assert_eq!(format!("{phone:?}"), "Phone(•••••••••678)");
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw: String) {
            let parsed = parse(&raw);
            prop_assert!(parsed.is_err() || raw.chars().any(char::is_numeric));
        }

        #[test]
        fn what_is_printed_parses_back(digits in "9[0-46-9][0-9]{7}") {
            if let Ok(phone) = parse(&format!("0{digits}")) {
                prop_assert_eq!(parse(phone.as_str()), Ok(phone));
            }
        }
    }
}
