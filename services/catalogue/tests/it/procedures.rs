//! Procedures from their draft to what residents read, ask and check.

use city_auth::Scope;
use city_testkit::{Character, City, run};
use http::Method;
use serde_json::{Value, json};

use crate::subject::Catalogue;

const BIRTH: &str = "1.001193";

pub fn editor(city: &City<Catalogue>) -> Character {
    city.staff().with_role("EDITOR", Scope::City)
}

pub fn publisher(city: &City<Catalogue>) -> Character {
    city.staff().with_role("PUBLISHER", Scope::City)
}

/// A draft as editors send it.
pub fn draft() -> Value {
    json!({
        "ownerAgency": "HUE-STP", "levels": ["COMMUNE"], "field": "Hộ tịch", "nonTerritorial": true,
        "onlineLevel": "FULL", "english": "SUMMARY",
        "body": {
            "name": { "vi": "Cấp bản sao trích lục", "en": "Copy of an extract" },
            "sla": { "rule": { "rule": "WORKING_DAYS", "n": 7 } },
            "fees": [{ "code": "copy", "name": { "vi": "Bản sao" }, "type": 1, "collect": 1, "amountVnd": "3000000000" }],
            "agencyRoles": [{ "role": "EXECUTES", "agency": "COMMUNE_OF_WARD" }],
        },
    })
}

async fn step(
    who: &Character,
    code: &str,
    step: &str,
    key: &str,
    body: Value,
) -> city_testkit::Answer {
    who.post_once(&format!("/admin/v1/procedures/{code}/{step}"), key, &body).await
}

async fn write(who: &Character, code: &str, key: &str, body: Value) -> city_testkit::Answer {
    let path = format!("/admin/v1/procedures/{code}/draft");
    who.send(Method::PUT, &path, Some(&body), &[("idempotency-key", key)]).await
}

/// Hands in and approves whatever is open.
pub async fn publish(city: &City<Catalogue>, code: &str) {
    let editions = editor(city).get(&format!("/admin/v1/procedures/{code}/editions")).await.ok();
    let version = editions["version"].as_i64().expect("a version");
    let no = &editions["editions"][0]["no"];
    step(
        &editor(city),
        code,
        "submit",
        &format!("submit-{code}-{no}"),
        json!({ "version": version }),
    )
    .await
    .ok();
    let body = json!({ "version": version + 1, "note": "Đã kiểm tra" });
    step(&publisher(city), code, "approve", &format!("approve-{code}-{no}"), body).await.ok();
    city.settle().await;
}

async fn kinds(city: &City<Catalogue>) -> Vec<String> {
    let rows = sqlx::query_scalar!(
        "select kind from catalogue.outbox where kind like 'Procedure%' order by seq"
    );
    rows.fetch_all(city.db()).await.expect("the outbox can be read")
}

#[test]
fn a_draft_is_nobodys_business_until_two_persons_publish_it() {
    run::<Catalogue>(async |city| {
        let ask = json!({ "nationalCode": BIRTH });
        let before = city.anonymous().post("/internal/v1/procedure", &ask).await;
        publish(city, BIRTH).await;

        let read = city.anonymous().post("/internal/v1/procedure", &ask).await.ok();

        assert_eq!(
            (before.status().as_str(), before.code().as_str()),
            ("404 Not Found", "NOT_FOUND")
        );
        assert_eq!(read["name"]["en"], "Birth registration");
        assert_eq!(read["sla"]["rule"], json!({ "rule": "SAME_DAY", "cutoff": "15:00" }));
        assert_eq!(read["form"]["no"], 1);
        assert_eq!(kinds(city).await, ["ProcedurePublished"]);
    });
}

