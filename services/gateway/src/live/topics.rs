//! The table: public event → topics and tags. An event type that is published and not named here fails a test.

use city_contracts::notifications::InboxEvent;
use city_contracts::reports::ReportEvent;
use city_ids::{AccountId, ReportId, ServiceName};
use serde_json::Value;

use crate::cache::Tag;

/// What a subscription watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// `report:{id}`.
    Report(ReportId),
    /// `inbox:{account}`.
    Inbox(AccountId),
}

/// The services whose streams are read.
pub const PUBLISHERS: [ServiceName; 2] = [ServiceName::Reports, ServiceName::Notifications];

/// What an event type means to live updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The body is a [`ReportEvent`]: that report changed.
    Report,
    /// The body is an [`InboxEvent`]: that inbox changed.
    Inbox,
    /// Nobody watches what changed.
    Nothing,
}

const EVENTS: &[(ServiceName, &str, Meaning)] = &[
    (ServiceName::Reports, "ReportFiled", Meaning::Report),
    (ServiceName::Reports, "ReportAccepted", Meaning::Report),
    (ServiceName::Reports, "ReportRejected", Meaning::Report),
    (ServiceName::Reports, "ReportReturned", Meaning::Report),
    (ServiceName::Reports, "ReportReassigned", Meaning::Report),
    (ServiceName::Reports, "ReportAssigned", Meaning::Report),
    (ServiceName::Reports, "ReportStarted", Meaning::Report),
    (ServiceName::Reports, "ReportScheduled", Meaning::Report),
    (ServiceName::Reports, "ReportHeld", Meaning::Report),
    (ServiceName::Reports, "ReportResumed", Meaning::Report),
    (ServiceName::Reports, "ReportQuestionAsked", Meaning::Report),
    (ServiceName::Reports, "ReportQuestionDropped", Meaning::Report),
    (ServiceName::Reports, "ReportAnswered", Meaning::Report),
    (ServiceName::Reports, "ReportReviewRequested", Meaning::Report),
    (ServiceName::Reports, "ReportResolved", Meaning::Report),
    (ServiceName::Reports, "ReportSentBack", Meaning::Report),
    (ServiceName::Reports, "ReportContested", Meaning::Report),
    (ServiceName::Reports, "ReportReopened", Meaning::Report),
    (ServiceName::Reports, "ReportContestRefused", Meaning::Report),
    (ServiceName::Reports, "ReportRated", Meaning::Report),
    (ServiceName::Reports, "ReportClosed", Meaning::Report),
    (ServiceName::Reports, "ReportWithdrawn", Meaning::Report),
    (ServiceName::Reports, "ReportMerged", Meaning::Report),
    (ServiceName::Reports, "ReportUnmerged", Meaning::Report),
    (ServiceName::Reports, "ReportEscalated", Meaning::Report),
    (ServiceName::Reports, "ReportDueMoved", Meaning::Report),
    (ServiceName::Reports, "ReportCommented", Meaning::Report),
    (ServiceName::Reports, "ReportHidden", Meaning::Report),
    (ServiceName::Reports, "ReportUnhidden", Meaning::Report),
    (ServiceName::Reports, "ReportPhotoReady", Meaning::Report),
    (ServiceName::Reports, "ReportPhotoFailed", Meaning::Report),
    (ServiceName::Reports, "ReportAnonymised", Meaning::Report),
    (ServiceName::Notifications, "MessageAdded", Meaning::Inbox),
    (ServiceName::Notifications, "MessagesRead", Meaning::Inbox),
    (ServiceName::Notifications, "WarningSent", Meaning::Nothing),
    (ServiceName::Notifications, "WarningUpdated", Meaning::Nothing),
    (ServiceName::Notifications, "WarningCancelled", Meaning::Nothing),
    (ServiceName::Notifications, "WarningExpired", Meaning::Nothing),
    (ServiceName::Notifications, "PushEndpointDead", Meaning::Nothing),
    (ServiceName::Notifications, "ChannelPaused", Meaning::Nothing),
    (ServiceName::Notifications, "ChannelResumed", Meaning::Nothing),
    (ServiceName::Catalogue, "ServicePublished", Meaning::Nothing),
    (ServiceName::Catalogue, "ServiceWithdrawn", Meaning::Nothing),
    (ServiceName::Catalogue, "ServiceStatusChanged", Meaning::Nothing),
];

/// What an event is about could not be read; it must not pass in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("an event type that the table of topics does not name")]
    UnknownType,
    #[error("an event body that does not fit its contract")]
    Body,
}

/// What an event changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// What somebody may watch.
    pub topic: Option<Topic>,
    /// What kept answers may be made of.
    pub tags: Vec<Tag>,
}

/// What an event changes.
///
/// # Errors
/// [`Unreadable`].
pub fn touched(publisher: ServiceName, kind: &str, body: Value) -> Result<Touched, Unreadable> {
    let row = EVENTS.iter().find(|(service, name, _)| *service == publisher && *name == kind);
    let (_, _, meaning) = row.ok_or(Unreadable::UnknownType)?;
    match meaning {
        Meaning::Report => {
            let event: ReportEvent = serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            let tags = [Tag::Reports].into_iter().chain(event.ward.map(Tag::ReportsOf)).collect();
            Ok(Touched { topic: Some(Topic::Report(event.report)), tags })
        }
        Meaning::Inbox => {
            let event: InboxEvent = serde_json::from_value(body).map_err(|_| Unreadable::Body)?;
            Ok(Touched { topic: Some(Topic::Inbox(event.account)), tags: Vec::new() })
        }
        Meaning::Nothing => Ok(Touched::default()),
    }
}

/// Whether the table names an event type.
#[cfg(test)]
pub(super) fn is_named(publisher: ServiceName, kind: &str) -> bool {
    EVENTS.iter().any(|(service, name, _)| *service == publisher && *name == kind)
}
