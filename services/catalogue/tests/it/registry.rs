//! Places, agencies and groups as residents and other services read them.

use city_auth::Scope;
use city_ids::ServiceName;
use city_testkit::{City, run};
use http::Method;
use serde_json::{Value, json};

use crate::subject::Catalogue;

async fn former_units(city: &City<Catalogue>) -> Vec<(String, String)> {
    let rows = sqlx::query!(
        r#"select old.place_id, old.code as "code!" from catalogue.place old
           where kind in ('FORMER_WARD', 'FORMER_COMMUNE', 'FORMER_TOWNSHIP') order by place_id"#
    );
    let rows = rows.fetch_all(city.db()).await.expect("the units are there");
    rows.into_iter().map(|row| (row.place_id, row.code)).collect()
}

async fn nodes(city: &City<Catalogue>, ids: Vec<String>) -> Vec<Value> {
    let mut nodes = Vec::new();
    for part in ids.chunks(100) {
        let answer =
            city.anonymous().post("/internal/v1/nodes:batch", &json!({ "ids": part })).await;
        nodes.extend(answer.ok().as_array().expect("a list").clone());
    }
    nodes
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|place| place["code"].as_str()).collect()
}

#[test]
fn forty_units_are_present_and_each_knows_what_it_was_made_of() {
    run::<Catalogue>(async |city| {
        let wards = city.anonymous().post("/internal/v1/wards", &json!(null)).await.ok();

        let wards = wards.as_array().expect("a list");
        assert_eq!(wards.len(), 40);
        assert!(
            wards
                .iter()
                .all(|ward| ward["former"].as_array().is_some_and(|units| !units.is_empty()))
        );
        let units: usize = wards
            .iter()
            .map(|ward| {
                let former = ward["former"].as_array().expect("a list");
                former.iter().filter(|unit| unit["kind"] != "FORMER_DISTRICT").count()
            })
            .sum();
        assert_eq!(units, 133, "each former unit is whole in one present unit");
        assert!(
            wards
                .iter()
                .all(|ward| ward["agencies"].as_array().is_some_and(|list| list.len() == 2))
        );
    });
}

#[test]
fn each_of_the_133_former_units_reaches_its_successor() {
    run::<Catalogue>(async |city| {
        let units = former_units(city).await;
        assert_eq!(units.len(), 133);

        let places = nodes(city, units.iter().map(|(id, _)| format!("plc_{id}")).collect()).await;

        for ((id, code), place) in units.iter().zip(&places) {
            assert_eq!(place["code"], json!(code), "{id}");
            assert_eq!(place["validTo"], "2025-06-30", "{id}");
            assert_eq!(codes(&place["successors"]).len(), 1, "{id}");
            assert_eq!(place["successors"][0].get("validTo"), None, "{id} leads to a present unit");
        }
    });
}

#[test]
fn a_district_gives_all_that_its_units_became() {
    run::<Catalogue>(async |city| {
        let answer = nodes(city, vec!["plc_quan-phu-xuan@2025-06-30".into()]).await;

        let district = &answer[0];
        assert_eq!(
            (district["kind"].as_str(), district["name"]["vi"].as_str()),
            (Some("FORMER_DISTRICT"), Some("Quận Phú Xuân"))
        );
        let expected = sqlx::query_scalar!(
            "select array_agg(distinct link.new_id order by link.new_id) from catalogue.place unit
             join catalogue.place_succession link on link.old_id = unit.place_id
             where unit.parent_id = 'quan-phu-xuan@2025-06-30'"
        );
        let expected = expected.fetch_one(city.db()).await.expect("a list").expect("of units");
        assert!(expected.len() > 1);
        assert_eq!(codes(&district["successors"]), expected);
        let districts = sqlx::query_scalar!(
            "select count(*) from catalogue.place where kind = 'FORMER_DISTRICT'"
        );
        assert_eq!(districts.fetch_one(city.db()).await.expect("a number"), Some(9));
    });
}

