use std::fs;
use std::path::{Path, PathBuf};

use city_contracts::notifications::InboxEvent;
use city_ids::{AccountId, Ids};
use serde_json::json;

use super::topics::{Topic, Touched, Unreadable, is_named, touched};
use city_ids::ServiceName;

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The names a service gives its public events: what `public_name` answers and what an `Envelope` is made with.
fn published(service: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(service).join("src");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    let mut names = Vec::new();
    for text in files.iter().map(|file| fs::read_to_string(file).unwrap()) {
        for (start, marker) in [("fn public_name", "=> \""), ("Envelope::new(", "\"")] {
            for part in text.split(start).skip(1) {
                let end = if start == "Envelope::new(" {
                    part.find(");")
                } else {
                    part.find("\n    }\n")
                };
                let body = &part[..end.unwrap_or(part.len())];
                names.extend(
                    body.split(marker)
                        .skip(1)
                        .filter_map(|rest| rest.split('"').next())
                        .map(str::to_owned),
                );
            }
        }
    }
    names.retain(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(char::is_alphanumeric)
    });
    names
}

/// The names that the files of a service's table of events write out, and those an `Envelope` is made with elsewhere.
fn events_of(service: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(service).join("src/events");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    let written = texts.flat_map(|text| {
        let quoted = text.split('"').skip(1).step_by(2);
        quoted.map(str::to_owned).collect::<Vec<_>>()
    });
    let is_name = |name: &String| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(char::is_alphanumeric)
            && name.chars().any(|c| c.is_ascii_lowercase())
    };
    written.filter(is_name).chain(published(service)).collect()
}

/// The names in the calls that make events of payments, for the ledger or for the outbox, and those written as constants.
fn events_of_payments() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../payments/src");
    let mut files = Vec::new();
    rust_files(&folder, &mut files);
    let mut names = Vec::new();
    for text in files.iter().map(|file| fs::read_to_string(file).unwrap()) {
        for start in ["events::event(", "Envelope::new(", ": &str = "] {
            for call in text.split(start).skip(1) {
                let call = call.split(';').next().unwrap_or(call);
                names.extend(call.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    names.retain(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(char::is_alphanumeric)
            && name.chars().any(|c| c.is_ascii_lowercase())
    });
    names
}

#[test]
fn every_public_event_type_is_in_the_table() {
    let reports = published("reports");
    assert!(
        reports.len() >= 30,
        "the names of events are found in the source of reports: {reports:?}"
    );
    for name in reports {
        assert!(
            is_named(ServiceName::Reports, &name),
            "reports publishes {name}, topics.rs does not say what it means"
        );
    }
    let catalogue = events_of("catalogue");
    assert!(catalogue.len() >= 20, "found in its source too: {catalogue:?}");
    for name in catalogue {
        let is_known = is_named(ServiceName::Catalogue, &name);
        assert!(is_known, "the catalogue publishes {name}, topics.rs does not say what it means");
    }
    let payments = events_of_payments();
    assert!(payments.len() >= 8, "found in its source too: {payments:?}");
    for name in payments {
        let is_known = is_named(ServiceName::Payments, &name);
        assert!(is_known, "payments publishes {name}, topics.rs does not say what it means");
    }
    let notifications = published("notifications");
    assert!(
        notifications.iter().any(|name| name == "MessageAdded"),
        "found in its source too: {notifications:?}"
    );
    for name in notifications {
        let is_known = is_named(ServiceName::Notifications, &name);
        assert!(is_known, "notifications publishes {name}, topics.rs does not say what it means");
    }
}

#[test]
fn an_inbox_event_touches_its_accounts_inbox() {
    let account: AccountId = Ids::seeded(1).next(chrono::DateTime::UNIX_EPOCH);
    let body = serde_json::to_value(InboxEvent { account, message: None }).unwrap();

    let touched = touched(ServiceName::Notifications, "MessagesRead", body);

    assert_eq!(touched, Ok(Touched { topic: Some(Topic::Inbox(account)), tags: Vec::new() }));
}

#[test]
fn what_cannot_be_read_does_not_pass_in_silence() {
    assert_eq!(
        touched(ServiceName::Reports, "ReportVanished", json!({})),
        Err(Unreadable::UnknownType)
    );
    assert_eq!(
        touched(ServiceName::Accounts, "ReportFiled", json!({})),
        Err(Unreadable::UnknownType)
    );
    assert_eq!(
        touched(ServiceName::Reports, "ReportFiled", json!({"report": "x"})),
        Err(Unreadable::Body)
    );
}