#[test]
fn whoever_wrote_it_does_not_approve_it_and_an_old_version_is_stale() {
    run::<Catalogue>(async |city| {
        let both = city.staff().with_role("EDITOR", Scope::City);
        let both = both.with_role("PUBLISHER", Scope::City);
        let made = write(&both, "9.000001", "write-0001", json!({ "draft": draft() })).await.ok();
        let replay = write(&both, "9.000001", "write-0001", json!({ "draft": draft() })).await.ok();
        let version = made["version"].as_i64().expect("a version");
        step(&both, "9.000001", "submit", "submit-0001", json!({ "version": version })).await.ok();

        let waiting = publisher(city).get("/admin/v1/reviews").await.ok();
        let own = json!({ "version": version + 1, "note": "Tốt" });
        let own = step(&both, "9.000001", "approve", "approve-0001", own).await;
        let stale = json!({ "version": version, "note": "Tốt" });
        let stale = step(&publisher(city), "9.000001", "approve", "approve-0002", stale).await;
        let twice =
            write(&editor(city), "9.000001", "write-0002", json!({ "draft": draft() })).await;
        let outside = city.staff().with_role("EDITOR", Scope::Agency("HUE-SXD".into()));
        let outside = write(&outside, "9.000002", "write-0003", json!({ "draft": draft() })).await;

        assert_eq!(made, replay);
        let waiting = (&waiting["items"][0]["kind"], &waiting["items"][0]["code"]);
        assert_eq!(waiting, (&json!("PROCEDURE"), &json!("9.000001")));
        assert_eq!((own.status().as_str(), own.code().as_str()), ("403 Forbidden", "TWO_PERSONS"));
        assert_eq!(stale.code(), "STALE");
        assert_eq!(twice.code(), "CODE_TAKEN");
        assert_eq!(outside.code(), "SCOPE");
    });
}

#[test]
fn a_broken_draft_is_refused_with_everything_that_is_wrong() {
    run::<Catalogue>(async |city| {
        let mut broken = draft();
        broken["ownerAgency"] = json!("NOBODY");
        broken["body"]["fees"][0]["collect"] = json!(3);
        broken["body"]["fees"][0]["condition"] = json!({ "eq": ["a", 1] });

        let refused = write(&editor(city), "9.1", "write-0001", json!({ "draft": broken })).await;

        assert_eq!(refused.code(), "INPUT");
        assert_eq!(
            refused.fields(),
            [
                "/nationalCode",
                "/draft/ownerAgency",
                "/draft/body/fees/0/collect",
                "/draft/body/fees/0/condition/eq"
            ]
        );
    });
}

#[test]
#[expect(clippy::disallowed_methods, reason = "what is tried here no checked query would try")]
fn the_database_refuses_to_rewrite_what_was_live() {
    run::<Catalogue>(async |city| {
        publish(city, BIRTH).await;
        for statement in [
            "update catalogue.procedure_edition set body = '{}'",
            "update catalogue.procedure_edition set in_force_to = '2027-01-01'",
            "delete from catalogue.procedure_edition",
            "update catalogue.form_version set schema = '{}'",
            "delete from catalogue.form_version",
            "truncate catalogue.procedure_edition cascade",
            "insert into catalogue.procedure_edition select gen_random_uuid(), national_code, 2, 'LIVE', facts, body, \
             content_sha256, form_version, old_form_closes_at, legal_basis, decision_no, decision_date, in_force_from, \
             in_force_to, en, 'x', effective_from, review_by, assured_at, assured_by, editors, edited_by, edited_at, \
             submitted_at, approved_by, approved_at, review_note, live_at, superseded_at, source, demo \
             from catalogue.procedure_edition",
        ] {
            let tried = sqlx::query(sqlx::AssertSqlSafe(statement)).execute(city.db()).await;
            assert!(tried.is_err(), "{statement}");
        }
    });
}

