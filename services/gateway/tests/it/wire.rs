//! Answers of services as their contracts have them.

use city_contracts::accounts::ViewerView;
use city_contracts::common::{Edge, Page};
use city_contracts::notifications::MessageView;
use city_contracts::reports::{CategoryView, ReportView};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub const REPORT: &str = "rpt_01890000000070008000000000000001";
pub const OTHER_REPORT: &str = "rpt_01890000000070008000000000000002";
pub const MESSAGE: &str = "msg_01890000000070008000000000000003";
pub const ACCOUNT: &str = "acc_01890000000070008000000000000004";
pub const CHALLENGE: &str = "chl_01890000000070008000000000000005";
pub const PHOTO: &str = "pho_01890000000070008000000000000006";
pub const AT: &str = "2026-03-04T02:00:00Z";

/// The value, once it was read as the contract's type.
fn checked<T: DeserializeOwned>(value: Value) -> Value {
    serde_json::from_value::<T>(value.clone())
        .map(drop)
        .expect("the recorded answer fits the contract");
    value
}

pub fn category() -> Value {
    checked::<CategoryView>(json!({
        "code": "ROAD_HOLE", "label": { "vi": "Ổ gà", "en": "Pothole" }, "help": null, "parentCode": "ROADS",
        "targetText": { "vi": "5 ngày làm việc" }, "emergencyPhone": null, "isPublic": true,
    }))
}

pub fn report(id: &str) -> Value {
    let ward = json!({
        "code": "19753", "name": { "vi": "Thuận Hóa" }, "kind": "WARD", "centroid": { "lat": 16.46, "lon": 107.59 },
    });
    let photo = json!({
        "id": PHOTO, "state": "READY", "thumb": "/media/reports/t", "screen": null, "full": null, "width": 800,
        "height": 600, "refusal": null,
    });
    let step = |seq: u8, kind: &str, state: &str| json!({ "seq": seq, "at": AT, "kind": kind, "state": state, "agency": null, "text": null });
    let mut report = json!({
        "id": id, "code": "PA26-00012344", "version": 3, "title": "Ổ gà lớn", "description": "Ổ gà lớn giữa đường",
        "state": "IN_PROGRESS", "stateText": { "vi": "Đang xử lý", "en": "In progress" }, "category": category(),
        "ward": ward, "agency": { "code": "HUE-SXD", "name": { "vi": "Sở Xây dựng" }, "parent_code": null },
        "address": null, "point": { "lat": 16.46, "lon": 107.59 }, "approximate": false, "photos": [photo],
        "afterPhotos": [], "result": null, "reason": null, "rating": null, "isMine": true,
    });
    let rest = json!({
        "filedAt": AT, "updatedAt": AT, "clock": "RUNNING", "dueAt": "2026-03-11T09:00:00Z", "firstDueAt": null,
        "dueExplanation": [{ "date": "2026-03-04", "label": "START", "cause": null, "counted": null }],
        "resolvedAt": null, "closedAt": null, "contestUntil": null, "followerCount": 2, "canWithdraw": true,
        "canRate": false, "canContest": false,
        "timeline": [step(1, "FILED", "SUBMITTED"), step(2, "ACCEPTED", "ASSIGNED"), step(3, "STARTED", "IN_PROGRESS")],
    });
    if let (Some(report), Value::Object(rest)) = (report.as_object_mut(), rest) {
        report.extend(rest);
    }
    checked::<ReportView>(report)
}

pub fn message() -> Value {
    checked::<MessageView>(json!({
        "id": MESSAGE, "version": 1, "class": "TRANSACTIONAL", "topic": "report", "title": "Đã tiếp nhận",
        "body": "Phản ánh của bạn đã được tiếp nhận", "link": REPORT, "sentAt": AT, "readAt": null,
    }))
}

pub fn viewer() -> Value {
    checked::<ViewerView>(json!({
        "id": ACCOUNT, "fullName": null, "locale": "vi", "phoneMasked": "•••••••678", "version": 1,
        "walletPin": { "isSet": true, "triesLeft": 5 },
    }))
}

pub fn tokens() -> Value {
    checked::<city_contracts::accounts::Tokens>(json!({
        "accessToken": "at", "accessExpiresAt": AT, "refreshToken": "rt", "refreshExpiresAt": AT,
    }))
}

pub fn page(nodes: Vec<Value>) -> Value {
    let edges = nodes.into_iter().map(|node| Edge { cursor: "c1".to_owned(), node }).collect();
    serde_json::to_value(Page { edges, has_next_page: true }).expect("a page is JSON")
}
