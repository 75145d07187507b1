//! From what is asked for to the text.

use super::object::push;
use super::{INTO_ACCOUNT, NAPAS, Use, VietQr, crc, parse};

/// The longest name and city that are printed.
const LONGEST_NAME: usize = 25;
const LONGEST_CITY: usize = 15;

/// A member is longer, or of other letters, than a code can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code cannot carry this")]
pub struct Unprintable;

impl VietQr {
    /// A code for a number, and nothing else yet.
    pub fn of(used: Use, bin: &str, number: &str) -> Self {
        Self {
            used,
            bin: bin.to_owned(),
            number: number.to_owned(),
            mcc: None,
            amount: None,
            name: None,
            city: None,
            bill: None,
            store: None,
            order: None,
            terminal: None,
            purpose: None,
        }
    }

    /// The same with a name and a city to read, unaccented and cut to what a code carries.
    #[must_use]
    pub fn named(self, name: &str, city: &str) -> Self {
        Self { name: plain(name, LONGEST_NAME), city: plain(city, LONGEST_CITY), ..self }
    }

    /// The text of the code. What is printed parses back to the same.
    ///
    /// # Errors
    /// `Unprintable`.
    pub fn print(&self) -> Result<String, Unprintable> {
        let (mut text, mut whose, mut template, mut more) =
            (String::new(), String::new(), String::new(), String::new());
        push(&mut whose, 0, &self.bin);
        push(&mut whose, 1, &self.number);
        push(&mut template, 0, NAPAS);
        push(&mut template, 1, &whose);
        push(&mut template, 2, INTO_ACCOUNT);
        push(&mut text, 0, "01");
        push(&mut text, 1, if self.used == Use::Static { "11" } else { "12" });
        push(&mut text, 38, &template);
        let of = |member: &Option<String>| member.clone().unwrap_or_default();
        push(&mut text, 52, &of(&self.mcc));
        push(&mut text, 53, "704");
        push(&mut text, 54, &self.amount.map(|amount| amount.to_string()).unwrap_or_default());
        push(&mut text, 58, "VN");
        push(&mut text, 59, &of(&self.name));
        push(&mut text, 60, &of(&self.city));
        push(&mut more, 1, &of(&self.bill));
        push(&mut more, 3, &of(&self.store));
        push(&mut more, 5, &of(&self.order));
        push(&mut more, 7, &of(&self.terminal));
        push(&mut more, 8, &of(&self.purpose));
        push(&mut text, 62, &more);
        text.push_str("6304");
        let text = format!("{text}{:04X}", crc(text.as_bytes()));
        // The reader is the judge of what fits: nothing leaves that it would not take.
        (parse(&text).as_ref() == Ok(self)).then_some(text).ok_or(Unprintable)
    }
}

/// A name as a code prints it: capital letters without marks; none when nothing is left.
fn plain(name: &str, most: usize) -> Option<String> {
    let folded = city_text::fold(name).to_uppercase();
    let kept: String =
        folded.chars().filter(|char| (' '..='~').contains(char)).take(most).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(most: usize) -> impl Strategy<Value = Option<String>> {
        let text = proptest::collection::vec(proptest::char::range(' ', '~'), 1..=most);
        proptest::option::of(text.prop_map(|chars| chars.into_iter().collect()))
    }

    fn code() -> impl Strategy<Value = VietQr> {
        let who =
            ("[0-9]{6}", "[0-9A-Za-z]{1,19}", proptest::option::of("[0-9]{4}"), any::<bool>());
        let amount = proptest::option::of(1_i64..=9_999_999_999_999);
        // Template 62 carries 99 characters in all, ids and lengths included.
        let more = (text(15), text(15), text(15), text(15), text(15));
        (who, amount, text(25), text(15), more).prop_map(
            |((bin, number, mcc, once), amount, name, city, more)| VietQr {
                mcc,
                amount,
                name,
                city,
                bill: more.0,
                store: more.1,
                order: more.2,
                terminal: more.3,
                purpose: more.4,
                ..VietQr::of(if once { Use::Dynamic } else { Use::Static }, &bin, &number)
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_back(code in code()) {
            let printed = code.print();
            prop_assert_eq!(printed.as_deref().map(parse), Ok(Ok(code)));
        }

        #[test]
        fn a_name_in_any_letters_can_be_printed(name: String, city: String) {
            prop_assert!(VietQr::of(Use::Static, "970436", "1").named(&name, &city).print().is_ok());
        }

        #[test]
        fn one_wrong_character_is_never_another_code(code in code(), at: prop::sample::Index, other in 0x20_u8..0x7f) {
            let mut printed = code.print().unwrap().into_bytes();
            let at = at.index(printed.len());
            prop_assume!(printed[at] != other);
            printed[at] = other;
            prop_assert!(parse(std::str::from_utf8(&printed).unwrap()).is_err());
        }

        #[test]
        fn reading_never_panics(raw: String, tail in "[0-9A-Z]{0,60}") {
            prop_assert!(parse(&raw).is_err());
            let begun = format!("000201{tail}");
            prop_assert!(parse(&begun).is_err());
        }
    }

    #[test]
    fn names_lose_their_marks_and_what_is_too_long_their_end() {
        let code =
            VietQr::of(Use::Static, "970436", "1").named("Chợ Đông Ba, quầy hàng số 126", "Huế");

        assert_eq!(code.name.as_deref(), Some("CHO DONG BA QUAY HANG SO"));
        assert_eq!(code.city.as_deref(), Some("HUE"));
    }

    #[test]
    fn what_a_code_cannot_carry_is_not_printed() {
        let good = VietQr::of(Use::Dynamic, "970436", "HUE0000000694");
        for wrong in [
            VietQr { bin: "97043".into(), ..good.clone() },
            VietQr { number: "1".repeat(20), ..good.clone() },
            VietQr { number: String::new(), ..good.clone() },
            VietQr { amount: Some(0), ..good.clone() },
            VietQr { amount: Some(-1), ..good.clone() },
            VietQr { order: Some("1".repeat(26)), ..good.clone() },
            VietQr { order: Some(String::new()), ..good.clone() },
            VietQr { name: Some("Chợ".into()), ..good.clone() },
        ] {
            assert_eq!(wrong.print(), Err(Unprintable), "{wrong:?}");
        }
    }
}
