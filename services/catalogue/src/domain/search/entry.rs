//! What the index is built from.

use city_contracts::catalogue::search::SearchKind;
use city_contracts::common::Localised;

/// One thing that can be found, with everything it is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: SearchKind,
    /// Its code within the kind.
    pub code: String,
    /// What it is called.
    pub name: Localised,
    /// The name without a unit word.
    pub other_names: Vec<String>,
    /// Keywords, former names, abbreviations.
    pub keywords: Vec<String>,
    /// Other codes that lead to it, such as the national code of a service's procedure.
    pub other_codes: Vec<String>,
    /// Whether it is shown for demonstration and was not checked by a person.
    pub demo: bool,
}

/// By which part of an entry a text is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Keyword,
    Code,
}

impl Entry {
    /// All texts it is found by: names, keywords, codes.
    pub(super) fn texts(&self) -> impl Iterator<Item = (Part, &str)> {
        let names = std::iter::once(&self.name.vi).chain(&self.name.en).chain(&self.other_names);
        let codes = std::iter::once(&self.code).chain(&self.other_codes);
        let names = names.map(|text| (Part::Name, text.as_str()));
        let keywords = self.keywords.iter().map(|text| (Part::Keyword, text.as_str()));
        names.chain(keywords).chain(codes.map(|text| (Part::Code, text.as_str())))
    }
}
