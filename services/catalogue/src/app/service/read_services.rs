//! Residents read: one service, a list, the first screen.

use city_auth::Anyone;
use city_contracts::catalogue::service::{
    FindService, ListServices, ReadServiceHome, Service, ServiceFilter, ServiceHome, ServiceState,
    Suggestion,
};
use city_contracts::common::{Edge, Page};
use city_http::Outcome as _;

use super::reader::Reader;
use super::view;
use crate::app::App;
use crate::error::{Error, fault};
use crate::snapshot::{Entry, Snapshot};
use crate::store::service::kept;

/// Recent services on the first screen.
const RECENT: usize = 10;
const PAGE_MAX: u32 = 50;
/// A code is at most this long; what is longer names nothing.
const CODE_MAX: usize = 64;

/// One service, or what took its place.
///
/// # Errors
/// `PLACE_FORMER`, `PLACE_UNKNOWN`, `INPUT` for wards; `NOT_READY`.
pub async fn find_service(
    app: &App,
    who: &Anyone,
    asked: &FindService,
) -> Result<Option<Service>, Error> {
    let snapshot = app.snapshots.get()?;
    let reader = Reader::new(app, who, &asked.client, &asked.ward_codes, &snapshot.registry)?;
    let Some(found) = snapshot.services.find(&asked.code) else { return Ok(None) };
    let reader = reader.with_kept(app).await?;
    Ok(Some(view::service(&snapshot, found.entry, found.redirected_from, &reader)))
}

/// Services by the prefix of their global ids, for `nodes:batch`; none for what residents may not know of.
pub fn node(snapshot: &Snapshot, id: &str, reader: &Reader) -> Option<Service> {
    let found = snapshot.services.find(id.strip_prefix(view::PREFIX)?)?;
    Some(view::service(snapshot, found.entry, found.redirected_from, reader))
}

/// One page of the services that fit, by group, then code.
///
/// # Errors
/// `INPUT` with everything that does not fit, `PLACE_FORMER`, `PLACE_UNKNOWN`; `NOT_READY`.
pub async fn list_services(
    app: &App,
    who: &Anyone,
    asked: &ListServices,
) -> Result<Page<Service>, Error> {
    let snapshot = app.snapshots.get()?;
    let reader = Reader::new(app, who, &asked.client, &asked.ward_codes, &snapshot.registry)?;
    let limit = match usize::try_from(asked.page.first) {
        Ok(limit) if (1..=PAGE_MAX).contains(&asked.page.first) => limit,
        _ => return Err(Error::invalid("/first", "OUT_OF_RANGE", format!("1 to {PAGE_MAX}"))),
    };
    let after = asked.page.after.as_deref().map(Key::read).transpose()?;
    known(&snapshot, &asked.filter)?;
    let reader = reader.with_kept(app).await?;
    let mut fitting: Vec<(Key, &Entry)> = snapshot
        .services
        .listed()
        .map(|entry| (Key::of(&snapshot, entry), entry))
        .filter(|(key, _)| after.as_ref().is_none_or(|after| key > after))
        .filter(|(_, entry)| fits(&snapshot, entry, &asked.filter, &reader))
        .collect();
    fitting.sort_by(|(one, _), (other, _)| one.cmp(other));
    let has_next_page = fitting.len() > limit;
    let edges = fitting.into_iter().take(limit).map(|(key, entry)| Edge {
        cursor: key.write(),
        node: view::service(&snapshot, entry, None, &reader),
    });
    Ok(Page { edges: edges.collect(), has_next_page })
}

/// Codes of the filter that the registry does not have are wrong input, not an empty list.
fn known(snapshot: &Snapshot, filter: &ServiceFilter) -> Result<(), Error> {
    let registry = &snapshot.registry;
    let none = "the registry has no such code";
    if filter.category_code.as_ref().is_some_and(|code| registry.category(code).is_none()) {
        return Err(Error::invalid("/filter/categoryCode", "CATEGORY_UNKNOWN", none));
    }
    if let Some(code) = &filter.life_event_code
        && registry.life_events().iter().all(|event| event.code != *code)
    {
        return Err(Error::invalid("/filter/lifeEventCode", "LIFE_EVENT_UNKNOWN", none));
    }
    if filter.owner_code.as_ref().is_some_and(|code| registry.agency(code).is_none()) {
        return Err(Error::invalid("/filter/ownerCode", "AGENCY_UNKNOWN", none));
    }
    Ok(())
}

