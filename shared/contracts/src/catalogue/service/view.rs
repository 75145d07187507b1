//! A service as one reader sees it, and the lists it stands in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Channel, ServiceKind, ServiceState, Unusable};
use crate::catalogue::edition::EditionInfo;
use crate::common::Localised;

/// A service as one reader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// Its code; as a global id `srv_` and this code.
    pub code: String,
    /// What kind of entry.
    pub kind: ServiceKind,
    /// Its name.
    pub name: Localised,
    /// What it does, at most 140 characters.
    pub summary: Localised,
    /// Its group.
    pub category: Category,
    /// Who is responsible.
    pub owner: Owner,
    /// The ways to reach it.
    pub channels: Vec<Channel>,
    /// 0 anybody, 1 signed in, 2 proven identity.
    pub min_identity_level: u8,
    /// Whether this reader can use it now, no ward named.
    pub availability: Availability,
    /// The same for each ward that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub in_wards: Vec<AvailabilityInWard>,
    /// The national code of the procedure behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure_code: Option<String>,
    /// Where the app goes to open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deep_link: Option<String>,
    /// Which version this is.
    pub edition: EditionInfo,
    /// Published for demonstration; no person has checked what it says.
    pub demo: bool,
    /// The withdrawn service that was asked for, when this is its replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirected_from: Option<String>,
    /// Whether the reader keeps it.
    pub favourite: bool,
    /// When the reader last opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_opened_at: Option<DateTime<Utc>>,
}

/// A group of services.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Category {
    /// Its code, such as `public-admin`.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// The group it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// Its place in a list.
    pub sort: i32,
}

/// Who is responsible for a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// The agency's code; all about it is behind the id `agy_` and this code.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// Its public telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// Whether somebody can use a service now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// Whether they can.
    pub usable: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Unusable>,
    /// What the city says about it, also when it is usable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Localised>,
    /// Until when that holds, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Where to turn meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
}

/// The answer for one of the wards that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AvailabilityInWard {
    /// The ward.
    pub ward_code: String,
    /// Whether the service can be used there.
    pub availability: Availability,
}

/// Where to turn meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fallback {
    /// By which way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// To whom: an agency's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency_code: Option<String>,
    /// The agency's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency_name: Option<Localised>,
    /// The agency's telephone number, which is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// The first screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceHome {
    /// What the reader keeps, by name.
    pub favourites: Vec<Service>,
    /// What the reader opened, the latest first, at most 10.
    pub recent: Vec<Service>,
    /// What helps in situations of life.
    pub suggestions: Vec<Suggestion>,
    /// What does not work as it should.
    pub notices: Vec<ServiceNotice>,
    /// Whether openings are recorded.
    pub history_on: bool,
}

/// Services that help in one situation of life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// The situation's code, such as `having-a-baby`.
    pub life_event_code: String,
    /// Its name.
    pub name: Localised,
    /// The services, in the order of the city.
    pub services: Vec<Service>,
}

/// A service that does not work as it should, or will not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceNotice {
    /// The service.
    pub code: String,
    /// Its name.
    pub name: Localised,
    /// How it works.
    pub state: ServiceState,
    /// What the city says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Localised>,
    /// Since when, where the city said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Until when, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Where to turn meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
}

/// `GET /.well-known/catalogue-status.json`, for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusFile {
    /// When this was true.
    pub at: DateTime<Utc>,
    /// Each public service.
    pub services: Vec<ServiceNotice>,
}
