//! An entry of a service from its first draft on.

use city_auth::Scope;
use city_testkit::{Answer, Character, City};
use serde_json::{Value, json};

use crate::subject::Catalogue;

/// The agency whose entries the story is about.
pub const OWNER: &str = "HUE-SXD";

/// Editors and publishers of the owner agency, and a service of theirs.
pub struct Story<'a> {
    pub city: &'a City<Catalogue>,
    pub editor: Character,
    pub publisher: Character,
    pub code: &'static str,
    pub version: i64,
    keys: std::cell::Cell<u32>,
}

impl<'a> Story<'a> {
    pub fn of(city: &'a City<Catalogue>) -> Self {
        let scope = || Scope::Agency(OWNER.to_owned());
        Self {
            city,
            editor: city.staff().with_role("EDITOR", scope()),
            publisher: city.staff().with_role("PUBLISHER", scope()),
            code: "street-lamps",
            version: 0,
            keys: std::cell::Cell::new(0),
        }
    }

    /// With a first edition that is live.
    pub async fn live(city: &'a City<Catalogue>) -> Self {
        let mut story = Self::of(city);
        story.drafted(draft("Đèn đường")).await;
        story.done(&story.editor.clone(), "submit", json!({})).await;
        story.done(&story.publisher.clone(), "approve", json!({ "note": "Đúng" })).await;
        story
    }

    pub fn path(&self, act: &str) -> String {
        format!("/admin/v1/services/{}/{act}", self.code)
    }

    pub fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("story-key-{}", self.keys.get())
    }

    /// Writes the draft, and must succeed.
    pub async fn drafted(&mut self, mut body: Value) {
        if self.version > 0 {
            body["version"] = json!(self.version);
        } else {
            body["kind"] = json!("NATIVE");
            body["ownerAgency"] = json!(OWNER);
        }
        let key = self.key();
        let path = self.path("draft");
        let headers = [("idempotency-key", key.as_str())];
        let answer = self.editor.send(http::Method::PUT, &path, Some(&body), &headers).await;
        self.moved(answer.ok()).await;
    }

    /// Tries an act at the version that is known.
    pub async fn tried(&self, who: &Character, act: &str, mut body: Value) -> Answer {
        body["version"] = json!(self.version);
        who.post_once(&self.path(act), &self.key(), &body).await
    }

    /// Does an act, which must succeed; the picture is swapped before it answers.
    pub async fn done(&mut self, who: &Character, act: &str, body: Value) -> Value {
        let answer = self.tried(who, act, body).await.ok();
        self.moved(answer.clone()).await;
        answer
    }

    async fn moved(&mut self, answer: Value) {
        self.version = answer["version"].as_i64().expect("an act answers the version");
        self.city.settle().await;
    }

    /// What a resident finds under the code.
    pub async fn found(&self, who: &Character) -> Value {
        found(who, self.code).await
    }
}

/// What somebody finds under a code, without an app.
pub async fn found(who: &Character, code: &str) -> Value {
    who.post("/internal/v1/service", &json!({ "code": code })).await.ok()
}

/// A draft that can be handed in.
pub fn draft(name: &str) -> Value {
    json!({
        "name": { "vi": name, "en": "Street lamps" },
        "summary": { "vi": "Báo đèn hỏng.", "en": "Report a broken lamp." },
        "body": {
            "category": "reports", "audience": ["CITIZEN"], "channels": ["APP"], "minIdentity": 0,
            "coverage": "ALL_WARDS", "keywords": ["đèn"], "deepLink": "hues://service/street-lamps",
        },
        "changeNote": "Sửa tên",
    })
}
