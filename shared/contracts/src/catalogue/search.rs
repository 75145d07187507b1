//! Search and place names.

use serde::{Deserialize, Serialize};

use super::registry::PlaceView;
use crate::common::Localised;

/// What can be found. The order is the order among hits of equal score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SearchKind {
    /// An entry of the catalogue.
    Service,
    /// A procedure of the national register.
    Procedure,
    /// A present ward or commune.
    Place,
    /// An agency.
    Agency,
}

/// `POST /internal/v1/search`: everything that a query can mean, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchRequest {
    /// As typed; 1 to 100 characters are left without marks and signs.
    pub q: String,
    /// Only these; all when absent or empty.
    #[serde(default)]
    pub kinds: Vec<SearchKind>,
    /// How many, 1 to 50.
    #[serde(default = "SearchRequest::first_unless_said")]
    pub first: u32,
}

impl SearchRequest {
    /// How many hits are given when the request does not say.
    pub const fn first_unless_said() -> u32 {
        20
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchResult {
    /// By score, then kind, then code.
    pub hits: Vec<SearchHit>,
    /// What the nearest hit is called, when nothing has what was typed and all hits are only similar to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did_you_mean: Option<String>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// What it is.
    pub kind: SearchKind,
    /// Its code within the kind: of the service, national code, present unit code, agency code.
    pub code: String,
    /// What it is called.
    pub name: Localised,
    /// The name, keyword or code that fits the query, as it is written in the register.
    pub matched_on: String,
    /// How well it fits: 100 its code, 90 to 40 its words, below that only similar.
    pub score: f64,
    /// Whether the entry is shown for demonstration and was not checked by a person.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
}

/// `POST /internal/v1/place-suggest`: the present units that a place name, today's or a former one, can mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceSuggestRequest {
    /// As typed, with or without the word for the unit; 1 to 100 characters are left without marks and signs.
    pub q: String,
    /// How many, 1 to 50; more come when they share the best match's name without its marks.
    #[serde(default = "PlaceSuggestRequest::first_unless_said")]
    pub first: u32,
}

impl PlaceSuggestRequest {
    /// How many units are given when the request does not say.
    pub const fn first_unless_said() -> u32 {
        10
    }
}

/// A present unit that a name can mean. There may be several, and only a person can choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlaceMatch {
    /// The unit.
    pub place: PlaceView,
    /// The name that fits, with its unit word: the unit's own, or that of a unit it was made of.
    pub matched_on: String,
    /// How it fits.
    pub kind: MatchKind,
    /// What to tell people when the name is a former one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Localised>,
}

/// How a place name fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchKind {
    /// A present name, marks and all.
    PresentMarked,
    /// A former name, marks and all.
    FormerMarked,
    /// A present name, whatever the marks and whether y or i.
    Present,
    /// A former name, the same way.
    Former,
    /// The name of a former district: all its successors come.
    FormerDistrict,
    /// A name that begins with what was typed.
    Prefix,
    /// A name similar to what was typed.
    Similar,
}
