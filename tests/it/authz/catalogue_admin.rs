//! The catalogue's operations for every character of the admin table: only the administrator edits and publishes; officers
//! handle dossiers of other agencies than those asked about. The roles of the catalogue are proved beside the service.

use serde_json::{Value, json};

use super::admin::{Row, SCOPE, SIGN_IN, STAFF_ONLY, UNSEEN, no_body};

/// A dossier that is not there: whoever may read none of it learns no more.
const NO_DOSSIER: [&str; 6] = [SIGN_IN, STAFF_ONLY, UNSEEN, UNSEEN, UNSEEN, UNSEEN];

/// Where the operations are tried: things that are there, and a dossier and an import that are not.
pub const PLACES: [(&str, &str); 8] = [
    ("services/{code}", "services/field-report"),
    ("procedures/{code}", "procedures/1.001193"),
    ("agencies/{code}", "agencies/HUE-SXD"),
    ("calendars/{code}", "calendars/VN-HUE"),
    ("dossiers/{id}", "dossiers/dos_01890000000070008000000000000001"),
    ("imports/{id}", "imports/01890000-0000-7000-8000-000000000001"),
    ("{file}", "dfl_01890000000070008000000000000001"),
    ("{action}", "start"),
];

/// For the administrator alone; what they get.
const fn row(operation: &'static str, body: fn(i64) -> Value, administrator: &'static str) -> Row {
    Row {
        operation,
        query: "",
        body,
        gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, administrator],
    }
}

/// The same with a question behind the path.
const fn asked(operation: &'static str, query: &'static str) -> Row {
    Row { operation, query, body: no_body, gets: [SIGN_IN, STAFF_ONLY, SCOPE, SCOPE, SCOPE, "200"] }
}

/// What is refused, or not there, before anybody's scope is looked at.
const fn same(operation: &'static str, body: fn(i64) -> Value, staff: &'static str) -> Row {
    Row { operation, query: "", body, gets: [SIGN_IN, STAFF_ONLY, staff, staff, staff, staff] }
}

const fn of_dossier(operation: &'static str, query: &'static str, body: fn(i64) -> Value) -> Row {
    Row { operation, query, body, gets: NO_DOSSIER }
}

fn version(_: i64) -> Value {
    json!({ "version": 1 })
}

fn judged(_: i64) -> Value {
    json!({ "version": 1, "note": "x" })
}

fn withdrawn(_: i64) -> Value {
    json!({ "version": 1, "as": "WITHDRAWN", "note": { "vi": "x" } })
}

fn reverted(_: i64) -> Value {
    json!({ "version": 1, "no": 1, "changeNote": "x" })
}

fn reverted_procedure(_: i64) -> Value {
    json!({ "version": 1, "no": 1, "note": "x" })
}

pub const ROWS: &[Row] = &[
    row("readAgency", no_body, "200"),
    row(
        "editAgency",
        |_| json!({ "kind": "DEPARTMENT", "level": "CITY", "name": { "vi": "x" }, "active": true, "basis": "x" }),
        "409 STALE",
    ),
    row("listCalendar", no_body, "200"),
    row(
        "publishCalendar",
        |_| json!({ "basedOn": 1, "basis": "x", "body": serde_json::from_str::<Value>(CALENDAR).expect("JSON") }),
        "200",
    ),
    row("listPlaces", no_body, "200"),
    row(
        "editPlace",
        |_| {
            json!({ "code": "99999", "kind": "WARD", "name": { "vi": "x", "en": "x" }, "shortName": { "vi": "x", "en": "x" },
                "validFrom": "2026-12-01", "basis": "x" })
        },
        "200",
    ),
    row(
        "recordSuccession",
        |_| json!({ "endedOn": "2026-12-31", "ended": [{ "code": "19753", "successors": ["19777"] }], "units": [] }),
        "422 INPUT",
    ),
    row("listReviews", no_body, "200"),
    row("listStaleServices", no_body, "200"),
    row("listServiceEditions", no_body, "200"),
    asked("diffServiceEditions", "?from=1&to=1"),
    same(
        "saveServiceDraft",
        |_| {
            let seed: Value = serde_json::from_str(SERVICES).expect("JSON");
            json!({ "version": 1, "body": {}, "name": seed["services"][0]["name"] })
        },
        "422 INPUT",
    ),
    row("submitService", version, "409 STATE"),
    row("approveService", judged, "409 STATE"),
    row("sendBackService", judged, "409 STATE"),
    row("withdrawService", withdrawn, "200"),
    row("revertService", reverted, "409 STALE"),
    row("assureService", version, "409 STALE"),
    row("readServiceGates", no_body, "200"),
    row("setServiceGates", |_| json!({ "version": 1, "gates": [] }), "409 STALE"),
    row("readServiceStatus", no_body, "200"),
    row("setServiceStatus", |_| json!({ "state": "UP" }), "200"),
    row("listProcedureEditions", no_body, "200"),
    asked("diffProcedureEditions", "?from=1&to=1"),
    row(
        "saveProcedureDraft",
        |_| {
            let seed: Value = serde_json::from_str(PROCEDURES).expect("JSON");
            json!({ "version": 1, "draft": seed["procedures"][0]["draft"] })
        },
        "422 INPUT",
    ),
    row(
        "addFormVersion",
        |_| {
            let seed: Value = serde_json::from_str(PROCEDURES).expect("JSON");
            seed["procedures"][0]["form"].clone()
        },
        "200",
    ),
    row("submitProcedure", version, "409 STATE"),
    row("approveProcedure", judged, "409 STATE"),
    row("sendBackProcedure", judged, "409 STATE"),
    row("withdrawProcedure", withdrawn, "200"),
    row("revertProcedure", reverted_procedure, "409 STALE"),
    row("assureProcedure", version, "409 STALE"),
    same("importProcedures", no_body, "415 CONTENT_TYPE"),
    same("readImport", no_body, UNSEEN),
    asked("listDossiers", "?agency=HUE-W19753"),
    row(
        "fileDossierOnPaper",
        |_| json!({ "nationalCode": "1.001193", "channel": 1, "answers": {} }),
        "404 NOT_FOUND",
    ),
    asked("countDossiers", "?by=ward&from=2026-01-01&to=2026-02-01"),
    of_dossier("readDossier", "", no_body),
    of_dossier("readDossierAnswers", "?purpose=checking", no_body),
    of_dossier("readDossierHistory", "", no_body),
    of_dossier(
        "requestResultUpload",
        "",
        |_| json!({ "contentType": "application/pdf", "byteLength": 10, "sha256": "00".repeat(32) }),
    ),
    of_dossier("keepResult", "", no_body),
    of_dossier("actOnDossier", "", version),
];

const CALENDAR: &str = include_str!("../../../seed/calendar.json");
const SERVICES: &str = include_str!("../../../seed/services.json");
const PROCEDURES: &str = include_str!("../../../seed/procedures.json");
