//! Texts as staff send them: kept in NFC, trimmed; an empty one is none.

use city_contracts::common::Localised;
use city_contracts::problem::Finding;

use crate::app::service::DraftTexts;
use crate::domain::service::Texts;

/// The text to keep.
pub fn kept(raw: Option<&str>) -> Option<String> {
    raw.map(city_text::clean).filter(|text| !text.is_empty())
}

/// Both languages of it.
pub fn texts(raw: &DraftTexts) -> Texts {
    Texts { vi: kept(raw.vi.as_deref()), en: kept(raw.en.as_deref()) }
}

/// A note of 1 to `max` characters.
pub fn note(
    field: &str,
    raw: Option<&str>,
    max: usize,
    found: &mut Vec<Finding>,
) -> Option<String> {
    let text = kept(raw);
    match &text {
        None => found.push(Finding::new(field, "REQUIRED", "say why")),
        Some(text) if text.chars().count() > max => {
            found.push(Finding::new(field, "TOO_LONG", format!("at most {max} characters")));
        }
        Some(_) => {}
    }
    text
}

/// A text for residents: Vietnamese at least, each at most `max` characters.
pub fn localised(
    field: &str,
    raw: &DraftTexts,
    max: usize,
    found: &mut Vec<Finding>,
) -> Option<Localised> {
    let texts = texts(raw);
    if texts.vi.is_none() {
        found.push(Finding::new(format!("{field}/vi"), "REQUIRED", "residents need it"));
    }
    for (locale, text) in [("vi", &texts.vi), ("en", &texts.en)] {
        if text.as_ref().is_some_and(|text| text.chars().count() > max) {
            found.push(Finding::new(
                format!("{field}/{locale}"),
                "TOO_LONG",
                format!("at most {max} characters"),
            ));
        }
    }
    texts.localised()
}
