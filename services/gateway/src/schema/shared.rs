//! Shapes that several domains share.

use async_graphql::{Enum, ID, InputObject, SimpleObject};
use city_contracts::{common, reports as wire};

use super::refusal::Refusal;
use super::scalars::{DateTime, Locale};

/// A text in the city's languages.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Localised")]
pub struct Localised {
    /// Vietnamese; always there.
    #[graphql(name = "vi")]
    vi: String,
    /// English, where somebody translated it.
    #[graphql(name = "en")]
    en: Option<String>,
    /// The text to show: in the language of the request, or Vietnamese.
    #[graphql(name = "text")]
    text: String,
    /// The language of `text`.
    #[graphql(name = "locale")]
    locale: Locale,
}

impl Localised {
    pub fn new(of: common::Localised, locale: common::Locale) -> Self {
        let locale = if of.en.is_some() { locale } else { common::Locale::Vi };
        let text = of.text(locale).to_owned();
        Self { vi: of.vi, en: of.en, text, locale: Locale(locale) }
    }
}

/// A position on the earth, in WGS 84 degrees.
#[derive(Debug, Clone, Copy, SimpleObject)]
#[graphql(name = "GeoPoint")]
pub struct GeoPoint {
    /// Latitude, −90 to 90.
    #[graphql(name = "lat")]
    lat: f64,
    /// Longitude, −180 to 180.
    #[graphql(name = "lon")]
    lon: f64,
}

impl From<common::GeoPoint> for GeoPoint {
    fn from(point: common::GeoPoint) -> Self {
        Self { lat: point.lat, lon: point.lon }
    }
}

/// A position on the earth, in WGS 84 degrees.
#[derive(Debug, Clone, Copy, InputObject)]
#[graphql(name = "GeoPointInput")]
pub struct GeoPointInput {
    /// Latitude, −90 to 90.
    #[graphql(name = "lat")]
    lat: f64,
    /// Longitude, −180 to 180.
    #[graphql(name = "lon")]
    lon: f64,
}

impl From<GeoPointInput> for common::GeoPoint {
    fn from(point: GeoPointInput) -> Self {
        Self { lat: point.lat, lon: point.lon }
    }
}

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PlaceKind")]
pub enum PlaceKind {
    /// An urban ward (phường).
    #[graphql(name = "WARD")]
    Ward,
    /// A rural commune (xã).
    #[graphql(name = "COMMUNE")]
    Commune,
}

/// A ward or commune of the city.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Place")]
pub struct Place {
    /// Global id.
    #[graphql(name = "id")]
    id: ID,
    /// The official code, valid now; codes are used again over time.
    #[graphql(name = "code")]
    code: ID,
    /// What kind of place it is.
    #[graphql(name = "kind")]
    kind: PlaceKind,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// Roughly its middle.
    #[graphql(name = "centroid")]
    centroid: GeoPoint,
}

impl Place {
    /// # Errors
    /// When the kind is none we know.
    pub fn read(of: wire::WardView, locale: common::Locale) -> Result<Self, Refusal> {
        let kind = match of.kind.as_str() {
            "WARD" => PlaceKind::Ward,
            "COMMUNE" => PlaceKind::Commune,
            _ => return Err(Refusal::broken_contract(locale)),
        };
        let (id, centroid) = (ID(format!("plc_{}", of.code)), of.centroid.into());
        Ok(Self { id, code: ID(of.code), kind, name: Localised::new(of.name, locale), centroid })
    }
}

/// An office of the city that answers for something.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Agency")]
pub struct Agency {
    /// Global id.
    #[graphql(name = "id")]
    id: ID,
    /// The city's code for it.
    #[graphql(name = "code")]
    code: ID,
    /// Its name.
    #[graphql(name = "name")]
    name: Localised,
    /// The code of the agency above it.
    #[graphql(name = "parentCode")]
    parent_code: Option<ID>,
}

impl Agency {
    pub fn new(of: wire::AgencyView, locale: common::Locale) -> Self {
        let id = ID(format!("agy_{}", of.code));
        let name = Localised::new(of.name, locale);
        Self { id, code: ID(of.code), name, parent_code: of.parent_code.map(ID) }
    }
}

/// Leave to upload one file: PUT the bytes to `url` with exactly these headers before `expiresAt`.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "UploadTicket")]
pub struct UploadTicket {
    /// The file, to be named in the mutation that uses it.
    #[graphql(name = "fileId")]
    file_id: ID,
    /// Where to PUT the bytes; good for one file of the announced length and type.
    #[graphql(name = "url")]
    url: String,
    /// The headers the PUT must carry.
    #[graphql(name = "headers")]
    headers: Vec<UploadHeader>,
    /// Until when the ticket is good.
    #[graphql(name = "expiresAt")]
    expires_at: DateTime,
}

/// A header that an upload must carry.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "UploadHeader")]
pub struct UploadHeader {
    /// Its name.
    #[graphql(name = "name")]
    name: String,
    /// Its value.
    #[graphql(name = "value")]
    value: String,
}

impl From<wire::UploadTicket> for UploadTicket {
    fn from(of: wire::UploadTicket) -> Self {
        let header =
            |header: wire::UploadHeader| UploadHeader { name: header.name, value: header.value };
        Self {
            file_id: of.file_id.into(),
            url: of.url,
            headers: of.headers.into_iter().map(header).collect(),
            expires_at: DateTime(of.expires_at),
        }
    }
}