#[test]
fn the_six_draft_codes_are_former_units_and_say_what_they_became() {
    run::<Catalogue>(async |city| {
        for (draft, right) in [
            ("19768", "19753"),
            ("19786", "19789"),
            ("19810", "19774"),
            ("19864", "19858"),
            ("20023", "19804"),
            ("20152", "20137"),
        ] {
            let answer =
                city.anonymous().post("/internal/v1/place", &json!({ "code": draft })).await;

            assert_eq!(
                (answer.status(), answer.code()),
                ("422 Unprocessable Entity".into(), "PLACE_FORMER".into()),
                "{draft}"
            );
            assert_eq!(answer.fields(), ["/code"]);
            assert_eq!(answer.json()["details"]["successors"][0]["code"], right, "{draft}");
        }
    });
}

#[test]
fn a_reused_code_is_the_present_unit_and_a_code_of_nothing_is_unknown() {
    run::<Catalogue>(async |city| {
        let present =
            city.anonymous().post("/internal/v1/place", &json!({ "code": "19753" })).await;
        let unknown =
            city.anonymous().post("/internal/v1/place", &json!({ "code": "99999" })).await;
        let absurd =
            city.anonymous().post("/internal/v1/place", &json!({ "code": "x' or 1=1" })).await;

        assert_eq!(present.ok()["name"]["vi"], "Phường Phú Xuân");
        assert_eq!(unknown.code(), "PLACE_UNKNOWN");
        assert_eq!(absurd.code(), "PLACE_UNKNOWN");
    });
}

#[test]
fn nodes_keep_their_order_and_hide_what_is_not_there() {
    run::<Catalogue>(async |city| {
        let ids = [
            "agy_HUE-SXD",
            "plc_99999",
            "cat_staff",
            "plc_19753",
            "rpt_x",
            "agy_",
            "cat_public-admin",
        ];
        let batch = json!({ "ids": ids });

        let seen = city.anonymous().post("/internal/v1/nodes:batch", &batch).await;
        let by_staff = city.officer("HUE-SXD").post("/internal/v1/nodes:batch", &batch).await;
        let many = city
            .anonymous()
            .post("/internal/v1/nodes:batch", &json!({ "ids": vec!["x"; 101] }))
            .await;

        let types = |answer: &Value| -> Vec<Option<String>> {
            let nodes = answer.as_array().expect("a list").iter();
            nodes.map(|node| node["type"].as_str().map(str::to_owned)).collect()
        };
        let kind = |word: &str| Some(word.to_owned());
        assert_eq!(seen.header("cache-control"), "private, no-store");
        assert_eq!(
            types(&seen.ok()),
            [kind("AGENCY"), None, None, kind("PLACE"), None, None, kind("CATEGORY")]
        );
        assert_eq!(types(&by_staff.ok())[2], kind("CATEGORY"), "groups for staff exist for staff");
        assert_eq!(many.fields(), ["/ids"]);
    });
}

#[test]
fn an_agency_is_open_by_the_calendar_with_its_holidays_and_swapped_days() {
    run::<Catalogue>(async |city| {
        // The test's clock stands on Wednesday 4 March 2026; 26 April is a Sunday, the 27th the holiday of the Hung kings.
        let answer = city
            .anonymous()
            .post("/internal/v1/agency", &json!({ "code": "HUE-SXD", "days": 62 }))
            .await
            .ok();

        let openings = answer["openings"].as_array().expect("a list");
        let on = |date: &str| openings.iter().find(|day| day["date"] == date).expect("it is shown");
        assert_eq!((openings.len(), openings[0]["date"].as_str()), (62, Some("2026-03-04")));
        assert_eq!(
            on("2026-03-04")["hours"],
            json!([{ "from": "07:30", "to": "11:30" }, { "from": "13:30", "to": "17:00" }])
        );
        assert_eq!(on("2026-03-07")["hours"], json!([]), "a Saturday");
        let holiday = on("2026-04-30");
        assert_eq!(holiday["hours"], json!([]));
        assert!(holiday["closedFor"]["vi"].is_string(), "{holiday}");
        let long = city
            .anonymous()
            .post("/internal/v1/agency", &json!({ "code": "HUE-SXD", "days": 63 }))
            .await;
        let none =
            city.anonymous().post("/internal/v1/agency", &json!({ "code": "HUE-NONE" })).await;
        assert_eq!(
            (long.fields(), none.code()),
            (vec!["/days".to_owned()], "NOT_FOUND".to_owned())
        );
    });
}

