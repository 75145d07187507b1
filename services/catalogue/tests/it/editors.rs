//! Editors of the registry.

use city_auth::Scope;
use city_ids::ServiceName;
use city_testkit::{Answer, Character, City, run};
use http::Method;
use serde_json::{Value, json};

use crate::subject::Catalogue;

/// The department of construction with another phone.
pub fn agency_draft(version: Option<i32>) -> Value {
    json!({
        "version": version, "kind": "DEPARTMENT", "level": "CITY", "parent": "HUE-UBND",
        "name": { "vi": "Sở Xây dựng", "en": "Department of Construction" }, "phone": "0234 3822 000",
        "hours": { "MON": [{ "from": "08:00", "to": "11:00" }] }, "active": true, "basis": "Quyết định 1/2026",
    })
}

fn place_draft(code: &str, version: Option<i32>, from: &str) -> Value {
    json!({
        "version": version, "code": code, "kind": "WARD", "name": { "vi": "Phường Mới", "en": "New Ward" },
        "shortName": { "vi": "Mới" }, "validFrom": from, "centroid": { "lat": 16.47, "lon": 107.58 },
        "basis": "Nghị quyết 1/2026",
    })
}

fn editor(city: &City<Catalogue>) -> Character {
    city.admin()
}

async fn put_agency(who: &Character, key: &str, code: &str, draft: &Value) -> Answer {
    let path = format!("/admin/v1/agencies/{code}");
    who.send(Method::PUT, &path, Some(draft), &[("idempotency-key", key)]).await
}

async fn published(city: &City<Catalogue>, kind: &str) -> Vec<Value> {
    let bodies =
        sqlx::query_scalar!("select body from catalogue.outbox where kind = $1 order by seq", kind);
    bodies.fetch_all(city.db()).await.expect("the outbox is there")
}

#[test]
fn an_edited_agency_is_shown_told_and_remembered_once() {
    run::<Catalogue>(async |city| {
        let editor = editor(city);

        let first =
            put_agency(&editor, "key-00000001", "HUE-SXD", &agency_draft(Some(1))).await.ok();
        let again =
            put_agency(&editor, "key-00000001", "HUE-SXD", &agency_draft(Some(1))).await.ok();
        let reused = put_agency(&editor, "key-00000001", "HUE-SXD", &agency_draft(Some(2))).await;
        let stale = put_agency(&editor, "key-00000002", "HUE-SXD", &agency_draft(Some(1))).await;
        city.settle().await;

        assert_eq!((first["version"].as_i64(), &first), (Some(2), &again));
        assert_eq!(reused.code(), "KEY_REUSED");
        assert_eq!(
            (stale.code(), stale.json()["details"]["version"].as_i64()),
            ("STALE".into(), Some(2))
        );
        let seen = city
            .anonymous()
            .post("/internal/v1/agency", &json!({ "code": "HUE-SXD", "days": 6 }))
            .await
            .ok();
        assert_eq!(seen["phone"], "0234 3822 000");
        // Wednesday 4 March 2026: only Mondays are left.
        let open: Vec<_> = seen["openings"]
            .as_array()
            .expect("days")
            .iter()
            .filter(|day| day["hours"] != json!([]))
            .collect();
        assert_eq!((open.len(), open[0]["date"].as_str()), (1, Some("2026-03-09")));
        let told = published(city, "RegistryPublished").await;
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["agencies"].as_array().map(Vec::len), Some(1), "only what changed");
        assert_eq!(told[0]["places"], json!([]));
        let copied =
            city.service(ServiceName::Reports).get("/internal/v1/registry?since=1").await.ok();
        assert_eq!(copied["agencies"], told[0]["agencies"]);
    });
}

#[test]
fn a_new_agency_is_refused_where_it_exists_and_a_change_where_it_does_not() {
    run::<Catalogue>(async |city| {
        let editor = editor(city);

        let exists = put_agency(&editor, "key-00000001", "HUE-SXD", &agency_draft(None)).await;
        let absent = put_agency(&editor, "key-00000002", "HUE-NEW", &agency_draft(Some(1))).await;
        let new = put_agency(&editor, "key-00000003", "HUE-NEW", &agency_draft(None)).await;
        city.settle().await;

        assert_eq!((exists.code(), absent.code()), ("STALE".into(), "STALE".into()));
        assert_eq!(new.ok()["version"], 1);
    });
}

#[test]
fn everything_wrong_with_an_agency_is_named_at_once() {
    run::<Catalogue>(async |city| {
        let mut draft = agency_draft(Some(1));
        draft["level"] = json!("MOON");
        draft["parent"] = json!("HUE-SXD");
        draft["name"]["vi"] = json!(" ");
        draft["hours"] = json!({ "MON": [{ "from": "11:00", "to": "08:00" }] });
        draft["basis"] = json!("");

        let wrong = put_agency(&editor(city), "key-00000001", "HUE-SXD", &draft).await;
        let mut draft = agency_draft(Some(1));
        draft["wardCode"] = json!("19768");
        let former = put_agency(&editor(city), "key-00000001", "HUE-SXD", &draft).await;

        assert_eq!(wrong.fields(), ["/level", "/name/vi", "/hours", "/basis", "/parent"]);
        assert_eq!(
            (former.code(), former.fields()),
            ("PLACE_FORMER".into(), vec!["/wardCode".to_owned()])
        );
    });
}

