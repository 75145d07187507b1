//! A service as one reader sees it.

use chrono::{DateTime, Utc};
use city_clock::Timestamp;
use city_contracts::catalogue::edition::EditionInfo;
use city_contracts::catalogue::service::{
    Availability, AvailabilityInWard, Category, Channel, Fallback, Owner, Service, ServiceNotice,
    ServiceState, Unusable,
};
use city_contracts::common::Localised;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::reader::Reader;
use crate::domain::edition::{EditionState, is_stale};
use crate::domain::service::{Refused, Status, availability, current};
use crate::snapshot::{Entry, Registry, Snapshot};

/// An act of staff on a service was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceMoved {
    /// The service.
    pub code: String,
    /// Its version now: name it in the next act.
    pub version: i32,
    /// The edition that was moved.
    pub edition_no: i32,
    /// Where it is: `DRAFT`, `IN_REVIEW`, `APPROVED`, `LIVE`, `SUPERSEDED`.
    pub state: String,
}

impl ServiceMoved {
    pub fn new(code: &str, version: i32, edition_no: i32, state: EditionState) -> Self {
        Self { code: code.to_owned(), version, edition_no, state: state.as_str().to_owned() }
    }
}

/// The prefix of a service among the ids of the city.
pub const PREFIX: &str = "srv_";

/// The service of the picture, for a reader.
pub fn service(
    snapshot: &Snapshot,
    entry: &Entry,
    redirected_from: Option<&str>,
    reader: &Reader,
) -> Service {
    let (live, registry) = (&entry.live, &snapshot.registry);
    let kept = reader.kept.get(&live.code).copied().unwrap_or_default();
    let wards = reader.wards.iter().map(|ward| AvailabilityInWard {
        ward_code: ward.clone(),
        availability: answer(entry, registry, reader, Some(ward)),
    });
    Service {
        code: live.code.clone(),
        kind: live.kind,
        name: live.name.clone(),
        summary: live.summary.clone(),
        category: category(registry, &live.body.category),
        owner: owner(registry, &live.owner_agency),
        channels: live.body.channels.clone(),
        min_identity_level: live.body.min_identity,
        availability: answer(entry, registry, reader, None),
        in_wards: wards.collect(),
        procedure_code: live.procedure.clone(),
        deep_link: live.body.deep_link.clone(),
        edition: EditionInfo {
            no: live.no,
            live_at: Some(live.live_at),
            assured_at: live.assured_at,
            review_by: live.review_by,
            stale: is_stale(live.live_at, live.assured_at, live.review_by, reader.at),
        },
        demo: live.demo,
        redirected_from: redirected_from.map(str::to_owned),
        favourite: kept.favourite,
        last_opened_at: kept.last_opened_at,
    }
}

/// Whether the reader can use it, in a ward when one is named.
pub fn answer(
    entry: &Entry,
    registry: &Registry,
    reader: &Reader,
    ward: Option<&str>,
) -> Availability {
    let (reason, status) = match availability(&entry.terms(), &reader.asking(ward)) {
        Ok(status) => (None, status.filter(|status| status.state != ServiceState::Up)),
        Err(Refused { reason, status }) => (Some(reason), status),
    };
    let note = entry.live.withdrawn.as_ref().filter(|_| reason == Some(Unusable::Closed));
    Availability {
        usable: reason.is_none(),
        reason,
        notice: status
            .and_then(|status| status.text.clone())
            .or_else(|| note.and_then(|withdrawn| withdrawn.note.clone())),
        until: status.and_then(|status| status.to),
        fallback: status.and_then(|status| fallback(registry, status)),
    }
}

/// Where to turn meanwhile.
fn fallback(registry: &Registry, status: &Status) -> Option<Fallback> {
    let agency = status.fallback_agency.as_deref();
    (agency.is_some() || status.fallback_channel.is_some()).then(|| {
        let known = agency.and_then(|code| registry.agency(code));
        Fallback {
            channel: status.fallback_channel,
            agency_code: agency.map(str::to_owned),
            agency_name: known.map(|agency| agency.name.clone()),
            phone: known.and_then(|agency| agency.phone.clone()),
        }
    })
}

/// What the city says about a service now; none while nothing is said. The words about a service that works are no notice.
pub fn notice(snapshot: &Snapshot, entry: &Entry, at: Timestamp) -> Option<ServiceNotice> {
    let status = current(&entry.statuses, at)?;
    Some(ServiceNotice {
        code: entry.live.code.clone(),
        name: entry.live.name.clone(),
        state: status.state,
        text: status.text.clone(),
        since: Some(status.from),
        until: status.to,
        fallback: fallback(&snapshot.registry, status),
    })
}

/// The group; a code the registry lost is shown as it is.
fn category(registry: &Registry, code: &str) -> Category {
    registry.category(code).map_or_else(
        || Category { code: code.to_owned(), name: bare(code), parent: None, sort: i32::MAX },
        |known| Category {
            code: known.code.clone(),
            name: known.name.clone(),
            parent: known.parent.clone(),
            sort: known.sort,
        },
    )
}

fn owner(registry: &Registry, code: &str) -> Owner {
    registry.agency(code).map_or_else(
        || Owner { code: code.to_owned(), name: bare(code), phone: None },
        |known| Owner {
            code: known.code.clone(),
            name: known.name.clone(),
            phone: known.phone.clone(),
        },
    )
}

fn bare(code: &str) -> Localised {
    Localised { vi: code.to_owned(), en: None }
}

/// An operator's act on a service was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OperatedService {
    /// The service.
    pub code: String,
    /// Its version now.
    pub version: i32,
}

/// What the city said about how a service works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatement {
    /// `UP`, `DEGRADED`, `MAINTENANCE`, `DOWN`.
    #[schema(value_type = String)]
    pub state: ServiceState,
    /// From when.
    pub from: DateTime<Utc>,
    /// Until when; none: until something else is said.
    pub to: Option<DateTime<Utc>>,
    /// For residents: `{vi, en}`.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Localised>,
    /// Where to turn meanwhile.
    #[schema(value_type = Option<String>)]
    pub fallback_channel: Option<Channel>,
    /// To whom: the code of an agency.
    pub fallback_agency: Option<String>,
}

impl ServiceStatement {
    pub fn of(status: Status) -> Self {
        let Status { state, from, to, text, fallback_channel, fallback_agency } = status;
        Self { state, from, to, text, fallback_channel, fallback_agency }
    }
}
