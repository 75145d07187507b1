//! Reports brought where a test needs them, by the same routes as in life.

use chrono::{DateTime, Utc};
use city_clock::Clock as _;
use city_testkit::{Answer, Character, City};
use serde_json::{Value, json};

use crate::Reports;

/// The agency of [`SMOKE`].
pub const ENVIRONMENT: &str = "HUE-SNNMT";
/// Public, exact, no after-photo, no review, five working days.
pub const SMOKE: &str = "pollution.air";

/// A request that can be filed.
pub fn filing(key: &str) -> Value {
    json!({
        "idempotencyKey": key,
        "categoryCode": SMOKE,
        "description": "Khói từ bãi đốt rác bay vào khu dân cư",
        "at": { "lat": 16.4637, "lon": 107.5909 },
        "address": "12 Lê Lợi",
        "wantsPublic": true,
        "shareContact": false,
    })
}

/// The same with some members changed.
pub fn with(mut request: Value, changes: &Value) -> Value {
    for (member, value) in changes.as_object().expect("changes are an object") {
        request[member] = value.clone();
    }
    request
}

/// The city did it; the answer itself is of no interest.
#[track_caller]
pub fn taken(answer: &Answer) {
    assert!(answer.status().starts_with("200"), "{}: {}", answer.status(), answer.json());
}

pub fn id_of(report: &Value) -> String {
    report["id"].as_str().expect("a report has an id").to_owned()
}

/// A report and those who deal with it.
pub struct Story<'a> {
    pub city: &'a City<Reports>,
    pub resident: Character,
    pub ioc: Character,
    pub officer: Character,
    pub id: String,
    pub version: i64,
    keys: u32,
}

impl<'a> Story<'a> {
    /// Filed by a new resident.
    pub async fn filed(city: &'a City<Reports>) -> Self {
        Self::filed_as(city, SMOKE, ENVIRONMENT).await
    }

    /// Filed in a category, whose agency has an officer.
    pub async fn filed_as(city: &'a City<Reports>, category: &str, agency: &str) -> Self {
        let resident = city.resident();
        let request = with(filing("story-key"), &json!({ "categoryCode": category }));
        let report = resident.post("/internal/v1/file-report", &request).await.ok();
        let version = report["version"].as_i64().expect("a report has a version");
        let (ioc, officer) = (city.coordinator(), city.officer(agency));
        Self { city, resident, ioc, officer, id: id_of(&report), version, keys: 0 }
    }

    pub async fn accepted(mut self) -> Self {
        self.done(&self.ioc.clone(), "accept", json!({})).await;
        self
    }

    pub async fn started(mut self) -> Self {
        self.done(&self.officer.clone(), "start", json!({})).await;
        self
    }

    pub async fn resolved(mut self) -> Self {
        self.done(
            &self.officer.clone(),
            "resolve",
            json!({ "result": "Đã dập lửa và dọn bãi rác" }),
        )
        .await;
        self
    }

    /// Acts on the present version, and must succeed.
    pub async fn done(&mut self, who: &Character, action: &str, members: Value) -> Value {
        let done = self.tried(who, action, members).await.ok();
        self.version = done["version"].as_i64().expect("an answer has a version");
        done
    }

    /// Acts on the present version, whatever becomes of it.
    pub async fn tried(&mut self, who: &Character, action: &str, members: Value) -> Answer {
        self.keys += 1;
        let body = with(json!({ "version": self.version }), &members);
        who.post_once(&self.action(action), &format!("action-key-{}", self.keys), &body).await
    }

    pub fn action(&self, action: &str) -> String {
        format!("/admin/v1/reports/{}/actions/{action}", self.id)
    }

    /// The report as its reporter sees it.
    pub async fn seen(&self) -> Value {
        self.seen_by(&self.resident).await.ok()
    }

    pub async fn seen_by(&self, who: &Character) -> Answer {
        who.post("/internal/v1/report", &json!({ "id": self.id })).await
    }

    pub async fn rated(&self, key: &str, score: i64) -> Answer {
        let body =
            json!({ "idempotencyKey": key, "id": self.id, "score": score, "reasons": ["FAST"] });
        self.resident.post("/internal/v1/rate-report", &body).await
    }

    pub async fn contested(&self, key: &str) -> Answer {
        let body = json!({ "idempotencyKey": key, "id": self.id, "text": "Khói vẫn còn nguyên" });
        self.resident.post("/internal/v1/contest-report", &body).await
    }

    pub async fn withdrawn(&self, key: &str) -> Answer {
        self.resident
            .post("/internal/v1/withdraw-report", &json!({ "idempotencyKey": key, "id": self.id }))
            .await
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.city.clock().now()
    }
}
