//! Every operation of the admin API for every character, over a report that is not public.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::people::{CHARACTERS, COORDINATOR, IN_CHARGE, accept, characters, file, outcome};
use crate::console::Console;
use crate::phone::Phone;
use crate::whole_city::travel;

const DOCUMENT: &str = include_str!("../../../graphql/admin-v1.openapi.json");

const SIGN_IN: &str = "401 SIGN_IN_REQUIRED";
const STAFF_ONLY: &str = "403 FORBIDDEN";
const SCOPE: &str = "403 SCOPE";
const UNSEEN: &str = "404 NOT_FOUND";

/// What each of [`CHARACTERS`] gets from an operation.
struct Row {
    operation: &'static str,
    /// What they send, given the report's version.
    body: fn(i64) -> Value,
    gets: [&'static str; 6],
}

/// In the order they are tried: starting to work changes the report, and whoever signs out is gone.
const ROWS: &[Row] = &[
    Row {
        operation: "signInStaff",
        body: |_| json!({ "email": "ioc@demo.hue.localhost", "password": "a guess", "totp": "000000" }),
        gets: ["401 CREDENTIALS_INVALID"; 6],
    },
    Row {
        operation: "refreshStaffSession",
        body: |_| json!({ "refreshToken": "a guess" }),
        gets: ["401 TOKEN_INVALID"; 6],
    },
    Row {
        operation: "getMe",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, "200", "200", "200", "200"],
    },
    Row {
        operation: "listReports",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, "200", "200 with it", "200 with it", "200 with it"],
    },
    Row {
        operation: "getReport",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, UNSEEN, "200", "200", "200"],
    },
    Row {
        operation: "getReportTimeline",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, UNSEEN, "200", "200", "200"],
    },
    Row {
        operation: "actOnReport",
        body: |version| json!({ "version": version }),
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, "200", SCOPE, "409 STATE"],
    },
    Row {
        operation: "requestAfterPhotoUpload",
        body: |_| json!({ "contentType": "image/jpeg", "byteLength": 1_000 }),
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, "200", SCOPE, "200"],
    },
    Row {
        operation: "signOutStaff",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, "204", "204", "204", "204"],
    },
];

fn no_body(_: i64) -> Value {
    Value::Null
}

/// The operations of the document: id, method and path.
fn operations() -> Vec<(String, Method, String)> {
    let document: Value = serde_json::from_str(DOCUMENT).expect("the document is JSON");
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| {
            let method = method.to_uppercase().parse().expect("a method's name");
            let id = operation["operationId"].as_str().unwrap_or("without an id").to_owned();
            (id, method, path.clone())
        })
    });
    operations.collect()
}

#[test]
fn every_operation_of_the_admin_document_has_a_row() {
    let documented: BTreeSet<_> = operations().into_iter().map(|(id, ..)| id).collect();

    let decided: BTreeSet<_> = ROWS.iter().map(|row| row.operation.to_owned()).collect();

    assert_eq!(decided, documented);
}

#[test]
fn every_operation_of_the_admin_api_answers_each_character_as_its_row_says() {
    travel(async |city| {
        let people = characters(&city.url).await;
        let report = file(&Phone::sign_in(&city.url).await, false).await;
        accept(&people[COORDINATOR], &report).await;
        let operations = operations();
        let mut wrong = Vec::new();

        for row in ROWS {
            let (_, method, path) =
                operations.iter().find(|(id, ..)| id == row.operation).expect("it is documented");
            let path = path.trim_start_matches("/admin/v1/").replace("{id}", &report);
            let path = path.replace("{action}", "start");
            for ((console, character), expected) in people.iter().zip(CHARACTERS).zip(row.gets) {
                let version = match row.operation {
                    "actOnReport" => people[IN_CHARGE].version(&report).await,
                    _ => 0,
                };
                let got = ask(console, method, &path, &(row.body)(version), &report).await;
                if got != expected {
                    wrong.push(format!(
                        "{} for {character}: {got} instead of {expected}",
                        row.operation
                    ));
                }
            }
        }

        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

/// The outcome of an operation, and whether a list held the report.
async fn ask(console: &Console, method: &Method, path: &str, body: &Value, report: &str) -> String {
    let request = console.request(method.clone(), path);
    let request = if body.is_null() { request } else { request.json(body) };
    let answer = console.send(request).await;
    let mut items = answer.json["items"].as_array().into_iter().flatten();
    let with_it = if items.any(|item| item["id"] == report) { " with it" } else { "" };
    format!("{}{with_it}", outcome(&answer))
}
