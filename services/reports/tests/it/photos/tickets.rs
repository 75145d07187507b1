//! Who may upload what, how often.

use chrono::Duration;
use serde_json::json;

use crate::Reports;

use super::fixture::{file, look, put, ticket_request, upload};
use super::pictures::jpeg;

const PATH: &str = "/internal/v1/request-photo-upload";

#[test]
fn the_same_key_gives_the_same_ticket_until_its_photo_is_cleaned() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = jpeg(40, 30);
        let request = ticket_request("ticket-1", "image/jpeg", &photo);

        let first = resident.post(PATH, &request).await.ok();
        let second = resident.post(PATH, &request).await.ok();
        assert_eq!(put(&second, &photo).await, 200);
        let report = file(&resident, "report-1", &[first["fileId"].clone()]).await;
        city.settle().await;
        let third = resident.post(PATH, &request).await;

        assert_eq!(first["fileId"], second["fileId"]);
        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "READY");
        assert_eq!(third.code(), "UPLOAD_UNKNOWN");
        let other = ticket_request("ticket-1", "image/png", &photo);
        assert_eq!(resident.post(PATH, &other).await.code(), "KEY_REUSED");
    });
}

#[test]
fn the_store_takes_only_what_was_announced() {
    city_testkit::run::<Reports>(async |city| {
        let photo = jpeg(40, 30);
        let ticket = city
            .resident()
            .post(PATH, &ticket_request("ticket-1", "image/jpeg", &photo))
            .await
            .ok();

        assert_eq!(put(&ticket, &[photo.as_slice(), b"x"].concat()).await, 403);
        assert_eq!(put(&ticket, &photo[1..]).await, 403);
        assert_eq!(put(&ticket, &photo).await, 200);
    });
}

#[test]
fn everything_wrong_with_a_request_is_named_at_once() {
    city_testkit::run::<Reports>(async |city| {
        let request = json!({
            "idempotencyKey": "ticket-1", "purpose": "AFTER", "contentType": "image/svg+xml", "byteLength": 10_485_761,
            "takenAt": { "lat": 91.0, "lon": 0.0 },
        });

        let answer = city.resident().post(PATH, &request).await;

        assert_eq!(answer.status(), "422 Unprocessable Entity");
        assert_eq!(answer.fields(), ["/purpose", "/contentType", "/byteLength", "/takenAt"]);
    });
}

#[test]
fn the_twenty_first_ticket_of_an_hour_waits() {
    city_testkit::run::<Reports>(async |city| {
        let (resident, neighbour) = (city.resident(), city.resident());
        let ask = async |who: &city_testkit::Character, n: u32| {
            who.post(PATH, &ticket_request(&format!("ticket-{n}"), "image/jpeg", b"bytes")).await
        };
        for n in 0..20 {
            let _ticket = ask(&resident, n).await.ok();
        }
        city.clock().advance(Duration::minutes(20));

        let refused = ask(&resident, 20).await;

        assert_eq!(refused.status(), "429 Too Many Requests");
        assert_eq!(refused.header("retry-after"), "2401");
        assert_eq!(ask(&neighbour, 0).await.status(), "200 OK");
        assert_eq!(ask(&resident, 3).await.status(), "200 OK", "a replay is no new ticket");
        city.clock().advance(Duration::minutes(40));
        assert_eq!(ask(&resident, 20).await.status(), "200 OK");
    });
}

#[test]
fn whoever_may_file_may_upload() {
    city_testkit::run::<Reports>(async |city| {
        let request = ticket_request("ticket-1", "image/webp", b"bytes");

        assert_eq!(city.resident().degraded().post(PATH, &request).await.status(), "200 OK");
        assert_eq!(city.anonymous().post(PATH, &request).await.code(), "SIGN_IN_REQUIRED");
        assert_eq!(city.admin().post(PATH, &request).await.code(), "FORBIDDEN");
        assert_eq!(
            city.service(city_ids::ServiceName::Accounts).post(PATH, &request).await.code(),
            "FORBIDDEN"
        );
    });
}

#[test]
fn an_officer_in_charge_adds_a_photo_of_the_solved_problem() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let report = file(&resident, "report-1", &[]).await;
        super::fixture::accept(city, &report).await;
        let path = format!("/admin/v1/reports/{}/photos", report.as_str().unwrap());
        let photo = jpeg(40, 30);
        let request = json!({ "contentType": "image/jpeg", "byteLength": photo.len() });
        let (roads, elsewhere) = (city.officer("HUE-SXD"), city.officer("HUE-SCT"));

        assert_eq!(elsewhere.post_once(&path, "after-001", &request).await.code(), "SCOPE");
        assert_eq!(resident.post_once(&path, "after-001", &request).await.code(), "FORBIDDEN");
        let ticket = roads.post_once(&path, "after-001", &request).await.ok();
        city.settle().await;
        assert_eq!(put(&ticket, &photo).await, 200);
        city.clock().advance(Duration::seconds(2));
        city.settle().await;

        let seen = look(&city.anonymous(), &report).await;
        assert_eq!(seen["afterPhotos"][0]["id"], ticket["fileId"]);
        assert_eq!(seen["afterPhotos"][0]["state"], "READY");
        assert_eq!(seen["photos"], json!([]));
    });
}

#[test]
fn a_photo_belongs_to_one_report_of_its_owner() {
    city_testkit::run::<Reports>(async |city| {
        let (resident, stranger) = (city.resident(), city.resident());
        let photo = upload(&resident, "ticket-1", "image/jpeg", &jpeg(40, 30)).await;
        let filing =
            |key: &str| super::fixture::filing(key, "road.pothole", std::slice::from_ref(&photo));

        assert_eq!(
            stranger.post("/internal/v1/file-report", &filing("report-0")).await.code(),
            "UPLOAD_UNKNOWN"
        );
        let _filed = resident.post("/internal/v1/file-report", &filing("report-1")).await.ok();
        assert_eq!(
            resident.post("/internal/v1/file-report", &filing("report-2")).await.code(),
            "UPLOAD_UNKNOWN"
        );
        city.settle().await;
    });
}
