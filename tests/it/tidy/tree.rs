//! The shape of the tree.

use super::{files, root};

/// The services that own a schema.
const SERVICES: [&str; 5] = ["accounts", "reports", "notifications", "catalogue", "payments"];

#[test]
fn every_service_has_the_same_floor_plan() {
    for service in SERVICES {
        for part in [
            "README.md",
            "src/main.rs",
            "src/lib.rs",
            "src/config.rs",
            "src/error.rs",
            "src/events",
            "src/domain/mod.rs",
            "src/app/mod.rs",
            "src/store/mod.rs",
            "src/http/mod.rs",
            "src/worker/mod.rs",
            "tests/it/main.rs",
        ] {
            // A part that grew is a folder: `events.rs`, or `events/mod.rs`.
            let path = root().join("services").join(service).join(part);
            let is_there = path.is_file()
                || path.with_extension("rs").is_file()
                || path.join("mod.rs").is_file();
            assert!(is_there, "{} is missing", path.display());
        }
    }
}

#[test]
fn the_domain_is_pure() {
    let impure = [
        "axum::",
        "sqlx::",
        "tokio::",
        "reqwest::",
        "redis::",
        "Utc::now",
        "Instant::now",
        "SystemTime",
        "city_boot",
        "city_clock::SharedClock",
    ];
    for service in SERVICES {
        for (path, text) in files(&format!("services/{service}/src/domain"), "rs") {
            for word in impure {
                assert!(!text.contains(word), "{} uses {word}", path.display());
            }
        }
    }
}

#[test]
fn shared_crates_document_what_they_offer() {
    for entry in std::fs::read_dir(root().join("shared")).expect("there are shared crates") {
        let path = entry.expect("a folder can be read").path().join("src/lib.rs");
        let text = std::fs::read_to_string(&path).expect("a crate has a lib.rs");
        assert!(
            text.contains("#![deny(missing_docs)]"),
            "{} allows undocumented items",
            path.display()
        );
    }
}

#[test]
fn migrations_are_numbered_without_gaps_and_say_why() {
    for service in SERVICES {
        for (number, (path, text)) in (1..).zip(files(&format!("migrations/{service}"), "sql")) {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            assert!(
                name.starts_with(&format!("{number:04}_")),
                "{} is out of order",
                path.display()
            );
            assert!(text.starts_with("-- "), "{} does not say why it exists", path.display());
        }
    }
}
