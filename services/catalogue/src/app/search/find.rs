//! Anybody looks for services, procedures, places and agencies.

use city_contracts::catalogue::search::{SearchHit, SearchRequest, SearchResult};

use super::input::checked;
use crate::domain::search::Hit;
use crate::error::Error;
use crate::snapshot::Snapshot;

/// Everything that a query can mean, best first.
///
/// # Errors
/// [`Error::Input`] when the query is empty or too long.
pub fn search(snapshot: &Snapshot, request: &SearchRequest) -> Result<SearchResult, Error> {
    let (query, first) = checked(&request.q, request.first)?;
    let found = snapshot.search.index.search(&query, &request.kinds, first);
    Ok(SearchResult {
        hits: found.hits.iter().map(hit).collect(),
        did_you_mean: found.did_you_mean.map(ToOwned::to_owned),
    })
}

fn hit(hit: &Hit<'_>) -> SearchHit {
    SearchHit {
        kind: hit.entry.kind,
        code: hit.entry.code.clone(),
        name: hit.entry.name.clone(),
        matched_on: hit.matched_on.to_owned(),
        score: hit.score,
        demo: hit.entry.demo,
    }
}
