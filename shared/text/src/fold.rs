//! The key without marks.

use unicode_normalization::UnicodeNormalization;

use crate::MARKS;

/// The search key: lower-case ASCII letters and digits, everything else between them as one space.
///
/// `Đường Lê Lợi` and `duong  le-loi` have the same key; so do different places, so never choose silently by it.
/// Idempotent; the same for composed and decomposed text.
pub fn fold(text: &str) -> String {
    let letters = text
        .nfc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c }) // a letter of its own: it has no decomposition
        .nfd()
        .filter(|c| !MARKS.contains(c));
    let mut key = String::with_capacity(text.len());
    let mut gap = false;
    for c in letters {
        if !matches!(c, '0'..='9' | 'a'..='z') {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) && !key.is_empty() {
            key.push(' ');
        }
        key.push(c);
    }
    key
}

/// The second search key: [`fold`] with y as i, since both spellings are in use (`Vỹ Dạ`, `Vĩ Dạ`).
pub fn fold_y(text: &str) -> String {
    fold(text).replace('y', "i")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::marked;

    #[test]
    fn vietnamese_names_fold_to_ascii() {
        for (text, key) in [
            ("Đăng ký", "dang ky"),
            ("đường", "duong"),
            ("Nguyễn", "nguyen"),
            ("Thuận Hoá", "thuan hoa"),
            ("Thuận Hóa", "thuan hoa"),
            ("ƯỚC", "uoc"),
            ("Chân Mây – Lăng Cô", "chan may lang co"),
            ("TP. Huế", "tp hue"),
            ("A Lưới 1", "a luoi 1"),
            ("ĐĂNG KÝ KHAI SINH", "dang ky khai sinh"),
            ("  1.001193 ", "1 001193"),
            ("…", ""),
        ] {
            assert_eq!(fold(text), key, "{text}");
        }
    }

    #[test]
    fn decomposed_text_folds_as_composed_text_does() {
        let decomposed = "\u{111}a\u{306}ng ky\u{301} khai sinh";

        assert_eq!(fold(decomposed), "dang ky khai sinh");
    }

    #[test]
    fn only_the_second_key_takes_y_for_i() {
        assert_eq!(fold_y("Vỹ Dạ"), fold_y("Vĩ Dạ"));
        assert_ne!(fold("Vỹ Dạ"), fold("Vĩ Dạ"));
    }

    /// Text in which letters, marks and signs of Vietnamese are frequent.
    fn vietnamese() -> impl Strategy<Value = String> {
        prop_oneof![
            any::<String>(),
            "[a-zđĐăơƯỚệỹ \\-–.\u{301}\u{303}\u{323}\u{302}\u{31b}0-9]{0,40}"
        ]
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in vietnamese()) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(fold_y(&fold_y(&text)), fold_y(&text));
        }

        #[test]
        fn composition_does_not_change_a_key(text in vietnamese()) {
            let (composed, decomposed): (String, String) = (text.nfc().collect(), text.nfd().collect());

            prop_assert_eq!(fold(&composed), fold(&decomposed));
        }

        #[test]
        fn a_key_is_words_of_ascii_letters_and_digits(text in vietnamese()) {
            let key = fold(&text);

            prop_assert!(key.is_empty() || key.split(' ').all(|word| !word.is_empty()));
            prop_assert!(key.chars().all(|c| matches!(c, '0'..='9' | 'a'..='z' | ' ')));
        }

        #[test]
        fn what_has_the_same_marked_key_has_the_same_folded_key(text in vietnamese()) {
            prop_assert_eq!(fold(&marked(&text)), fold(&text));
        }
    }
}
