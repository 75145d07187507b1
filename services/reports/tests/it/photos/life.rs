//! What becomes of uploaded bytes.

use chrono::Duration;
use city_testkit::{City, Subject};
use serde_json::Value;

use crate::Reports;

use super::fixture::{accept, column, events, file, look, store, ticket_request, upload};
use super::metadata::{SECRETS, contains, markers, photo_with_everything};
use super::pictures::{hostile, jpeg};

/// The file behind a URL of the view, signed or public.
async fn fetch<S: Subject>(city: &City<S>, url: &Value) -> Vec<u8> {
    let url = url.as_str().expect("the photo has a URL");
    if url.starts_with('/') {
        return city.anonymous().get(url).await.bytes().to_vec();
    }
    let answer = city_http::client().get(url).send().await.expect("the store answers");
    answer.bytes().await.expect("the file is whole").to_vec()
}

#[test]
fn a_photo_becomes_three_files_that_hold_nothing_but_the_picture() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let original = photo_with_everything();
        let photo = upload(&resident, "ticket-1", "image/jpeg", &original).await;
        let quarantine = column(city, &photo, "quarantine_key").await.unwrap();
        let report = file(&resident, "report-1", std::slice::from_ref(&photo)).await;

        city.settle().await;

        let seen = look(&resident, &report).await["photos"][0].clone();
        assert_eq!(
            (&seen["state"], &seen["width"], &seen["height"]),
            (&"READY".into(), &200.into(), &400.into())
        );
        for size in ["full", "screen", "thumb"] {
            let clean = fetch(city, &seen[size]).await;
            assert!(
                SECRETS
                    .iter()
                    .all(|secret| contains(&original, secret) && !contains(&clean, secret)),
                "{size}"
            );
            assert!(
                markers(&clean).iter().all(|marker| [0xe0, 0xdb, 0xc0, 0xc4].contains(marker)),
                "{size}"
            );
            let picture = image::load_from_memory(&clean).unwrap().into_rgb8();
            let (top, bottom) =
                (picture.get_pixel(40, 20).0, picture.get_pixel(40, picture.height() - 20).0);
            assert!(
                top[0] > 200 && bottom[2] > 200,
                "{size} stands upright: {top:?} over {bottom:?}"
            );
        }
        assert_eq!(store(city).head(&quarantine).await.unwrap(), None, "the original is gone");
        assert_eq!(events(city).await, ["ReportFiled", "ReportPhotoReady"]);
    });
}

#[test]
fn hostile_files_cost_only_themselves() {
    city_testkit::run::<Reports>(async |city| {
        for (n, (content_type, bytes, refusal)) in hostile().into_iter().enumerate() {
            let resident = city.resident();
            let bad = upload(&resident, "ticket-1", content_type, &bytes).await;
            let good = upload(&resident, "ticket-2", "image/jpeg", &jpeg(40, 30)).await;
            let report = file(&resident, "report-1", &[bad.clone(), good]).await;

            city.settle().await;

            let photos = look(&resident, &report).await["photos"].clone();
            assert_eq!(
                (&photos[0]["state"], &photos[0]["refusal"]),
                (&"REFUSED".into(), &refusal.into()),
                "{n}"
            );
            assert_eq!(photos[1]["state"], "READY", "{n}");
            accept(city, &report).await;
            assert_eq!(
                look(&city.anonymous(), &report).await["photos"].as_array().map(Vec::len),
                Some(1),
                "{n}"
            );
        }
        city.settle().await;
        assert!(
            events(city).await.contains(&"ReportPhotoFailed".to_owned()),
            "the reporter is told"
        );
    });
}

#[test]
fn a_photo_whose_bytes_do_not_come_is_missing_after_a_day() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = upload(&resident, "ticket-1", "image/jpeg", &jpeg(40, 30)).await;
        let quarantine = column(city, &photo, "quarantine_key").await.unwrap();
        let report = file(&resident, "report-1", &[photo]).await;
        store(city).delete(&quarantine).await.unwrap(); // as if the store had been away while filing

        city.settle().await;
        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "AWAITED");
        city.clock().advance(Duration::hours(24) - Duration::microseconds(1));
        city.settle().await;
        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "AWAITED");
        city.clock().advance(Duration::minutes(2));
        city.settle().await;

        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "MISSING");
        assert_eq!(events(city).await, ["ReportFiled", "ReportPhotoFailed"]);
    });
}

