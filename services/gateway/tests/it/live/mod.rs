//! Live updates over the socket of an app.

mod changes;
mod protocol;
mod socket;

use chrono::DateTime;
use city_contracts::event::Envelope;
use city_ids::{EventId, Ids, ReportId};
use serde_json::{Value, json};

use crate::door::Door;

const REPORT: &str = "/reports/internal/v1/report";

fn new_report() -> ReportId {
    Ids::random().next(DateTime::UNIX_EPOCH)
}

fn report(id: ReportId, version: i32) -> Value {
    let category = json!({
        "code": "ROAD", "label": { "vi": "Đường" }, "help": null, "parentCode": null,
        "targetText": { "vi": "3 ngày" }, "emergencyPhone": null, "isPublic": true,
    });
    json!({
        "id": id, "code": "PA26-00012344", "version": version, "title": "Ổ gà", "description": null, "state": "SUBMITTED",
        "stateText": { "vi": "Mới" }, "category": category, "ward": null, "agency": null, "address": null, "point": null,
        "approximate": false, "photos": [], "afterPhotos": [], "result": null, "reason": null,
        "filedAt": "2026-03-04T02:00:00Z", "updatedAt": "2026-03-04T02:00:00Z", "clock": "RUNNING", "dueAt": null,
        "firstDueAt": null, "resolvedAt": null, "closedAt": null, "contestUntil": null, "followerCount": 0,
        "rating": null, "isMine": false, "canWithdraw": false, "canRate": false, "canContest": false,
    })
}

fn report_event(id: ReportId, version: i32) -> Value {
    json!({
        "report": id, "code": "PA26-00012344", "version": version, "state": "ASSIGNED", "round": 1, "category": "ROAD",
        "ward": null, "agency": null, "assignee": null, "reporter": null, "listed": true, "dueAt": null, "onTime": null,
        "score": null, "level": null,
    })
}

/// Appends an event to a service's stream, as its relay does.
async fn publish(door: &Door, service: &str, kind: &str, body: Value) {
    publish_at(door, "*", service, kind, body).await;
}

async fn publish_at(door: &Door, entry: &str, service: &str, kind: &str, body: Value) {
    let id: EventId = Ids::random().next(DateTime::UNIX_EPOCH);
    let envelope = serde_json::to_string(&Envelope::new(id, kind, DateTime::UNIX_EPOCH, body))
        .expect("an event is JSON");
    let mut command = redis::cmd("XADD");
    command
        .arg(door.redis.key(&format!("city.{service}")))
        .arg(entry)
        .arg("envelope")
        .arg(envelope);
    door.redis.run::<String>(&command).await.expect("Redis appends");
}

fn watching(id: ReportId) -> String {
    format!("subscription {{ reportChanged(id: \"{id}\") {{ title version }} }}")
}

fn shown(id: &str, version: i32) -> Value {
    let data = json!({ "reportChanged": { "title": "Ổ gà", "version": version } });
    json!({ "type": "next", "id": id, "payload": { "data": data } })
}

/// A change, published; the socket hears of it.
async fn change(door: &Door, id: ReportId, version: i32) {
    door.spy.answers(REPORT, &report(id, version));
    publish(door, "reports", "ReportAssigned", report_event(id, version)).await;
}
