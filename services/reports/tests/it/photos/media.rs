//! The public file is as public as its report, at each request.

use crate::Reports;

use super::fixture::{accept, column, file, filing, look, upload};
use super::pictures::jpeg;

#[test]
fn a_photo_is_public_while_its_report_is_listed_and_nobody_hides_it() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = upload(&resident, "ticket-1", "image/jpeg", &jpeg(400, 300)).await;
        let report = file(&resident, "report-1", std::slice::from_ref(&photo)).await;
        city.settle().await;
        let media_key = column(city, &photo, "media_key").await.unwrap();
        let path = format!("/media/reports/{media_key}/thumb.jpg");
        let status = async || city.anonymous().get(&path).await.status();

        assert_eq!(status().await, "404 Not Found", "nobody has verified the report yet");
        accept(city, &report).await;
        city.settle().await;
        assert_eq!(look(&city.anonymous(), &report).await["photos"][0]["thumb"], path.as_str());

        let answer = city.anonymous().get(&path).await;
        assert_eq!(answer.status(), "200 OK");
        assert_eq!(answer.header("content-type"), "image/jpeg");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("content-security-policy"), "sandbox");
        assert_eq!(image::load_from_memory(answer.bytes()).unwrap().width(), 320);

        for (hide, show) in [
            (
                "update reports.photo set hidden_at = now()",
                "update reports.photo set hidden_at = null",
            ),
            (
                "update reports.report set hidden_at = now()",
                "update reports.report set hidden_at = null",
            ),
        ] {
            sqlx::raw_sql(hide).execute(city.db()).await.unwrap();
            assert_eq!(status().await, "404 Not Found");
            sqlx::raw_sql(show).execute(city.db()).await.unwrap();
            assert_eq!(status().await, "200 OK");
        }
    });
}

#[test]
fn a_photo_of_a_category_that_shows_none_opens_only_for_its_reporter() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let photo = upload(&resident, "ticket-1", "image/jpeg", &jpeg(400, 300)).await;
        let request = filing("report-1", "admin.conduct", std::slice::from_ref(&photo));
        let report = resident.post("/internal/v1/file-report", &request).await.ok()["id"].clone();
        city.settle().await;
        let media_key = column(city, &photo, "media_key").await.unwrap();

        let public = city.anonymous().get(&format!("/media/reports/{media_key}/full.jpg")).await;
        let signed = look(&resident, &report).await["photos"][0]["full"].clone();

        assert_eq!(public.status(), "404 Not Found");
        let opened = city_http::client().get(signed.as_str().unwrap()).send().await.unwrap();
        assert_eq!(opened.status().as_u16(), 200);
    });
}

#[test]
fn other_names_open_nothing() {
    city_testkit::run::<Reports>(async |city| {
        let zeros = "0".repeat(32);
        for path in [
            format!("{zeros}/thumb.jpg"),
            format!("{zeros}/thumb.png"),
            format!("{zeros}/sealed.jpg"),
            "x/full.jpg".into(),
        ] {
            assert_eq!(
                city.anonymous().get(&format!("/media/reports/{path}")).await.code(),
                "NOT_FOUND",
                "{path}"
            );
        }
    });
}