#[test]
fn a_photo_whose_worker_was_killed_is_taken_up_again() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = upload(&resident, "ticket-1", "image/jpeg", &jpeg(40, 30)).await;
        let report = file(&resident, "report-1", std::slice::from_ref(&photo)).await;
        // What a worker leaves behind that was killed after its claim.
        let key = "00".repeat(16);
        let claim = "update reports.photo set state = 'PROCESSING', attempts = 1, next_at = $1, media_key = $2";
        let lease = city.infra().clock.now() + Duration::minutes(3);
        sqlx::query_scalar::<_, i32>(claim)
            .bind(lease)
            .bind(&key)
            .fetch_optional(city.db())
            .await
            .unwrap();

        city.settle().await;
        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "PROCESSING");
        city.clock().advance(Duration::minutes(3));
        city.settle().await;

        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "READY");
        assert_eq!(
            column(city, &photo, "media_key").await.unwrap(),
            key,
            "the second attempt writes the same files"
        );
        assert_eq!(column(city, &photo, "attempts").await.as_deref(), Some("2"));
        assert_eq!(events(city).await, ["ReportFiled", "ReportPhotoReady"], "once");
    });
}

#[test]
fn an_unused_ticket_and_its_bytes_go_after_a_day() {
    city_testkit::run::<Reports>(async |city| {
        let photo = upload(&city.resident(), "ticket-1", "image/jpeg", &jpeg(40, 30)).await;
        let quarantine = column(city, &photo, "quarantine_key").await.unwrap();

        city.clock().advance(Duration::hours(24) - Duration::seconds(1));
        city.settle().await;
        assert!(store(city).head(&quarantine).await.unwrap().is_some());
        city.clock().advance(Duration::seconds(1));
        city.settle().await;

        assert_eq!(store(city).head(&quarantine).await.unwrap(), None);
        assert_eq!(column(city, &photo, "state").await, None);
    });
}

#[test]
fn what_is_uploaded_again_behind_a_finished_photo_is_swept() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let bytes = jpeg(40, 30);
        let request = ticket_request("ticket-1", "image/jpeg", &bytes);
        let ticket = resident.post("/internal/v1/request-photo-upload", &request).await.ok();
        assert_eq!(super::fixture::put(&ticket, &bytes).await, 200);
        let photo = ticket["fileId"].clone();
        let quarantine = column(city, &photo, "quarantine_key").await.unwrap();
        let _report = file(&resident, "report-1", std::slice::from_ref(&photo)).await;
        city.settle().await;

        assert_eq!(super::fixture::put(&ticket, &bytes).await, 200, "the signature is still good");
        city.clock().advance(Duration::minutes(10));
        city.settle().await;

        assert_eq!(store(city).head(&quarantine).await.unwrap(), None);
        assert_eq!(column(city, &photo, "quarantine_key").await, None);
    });
}

#[test]
fn an_original_is_sealed_where_the_category_keeps_it() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = upload(&resident, "ticket-1", "image/jpeg", &photo_with_everything()).await;
        let quarantine = column(city, &photo, "quarantine_key").await.unwrap();
        let filing = super::fixture::filing(
            "report-1",
            "urban-order.encroach",
            std::slice::from_ref(&photo),
        );
        let _report = resident.post("/internal/v1/file-report", &filing).await.ok();

        city.settle().await;

        let sealed = column(city, &photo, "sealed_key").await.expect("it is sealed");
        assert_eq!(
            store(city).get(&sealed, 1_000_000).await.unwrap().unwrap(),
            photo_with_everything()
        );
        assert_eq!(store(city).head(&quarantine).await.unwrap(), None);
    });
}
