//! The key with marks.

use unicode_normalization::UnicodeNormalization;

use crate::MARKS;

/// The search key of somebody who types the marks: lower-case, decomposed, each word's tone at its end.
///
/// Two ways to place a tone are in use, and neither is wrong: `Hoá` = `Hóa`, while `Hòa` is another word. Letters of
/// any script and their marks are kept, everything else is one space, so that a text without marks has the key that
/// [`fold`](crate::fold) gives it. Idempotent; the same for composed and decomposed text.
pub fn marked(text: &str) -> String {
    let letters = text.nfc().flat_map(char::to_lowercase).nfd();
    let mut words =
        Words { key: String::with_capacity(text.len() + 8), tones: String::new(), within: false };
    for c in letters {
        match c {
            _ if is_tone(c) => words.tone(c),
            _ if MARKS.contains(&c) => words.mark(c),
            _ if c.is_alphanumeric() => words.letter(c),
            _ => words.end(),
        }
    }
    words.end();
    words.key.nfd().collect() // a tone at the end may have to stand before a mark of the last letter
}

/// The five tone marks: grave, acute, tilde, hook above, dot below.
fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

struct Words {
    key: String,
    tones: String,
    within: bool,
}

impl Words {
    fn letter(&mut self, c: char) {
        if !self.within && !self.key.is_empty() {
            self.key.push(' ');
        }
        self.within = true;
        self.key.push(c);
    }

    /// A mark without a letter before it belongs to nothing.
    fn mark(&mut self, c: char) {
        if self.within {
            self.key.push(c);
        }
    }

    fn tone(&mut self, c: char) {
        if self.within {
            self.tones.push(c);
        }
    }

    fn end(&mut self) {
        self.key.push_str(&self.tones);
        self.tones.clear();
        self.within = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fold;

    #[test]
    fn both_placements_of_a_tone_have_one_key() {
        assert_eq!(marked("Thuận Hoá"), marked("Thuận Hóa"));
        assert_eq!(marked("Thuận Hoà"), marked("THUẬN HÒA"));
        assert_eq!(marked("thuỷ"), marked("thủy"));
    }

    #[test]
    fn another_tone_or_another_vowel_is_another_key() {
        assert_ne!(marked("Thuận Hóa"), marked("Thuận Hòa"));
        assert_ne!(marked("Hương Vân"), marked("Hương Văn"));
        assert_ne!(marked("đường"), marked("dường"));
    }

    #[test]
    fn the_tone_stands_at_the_end_of_its_word() {
        assert_eq!(marked("Hoá 1"), "hoa\u{301} 1");
        assert_eq!(marked("lưới"), "lu\u{31b}o\u{31b}i\u{301}");
    }

    #[test]
    fn without_marks_it_is_the_folded_key() {
        for text in ["o ga", " TP. Hue ", "Chan May – Lang Co"] {
            assert_eq!(marked(text), fold(text), "{text}");
        }
        assert_ne!(marked("ổ gà"), fold("ổ gà"));
    }

    fn vietnamese() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-zđĐăơƯỚệỹ \\-–.\u{301}\u{303}\u{323}\u{302}\u{31b}0-9]{0,40}"
        ]
    }

    proptest! {
        #[test]
        fn marking_twice_is_marking_once(text in vietnamese()) {
            prop_assert_eq!(marked(&marked(&text)), marked(&text));
        }

        #[test]
        fn composition_does_not_change_a_key(text in vietnamese()) {
            let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());

            prop_assert_eq!(marked(&composed), marked(&decomposed));
        }
    }
}
