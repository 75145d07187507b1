//! The states of a report and its photos.

use serde::{Deserialize, Serialize};

/// Where a report is on its way. The meaning of each state is in the service's README.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(
    missing_docs,
    reason = "the names are the documentation; the service's README has the table of moves"
)]
pub enum ReportState {
    Submitted,
    Assigned,
    InProgress,
    Scheduled,
    OnHold,
    AwaitingReporter,
    PendingReview,
    ReopenRequested,
    Resolved,
    Rejected,
    Duplicate,
    Closed,
    Withdrawn,
}

/// What a photo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhotoPurpose {
    /// The problem.
    Report,
    /// The problem solved.
    After,
    /// An answer to a question.
    Answer,
}

/// Where a photo is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhotoState {
    /// A ticket was given out.
    Issued,
    /// A report waits for its bytes.
    Awaited,
    /// Being cleaned.
    Processing,
    /// Can be seen.
    Ready,
    /// Not a usable picture.
    Refused,
    /// Never arrived.
    Missing,
}
