//! What happened to a report, step by step.

use async_graphql::{ID, SimpleObject};
use city_contracts::common::Locale;
use city_contracts::reports::TimelineEntryView;

use super::agency::Agency;
use super::connection::{Connection, ReportEventConnection, page_args};
use super::report::ReportState;
use super::scalars::DateTime;

/// A step in the life of a report.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "ReportEvent")]
pub struct ReportEvent {
    /// Counts up from 1.
    #[graphql(name = "seq")]
    seq: i32,
    /// When it happened.
    #[graphql(name = "at")]
    at: DateTime,
    /// What happened, such as `FILED`, `ACCEPTED`, `RESOLVED`; new codes may come.
    #[graphql(name = "kind")]
    kind: ID,
    /// The state it led to; null when the state stayed.
    #[graphql(name = "state")]
    state: Option<ReportState>,
    /// The agency that acted or was put in charge.
    #[graphql(name = "agency")]
    agency: Option<Agency>,
    /// What was written to it.
    #[graphql(name = "text")]
    text: Option<String>,
}

impl ReportEvent {
    fn new(of: TimelineEntryView, locale: Locale) -> Self {
        Self {
            seq: of.seq,
            at: DateTime(of.at),
            kind: ID(of.kind),
            state: of.state.map(ReportState::from),
            agency: of.agency.map(|agency| Agency::of_report(agency, locale)),
            text: of.text,
        }
    }
}

/// A page of a timeline that is here as a whole; the cursor is the number of the step.
pub fn page(
    timeline: &[TimelineEntryView],
    first: Option<i32>,
    after: Option<String>,
    locale: Locale,
) -> ReportEventConnection {
    let args = page_args(first, after);
    // A cursor that is none of ours begins anew: it can reveal nothing.
    let after: i32 = args.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let length = usize::try_from(args.first).unwrap_or(usize::MAX);
    let rest: Vec<_> = timeline.iter().filter(|entry| entry.seq > after).collect();
    let has_next_page = rest.len() > length;
    let entry = |entry: &TimelineEntryView| {
        (entry.seq.to_string(), ReportEvent::new(entry.clone(), locale))
    };
    let entries = rest.into_iter().take(length).map(entry).collect();
    Connection::new(entries, after > 0, has_next_page)
}
