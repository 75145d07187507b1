//! The table: what happened to a report → what other services may know of it, or nothing.

use city_contracts::event::Envelope;
use city_contracts::reports::{ReportEvent, ReportState};
use city_ids::EventId;

use crate::domain::{Event, StateName};

/// The public event of a happening; none for what stays inside.
pub fn public(id: EventId, event: &Event, listed: bool) -> Option<Envelope<ReportEvent>> {
    let name = event.kind.public_name()?;
    let body = ReportEvent {
        report: event.report,
        code: event.code.to_string(),
        version: event.version,
        state: wire_state(event.state),
        round: event.round,
        category: event.category.to_string(),
        ward: Some(event.ward.to_string()),
        agency: event.agency.as_ref().map(ToString::to_string),
        assignee: event.assignee,
        reporter: event.reporter,
        listed,
        due_at: event.due_at,
        on_time: event.on_time,
        score: event.score().map(|score| i32::from(score.get())),
        level: (event.level > 0).then_some(i32::from(event.level)),
    };
    Some(Envelope::new(id, name, event.at, body))
}

/// The state in the wire's words.
pub const fn wire_state(state: StateName) -> ReportState {
    match state {
        StateName::Submitted => ReportState::Submitted,
        StateName::Assigned => ReportState::Assigned,
        StateName::InProgress => ReportState::InProgress,
        StateName::Scheduled => ReportState::Scheduled,
        StateName::OnHold => ReportState::OnHold,
        StateName::AwaitingReporter => ReportState::AwaitingReporter,
        StateName::PendingReview => ReportState::PendingReview,
        StateName::ReopenRequested => ReportState::ReopenRequested,
        StateName::Resolved => ReportState::Resolved,
        StateName::Rejected => ReportState::Rejected,
        StateName::Duplicate => ReportState::Duplicate,
        StateName::Closed => ReportState::Closed,
        StateName::Withdrawn => ReportState::Withdrawn,
    }
}

/// The state that a word of the wire names.
pub const fn domain_state(state: ReportState) -> StateName {
    match state {
        ReportState::Submitted => StateName::Submitted,
        ReportState::Assigned => StateName::Assigned,
        ReportState::InProgress => StateName::InProgress,
        ReportState::Scheduled => StateName::Scheduled,
        ReportState::OnHold => StateName::OnHold,
        ReportState::AwaitingReporter => StateName::AwaitingReporter,
        ReportState::PendingReview => StateName::PendingReview,
        ReportState::ReopenRequested => StateName::ReopenRequested,
        ReportState::Resolved => StateName::Resolved,
        ReportState::Rejected => StateName::Rejected,
        ReportState::Duplicate => StateName::Duplicate,
        ReportState::Closed => StateName::Closed,
        ReportState::Withdrawn => StateName::Withdrawn,
    }
}
