//! Text that is kept.

use unicode_normalization::UnicodeNormalization;

/// The text in NFC, trimmed, without control characters but line break and tab.
///
/// Every kind of line break becomes `\n`. PostgreSQL stores no U+0000, so text from outside passes here first.
/// Idempotent.
pub fn clean(text: &str) -> String {
    let mut after_return = false;
    let kept = text.chars().filter_map(|c| {
        let pair = std::mem::replace(&mut after_return, c == '\r') && c == '\n';
        match c {
            '\n' if pair => None,
            '\r' => Some('\n'),
            '\n' | '\t' => Some(c),
            _ if c.is_control() => None,
            _ => Some(c),
        }
    });
    let composed: String = kept.nfc().collect();
    composed.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::is_nfc;

    use super::*;

    #[test]
    fn marks_are_composed_and_the_edges_trimmed() {
        assert_eq!(clean("  Hue\u{302}\u{301} \n"), "Huế");
    }

    #[test]
    fn controls_go_but_line_breaks_and_tabs_stay() {
        assert_eq!(clean("a\0b\u{1b}[2J\u{7f}\u{85}\tc\nd"), "ab[2J\tc\nd");
    }

    #[test]
    fn every_line_break_becomes_one() {
        assert_eq!(clean("a\r\nb\rc\n\nd\r\r\ne"), "a\nb\nc\n\nd\n\ne");
    }

    #[test]
    fn a_control_does_not_keep_a_mark_from_its_letter() {
        assert_eq!(clean("e\u{0}\u{302}"), "ê");
    }

    proptest! {
        #[test]
        fn cleaning_twice_is_cleaning_once(text: String) {
            let once = clean(&text);

            prop_assert_eq!(&clean(&once), &once);
            prop_assert!(is_nfc(&once));
            prop_assert!(!once.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        }
    }
}
