//! Of a report that everybody may see, officers of another agency and residents get what everybody gets.

use reqwest::Method;
use serde_json::{Value, json};

use super::people::{accept, file_as, outcome};
use crate::console::Console;
use crate::phone::Phone;
use crate::whole_city::travel;

const POTHOLE: &[u8] = include_bytes!("../../../services/city/assets/pothole.jpg");
/// A category whose results are reviewed before they are given.
const REVIEWED: &str = "urban-order.ads";

/// Uploads the photo of the solved problem and waits until it can be seen.
async fn prove(officer: &Console, report: &str) {
    let body = json!({ "contentType": "image/jpeg", "byteLength": POTHOLE.len() });
    let request = officer.request(Method::POST, &format!("reports/{report}/photos")).json(&body);
    let ticket = officer.send(request).await.json;
    let url = ticket["url"].as_str().unwrap_or_else(|| panic!("{ticket}"));
    let put = city_http::client().put(url).body(POTHOLE);
    let headers = ticket["headers"].as_array().into_iter().flatten();
    let put = headers.fold(put, |put, header| {
        let part = |name: &str| header[name].as_str().unwrap_or_default();
        put.header(part("name"), part("value"))
    });
    assert!(put.send().await.is_ok_and(|answer| answer.status().is_success()));
    let path = format!("reports/{report}");
    let ready = async || {
        let seen = officer.get(&path).await.json;
        (seen["photos"][0]["state"] == "READY").then_some(())
    };
    Phone::anonymous("").until("the clean photo", ready).await;
}

#[test]
fn nobody_outside_sees_a_result_under_review_or_who_works_on_it() {
    travel(async |city| {
        let report = file_as(&Phone::sign_in(&city.url).await, REVIEWED, true).await;
        let in_charge = Console::sign_in(&city.url, "duongpho").await;
        let elsewhere = Console::sign_in(&city.url, "moitruong").await;
        let path = format!("reports/{report}");
        accept(&Console::sign_in(&city.url, "ioc").await, &report).await;
        let version = in_charge.version(&report).await;
        let started = in_charge.act(&report, "start", &json!({ "version": version })).await;
        assert_eq!(started.status, 200, "{started:?}");
        prove(&in_charge, &report).await;
        let version = in_charge.version(&report).await;
        let body =
            json!({ "version": version, "result": "Đã gỡ bỏ.", "farReason": "Chụp tại kho." });
        let resolved = in_charge.act(&report, "resolve", &body).await;
        assert_eq!(resolved.json["state"], "PENDING_REVIEW", "{resolved:?}");

        let inside = in_charge.get(&path).await.json;
        let outside = elsewhere.get(&path).await.json;
        let document = "query Report($id: ID!) { report(id: $id) { result } }";
        let anybody = Phone::anonymous(&city.url).graphql(document, json!({ "id": report })).await;

        assert_eq!(inside["result"], "Đã gỡ bỏ.");
        assert!(inside["assignee"].is_string() && inside["stepDueAt"].is_string(), "{inside}");
        for member in ["result", "assignee", "stepDueAt", "proposedAgency", "thirdParty"] {
            assert_eq!(outside[member], Value::Null, "{member} in {outside}");
        }
        assert_eq!(outside["version"], inside["version"], "it is seen at all");
        assert_eq!(anybody.json["data"]["report"], json!({ "result": null }));
    });
}

#[test]
fn another_agency_reads_the_public_steps_and_takes_none() {
    travel(async |city| {
        let report = file_as(&Phone::sign_in(&city.url).await, "road.pothole", true).await;
        accept(&Console::sign_in(&city.url, "ioc").await, &report).await;
        let elsewhere = Console::sign_in(&city.url, "moitruong").await;
        let in_charge = Console::sign_in(&city.url, "duongpho").await;
        let version = in_charge.version(&report).await;

        let refused = elsewhere.act(&report, "start", &json!({ "version": version })).await;
        let timeline = elsewhere.get(&format!("reports/{report}/timeline")).await;

        assert_eq!(outcome(&refused), "403 SCOPE");
        assert_eq!(in_charge.version(&report).await, version);
        let steps = timeline.json.as_array().cloned().unwrap_or_default();
        assert!(!steps.is_empty(), "{timeline:?}");
        assert!(steps.iter().all(|step| step["visibility"] == "PUBLIC"), "{timeline:?}");
    });
}
