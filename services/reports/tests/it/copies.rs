//! The copies of the catalogue's registry.

use city_clock::Clock as _;
use city_contracts::event::Envelope;
use city_testkit::{City, run};
use serde_json::{Value, json};

use crate::Reports;

/// Appends an event to the stream of the catalogue, as its relay would.
async fn publish(city: &City<Reports>, kind: &str, body: Value) -> Envelope<Value> {
    let infra = city.infra();
    let event = Envelope::new(infra.ids.next(city.clock().now()), kind, city.clock().now(), body);
    send(city, &event).await;
    event
}

async fn send(city: &City<Reports>, event: &Envelope<Value>) {
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key("city.catalogue")).arg("*").arg("envelope");
    command.arg(serde_json::to_string(event).expect("an envelope is JSON"));
    let _entry: String = redis.run(&command).await.expect("Redis answers");
}

fn agency(number: i64, name: &str, active: bool) -> Value {
    json!({
        "number": number, "places": [], "succession": [],
        "agencies": [{ "code": "HUE-SXD", "kind": "DEPARTMENT", "level": "CITY", "parent": "HUE-UBND", "placeId": null,
                       "name": { "vi": name }, "active": active, "changedIn": number }],
    })
}

async fn agency_name(city: &City<Reports>) -> Option<String> {
    let name =
        sqlx::query_scalar!("select name ->> 'vi' from reports.ref_agency where code = 'HUE-SXD'");
    name.fetch_one(city.db()).await.expect("it is there")
}

#[test]
fn a_later_publication_wins_whatever_the_order_and_once() {
    run::<Reports>(async |city| {
        let newer = publish(city, "RegistryPublished", agency(7, "Sở mới", true)).await;
        publish(city, "RegistryPublished", agency(6, "Sở cũ", true)).await;
        send(city, &newer).await;
        city.settle().await;

        assert_eq!(agency_name(city).await.as_deref(), Some("Sở mới"));
        let claimed = sqlx::query_scalar!(
            "select count(*) from reports.inbox where consumer = 'registry-events'"
        );
        assert_eq!(claimed.fetch_one(city.db()).await.expect("a number"), Some(2));
    });
}

#[test]
fn the_seed_does_not_take_back_what_the_catalogue_said() {
    run::<Reports>(async |city| {
        publish(city, "RegistryPublished", agency(7, "Sở mới", true)).await;
        city.settle().await;

        city_reports::seed(city.db(), city.clock().now()).await.expect("the seed fits");

        assert_eq!(agency_name(city).await.as_deref(), Some("Sở mới"));
    });
}

#[test]
fn a_ward_that_ended_takes_no_reports_from_the_day_after() {
    run::<Reports>(async |city| {
        let row = |id: &str, kind: &str, from: &str, to: Option<&str>| {
            json!({ "placeId": id, "code": "19753", "kind": kind, "parentId": "46", "name": { "vi": "Phường Phú Xuân" },
                    "validFrom": from, "validTo": to, "centroid": { "lat": 16.4785, "lon": 107.577 }, "changedIn": 7 })
        };
        let places = [
            row("19753@2026-03-31", "FORMER_WARD", "2025-07-01", Some("2026-03-31")),
            row("19753", "COMMUNE", "2026-04-01", None),
        ];
        publish(
            city,
            "RegistryPublished",
            json!({ "number": 7, "places": places, "succession": [], "agencies": [] }),
        )
        .await;
        city.settle().await;

        let rows = sqlx::query!(
            "select kind, valid_from, valid_to from reports.ref_ward where code = '19753' order by valid_from"
        );
        let rows = rows.fetch_all(city.db()).await.expect("both are there");
        let seen: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    row.kind.as_str(),
                    row.valid_from.to_string(),
                    row.valid_to.map(|day| day.to_string()),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("WARD", "2025-07-01".to_owned(), Some("2026-03-31".to_owned())),
                ("COMMUNE", "2026-04-01".to_owned(), None),
            ]
        );
    });
}

#[test]
fn a_calendar_is_copied_whole_and_what_is_not_the_registry_is_ignored() {
    run::<Reports>(async |city| {
        let mut body: Value =
            serde_json::from_str(include_str!("../../../../seed/calendar.json")).expect("JSON");
        body["version"] = json!(2);
        let view = |body: &Value| {
            json!({ "code": "VN-HUE", "version": body["version"], "basis": "x",
                                          "publishedAt": "2026-03-04T02:00:00Z", "body": body })
        };
        publish(city, "CalendarPublished", view(&body)).await;
        publish(city, "ServicePublished", json!({ "anything": 1 })).await;
        city.settle().await;

        let versions =
            sqlx::query_scalar!("select version from reports.ref_calendar order by version");
        assert_eq!(versions.fetch_all(city.db()).await.expect("they are there"), [1, 2]);
        // The catalogue does not answer in this test: the copies are enough to go on.
        assert_eq!(city.anonymous().get("/readyz").await.status(), "200 OK");
    });
}