#[test]
fn only_who_edits_the_registry_over_the_agency_may() {
    run::<Catalogue>(async |city| {
        let own = city.staff().with_role("PUBLISHER", Scope::Agency("HUE-SXD".into()));
        let other = city.staff().with_role("PUBLISHER", Scope::Agency("HUE-STC".into()));

        let draft = agency_draft(Some(1));
        for (who, code) in [
            (other, "SCOPE"),
            (city.officer("HUE-SXD"), "SCOPE"),
            (city.resident(), "FORBIDDEN"),
            (city.anonymous(), "SIGN_IN_REQUIRED"),
        ] {
            assert_eq!(put_agency(&who, "key-00000001", "HUE-SXD", &draft).await.code(), code);
        }
        assert!(
            put_agency(&own, "key-00000001", "HUE-SXD", &draft).await.status().starts_with("200")
        );
        let place = own
            .post_once(
                "/admin/v1/places",
                "key-00000002",
                &place_draft("19753", Some(1), "2025-07-01"),
            )
            .await;
        assert_eq!(place.code(), "SCOPE", "a place is the whole city's");
        city.settle().await;
    });
}

#[test]
fn units_that_end_lead_their_whole_past_to_what_they_became() {
    run::<Catalogue>(async |city| {
        let editor = editor(city);
        // Phú Xuân ends; its code goes on as another unit, and a part becomes a unit under a new code.
        let record = json!({
            "endedOn": "2026-06-30",
            "ended": [{ "code": "19753", "successors": ["19753", "19001"] }],
            "units": [place_draft("19753", Some(1), "2026-07-01"), place_draft("19001", None, "2026-07-01")],
        });

        let recorded =
            editor.post_once("/admin/v1/places/succession", "key-00000001", &record).await;
        let again = editor.post_once("/admin/v1/places/succession", "key-00000001", &record).await;
        city.settle().await;

        assert_eq!(recorded.ok()["ended"], 1);
        assert_eq!(again.ok()["ended"], 1);
        let ids = json!({ "ids": ["plc_19753@2026-06-30", "plc_19756@2025-06-30", "plc_19753"] });
        let nodes = city.anonymous().post("/internal/v1/nodes:batch", &ids).await.ok();
        let successors = |node: &Value| -> Vec<String> {
            let list = node["successors"].as_array().expect("a list").iter();
            list.filter_map(|place| place["code"].as_str().map(str::to_owned)).collect()
        };
        assert_eq!(
            (nodes[0]["kind"].as_str(), nodes[0]["name"]["vi"].as_str()),
            (Some("FORMER_WARD"), Some("Phường Phú Xuân"))
        );
        assert_eq!(successors(&nodes[0]), ["19001", "19753"]);
        assert_eq!(
            successors(&nodes[1]),
            ["19001", "19753"],
            "a unit that had ended before leads on"
        );
        assert_eq!(nodes[2]["name"]["vi"], "Phường Mới");
        assert_eq!(published(city, "RegistryPublished").await.len(), 1);
    });
}

#[test]
fn a_succession_that_does_not_hold_together_changes_nothing() {
    run::<Catalogue>(async |city| {
        let editor = editor(city);
        let send = async |record: Value| {
            editor.post_once("/admin/v1/places/succession", "key-00000001", &record).await
        };

        let nowhere = send(json!({ "endedOn": "2026-06-30", "units": [], "ended": [{ "code": "19753", "successors": ["19001"] }] })).await;
        let served = send(json!({ "endedOn": "2026-06-30", "units": [], "ended": [{ "code": "19753", "successors": ["19774"] }] })).await;
        let unknown = send(json!({ "endedOn": "2026-06-30", "units": [], "ended": [{ "code": "99999", "successors": ["19774"] }] })).await;
        let early = send(json!({ "endedOn": "2026-06-30", "units": [place_draft("19753", Some(1), "2026-06-30")],
                                 "ended": [{ "code": "19753", "successors": ["19753"] }, { "code": "19753", "successors": [] }] })).await;

        assert_eq!(nowhere.fields(), ["/ended/0/successors"]);
        assert_eq!(served.fields(), ["/ended/0/code"], "its committee would serve nothing");
        assert_eq!(unknown.fields(), ["/ended/0/code"]);
        assert_eq!(early.fields(), ["/ended/1/code", "/ended/1/successors", "/units/0/validFrom"]);
        let number = sqlx::query_scalar!("select number from catalogue.publication")
            .fetch_one(city.db())
            .await;
        assert_eq!(number.expect("a number"), 1);
    });
}

#[test]
fn editors_page_through_all_places() {
    run::<Catalogue>(async |city| {
        let (mut seen, mut after) = (0, String::new());
        loop {
            let page = editor(city).get(&format!("/admin/v1/places?first=100{after}")).await.ok();
            seen += page["places"].as_array().map_or(0, Vec::len);
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }

        assert_eq!(seen, 183);
    });
}
