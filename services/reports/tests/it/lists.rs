//! What everybody and residents read.

use chrono::Duration;
use serde_json::{Value, json};

use crate::Reports;
use crate::story::{Story, filing};

const FEED: &str = "/internal/v1/reports";

fn page(first: u32, after: &Value) -> Value {
    json!({ "filter": {}, "page": { "first": first, "after": after } })
}

fn ids(page: &Value) -> Vec<String> {
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| crate::story::id_of(&edge["node"])).collect()
}

#[test]
fn the_feed_holds_listed_reports_newest_first() {
    city_testkit::run::<Reports>(async |city| {
        let older = Story::filed(city).await.accepted().await;
        city.clock().advance(Duration::minutes(1));
        let newer = Story::filed(city).await.accepted().await;
        Story::filed(city).await; // nobody verified it yet
        Story::filed_as(city, "security.scam", "HUE-CA").await.accepted().await; // not a public category

        let answer = city.anonymous().post(FEED, &page(10, &Value::Null)).await;

        assert_eq!(answer.header("cache-control"), "public, max-age=10");
        let feed = answer.ok();
        assert_eq!(ids(&feed), [newer.id, older.id]);
        assert_eq!(feed["hasNextPage"], false);
        city.settle().await;
    });
}

#[test]
fn paging_while_reports_come_in_repeats_none_and_skips_none() {
    city_testkit::run::<Reports>(async |city| {
        let mut filed = Vec::new();
        for _ in 0..5 {
            filed.push(Story::filed(city).await.accepted().await.id); // all in the same instant
        }
        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let feed = city.anonymous().post(FEED, &page(2, &after)).await.ok();
            seen.extend(ids(&feed));
            after = feed["edges"]
                .as_array()
                .unwrap()
                .last()
                .map(|edge| edge["cursor"].clone())
                .unwrap();
            city.clock().advance(Duration::seconds(1));
            Story::filed(city).await.accepted().await; // somebody files between two pages
            if feed["hasNextPage"] == false {
                break;
            }
        }

        filed.reverse();
        seen.sort_unstable();
        filed.sort_unstable();
        assert_eq!(seen, filed);
        city.settle().await;
    });
}

#[test]
fn filters_of_the_feed_narrow_it_and_a_topic_means_its_leaves() {
    city_testkit::run::<Reports>(async |city| {
        let smoke = Story::filed(city).await.accepted().await;
        let road = Story::filed_as(city, "road.pothole", "HUE-SXD").await.accepted().await;
        let ward = smoke.seen().await["ward"]["code"].clone();
        let list = async |filter: Value| {
            ids(&city
                .anonymous()
                .post(FEED, &json!({ "filter": filter, "page": { "first": 50 } }))
                .await
                .ok())
        };

        assert_eq!(list(json!({ "categoryCodes": ["road"] })).await, [road.id.as_str()]);
        assert_eq!(
            list(json!({ "categoryCodes": ["pollution.air"], "wardCodes": [ward] })).await,
            [smoke.id.as_str()]
        );
        assert_eq!(list(json!({ "states": ["RESOLVED"] })).await, [] as [&str; 0]);
        assert_eq!(list(json!({ "open": true })).await.len(), 2);
        city.settle().await;
    });
}

#[test]
fn a_page_or_filter_out_of_bounds_is_named() {
    city_testkit::run::<Reports>(async |city| {
        let wrong = json!({
            "filter": { "categoryCodes": ["nothing"], "wardCodes": ["1"] },
            "page": { "first": 51, "after": "not-a-cursor" },
        });

        let answer = city.anonymous().post(FEED, &wrong).await;

        assert_eq!(
            answer.fields(),
            ["/page/first", "/page/after", "/filter/categoryCodes/0", "/filter/wardCodes/0"]
        );
    });
}

#[test]
fn ones_own_reports_are_all_there_and_nobody_elses() {
    city_testkit::run::<Reports>(async |city| {
        let story = Story::filed(city).await;
        Story::filed(city).await.accepted().await;

        let answer = story.resident.post("/internal/v1/my-reports", &page(10, &Value::Null)).await;

        assert_eq!(answer.header("cache-control"), "private, no-store");
        let mine = answer.ok();
        assert_eq!(ids(&mine), [story.id.as_str()]);
        assert_eq!(mine["edges"][0]["node"]["isMine"], true);
        city.settle().await;
    });
}

#[test]
fn a_batch_keeps_the_order_and_leaves_gaps() {
    city_testkit::run::<Reports>(async |city| {
        let hidden = Story::filed(city).await;
        let listed = Story::filed(city).await.accepted().await;
        let ids = json!({ "ids": [listed.id, "rpt_x", hidden.id, "acc_00000000000000000000000000000000", listed.id] });

        let nodes = city.anonymous().post("/internal/v1/nodes:batch", &ids).await.ok();

        let shown: Vec<_> =
            nodes.as_array().unwrap().iter().map(|node| node["id"].clone()).collect();
        assert_eq!(
            shown,
            [json!(listed.id), Value::Null, Value::Null, Value::Null, json!(listed.id)]
        );
        city.settle().await;
    });
}

#[test]
fn residents_choose_from_fourteen_topics_each_before_its_leaves() {
    city_testkit::run::<Reports>(async |city| {
        let categories =
            city.anonymous().post("/internal/v1/report-categories", &Value::Null).await.ok();

        let categories = categories.as_array().unwrap();
        assert_eq!(
            categories.iter().filter(|category| category["parentCode"].is_null()).count(),
            14
        );
        assert_eq!(categories.len(), 48);
        assert_eq!(
            (&categories[0]["code"], &categories[1]["code"]),
            (&json!("road"), &json!("road.pothole"))
        );
        assert_eq!(
            categories[1]["targetText"],
            json!({ "vi": "7 ngày làm việc", "en": "7 working days" })
        );
    });
}

#[test]
fn seeding_again_changes_nothing() {
    city_testkit::run::<Reports>(async |city| {
        sqlx::query!("update reports.category set active = false where code = 'road.sign'")
            .execute(city.db())
            .await
            .unwrap();

        city_reports::seed(city.db(), city_clock::Clock::now(city.clock())).await.unwrap();

        let counts = sqlx::query!(
            r#"select (select count(*) from reports.category) as "categories!",
                      (select count(*) from reports.category where not active) as "closed!",
                      (select count(*) from reports.ref_ward) as "wards!",
                      (select count(*) from reports.routing_rule) as "rules!""#
        );
        let counts = counts.fetch_one(city.db()).await.unwrap();
        assert_eq!((counts.categories, counts.closed, counts.wards, counts.rules), (48, 1, 40, 2));
    });
}

#[test]
fn a_filing_with_the_longest_texts_is_shown_whole() {
    city_testkit::run::<Reports>(async |city| {
        let resident = city.resident();
        let text = "Ổ gà lớn ".repeat(444);
        let request = crate::story::with(
            filing("long-key"),
            &json!({ "description": text, "address": "ộ".repeat(300) }),
        );

        let report = resident.post("/internal/v1/file-report", &request).await.ok();

        assert_eq!(report["description"], text.trim());
        assert_eq!(report["title"].as_str().unwrap().chars().count(), 80);
        city.settle().await;
    });
}
