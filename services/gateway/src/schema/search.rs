//! What can be found by a few words, and the places that a name can mean.

use async_graphql::{Enum, ID, SimpleObject};
use city_contracts::catalogue::search as wire;
use city_contracts::common::Locale;

use super::place::Place;
use super::shared::Localised;
use super::{agency, place, procedure, service};

/// What can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SearchKind", remote = "city_contracts::catalogue::search::SearchKind")]
pub enum SearchKind {
    /// A service of the city.
    #[graphql(name = "SERVICE")]
    Service,
    /// An administrative procedure.
    #[graphql(name = "PROCEDURE")]
    Procedure,
    /// A present ward or commune.
    #[graphql(name = "PLACE")]
    Place,
    /// An office.
    #[graphql(name = "AGENCY")]
    Agency,
}

/// What was found.
#[derive(Debug, SimpleObject)]
#[graphql(name = "SearchResult")]
pub struct SearchResult {
    /// The best first.
    #[graphql(name = "hits")]
    hits: Vec<SearchHit>,
    /// What the nearest hit is called, when all hits are only similar to what was typed.
    #[graphql(name = "didYouMean")]
    did_you_mean: Option<String>,
}

/// One thing that was found.
#[derive(Debug, SimpleObject)]
#[graphql(name = "SearchHit")]
pub struct SearchHit {
    /// What it is.
    #[graphql(name = "kind")]
    kind: SearchKind,
    /// Its code within the kind.
    #[graphql(name = "code")]
    code: ID,
    /// Its global id, to ask for the whole by.
    #[graphql(name = "nodeId")]
    node_id: ID,
    /// What it is called.
    #[graphql(name = "name")]
    name: Localised,
    /// The name, keyword or code that fits.
    #[graphql(name = "matchedOn")]
    matched_on: String,
    /// How well it fits: 100 its code, 90 to 40 its words, below that only similar.
    #[graphql(name = "score")]
    score: f64,
    /// Whether it is shown for demonstration and nobody checked what it says.
    #[graphql(name = "demo")]
    demo: bool,
}

/// How a place name fits, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MatchKind", remote = "city_contracts::catalogue::search::MatchKind")]
pub enum MatchKind {
    /// A present name, marks and all.
    #[graphql(name = "PRESENT_MARKED")]
    PresentMarked,
    /// A former name, marks and all.
    #[graphql(name = "FORMER_MARKED")]
    FormerMarked,
    /// A present name, whatever the marks.
    #[graphql(name = "PRESENT")]
    Present,
    /// A former name, whatever the marks.
    #[graphql(name = "FORMER")]
    Former,
    /// The name of a former district: all its successors come.
    #[graphql(name = "FORMER_DISTRICT")]
    FormerDistrict,
    /// A name that begins with what was typed.
    #[graphql(name = "PREFIX")]
    Prefix,
    /// A name similar to what was typed.
    #[graphql(name = "SIMILAR")]
    Similar,
}

/// A present unit that a name can mean. There may be several, and only a person can choose.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PlaceMatch")]
pub struct PlaceMatch {
    /// The unit.
    #[graphql(name = "place")]
    place: Place,
    /// The name that fits: the unit's own, or that of a unit it was made of.
    #[graphql(name = "matchedOn")]
    matched_on: String,
    /// How it fits.
    #[graphql(name = "kind")]
    kind: MatchKind,
    /// What to tell the person when the name is a former one.
    #[graphql(name = "note")]
    note: Option<Localised>,
}

impl SearchResult {
    pub fn new(of: wire::SearchResult, locale: Locale) -> Self {
        let hit = |of: wire::SearchHit| SearchHit {
            kind: of.kind.into(),
            node_id: ID(format!("{}{}", prefix(of.kind), of.code)),
            code: ID(of.code),
            name: Localised::new(of.name, locale),
            matched_on: of.matched_on,
            score: of.score,
            demo: of.demo,
        };
        let did_you_mean = of.did_you_mean;
        Self { hits: of.hits.into_iter().map(hit).collect(), did_you_mean }
    }
}

fn prefix(kind: wire::SearchKind) -> &'static str {
    match kind {
        wire::SearchKind::Service => service::PREFIX,
        wire::SearchKind::Procedure => procedure::PREFIX,
        wire::SearchKind::Place => place::PREFIX,
        wire::SearchKind::Agency => agency::PREFIX,
    }
}

impl PlaceMatch {
    pub fn new(of: wire::PlaceMatch, locale: Locale) -> Self {
        Self {
            place: Place::new(of.place, locale),
            matched_on: of.matched_on,
            kind: of.kind.into(),
            note: of.note.map(|note| Localised::new(note, locale)),
        }
    }
}
