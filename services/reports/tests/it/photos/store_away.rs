//! The object store goes away and comes back.

use std::net::SocketAddr;
use std::sync::LazyLock;

use chrono::Duration;
use city_boot::{Infra, Service};
use city_ids::ServiceName;
use city_testkit::Subject;
use sqlx::migrate::Migrator;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::fixture::{accept, column, events, file, look, start, upload};
use super::pictures::jpeg;

/// Where the service looks for its store: nobody listens there until the line is up.
static LINE: LazyLock<SocketAddr> = LazyLock::new(|| {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    free.local_addr().expect("it has an address")
});

/// The line to the run's store; it is cut when this is dropped.
struct Line(#[expect(dead_code, reason = "the tasks end with it")] JoinSet<()>);

impl Line {
    async fn up() -> Self {
        let listener = TcpListener::bind(*LINE).await.expect("the port is free again");
        let store = city_testkit::s3().endpoint.trim_start_matches("http://").to_owned();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let store = store.clone();
                calls.spawn(async move {
                    let mut far = TcpStream::connect(store).await.expect("the store listens");
                    copy_bidirectional(&mut near, &mut far).await.unwrap_or_default(); // cut: that is the point
                });
            }
        });
        Self(tasks)
    }
}

/// The service with a store that can go away.
struct ReportsOnALine;

impl Subject for ReportsOnALine {
    const NAME: ServiceName = ServiceName::Reports;

    fn migrator() -> &'static Migrator {
        &city_reports::MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        start(infra, format!("http://{}", *LINE)).await
    }
}

#[test]
fn f06_a_report_is_taken_while_the_store_is_away_and_its_photo_follows() {
    city_testkit::run::<ReportsOnALine>(async |city| {
        let resident = city.resident();
        let line = Line::up().await;
        let photo = upload(&resident, "ticket-1", "image/jpeg", &jpeg(400, 300)).await;
        let quarantine = column(city, &photo, "quarantine_key").await.unwrap();
        drop(line);

        let report = file(&resident, "report-1", std::slice::from_ref(&photo)).await;
        city.settle().await;
        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "AWAITED");
        let line = Line::up().await;
        city.clock().advance(Duration::seconds(30)); // the longest pause between attempts
        city.settle().await;

        assert_eq!(look(&resident, &report).await["photos"][0]["state"], "READY");
        assert_eq!(events(city).await, ["ReportFiled", "ReportPhotoReady"]);
        assert_eq!(super::fixture::store(city).head(&quarantine).await.unwrap(), None);

        accept(city, &report).await;
        city.settle().await;
        let path =
            format!("/media/reports/{}/full.jpg", column(city, &photo, "media_key").await.unwrap());
        assert_eq!(city.anonymous().get(&path).await.status(), "200 OK");
        drop(line);
        let away = city.anonymous().get(&path).await;
        assert_eq!(away.status(), "503 Service Unavailable");
        assert!(!away.header("retry-after").is_empty());
    });
}
