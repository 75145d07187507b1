//! What a resident and an officer live through, on the whole city and its real servers.

use serde_json::json;
use sqlx::{Connection as _, Row as _};

use crate::phone::{Phone, key};
use crate::whole_city::{WholeCity, travel};

const POTHOLE: &[u8] = include_bytes!("../../services/city/assets/pothole.jpg");

/// How many reports the database holds.
#[expect(clippy::disallowed_methods, reason = "a test looks at the truth behind the API")]
async fn stored_reports(city: &WholeCity) -> i64 {
    let mut db = city.database().await;
    let row = sqlx::query("select count(*) from reports.report")
        .fetch_one(&mut db)
        .await
        .expect("reports are counted");
    db.close().await.expect("the connection closes");
    row.get(0)
}

#[test]
fn the_main_job_works_from_sign_in_to_rating() {
    travel(async |city| {
        let demo = city_city::demo::DemoCommand::against(&city.url);

        let outcome = city_city::demo::run(&demo).await;

        assert!(
            outcome.is_ok(),
            "{}",
            outcome.err().map_or(String::new(), |error| city_http::chain(&error))
        );
    });
}

#[test]
fn an_emptied_redis_signs_nobody_out_and_loses_no_event() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;
        assert_eq!(phone.file(&key(), &[]).await.status, 200);
        phone.until_unread(1).await;

        city.redis.cut();
        let filed = phone.file(&key(), &[]).await; // its event cannot be sent yet
        assert!(filed.json["data"]["fileReport"]["report"]["id"].is_string(), "{filed:?}");
        city.empty_redis().await;
        city.redis.mend();

        let viewer = phone.graphql("{ viewer { id } }", json!({})).await;
        assert!(viewer.json["data"]["viewer"]["id"].is_string(), "{viewer:?}");
        assert_eq!(phone.until_unread(2).await, 2, "each event took effect once");
    });
}

#[test]
fn without_redis_reports_are_filed_and_only_codes_are_refused() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;

        city.redis.cut();
        let viewer = phone.graphql("{ viewer { id } }", json!({})).await;
        let filed = phone.file(&key(), &[]).await;
        let code = Phone::anonymous(&city.url).request_code("+84901234567", &key(), &key()).await;

        assert!(viewer.json["data"]["viewer"]["id"].is_string(), "{viewer:?}");
        assert!(filed.json["data"]["fileReport"]["report"]["id"].is_string(), "{filed:?}");
        assert_eq!(code.status, 503, "{code:?}");
        assert!(code.retry_after.is_some());
        city.redis.mend();
        phone.until_unread(1).await;
    });
}

#[test]
fn without_postgres_the_answer_is_try_again_and_the_key_still_works() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;
        let filing = key();

        city.postgres.cut();
        let refused = phone.file(&filing, &[]).await;
        assert_eq!(refused.status, 200, "a resident is never told 401: {refused:?}");
        assert_eq!(refused.extension("code"), "UNAVAILABLE", "{refused:?}");
        assert!(refused.extension("retryAfterSeconds").is_u64(), "{refused:?}");
        city.postgres.mend();

        let filed = phone
            .until("the report", async || {
                let answer = phone.file(&filing, &[]).await;
                answer.json["data"]["fileReport"]["report"]["id"].as_str().map(str::to_owned)
            })
            .await;
        let again = phone.file(&filing, &[]).await;
        assert_eq!(again.json["data"]["fileReport"]["report"]["id"], filed);
        assert_eq!(stored_reports(city).await, 1);
        phone.until_unread(1).await;
    });
}

#[test]
fn without_the_store_a_report_is_taken_and_its_photo_follows() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;
        let photo = phone.upload(POTHOLE).await;

        city.s3.cut();
        let filed = phone.file(&key(), &[photo]).await;
        let report = filed.json["data"]["fileReport"]["report"].clone();
        assert_eq!(report["photos"][0]["state"], "AWAITED", "{filed:?}");
        city.s3.mend();

        phone
            .until("the clean photo", async || {
                let document = "query Report($id: ID!) { report(id: $id) { photos { state } } }";
                let answer = phone.graphql(document, json!({ "id": report["id"] })).await;
                (answer.json["data"]["report"]["photos"][0]["state"] == "READY").then_some(())
            })
            .await;
    });
}

#[test]
fn what_a_form_or_a_link_could_send_executes_nothing() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;
        let mutation = format!(
            "mutation {{ fileReport(input: {{ idempotencyKey: \"{}\", categoryCode: \"road.pothole\", wantsPublic: true, \
             description: \"Ổ gà lớn giữa đường\", at: {{ lat: 16.4637, lon: 107.5909 }} }}) {{ report {{ id }} }} }}",
            key()
        );
        let graphql = format!("{}/graphql", city.url);

        let by_get = phone.send(phone.http().get(&graphql).query(&[("query", &mutation)])).await;
        let body = json!({ "query": mutation }).to_string();
        let as_text = phone
            .send(phone.http().post(&graphql).header("content-type", "text/plain").body(body))
            .await;

        assert_eq!(by_get.status, 405, "{by_get:?}");
        assert_eq!(as_text.status, 415, "{as_text:?}");
        assert_eq!(stored_reports(city).await, 0);
    });
}

#[test]
fn parallel_filing_under_one_key_makes_one_report() {
    travel(async |city| {
        let phone = Phone::sign_in(&city.url).await;
        let filing = key();

        let answers =
            futures_util::future::join_all((0..8).map(|_| phone.file(&filing, &[]))).await;

        let mut ids: Vec<_> = answers
            .iter()
            .filter_map(|answer| answer.json["data"]["fileReport"]["report"]["id"].as_str())
            .collect();
        ids.dedup();
        assert_eq!(ids.len(), 1, "{answers:?}");
        assert_eq!(stored_reports(city).await, 1);
        phone.until_unread(1).await;
    });
}

#[test]
fn hostile_documents_are_refused_and_the_city_lives_on() {
    travel(async |city| {
        let phone = Phone::anonymous(&city.url);
        let aliases = "a:unreadCount ".repeat(2_000);
        let spreads = |n: usize| format!("fragment f{n} on Query {{ ...f{0} ...f{0} }} ", n + 1);
        let bomb: String = (0..26).map(spreads).collect();
        let hostile = [
            format!("{{ {aliases} }}"),
            format!("{{ ...f0 }} {bomb} fragment f26 on Query {{ unreadCount }}"),
            format!("{{ report(id: {}1{}) {{ id }} }}", "[".repeat(5_000), "]".repeat(5_000)),
            format!("{{ report(id: {}1{}) {{ id }} }}", "{a:".repeat(4_000), "}".repeat(4_000)),
            format!("{{ {} }}", "a{".repeat(1_000)),
        ];

        for document in &hostile {
            let answer = phone.graphql(document, json!({})).await;
            assert_eq!(answer.status, 400, "{} …: {answer:?}", &document[..40]);
            assert_eq!(answer.extension("code"), "GUARD_LIMIT");
        }
        assert_eq!(phone.graphql("{ reportCategories { code } }", json!({})).await.status, 200);
    });
}
