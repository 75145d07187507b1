//! The table: event of the catalogue → what is told to the applicant. An event that is in no list is a fault, not a silence.

use city_clock::hue_day;
use city_contracts::catalogue::dossier_event::{DossierEvent, DossierFeeRequested};
use city_contracts::event::Envelope;
use serde_json::Value as Json;

use super::{Mapped, Notice, body};
use crate::domain::{Value, Variables};

/// What a template names besides the dossier's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Nothing more.
    Code,
    /// The deadline of the dossier.
    DueDate,
    /// The day promised with an apology.
    Promised,
    /// Until when an answer is awaited.
    Deadline,
    /// What is to be paid.
    Amount,
    /// What a reminder is of.
    Reminder,
}

/// Events that their applicant hears of.
const TOLD: [(&str, &str, Names); 11] = [
    ("DossierAccepted", "dossier.accepted", Names::DueDate),
    ("DossierRefused", "dossier.refused", Names::Code),
    ("DossierSupplementRequested", "dossier.supplement", Names::Deadline),
    ("DossierFeeRequested", "dossier.payment", Names::Amount),
    ("DossierStopped", "dossier.stopped", Names::Code),
    ("DossierResumed", "dossier.resumed", Names::DueDate),
    ("DossierDueMoved", "dossier.due-moved", Names::DueDate),
    ("DossierLate", "dossier.overdue", Names::Code),
    ("DossierApologised", "dossier.late", Names::Promised),
    ("DossierProcessed", "dossier.ready", Names::Code),
    ("DossierReminder", "dossier.reminder", Names::Reminder),
];

/// Events of dossiers that are the applicant's own act or work inside the city, and what is published for services and apps.
const IGNORED: [&str; 14] = [
    "DossierSubmitted",
    "DossierAssigned",
    "DossierSupplemented",
    "DossierFeeCancelled",
    "DossierDueSoon",
    "DossierReturned",
    "DossierWithdrawn",
    "DossierTransferred",
    "RegistryPublished",
    "CalendarPublished",
    "ServicePublished",
    "ServiceWithdrawn",
    "ServiceStatusChanged",
    "ProcedurePublished",
];

/// A rating is answered by a look at it, not by a message.
const RATED: &str = "DossierRated";

/// What follows from an event of the catalogue.
///
/// # Errors
/// When the body is not that of its kind.
pub fn of_catalogue(event: &Envelope<Json>) -> Result<Mapped, serde_json::Error> {
    if event.kind == RATED || IGNORED.contains(&event.kind.as_str()) {
        return Ok(Mapped::Ignored);
    }
    let Some((_, template, names)) = TOLD.iter().find(|(kind, ..)| *kind == event.kind) else {
        return Ok(Mapped::Unknown);
    };
    if *names == Names::Amount {
        let body: DossierFeeRequested = body(event)?;
        let mut variables = code(&body.code);
        variables.insert("amount".to_owned(), Value::Vnd(body.amount.dong()));
        return Ok(tell(template, body.payer, &body.dossier.to_string(), variables));
    }
    let body: DossierEvent = body(event)?;
    let mut variables = body.code.as_deref().map(code).unwrap_or_default();
    let (template, date) = match names {
        Names::Code | Names::Amount => (*template, None),
        Names::DueDate => (*template, Some(("dueDate", body.due_at.map(hue_day)))),
        Names::Promised => (*template, Some(("newDueDate", body.promised_on))),
        Names::Reminder if body.what.as_deref() == Some("DRAFT") => {
            ("dossier.draft-ends", Some(("deadline", body.deadline)))
        }
        Names::Deadline | Names::Reminder => (*template, Some(("deadline", body.deadline))),
    };
    match date {
        // Without its date there is nothing to promise.
        Some((_, None)) => return Ok(Mapped::Ignored),
        Some((name, Some(date))) => {
            variables.insert(name.to_owned(), Value::Date(date));
        }
        None => {}
    }
    Ok(tell(template, body.account, &body.dossier.to_string(), variables))
}

fn code(code: &str) -> Variables {
    Variables::from([("code".to_owned(), Value::Code(code.to_owned()))])
}

