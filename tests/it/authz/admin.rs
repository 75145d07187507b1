//! Every operation of the admin API for every character, over a report that is not public.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::people::{CHARACTERS, COORDINATOR, IN_CHARGE, accept, characters, file, outcome};
use super::{catalogue_admin, payments_admin};
use crate::console::Console;
use crate::phone::Phone;
use crate::whole_city::travel;

const DOCUMENT: &str = include_str!("../../../graphql/admin-v1.openapi.json");

pub const SIGN_IN: &str = "401 SIGN_IN_REQUIRED";
pub const STAFF_ONLY: &str = "403 FORBIDDEN";
pub const SCOPE: &str = "403 SCOPE";
pub const UNSEEN: &str = "404 NOT_FOUND";

/// What each of [`CHARACTERS`] gets from an operation.
pub struct Row {
    pub operation: &'static str,
    /// What stands behind the path.
    pub query: &'static str,
    /// What they send, given the report's version.
    pub body: fn(i64) -> Value,
    pub gets: [&'static str; 6],
}

/// In the order they are tried: starting to work changes the report, and whoever signs out is gone.
const ROWS: &[Row] = &[
    Row {
        operation: "signInStaff",
        query: "",
        body: |_| json!({ "email": "ioc@demo.hue.localhost", "password": "a guess", "totp": "000000" }),
        gets: ["401 CREDENTIALS_INVALID"; 6],
    },
    Row {
        operation: "refreshStaffSession",
        query: "",
        body: |_| json!({ "refreshToken": "a guess" }),
        gets: ["401 TOKEN_INVALID"; 6],
    },
    Row {
        operation: "getMe",
        query: "",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, "200", "200", "200", "200"],
    },
    Row {
        operation: "listReports",
        query: "",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, "200", "200 with it", "200 with it", "200 with it"],
    },
    Row {
        operation: "getReport",
        query: "",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, UNSEEN, "200", "200", "200"],
    },
    Row {
        operation: "getReportTimeline",
        query: "",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, UNSEEN, "200", "200", "200"],
    },
    Row {
        operation: "actOnReport",
        query: "",
        body: |version| json!({ "version": version }),
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, "200", SCOPE, "409 STATE"],
    },
    Row {
        operation: "requestAfterPhotoUpload",
        query: "",
        body: |_| json!({ "contentType": "image/jpeg", "byteLength": 1_000 }),
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, "200", SCOPE, "200"],
    },
    Row {
        operation: "signOutStaff",
        query: "",
        body: no_body,
        gets: [SIGN_IN, STAFF_ONLY, "204", "204", "204", "204"],
    },
];

/// The rows of all services; who signs out at the end is gone.
fn rows() -> impl Iterator<Item = &'static Row> {
    catalogue_admin::ROWS.iter().chain(payments_admin::ROWS).chain(ROWS)
}

pub fn no_body(_: i64) -> Value {
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

    let rows = rows();
    let decided: BTreeSet<_> = rows.map(|row| row.operation.to_owned()).collect();

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

        for row in rows() {
            let (_, method, path) =
                operations.iter().find(|(id, ..)| id == row.operation).expect("it is documented");
            let path = path.trim_start_matches("/admin/v1/").to_owned();
            let places = catalogue_admin::PLACES.iter().chain(&payments_admin::PLACES);
            let path = places.fold(path, |path, (part, place)| path.replace(part, place));
            let path = format!("{}{}", path.replace("{id}", &report), row.query);
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
