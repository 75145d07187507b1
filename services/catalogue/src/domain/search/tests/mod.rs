mod index;
mod oracle;
mod places;
mod properties;

use city_contracts::catalogue::search::SearchKind;
use city_contracts::common::Localised;

use super::Entry;

/// An entry with a Vietnamese and an English name.
fn entry(kind: SearchKind, code: &str, vi: &str, en: &str, keywords: &[&str]) -> Entry {
    Entry {
        kind,
        code: code.to_owned(),
        name: Localised { vi: vi.to_owned(), en: Some(en.to_owned()).filter(|en| !en.is_empty()) },
        other_names: Vec::new(),
        keywords: keywords.iter().map(|keyword| (*keyword).to_owned()).collect(),
        other_codes: Vec::new(),
        demo: false,
    }
}
