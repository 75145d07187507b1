use proptest::prelude::*;

use super::*;

#[test]
fn a_description_has_ten_to_four_thousand_characters() {
    let parse = |chars: usize| Description::parse(&"ă".repeat(chars)).map(|_| ());

    assert_eq!(parse(9), Err(TextError::TooShort { chars: 9, min: 10 }));
    assert_eq!((parse(10), parse(4_000)), (Ok(()), Ok(())));
    assert_eq!(parse(4_001), Err(TextError::TooLong { chars: 4_001, max: 4_000 }));
    assert_eq!(
        Address::parse(&"a".repeat(301)).map(|_| ()),
        Err(TextError::TooLong { chars: 301, max: 300 })
    );
    assert!(Purpose::parse("quá ngắn"[..4].trim()).is_err());
}

#[test]
fn decomposed_vietnamese_is_composed_before_it_is_measured() {
    let nfd = "O\u{302}\u{309} ga\u{300} lo\u{31b}\u{301}n"; // Ổ gà lớn: 13 code points, 8 characters

    assert_eq!(Description::parse(nfd).map(|_| ()), Err(TextError::TooShort { chars: 8, min: 10 }));
    let text = Description::parse(&format!("{nfd} ở đây")).unwrap();
    assert_eq!(text.as_str(), "Ổ gà lớn ở đây");
}

#[test]
fn control_characters_go_and_line_breaks_stay() {
    let text = Description::parse("  dòng một\r\n\tdòng hai\u{0}\u{7}\u{85} \n").unwrap();

    assert_eq!(text.as_str(), "dòng một\n\tdòng hai");
    assert_eq!(format!("{text:?}"), "Text(18 characters)");
}

#[test]
fn a_title_is_the_first_eighty_characters_on_one_line() {
    assert_eq!(title("Hố\nsâu"), "Hố sâu");
    assert_eq!(title(&"ệ".repeat(81)).chars().count(), 80);
}

#[test]
fn codes_have_the_shape_of_their_kind() {
    for good in ["road", "road.pothole", "waste.mud-after-flood"] {
        assert!(CategoryCode::parse(good).is_ok(), "{good}");
    }
    for bad in ["", "Road", "road.", ".x", "road.a.b", "road pothole", "-", "1x"] {
        assert_eq!(CategoryCode::parse(bad), Err(CodeError { expected: "a category" }), "{bad}");
    }
    assert!(AgencyCode::parse("HUE-W19753-PVHCC").is_ok());
    assert!(["-", "hue", "H", "HUE SXD"].into_iter().all(|bad| AgencyCode::parse(bad).is_err()));
    assert!(
        ["1975", "197533", "1975a", "١٩٧٥٣"].into_iter().all(|bad| WardCode::parse(bad).is_err())
    );
}

proptest! {
    #[test]
    fn what_was_cleaned_is_clean(raw in "\\PC{0,40}[\u{0}-\u{1f}]{0,3}\\PC{0,40}") {
        if let Ok(text) = Description::parse(&raw) {
            prop_assert_eq!(Description::parse(text.as_str()), Ok(text));
        }
    }
}