#[test]
fn quotes_and_checks_answer_from_what_is_live() {
    run::<Catalogue>(async |city| {
        publish(city, BIRTH).await;
        let late = json!({ "child": { "birthDate": "2025-12-01" }, "requester": { "poorHousehold": true } });
        let anyone = city.anonymous();

        let quote = json!({ "nationalCode": BIRTH, "answers": late });
        let quote = anyone.post("/internal/v1/fee-quote", &quote).await.ok();
        let check = |ward: &str| json!({ "nationalCode": BIRTH, "answers": {}, "components": [], "wardCode": ward });
        let checked = anyone.post("/internal/v1/check-file", &check("19753")).await.ok();
        let former = anyone.post("/internal/v1/check-file", &check("19768")).await;
        let long = json!({ "nationalCode": BIRTH, "answers": { "a": "x".repeat(50_000) } });
        let long = anyone.post("/internal/v1/fee-quote", &long).await;

        assert_eq!(quote["total"], "0");
        assert_eq!(quote["applied"][0]["code"], "poor");
        assert_eq!(quote["possible"].as_array().map(Vec::len), Some(2));
        assert_eq!(checked["ok"], false);
        let codes: Vec<_> = checked["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|found| &found["code"])
            .collect();
        assert!(
            codes.contains(&&json!("COMPONENT_MISSING"))
                && codes.contains(&&json!("COMPONENT_PERHAPS"))
        );
        assert_eq!(former.code(), "PLACE_FORMER");
        assert_eq!(long.fields(), ["/answers"]);
    });
}

#[test]
fn the_due_date_is_explained_day_by_day_over_tet_and_the_worked_saturday() {
    run::<Catalogue>(async |city| {
        write(&editor(city), "9.000001", "write-0001", json!({ "draft": draft() })).await.ok();
        publish(city, "9.000001").await;
        let preview = async |at: &str| {
            let ask = json!({ "nationalCode": "9.000001", "channel": "ONLINE", "at": at });
            city.anonymous().post("/internal/v1/due-date-preview", &ask).await.ok()
        };
        let counted = |preview: &Value| -> Vec<String> {
            let days = preview["days"].as_array().cloned().unwrap_or_default();
            let counted = days.iter().filter(|day| day["label"] == "COUNTED");
            counted.map(|day| day["date"].as_str().unwrap_or("").to_owned()).collect()
        };

        let tet = preview("2026-02-10T09:00:00+07:00").await;
        let saturday = preview("2026-01-07T09:00:00+07:00").await;
        let beyond = preview("2026-12-28T09:00:00+07:00").await;

        for shown in [&tet, &saturday, &beyond] {
            let days = shown["days"].as_array().expect("days");
            assert_eq!(days[0]["label"], "START");
            assert_eq!(counted(shown).len(), 7, "{shown}");
            let last = days.last().expect("a due day");
            assert_eq!((&last["label"], &last["counted"]), (&json!("COUNTED"), &json!(7)));
            // 17:00 in Hue is 10:00 UTC.
            assert_eq!(
                shown["dueAt"],
                format!("{}T10:00:00Z", last["date"].as_str().unwrap_or(""))
            );
        }
        assert!(
            tet["days"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|day| day["label"] == "DAY_OFF" && day["cause"]["vi"].is_string())
        );
        assert!(counted(&saturday).contains(&"2026-01-10".to_owned()), "{saturday}");
        assert_eq!((&tet["provisional"], &beyond["provisional"]), (&json!(false), &json!(true)));
    });
}

#[test]
fn a_new_form_closes_the_one_before_and_a_hostile_one_is_refused() {
    run::<Catalogue>(async |city| {
        publish(city, BIRTH).await;
        let editor = editor(city);
        let live = editor.get(&format!("/admin/v1/procedures/{BIRTH}/editions")).await.ok();
        let form = city
            .anonymous()
            .post("/internal/v1/procedure", &json!({ "nationalCode": BIRTH }))
            .await
            .ok();
        let mut schema = form["form"]["schema"].clone();

        let hostile = json!({ "schema": { "type": "object", "$ref": "https://example.org/x" } });
        let hostile = step(&editor, BIRTH, "forms", "form-00000", hostile).await;
        schema["properties"]["child"]["properties"]["birthPlace"]["maxLength"] = json!(200);
        let added =
            step(&editor, BIRTH, "forms", "form-00001", json!({ "schema": schema })).await.ok();
        let mut next = live["editions"][0]["draft"].clone();
        next["formNo"] = json!(2);
        next["changeNote"] = json!("Biểu mẫu mới");
        next["oldFormClosesAt"] = json!("2026-04-01T00:00:00Z");
        let body = json!({ "version": live["version"], "draft": next });
        write(&editor, BIRTH, "write-0001", body).await.ok();
        publish(city, BIRTH).await;

        assert_eq!(hostile.fields(), ["/schema/$ref"]);
        assert_eq!(added["no"], 2);
        let ends = sqlx::query_scalar!("select closes_at from catalogue.form_version order by no");
        let ends = ends.fetch_all(city.db()).await.expect("forms can be read");
        assert_eq!(ends, ["2026-04-01T00:00:00Z".parse().ok(), None]);
        let diff = editor.get(&format!("/admin/v1/procedures/{BIRTH}/diff?to=2")).await.ok();
        let paths: Vec<_> = diff["changes"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|change| &change["path"])
            .collect();
        assert!(paths.contains(&&json!("/formNo")), "{diff}");
    });
}