fn fits(snapshot: &Snapshot, entry: &Entry, filter: &ServiceFilter, reader: &Reader) -> bool {
    let (live, registry) = (&entry.live, &snapshot.registry);
    let helps = |code: &String| {
        registry
            .life_events()
            .iter()
            .any(|event| event.code == *code && event.services.contains(&live.code))
    };
    let usable = || {
        let ward = reader.wards.first().map(String::as_str);
        view::answer(entry, registry, reader, ward).usable
    };
    let keeps = || reader.kept.get(&live.code).is_some_and(|kept| kept.favourite);
    filter.category_code.as_ref().is_none_or(|code| is_under(snapshot, &live.body.category, code))
        && filter.kind.is_none_or(|kind| kind == live.kind)
        && filter.audience.is_none_or(|audience| live.body.audience.contains(&audience))
        && filter.channel.is_none_or(|channel| live.body.channels.contains(&channel))
        && filter.life_event_code.as_ref().is_none_or(helps)
        && filter.owner_code.as_ref().is_none_or(|code| *code == live.owner_agency)
        && filter.usable.is_none_or(|wanted| wanted == usable())
        && filter.favourite.is_none_or(|wanted| wanted == keeps())
}

/// Whether a group is the other one or below it.
fn is_under(snapshot: &Snapshot, code: &str, above: &str) -> bool {
    const MAX_DEPTH: usize = 8; // a circle in the data must not hang a request
    let parent =
        |code: &&str| snapshot.registry.category(code).and_then(|group| group.parent.as_deref());
    std::iter::successors(Some(code), parent).take(MAX_DEPTH).any(|group| group == above)
}

/// The first screen: what the reader keeps and opened, what helps in situations of life, what does not work.
///
/// # Errors
/// `PLACE_FORMER`, `PLACE_UNKNOWN` for the ward; `NOT_READY`.
pub async fn service_home(
    app: &App,
    who: &Anyone,
    asked: &ReadServiceHome,
) -> Result<ServiceHome, Error> {
    let snapshot = app.snapshots.get()?;
    if let Some(ward) = &asked.ward_code {
        snapshot.registry.ward_by_code(ward, "/wardCode")?;
    }
    let wards: Vec<_> = asked.ward_code.clone().into_iter().collect();
    let reader =
        Reader::new(app, who, &asked.client, &wards, &snapshot.registry)?.with_kept(app).await?;
    let shown = |entry: &Entry| view::service(&snapshot, entry, None, &reader);
    let listed = |code: &String| {
        snapshot.services.visible(code).filter(|entry| entry.live.withdrawn.is_none())
    };

    let mut favourites: Vec<_> = reader
        .kept
        .iter()
        .filter(|(_, kept)| kept.favourite)
        .filter_map(|(code, _)| listed(code))
        .collect();
    favourites.sort_by_key(|entry| (city_text::fold(&entry.live.name.vi), &entry.live.code));
    let mut recent: Vec<_> = reader
        .kept
        .iter()
        .filter_map(|(code, kept)| Some((kept.last_opened_at?, code, listed(code)?)))
        .collect();
    recent.sort_by(|(one, a, _), (other, b, _)| other.cmp(one).then_with(|| a.cmp(b)));
    let suggestions = snapshot.registry.life_events().iter().map(|event| Suggestion {
        life_event_code: event.code.clone(),
        name: event.name.clone(),
        services: event.services.iter().filter_map(listed).map(shown).collect(),
    });
    let notices = snapshot
        .services
        .listed()
        .filter_map(|entry| view::notice(&snapshot, entry, reader.at))
        .filter(|notice| notice.state != ServiceState::Up);
    Ok(ServiceHome {
        favourites: favourites.into_iter().map(shown).collect(),
        recent: recent.into_iter().take(RECENT).map(|(_, _, entry)| shown(entry)).collect(),
        suggestions: suggestions.filter(|suggestion| !suggestion.services.is_empty()).collect(),
        notices: notices.collect(),
        history_on: history_on(app, &reader).await?,
    })
}

/// Whether openings are recorded; while the database is away, they are not.
async fn history_on(app: &App, reader: &Reader) -> Result<bool, Error> {
    let Some(account) = reader.account else { return Ok(false) };
    let read = async {
        let mut db = app.db.acquire().await.map_err(fault("connecting"))?;
        kept::history_on(&mut db, account).await
    };
    match read.await {
        Err(error) if error.kind() == city_http::Kind::Unavailable => Ok(false),
        answer => answer,
    }
}

/// Where a service stands in a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    sort: i32,
    group: String,
    code: String,
}

impl Key {
    fn of(snapshot: &Snapshot, entry: &Entry) -> Self {
        let group = entry.live.body.category.clone();
        let sort = snapshot.registry.category(&group).map_or(i32::MAX, |group| group.sort);
        Self { sort, group, code: entry.live.code.clone() }
    }

    fn write(&self) -> String {
        format!("{}.{}.{}", self.sort, self.group, self.code)
    }

    fn read(cursor: &str) -> Result<Self, Error> {
        let mut parts = cursor.splitn(3, '.');
        let key = (|| {
            let sort = parts.next()?.parse().ok()?;
            let (group, code) = (parts.next()?, parts.next()?);
            let fits = |part: &str| (1..=CODE_MAX).contains(&part.len());
            (fits(group) && fits(code)).then(|| Self {
                sort,
                group: group.to_owned(),
                code: code.to_owned(),
            })
        })();
        key.ok_or_else(|| {
            Error::invalid("/after", "CURSOR", "take the cursor of an entry as it was given")
        })
    }
}
