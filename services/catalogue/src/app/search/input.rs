//! What both searches refuse.

use city_contracts::problem::Finding;

use crate::domain::search::{Query, QueryError};
use crate::error::Error;

/// The most hits of one answer.
const MOST: u32 = 50;

/// The query at `/q` and the number at `/first`, or everything wrong with them.
pub fn checked(q: &str, first: u32) -> Result<(Query, usize), Error> {
    let query = Query::parse(q);
    let mut findings = Vec::new();
    if let Err(refused) = &query {
        let code = match refused {
            QueryError::Empty => "TOO_SHORT",
            QueryError::TooLong { .. } => "TOO_LONG",
        };
        findings.push(Finding::new("/q", code, refused.to_string()));
    }
    if !(1..=MOST).contains(&first) {
        findings.push(Finding::new("/first", "RANGE", format!("1 to {MOST}")));
    }
    match query {
        Ok(query) if findings.is_empty() => Ok((query, usize::try_from(first).unwrap_or_default())),
        _ => Err(Error::Input(findings)),
    }
}
