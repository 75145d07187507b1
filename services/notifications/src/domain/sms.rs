//! Text for SMS: without marks, so that 160 characters fit into one part (GSM 03.38) instead of 70.

/// What one part holds.
pub const MAX_SMS_CHARACTERS: usize = 160;

/// The text as it is sent: unaccented, on one line, cut to one part.
pub fn sms_text(text: &str) -> String {
    let mut sent = String::with_capacity(text.len());
    let mut units = 0;
    for c in unaccented(text) {
        units += units_of(c);
        if units > MAX_SMS_CHARACTERS {
            break;
        }
        sent.push(c);
    }
    sent
}

/// The units a text takes of a part; none if a character is not in the alphabet.
pub fn sms_units(text: &str) -> Option<usize> {
    text.chars().map(|c| (plain(c) == Some(c)).then(|| units_of(c))).sum()
}

/// These are escaped: two units each.
const fn units_of(c: char) -> usize {
    if matches!(c, '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|') { 2 } else { 1 }
}

fn unaccented(text: &str) -> impl Iterator<Item = char> {
    use unicode_normalization::UnicodeNormalization as _;
    // Vietnamese letters fall apart into a letter and its marks; what has no place in the alphabet becomes a question mark.
    text.nfd().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).map(|c| plain(c).unwrap_or('?'))
}

/// The character in the alphabet, of which only the part shared with ASCII is used.
const fn plain(c: char) -> Option<char> {
    match c {
        'đ' | '₫' => Some('d'),
        'Đ' => Some('D'),
        '\u{a0}' | '\n' | '\r' | '\t' => Some(' '),
        '–' | '—' | '‑' => Some('-'),
        '“' | '”' => Some('"'),
        '‘' | '’' | '`' => Some('\''),
        '…' => Some('.'),
        ' '..='~' => Some(c),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn vietnamese_loses_its_marks_and_keeps_its_case() {
        assert_eq!(
            sms_text("Đường Lê Lợi: nộp 1.000 ₫ – “gấp”…"),
            "Duong Le Loi: nop 1.000 d - \"gap\"."
        );
        assert_eq!(sms_text("Mã\nxác thực 😀"), "Ma xac thuc ?");
    }

    #[test]
    fn escaped_characters_count_twice() {
        assert_eq!(sms_text(&"[".repeat(100)).len(), 80);
        assert_eq!(sms_units("a[b]"), Some(6));
        assert_eq!(sms_units("ổ"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_sent_fits_one_part(text in "\\PC{0,300}") {
            let sent = sms_text(&text);

            prop_assert!(sms_units(&sent).is_some_and(|units| units <= MAX_SMS_CHARACTERS), "{}", sent);
        }
    }
}
