//! Lists, the first screen, and what people keep.

use city_testkit::run;
use serde_json::{Value, json};

use crate::subject::Catalogue;

fn codes(page: &Value) -> Vec<String> {
    page["edges"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|edge| edge["node"]["code"].as_str().expect("a code").to_owned())
        .collect()
}

#[test]
fn services_are_paged_without_repeating_or_skipping() {
    run::<Catalogue>(async |city| {
        let anonymous = city.anonymous();
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let body = json!({ "first": 7, "after": after });
            let page = anonymous.post("/internal/v1/services", &body).await;
            assert_eq!(page.header("cache-control"), "public, max-age=60");
            let page = page.ok();
            seen.extend(codes(&page));
            after =
                page["edges"].as_array().and_then(|edges| edges.last()).expect("an edge")["cursor"]
                    .clone();
            if page["hasNextPage"] == false {
                break;
            }
        }
        let live = sqlx::query_scalar!(
            "select count(*) from catalogue.service_edition edition join catalogue.service service on code = service
             where state = 'LIVE' and kind <> 'STAFF'"
        );

        assert_eq!(
            i64::try_from(seen.len()).ok(),
            live.fetch_one(city.db()).await.expect("it can be counted")
        );
        seen.sort();
        seen.dedup();
        assert_eq!(i64::try_from(seen.len()).ok(), Some(36 - staff_published(city).await));
    });
}

async fn staff_published(city: &city_testkit::City<Catalogue>) -> i64 {
    let count = sqlx::query_scalar!(
        "select count(*) from catalogue.service_edition edition join catalogue.service service on code = service
         where state = 'LIVE' and kind = 'STAFF'"
    );
    count.fetch_one(city.db()).await.expect("it can be counted").expect("a number")
}

#[test]
fn drafts_of_the_seed_are_shown_only_in_demonstrations_and_flagged() {
    run::<Catalogue>(async |city| {
        use city_clock::Clock as _;
        let find = json!({ "code": "birth-registration" });

        let before = city.anonymous().post("/internal/v1/service", &find).await.ok();
        city_catalogue::publish_demo(city.db(), city.clock().now())
            .await
            .expect("the demonstration fits");
        city_catalogue::publish_demo(city.db(), city.clock().now())
            .await
            .expect("it is idempotent");
        city.settle().await;
        let after = city.anonymous().post("/internal/v1/service", &find).await.ok();
        let checked = city
            .anonymous()
            .post("/internal/v1/service", &json!({ "code": "field-report" }))
            .await
            .ok();

        assert_eq!(before, Value::Null);
        assert_eq!((&after["demo"], &checked["demo"]), (&json!(true), &json!(false)));
    });
}

#[test]
fn filters_narrow_and_unknown_codes_are_named() {
    run::<Catalogue>(async |city| {
        let anonymous = city.anonymous();
        let list = async |filter: Value| {
            anonymous.post("/internal/v1/services", &json!({ "first": 50, "filter": filter })).await
        };

        let reports = list(json!({ "categoryCode": "reports" })).await.ok();
        let flood = list(json!({ "lifeEventCode": "flood-season" })).await.ok();
        let closed = list(json!({ "usable": false })).await.ok();

        assert!(codes(&reports).contains(&"field-report".to_owned()));
        assert!(codes(&flood).contains(&"field-report".to_owned()) && codes(&flood).len() <= 5);
        assert!(
            closed["edges"]
                .as_array()
                .expect("it is there")
                .iter()
                .all(|edge| edge["node"]["availability"]["reason"] == "NEEDS_IDENTITY")
        );
        assert_eq!(
            list(json!({ "categoryCode": "nothing" })).await.fields(),
            ["/filter/categoryCode"]
        );
        assert_eq!(
            list(json!({ "lifeEventCode": "nothing" })).await.fields(),
            ["/filter/lifeEventCode"]
        );
        assert_eq!(list(json!({ "ownerCode": "NOBODY" })).await.fields(), ["/filter/ownerCode"]);
        assert_eq!(list(json!({ "kind": "MAGIC" })).await.code(), "INPUT");
        let page = |first: u32, after: &str| json!({ "first": first, "after": after });
        for (body, field) in
            [(page(51, "1.a.b"), "/first"), (page(0, "1.a.b"), "/first"), (page(5, "x"), "/after")]
        {
            assert_eq!(anonymous.post("/internal/v1/services", &body).await.fields(), [field]);
        }
    });
}

