//! What the catalogue answers, as it words it.

use serde_json::{Value, json};

pub const DOSSIER: &str = "dos_0192f0c45d6e7a8b9c0d1e2f3a4b5c6d";
pub const FORM: &str = "frm_0192f0c45d6e7a8b9c0d1e2f3a4b5c6e";
pub const FILE: &str = "fil_0192f0c45d6e7a8b9c0d1e2f3a4b5c6f";
pub const EDITION: &str = "ped_0192f0c45d6e7a8b9c0d1e2f3a4b5c70";
pub const AT: &str = "2026-03-04T02:00:00Z";

fn text(vi: &str) -> Value {
    json!({ "vi": vi })
}

fn edition() -> Value {
    json!({ "no": 2, "liveAt": AT, "assuredAt": null, "reviewBy": null, "stale": false })
}

pub fn service(code: &str) -> Value {
    json!({
        "code": code, "kind": "PROCEDURE", "name": { "vi": "Khai sinh", "en": "Birth" }, "summary": text("Đăng ký khai sinh"),
        "category": { "code": "family", "name": text("Gia đình"), "sort": 1 },
        "owner": { "code": "HUE-STP", "name": text("Sở Tư pháp"), "phone": "0234" },
        "channels": ["APP"], "minIdentityLevel": 1, "availability": { "usable": true },
        "inWards": [{ "wardCode": "19753", "availability": { "usable": false, "reason": "NOT_IN_YOUR_WARD" } }],
        "procedureCode": "1.001193", "edition": edition(), "demo": true, "favourite": false,
    })
}

pub fn procedure(code: &str) -> Value {
    json!({
        "nationalCode": code, "service": "birth", "levels": ["COMMUNE"], "field": "Hộ tịch", "nonTerritorial": false,
        "onlineLevel": "FULL", "name": text("Đăng ký khai sinh"),
        "sla": { "rule": { "rule": "SAME_DAY", "cutoff": "15:00" }, "overrides": { "ONLINE": { "rule": "WORKING_DAYS", "n": 2 } } },
        "steps": [{ "name": text("Nộp hồ sơ") }],
        "components": [{ "code": "form", "name": text("Tờ khai"), "kind": "E_FORM", "originals": 1, "copies": 0, "required": true }],
        "fees": [{ "code": "fee", "name": text("Lệ phí"), "type": 1, "collect": 1, "amountVnd": "8000" }],
        "exemptions": [], "agencyRoles": [], "channels": [], "legalBasis": [], "decisionNo": null, "decisionDate": null,
        "inForceFrom": "2025-07-01", "inForceTo": null, "english": "SUMMARY", "form": form(), "editionId": EDITION,
        "edition": edition(), "withdrawnNote": null, "redirectedFrom": null,
    })
}

pub fn form() -> Value {
    json!({
        "id": FORM, "no": 1, "schema": { "type": "object" }, "ui": {}, "closesAt": null, "repeatAsk": 0.25,
        "prefill": [{ "to": "/name", "from": "account.fullName" }],
    })
}

pub fn quote() -> Value {
    let line = json!({
        "code": "fee", "name": text("Lệ phí"), "type": 1, "collect": 1, "certainty": "APPLIES", "amount": "3000000000",
        "due": "3000000000", "exemption": null, "basis": null,
    });
    json!({ "editionId": EDITION, "total": "3000000000", "lines": [line], "applied": [], "possible": [], "validUntil": AT })
}

pub fn place(code: &str) -> Value {
    json!({
        "id": format!("plc_{code}"), "code": code, "kind": "WARD", "name": text("Phường Thuận Hóa"),
        "shortName": text("Thuận Hóa"), "successorIds": [], "formerIds": [], "agencyIds": [], "successors": [],
        "former": [], "agencies": [],
    })
}

pub fn agency(days: usize) -> Value {
    let day = json!({ "date": "2026-03-04", "hours": [{ "from": "07:30", "to": "11:30" }] });
    json!({
        "id": "agy_HUE-STP", "code": "HUE-STP", "kind": "DEPARTMENT", "level": "CITY", "name": text("Sở Tư pháp"),
        "parentId": "agy_HUE-UBND", "active": true, "openings": vec![day; days],
    })
}

pub fn category() -> Value {
    json!({ "id": "cat_family", "code": "family", "name": text("Gia đình"), "sort": 1, "audience": "PUBLIC" })
}

pub fn home() -> Value {
    let suggestion = json!({ "lifeEventCode": "having-a-baby", "name": text("Có con"), "services": [service("birth")] });
    let notice = json!({ "code": "birth", "name": text("Khai sinh"), "state": "MAINTENANCE" });
    json!({
        "favourites": [service("marriage")], "recent": [], "suggestions": [suggestion], "notices": [notice],
        "historyOn": true,
    })
}

pub fn dossier(version: i32) -> Value {
    let event = json!({
        "cursor": "1", "node": { "seq": 1, "at": AT, "kind": "SUBMIT", "actor": "RESIDENT", "from": "DRAFT", "to": "REGISTERED", "note": null },
    });
    json!({
        "id": DOSSIER, "code": "HUE-STP-260304-000001", "version": version,
        "procedure": { "nationalCode": "1.001193", "name": text("Đăng ký khai sinh"), "edition": EDITION, "form": FORM },
        "status": "REGISTERED", "statusText": text("Chờ tiếp nhận"), "applicantType": "CITIZEN", "clock": "NOT_STARTED",
        "createdAt": AT, "updatedAt": AT, "submittedAt": AT, "acceptedAt": null, "dueAt": null, "firstDueAt": null,
        "promisedOn": null, "daysLeft": null, "provisional": false, "dueIfResumedNow": null, "expiresAt": null,
        "answers": { "name": "An" }, "contact": { "fullName": "An", "phone": null, "email": null }, "fee": quote(),
        "bills": [{ "billRef": "b1", "billNo": null, "purpose": "INTAKE", "amount": 3_000_000_000_i64, "state": "REQUESTED" }],
        "components": [], "requests": [], "results": [], "outcome": null,
        "receiving": { "code": "HUE-STP", "name": text("Sở Tư pháp") }, "competent": null, "canRate": false,
        "events": { "edges": [event], "hasNextPage": true },
    })
}

pub fn track() -> Value {
    json!({
        "code": "HUE-STP-260304-000001", "statusText": text("Chờ tiếp nhận"), "dueAt": null,
        "receiving": { "code": "HUE-STP", "name": text("Sở Tư pháp") }, "updatedAt": AT,
    })
}

/// A node of `nodes:batch`.
pub fn node(kind: &str, mut view: Value) -> Value {
    view["type"] = json!(kind);
    view
}
