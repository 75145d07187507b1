//! Shapes that several domains share.

use async_graphql::{ID, InputObject, SimpleObject};
use city_contracts::catalogue::dossier;
use city_contracts::{common, reports as wire};

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

impl From<wire::UploadHeader> for UploadHeader {
    fn from(of: wire::UploadHeader) -> Self {
        Self { name: of.name, value: of.value }
    }
}

impl From<wire::UploadTicket> for UploadTicket {
    fn from(of: wire::UploadTicket) -> Self {
        Self {
            file_id: of.file_id.into(),
            url: of.url,
            headers: of.headers.into_iter().map(Into::into).collect(),
            expires_at: DateTime(of.expires_at),
        }
    }
}

impl From<dossier::UploadTicket> for UploadTicket {
    fn from(of: dossier::UploadTicket) -> Self {
        Self {
            file_id: of.file_id.into(),
            url: of.url,
            headers: of.headers.into_iter().map(Into::into).collect(),
            expires_at: DateTime(of.expires_at),
        }
    }
}
