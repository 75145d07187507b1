//! Officers look at money that was put aside and for which nothing of ours waits.

use city_contracts::common::{Edge, Page, PageArgs};

use super::{App, cursor};
use crate::error::Error;
use crate::store;
use crate::store::suspense::Aside;

/// The most entries of a page.
const MOST: u32 = 100;
/// Legs are read so many at a time, and so many times a page: most of what was ever put aside got out long ago.
const READ: i64 = 500;
const TIMES: usize = 20;

/// What stands aside.
#[derive(Debug)]
pub struct Standing {
    /// Newest first.
    pub page: Page<Aside>,
    /// Where the next page goes on, if there is one, also of a page on which nothing stands.
    pub end: Option<String>,
}

/// A page of what was put aside and did not get out, but for what orders at providers wait for. It reads so much of the ledger
/// and no more, so it may have fewer entries than were asked for, or none, and more may follow.
///
/// # Errors
/// `Input`.
pub async fn list_suspense(app: &App, args: &PageArgs) -> Result<Standing, Error> {
    let mut findings = Vec::new();
    let (first, before) = cursor::page(args, MOST, cursor::parse_seq, &mut findings);
    if !findings.is_empty() {
        return Err(Error::Input(findings));
    }
    let mut from = before.unwrap_or(i64::MAX);
    let (mut found, mut more): (Vec<Aside>, bool) = (Vec::new(), true);
    let mut db = app.connection().await?;
    for _ in 0..TIMES {
        let legs = store::suspense::page(&mut db, from, READ).await?;
        more = i64::try_from(legs.len()) == Ok(READ);
        from = legs.last().map_or(from, |leg| leg.seq);
        let subjects: Vec<_> = legs.iter().map(|leg| leg.place.subject()).collect();
        let gone = store::suspense::released(&mut db, &subjects).await?;
        let stands = |leg: &Aside| !leg.of_order && !gone.contains(&leg.place.subject());
        found.extend(legs.into_iter().filter(stands));
        if !more || found.len() > first {
            break;
        }
    }
    drop(db);
    if found.len() > first {
        found.truncate(first);
        (from, more) = (found.last().map_or(from, |leg| leg.seq), true);
    }
    let edges = found.into_iter().map(|node| Edge { cursor: cursor::print_seq(node.seq), node });
    let page = Page { edges: edges.collect(), has_next_page: more };
    Ok(Standing { page, end: more.then(|| cursor::print_seq(from)) })
}
