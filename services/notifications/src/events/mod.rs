//! The table: event of another service → what is told, to whom. An event that is in no list is a fault, not a silence.

pub mod dossier;
pub mod payment;

use city_clock::hue_day;
use city_contracts::event::Envelope;
use city_contracts::reports::ReportEvent;
use city_ids::AccountId;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::domain::{Value, Variables};

/// What a person is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The template's code.
    pub template: &'static str,
    /// Who.
    pub recipient: AccountId,
    /// What it is about, for muting.
    pub topic: &'static str,
    /// The wire id of what it is about.
    pub subject: String,
    /// What the template names.
    pub variables: Variables,
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mapped {
    /// Somebody is told.
    Tell(Box<Notice>),
    /// Nobody is told.
    Ignored,
    /// The kind is in neither list.
    Unknown,
}

/// How the template of a kind is chosen.
#[derive(Debug, Clone, Copy)]
enum Choice {
    /// One template; it names the code.
    Plain(&'static str),
    /// One that also names the deadline, and one for when there is none.
    Dated(&'static str, Option<&'static str>),
}

/// Events of reports that their reporter hears of.
const TOLD: [(&str, Choice); 10] = [
    ("ReportFiled", Choice::Plain("report.filed")),
    ("ReportAccepted", Choice::Dated("report.accepted", Some("report.accepted-undated"))),
    ("ReportRejected", Choice::Plain("report.rejected")),
    ("ReportStarted", Choice::Plain("report.started")),
    ("ReportQuestionAsked", Choice::Plain("report.question")),
    ("ReportDueMoved", Choice::Dated("report.due-moved", None)),
    ("ReportResolved", Choice::Plain("report.resolved")),
    ("ReportReopened", Choice::Plain("report.reopened")),
    ("ReportContestRefused", Choice::Plain("report.contest-refused")),
    ("ReportMerged", Choice::Plain("report.merged")),
];

/// Events of reports that are work inside the city, the reporter's own act, or too small to interrupt anybody.
const IGNORED: [&str; 22] = [
    "ReportReturned",
    "ReportReassigned",
    "ReportAssigned",
    "ReportScheduled",
    "ReportHeld",
    "ReportResumed",
    "ReportQuestionDropped",
    "ReportAnswered",
    "ReportReviewRequested",
    "ReportSentBack",
    "ReportContested",
    "ReportRated",
    "ReportClosed",
    "ReportWithdrawn",
    "ReportUnmerged",
    "ReportEscalated",
    "ReportCommented",
    "ReportHidden",
    "ReportUnhidden",
    "ReportPhotoReady",
    "ReportPhotoFailed",
    "ReportAnonymised",
];

/// What follows from an event of reports.
pub fn of_report(event: &Envelope<ReportEvent>) -> Mapped {
    let Some((_, choice)) = TOLD.iter().find(|(kind, _)| *kind == event.kind) else {
        return if is_ignored(&event.kind) { Mapped::Ignored } else { Mapped::Unknown };
    };
    let Some(recipient) = event.body.reporter else { return Mapped::Ignored }; // filed without an account, or erased
    let mut variables =
        Variables::from([("code".to_owned(), Value::Code(event.body.code.clone()))]);
    let template = match (choice, event.body.due_at) {
        (Choice::Plain(template), _) => template,
        (Choice::Dated(template, _), Some(due_at)) => {
            variables.insert("dueDate".to_owned(), Value::Date(hue_day(due_at)));
            template
        }
        (Choice::Dated(_, Some(undated)), None) => undated,
        (Choice::Dated(_, None), None) => return Mapped::Ignored,
    };
    let subject = event.body.report.to_string();
    Mapped::Tell(Box::new(Notice { template, recipient, topic: "report", subject, variables }))
}

/// The body of an event, as its kind has it.
fn body<B: DeserializeOwned>(event: &Envelope<Json>) -> Result<B, serde_json::Error> {
    serde_json::from_value(event.body.clone())
}

/// Whether a kind needs no look at its body.
pub fn is_ignored(kind: &str) -> bool {
    IGNORED.contains(&kind)
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use city_contracts::reports::ReportState;
    use city_ids::Ids;

    use super::*;

    /// Section 5 of the specification of reports, name by name.
    const PUBLISHED: &str = "Filed Accepted Rejected Returned Reassigned Assigned Started Scheduled Held Resumed \
        QuestionAsked QuestionDropped Answered ReviewRequested Resolved SentBack Contested Reopened ContestRefused Rated \
        Closed Withdrawn Merged Unmerged Escalated DueMoved Commented Hidden Unhidden PhotoReady PhotoFailed Anonymised";

    fn event(kind: &str) -> Envelope<ReportEvent> {
        let (ids, at) = (Ids::seeded(1), Utc.with_ymd_and_hms(2026, 3, 4, 18, 0, 0).unwrap());
        let body = ReportEvent {
            report: ids.next(at),
            code: "PA26-00012344".into(),
            version: 1,
            state: ReportState::Submitted,
            round: 1,
            category: "ROAD.POTHOLE".into(),
            ward: None,
            agency: None,
            assignee: None,
            reporter: Some(ids.next(at)),
            listed: true,
            due_at: Some(at),
            on_time: None,
            score: None,
            level: None,
        };
        Envelope::new(ids.next(at), kind, at, body)
    }

    #[test]
    fn every_published_event_is_either_told_or_ignored() {
        for name in PUBLISHED.split_whitespace() {
            let kind = format!("Report{name}");
            let told = TOLD.iter().filter(|(told, _)| *told == kind).count();
            let ignored = IGNORED.iter().filter(|ignored| **ignored == kind).count();

            assert_eq!(told + ignored, 1, "{kind} must be in exactly one list");
            assert_ne!(of_report(&event(&kind)), Mapped::Unknown, "{kind}");
        }
    }

    #[test]
    fn no_list_names_an_event_that_nobody_publishes() {
        let published =
            |kind: &str| PUBLISHED.split_whitespace().any(|name| kind == format!("Report{name}"));

        let strays: Vec<_> = TOLD
            .iter()
            .map(|(kind, _)| *kind)
            .chain(IGNORED)
            .filter(|kind| !published(kind))
            .collect();

        assert_eq!(strays, Vec::<&str>::new());
    }

    #[test]
    fn a_kind_in_no_list_is_unknown() {
        assert_eq!(of_report(&event("ReportExploded")), Mapped::Unknown);
    }

    #[test]
    fn the_deadline_is_a_day_in_hue() {
        let Mapped::Tell(notice) = of_report(&event("ReportAccepted")) else {
            panic!("it is told")
        };

        assert_eq!(notice.template, "report.accepted");
        assert_eq!(notice.variables["dueDate"], Value::Date("2026-03-05".parse().unwrap()));
    }

    #[test]
    fn without_a_deadline_no_deadline_is_promised() {
        let undated = |kind| {
            let mut event = event(kind);
            event.body.due_at = None;
            of_report(&event)
        };

        let Mapped::Tell(notice) = undated("ReportAccepted") else { panic!("it is told") };
        assert_eq!(notice.template, "report.accepted-undated");
        assert_eq!(undated("ReportDueMoved"), Mapped::Ignored);
    }

    #[test]
    fn without_a_reporter_nobody_is_told() {
        let mut event = event("ReportFiled");
        event.body.reporter = None;

        assert_eq!(of_report(&event), Mapped::Ignored);
    }
}
