//! Places of the city: today's wards and communes, and the units they were made of.

use async_graphql::{Enum, ID, SimpleObject};
use city_contracts::catalogue::registry as wire;
use city_contracts::catalogue::registry::{PlaceFacts, PlaceView};
use city_contracts::common::Locale;
use city_contracts::reports::WardView;

use super::agency::Agency;
use super::refusal::Refusal;
use super::scalars::Date;
use super::shared::{GeoPoint, Localised};

/// The prefix of a place's global id.
pub const PREFIX: &str = "plc_";

/// What kind of place it is or was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PlaceKind", remote = "city_contracts::catalogue::registry::PlaceKind")]
pub enum PlaceKind {
    /// The city.
    #[graphql(name = "CITY")]
    City,
    /// An urban ward (phường).
    #[graphql(name = "WARD")]
    Ward,
    /// A rural commune (xã).
    #[graphql(name = "COMMUNE")]
    Commune,
    /// A ward until 30 June 2025.
    #[graphql(name = "FORMER_WARD")]
    FormerWard,
    /// A commune until then.
    #[graphql(name = "FORMER_COMMUNE")]
    FormerCommune,
    /// A township until then.
    #[graphql(name = "FORMER_TOWNSHIP")]
    FormerTownship,
    /// A district until then.
    #[graphql(name = "FORMER_DISTRICT")]
    FormerDistrict,
}

/// A ward or commune of the city, or a unit that became one. What it points at is there one level deep: ask for a place by
/// its id to go on from it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Place")]
pub struct Place {
    /// Global id.
    #[graphql(name = "id")]
    pub id: ID,
    /// The official code; codes are used again over time, ids are not.
    #[graphql(name = "code")]
    code: ID,
    /// What kind of place.
    #[graphql(name = "kind")]
    kind: PlaceKind,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// What it is a part of.
    #[graphql(name = "parent")]
    parent: Option<Box<Place>>,
    /// The present units a former one became.
    #[graphql(name = "successors")]
    successors: Vec<Place>,
    /// The former units a present one was made of.
    #[graphql(name = "former")]
    former: Vec<Place>,
    /// The first day; null when it is not known.
    #[graphql(name = "validFrom")]
    valid_from: Option<Date>,
    /// The last day; null for a present unit.
    #[graphql(name = "validTo")]
    valid_to: Option<Date>,
    /// Roughly its middle.
    #[graphql(name = "centroid")]
    centroid: Option<GeoPoint>,
    /// The agencies that serve it.
    #[graphql(name = "agencies")]
    agencies: Vec<Agency>,
}

impl Place {
    /// A place with its neighbours.
    pub fn new(of: PlaceView, locale: Locale) -> Self {
        let all = |places: Vec<PlaceFacts>| {
            places.into_iter().map(|place| Self::of_facts(place, locale)).collect()
        };
        Self {
            parent: of.parent.map(|parent| Box::new(Self::of_facts(parent, locale))),
            successors: all(of.successors),
            former: all(of.former),
            agencies: of.agencies.into_iter().map(|of| Agency::of_facts(of, locale)).collect(),
            ..Self::of_facts(of.facts, locale)
        }
    }

    /// A place as something else names it.
    pub fn of_facts(of: PlaceFacts, locale: Locale) -> Self {
        Self {
            id: ID(of.id),
            code: ID(of.code),
            kind: of.kind.into(),
            name: Localised::new(of.name, locale),
            parent: None,
            successors: Vec::new(),
            former: Vec::new(),
            valid_from: of.valid_from.map(Date),
            valid_to: of.valid_to.map(Date),
            centroid: of.centroid.map(GeoPoint::from),
            agencies: Vec::new(),
        }
    }

    /// The ward of a report.
    ///
    /// # Errors
    /// When the kind is none we know.
    pub fn of_report(of: WardView, locale: Locale) -> Result<Self, Refusal> {
        let kind = match of.kind.as_str() {
            "WARD" => PlaceKind::Ward,
            "COMMUNE" => PlaceKind::Commune,
            _ => return Err(Refusal::broken_contract(locale)),
        };
        Ok(Self {
            id: ID(format!("{PREFIX}{}", of.code)),
            code: ID(of.code),
            kind,
            name: Localised::new(of.name, locale),
            parent: None,
            successors: Vec::new(),
            former: Vec::new(),
            valid_from: None,
            valid_to: None,
            centroid: Some(of.centroid.into()),
            agencies: Vec::new(),
        })
    }
}

/// The unit a position lies in.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PlaceAt")]
pub struct PlaceAt {
    /// The ward or commune.
    #[graphql(name = "place")]
    place: Place,
    /// Whether the nearest middle decided, not a boundary.
    #[graphql(name = "approximate")]
    approximate: bool,
}

impl PlaceAt {
    pub fn new(of: wire::PlaceAt, locale: Locale) -> Self {
        Self { place: Place::new(of.place, locale), approximate: of.approximate }
    }
}