#[test]
fn a_point_is_placed_by_boundary_and_else_by_the_nearest_middle() {
    run::<Catalogue>(async |city| {
        let at = async |lat: f64, lon: f64| {
            let body = json!({ "at": { "lat": lat, "lon": lon } });
            city.anonymous().post("/internal/v1/place-at", &body).await
        };
        let near = at(16.4785, 107.577).await.ok();
        assert_eq!(
            (near["place"]["code"].as_str(), near["approximate"].as_bool()),
            (Some("19753"), Some(true))
        );

        // Drawn around the middle of Vỹ Dạ, the boundary takes in the middle of Phú Xuân as well: it wins over the distance.
        let shape = json!({ "type": "Polygon", "coordinates": [[[107.5, 16.4], [107.7, 16.4], [107.7, 16.5], [107.5, 16.5], [107.5, 16.4]]] });
        sqlx::query!("update catalogue.place set boundary = $1 where place_id = '19777'", shape)
            .execute(city.db())
            .await
            .expect("a boundary");
        sqlx::query!("update catalogue.publication set number = number + 1")
            .execute(city.db())
            .await
            .expect("published");
        city.settle().await;

        let inside = at(16.4785, 107.577).await.ok();
        assert_eq!(
            (inside["place"]["code"].as_str(), inside["approximate"].as_bool()),
            (Some("19777"), Some(false))
        );
        assert_eq!(at(21.03, 105.85).await.ok(), Value::Null, "Hà Nội is not in the city");
        assert_eq!(at(95.0, 105.85).await.fields(), ["/at"]);
    });
}

#[test]
fn public_reads_may_be_kept_for_a_minute_and_are_not_sent_twice() {
    run::<Catalogue>(async |city| {
        let anonymous = city.anonymous();
        let get = async |headers: &[(&str, &str)]| {
            anonymous
                .send(Method::POST, "/internal/v1/categories", Some(&json!(null)), headers)
                .await
        };
        let first = get(&[]).await;
        let etag = first.header("etag").to_owned();
        assert_eq!(first.header("cache-control"), "public, max-age=60");

        let again = get(&[("if-none-match", &etag)]).await;
        let english = get(&[("if-none-match", &etag), ("accept-language", "en")]).await;
        let older_app = get(&[("if-none-match", &etag), ("x-app-version", "1.2")]).await;

        assert_eq!((again.status(), again.bytes().len()), ("304 Not Modified".into(), 0));
        assert_eq!(english.status(), "200 OK");
        assert_eq!(older_app.status(), "200 OK");
        assert_eq!(
            first.ok().as_array().map(Vec::len),
            Some(10),
            "the group for staff is not among them"
        );
    });
}

#[test]
fn other_services_copy_what_changed_and_nobody_else_may() {
    run::<Catalogue>(async |city| {
        let reports = city.service(ServiceName::Reports);

        let all = reports.get("/internal/v1/registry?since=0").await.ok();
        let none = reports.get("/internal/v1/registry?since=1").await.ok();
        let calendar = reports.get("/internal/v1/calendars/VN-HUE/current").await.ok();

        let count = |part: &str| all[part].as_array().map(Vec::len);
        assert_eq!(
            (count("places"), count("agencies"), count("calendars")),
            (Some(1 + 40 + 9 + 133), Some(107), Some(1))
        );
        assert_eq!(none["places"], json!([]));
        assert_eq!(
            (calendar["version"].as_u64(), calendar["body"]["code"].as_str()),
            (Some(1), Some("VN-HUE"))
        );
        assert_eq!(reports.get("/internal/v1/calendars/VN-HUE/2").await.code(), "NOT_FOUND");
        assert_eq!(reports.get("/internal/v1/calendars/VN-HUE/x").await.code(), "NOT_FOUND");
        assert_eq!(city.resident().get("/internal/v1/registry").await.code(), "FORBIDDEN");
        let admin = city.staff().with_role("ADMIN", Scope::City);
        assert_eq!(admin.get("/internal/v1/registry").await.code(), "FORBIDDEN");
    });
}