/// Filed on paper without an account, or erased: nobody is told.
fn tell(
    template: &'static str,
    recipient: Option<city_ids::AccountId>,
    subject: &str,
    variables: Variables,
) -> Mapped {
    match recipient {
        Some(recipient) => Mapped::Tell(Box::new(Notice {
            template,
            recipient,
            topic: "dossier",
            subject: subject.to_owned(),
            variables,
        })),
        None => Mapped::Ignored,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};
    use city_ids::Ids;
    use serde_json::json;

    use super::*;

    /// Section 5 of the specification of the catalogue, name by name.
    const PUBLISHED: &str = "RegistryPublished CalendarPublished ServicePublished ServiceWithdrawn ServiceStatusChanged \
        ProcedurePublished DossierSubmitted DossierAccepted DossierRefused DossierAssigned DossierSupplementRequested \
        DossierSupplemented DossierFeeRequested DossierFeeCancelled DossierStopped DossierResumed DossierDueSoon \
        DossierDueMoved DossierLate DossierApologised DossierProcessed DossierReturned DossierWithdrawn DossierTransferred \
        DossierRated DossierReminder";

    fn event(kind: &str, more: &Json) -> Envelope<Json> {
        let (ids, at) = (Ids::seeded(1), Utc.with_ymd_and_hms(2026, 3, 4, 18, 0, 0).unwrap());
        let (dossier, account): (city_ids::DossierId, city_ids::AccountId) =
            (ids.next(at), ids.next(at));
        let mut body = json!({
            "dossier": dossier, "code": "HUE-W19753-PVHCC-260304-000001", "version": 3, "status": "ACCEPTED",
            "procedure": "1.001193", "account": account, "receiving": null, "competent": null, "dueAt": at,
            "promisedOn": "2026-03-09", "deadline": "2026-03-20",
            "billRef": "x", "payer": account, "purpose": "INTAKE", "amount": "20000", "payeeAgency": "HUE-W19753", "lines": [],
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        Envelope::new(ids.next(at), kind, at, body)
    }

    #[test]
    fn every_published_event_is_either_told_or_ignored() {
        for kind in PUBLISHED.split_whitespace() {
            let told = TOLD.iter().filter(|(told, ..)| *told == kind).count();
            let ignored = IGNORED.iter().filter(|ignored| **ignored == kind).count()
                + usize::from(kind == RATED);

            assert_eq!(told + ignored, 1, "{kind} must be in exactly one list");
            assert_ne!(of_catalogue(&event(kind, &json!({}))).unwrap(), Mapped::Unknown, "{kind}");
        }
        assert_eq!(of_catalogue(&event("DossierExploded", &json!({}))).unwrap(), Mapped::Unknown);
    }

    #[test]
    fn dates_are_days_in_hue_and_a_draft_has_words_of_its_own() {
        let notice = |kind: &str, more: Json| match of_catalogue(&event(kind, &more)).unwrap() {
            Mapped::Tell(notice) => *notice,
            other => panic!("{kind} is told, not {other:?}"),
        };

        let accepted = notice("DossierAccepted", json!({}));
        assert_eq!(accepted.template, "dossier.accepted");
        assert_eq!(accepted.variables["dueDate"], Value::Date("2026-03-05".parse().unwrap()));
        assert_eq!(
            notice("DossierFeeRequested", json!({})).variables["amount"],
            Value::Vnd(20_000)
        );
        assert_eq!(
            notice("DossierReminder", json!({ "what": "DEADLINE" })).template,
            "dossier.reminder"
        );
        let draft = notice("DossierReminder", json!({ "what": "DRAFT", "code": null }));
        assert_eq!(
            (draft.template, draft.variables.contains_key("code")),
            ("dossier.draft-ends", false)
        );
    }

    #[test]
    fn without_an_account_or_a_date_nobody_is_told() {
        assert_eq!(
            of_catalogue(&event("DossierAccepted", &json!({ "account": null }))).unwrap(),
            Mapped::Ignored
        );
        assert_eq!(
            of_catalogue(&event("DossierDueMoved", &json!({ "dueAt": null }))).unwrap(),
            Mapped::Ignored
        );
        assert!(of_catalogue(&event("DossierAccepted", &json!({ "dossier": 7 }))).is_err());
    }
}
