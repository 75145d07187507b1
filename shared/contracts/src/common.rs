//! Shapes that several services share on the wire.

use serde::{Deserialize, Serialize};

/// A text in the city's two languages; English may be missing, then Vietnamese is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Localised {
    /// Vietnamese.
    pub vi: String,
    /// English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

/// A language the city answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Vietnamese, the default.
    #[default]
    Vi,
    /// English.
    En,
}

impl Locale {
    /// The first of `vi`, `en` that an `Accept-Language` header names, else Vietnamese.
    pub fn from_accept_language(header: &str) -> Self {
        header
            .split(',')
            .find_map(|range| match range.split(';').next().unwrap_or("").trim().get(..2) {
                Some(tag) if tag.eq_ignore_ascii_case("vi") => Some(Self::Vi),
                Some(tag) if tag.eq_ignore_ascii_case("en") => Some(Self::En),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The language tag.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

impl Localised {
    /// The text in a language, falling back to Vietnamese.
    pub fn text(&self, locale: Locale) -> &str {
        match (locale, &self.en) {
            (Locale::En, Some(en)) => en,
            _ => &self.vi,
        }
    }
}

/// A position in WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct GeoPoint {
    /// Latitude, −90 to 90.
    pub lat: f64,
    /// Longitude, −180 to 180.
    pub lon: f64,
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageArgs {
    /// How many entries, 1 to 50 for residents, 1 to 100 for staff.
    pub first: u32,
    /// The cursor after which to go on; none for the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One page of a list, by key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The entries, each with the cursor behind it.
    pub edges: Vec<Edge<T>>,
    /// Whether more follow.
    pub has_next_page: bool,
}

impl<T> Page<T> {
    /// The same page with each entry turned into another.
    pub fn map<U>(self, mut turn: impl FnMut(T) -> U) -> Page<U> {
        let edges = self.edges.into_iter();
        let edges = edges.map(|edge| Edge { cursor: edge.cursor, node: turn(edge.node) });
        Page { edges: edges.collect(), has_next_page: self.has_next_page }
    }
}

/// An entry of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Edge<T> {
    /// Where the next page would go on.
    pub cursor: String,
    /// The entry.
    pub node: T,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_wins() {
        assert_eq!(Locale::from_accept_language("fr, en-GB;q=0.8, vi"), Locale::En);
        assert_eq!(Locale::from_accept_language("ờ, x"), Locale::Vi);
        assert_eq!(Locale::from_accept_language(""), Locale::Vi);
    }
}
