//! The characters of the matrix and the reports they meet over.

use serde_json::json;

use crate::console::Console;
use crate::phone::{Answer, Phone, key};

/// The agency in charge of the reports.
pub const AGENCY: &str = "HUE-SXD";
/// Another agency.
pub const ELSEWHERE: &str = "HUE-SNNMT";

/// The characters in the order of every row of the admin tables.
pub const CHARACTERS: [&str; 6] = [
    "nobody",
    "a resident",
    "an officer of another agency",
    "the officer in charge",
    "a coordinator",
    "an administrator",
];
/// Where they stand in it.
pub const IN_CHARGE: usize = 3;
pub const COORDINATOR: usize = 4;

/// All characters, signed in, in the order of [`CHARACTERS`].
pub async fn characters(url: &str) -> [Console; 6] {
    [
        Console::held_with(Phone::anonymous(url), url),
        Console::held_with(Phone::sign_in(url).await, url),
        Console::sign_in(url, "moitruong").await,
        Console::sign_in(url, "duongpho").await,
        Console::sign_in(url, "ioc").await,
        Console::sign_in(url, "quantri").await,
    ]
}

/// Files a report that may be published or not; gives its id.
pub async fn file(owner: &Phone, wants_public: bool) -> String {
    file_as(owner, "road.pothole", wants_public).await
}

/// The same of any category.
pub async fn file_as(owner: &Phone, category: &str, wants_public: bool) -> String {
    let input = json!({
        "idempotencyKey": key(), "categoryCode": category, "wantsPublic": wants_public,
        "description": "Ổ gà lớn giữa đường, xe máy phải tránh.", "at": { "lat": 16.4637, "lon": 107.5909 },
    });
    let document =
        "mutation File($input: FileReportInput!) { fileReport(input: $input) { report { id } } }";
    let answer = owner.graphql(document, json!({ "input": input })).await;
    let id = &answer.json["data"]["fileReport"]["report"]["id"];
    id.as_str().unwrap_or_else(|| panic!("{answer:?}")).to_owned()
}

/// Accepts a report for [`AGENCY`]. From then on everybody sees it, unless its reporter said no.
pub async fn accept(coordinator: &Console, report: &str) {
    let body = json!({ "version": coordinator.version(report).await, "agency": AGENCY });
    let answer = coordinator.act(report, "accept", &body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

/// What somebody got from a route: the status, and the code of a refusal.
pub fn outcome(answer: &Answer) -> String {
    match answer.json["code"].as_str() {
        Some(code) if answer.status >= 400 => format!("{} {code}", answer.status),
        _ => answer.status.to_string(),
    }
}