#[test]
fn a_former_ward_and_no_ward_are_refused_by_name() {
    run::<Catalogue>(async |city| {
        let asked = async |ward: &str| {
            city.anonymous()
                .post(
                    "/internal/v1/service",
                    &json!({ "code": "field-report", "wardCodes": [ward] }),
                )
                .await
        };

        assert_eq!(asked("19768").await.code(), "PLACE_FORMER");
        assert_eq!(asked("99999").await.code(), "PLACE_UNKNOWN");
        assert_eq!(asked("19753").await.ok()["inWards"][0]["wardCode"], "19753");
    });
}

#[test]
fn favourites_and_recent_services_are_kept_until_the_person_says_no() {
    run::<Catalogue>(async |city| {
        let resident = city.resident();
        let home = async || resident.post("/internal/v1/service-home", &json!({})).await.ok();
        let favourite =
            json!({ "idempotencyKey": "favourite-1", "code": "field-report", "favourite": true });
        let open = |key: &str| json!({ "idempotencyKey": key, "code": "field-report" });

        let kept = resident.post("/internal/v1/set-favourite-service", &favourite).await.ok();
        let again = resident.post("/internal/v1/set-favourite-service", &favourite).await.ok();
        let opened = resident.post("/internal/v1/open-service", &open("open-key-1")).await.ok();
        resident.post("/internal/v1/open-service", &open("open-key-1")).await.ok();
        let first = home().await;
        let count = sqlx::query_scalar!("select open_count from catalogue.account_service");
        let count = count.fetch_all(city.db()).await.expect("it can be counted");
        let off = json!({ "idempotencyKey": "history-1", "on": false });
        resident.post("/internal/v1/set-service-history", &off).await.ok();
        resident.post("/internal/v1/open-service", &open("open-key-2")).await.ok();
        let second = home().await;
        let other = city.resident().post("/internal/v1/service-home", &json!({})).await.ok();

        assert_eq!((&kept["favourite"], &again), (&json!(true), &kept));
        assert_eq!(opened["deepLink"], "hues://service/field-report");
        assert_eq!(count, [1]);
        assert_eq!(
            (&first["favourites"][0]["code"], &first["recent"][0]["code"]),
            (&json!("field-report"), &json!("field-report"))
        );
        assert_eq!((&second["recent"], &second["historyOn"]), (&json!([]), &json!(false)));
        assert_eq!(second["favourites"][0]["code"], "field-report");
        assert_eq!((&other["favourites"], &other["recent"]), (&json!([]), &json!([])));
        assert!(
            first["suggestions"]
                .as_array()
                .expect("it is there")
                .iter()
                .any(|row| row["lifeEventCode"] == "flood-season")
        );
        assert_eq!(
            city.anonymous().post("/internal/v1/set-favourite-service", &favourite).await.status(),
            "401 Unauthorized"
        );
    });
}

#[test]
fn what_does_not_exist_cannot_be_opened_or_kept() {
    run::<Catalogue>(async |city| {
        let resident = city.resident();
        for code in ["nothing", "birth-registration", "a b", ""] {
            let body = json!({ "idempotencyKey": "open-nothing", "code": code, "favourite": true });
            let opened = json!({ "idempotencyKey": "open-nothing", "code": code });
            let open = resident.post("/internal/v1/open-service", &opened).await;
            assert_eq!(open.code(), "NOT_FOUND", "{code}");
            assert_eq!(
                resident.post("/internal/v1/set-favourite-service", &body).await.code(),
                "NOT_FOUND",
                "{code}"
            );
        }
    });
}
