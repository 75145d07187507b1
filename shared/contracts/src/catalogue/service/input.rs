//! What is asked about services, what a reader does with them, and what that answers.

use serde::{Deserialize, Serialize};

use super::{Audience, Channel, Service, ServiceKind};
use crate::common::PageArgs;
use crate::key::IdempotencyKey;

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

/// `POST /internal/v1/service-home` → [`ServiceHome`](super::ServiceHome).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReadServiceHome {
    /// Where the reader lives or is.
    pub ward_code: Option<String>,
    /// What the app says of itself.
    pub client: ClientApp,
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
