//! Services and their editions, gates, states, favourites.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::catalogue::edition::EditionInfo;
use crate::common::{Localised, PageArgs};
use crate::key::IdempotencyKey;

/// What kind of entry a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceKind {
    /// A part of the app itself.
    Native,
    /// An administrative procedure that can be applied for.
    Procedure,
    /// A page of somebody else.
    External,
    /// A small app inside the app.
    Miniapp,
    /// Something to read.
    Info,
    /// For the city's staff; it does not exist for residents.
    Staff,
}

/// A way to reach a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Channel {
    /// The city's app.
    App,
    /// The national or the city's portal.
    OnlinePortal,
    /// A counter.
    Counter,
    /// By post.
    Post,
    /// By telephone.
    Phone,
}

/// Whom a service is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Audience {
    /// Residents.
    Citizen,
    /// Households in business and companies.
    Business,
    /// Guests of the city.
    Visitor,
    /// The city's staff.
    Staff,
}

/// How a service works just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceState {
    /// As it should.
    Up,
    /// Usable, with a notice.
    Degraded,
    /// Not usable, as planned.
    Maintenance,
    /// Not usable.
    Down,
}

/// Why somebody cannot use a service now; the first that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unusable {
    /// It was withdrawn.
    Closed,
    /// This app, version or system is not let in; also when it does not say what it is.
    NotForThisAppVersion,
    /// It is opened to a share of the people first.
    NotInRollout,
    /// It is being worked on.
    Maintenance,
    /// It does not work.
    Down,
    /// It is offered in some wards only: say which.
    WardNeeded,
    /// It is not offered in that ward.
    NotInYourWard,
    /// It needs a person who signed in, or whose identity is proven.
    NeedsIdentity,
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

/// What an app says of itself, as it was sent in `x-app-platform`, `x-app-version`, `x-os-version`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClientApp {
    /// `IOS`, `ANDROID` or `WEB`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// 1 to 4 dotted numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// 1 to 4 dotted numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os_version: Option<String>,
}

/// `POST /internal/v1/service` → `Option<Service>`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindService {
    /// The service's code.
    pub code: String,
    /// Wards for which availability is asked, at most 5.
    #[serde(default)]
    pub ward_codes: Vec<String>,
    /// What the app says of itself.
    #[serde(default)]
    pub client: ClientApp,
}

/// Which services; every member that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ServiceFilter {
    /// In this group or one below it.
    pub category_code: Option<String>,
    /// Of this kind.
    pub kind: Option<ServiceKind>,
    /// For these people.
    pub audience: Option<Audience>,
    /// That can be reached this way.
    pub channel: Option<Channel>,
    /// That help in this situation of life.
    pub life_event_code: Option<String>,
    /// Of this agency.
    pub owner_code: Option<String>,
    /// That the reader can use now, in the first ward that is asked for.
    pub usable: Option<bool>,
    /// That the reader keeps.
    pub favourite: Option<bool>,
}

/// `POST /internal/v1/services` → `Page<Service>`, by group, then code.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListServices {
    /// Which.
    #[serde(default)]
    pub filter: ServiceFilter,
    /// Which part of the list.
    #[serde(flatten)]
    pub page: PageArgs,
    /// Wards for which availability is asked, at most 5.
    #[serde(default)]
    pub ward_codes: Vec<String>,
    /// What the app says of itself.
    #[serde(default)]
    pub client: ClientApp,
}

/// `POST /internal/v1/service-home` → [`ServiceHome`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReadServiceHome {
    /// Where the reader lives or is.
    pub ward_code: Option<String>,
    /// What the app says of itself.
    pub client: ClientApp,
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

/// `POST /internal/v1/open-service` → [`OpenedService`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenService {
    /// Counts the opening once.
    pub idempotency_key: IdempotencyKey,
    /// The service's code.
    pub code: String,
    /// Where the reader lives or is.
    #[serde(default)]
    pub ward_code: Option<String>,
    /// What the app says of itself.
    #[serde(default)]
    pub client: ClientApp,
}

/// A service was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedService {
    /// The service, or its replacement.
    pub service: Service,
    /// Where the app goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deep_link: Option<String>,
}

/// `POST /internal/v1/set-favourite-service` → [`Service`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetFavouriteService {
    /// Makes the change happen once.
    pub idempotency_key: IdempotencyKey,
    /// The service's code.
    pub code: String,
    /// Whether to keep it.
    pub favourite: bool,
    /// What the app says of itself.
    #[serde(default)]
    pub client: ClientApp,
}

/// `POST /internal/v1/set-service-history` → [`ServiceHistory`].
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetServiceHistory {
    /// Makes the change happen once.
    pub idempotency_key: IdempotencyKey,
    /// Whether openings are recorded; off forgets what was recorded.
    pub on: bool,
}

/// Whether openings are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceHistory {
    /// Whether they are.
    pub history_on: bool,
}

/// The body of `ServicePublished` and `ServiceWithdrawn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceChanged {
    /// The service.
    pub code: String,
    /// Who is responsible.
    pub owner_code: String,
    /// The edition that is live now, or was when it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edition_no: Option<i32>,
    /// `WITHDRAWN`, `REDIRECT` or `GONE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_as: Option<String>,
    /// What takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replacement: Option<String>,
}

/// The body of `ServiceStatusChanged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatusChanged {
    /// The service.
    pub code: String,
    /// How it works, or will.
    pub state: ServiceState,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
}
