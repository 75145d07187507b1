//! What an applicant does with a dossier on its way: answer, take back, look who opened it, track it.

use chrono::Duration;
use city_auth::PrincipalKind;
use city_ids::ServiceName;
use city_testkit::run;
use serde_json::{Value, json};

use crate::dossier_kit::{
    Dossiers, Held, LAST4, act, answers, ask, attach, clerk, events, in_work, look, officer, pdf,
    sent, value,
};

#[test]
fn a_supplement_ends_the_stop_at_once() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let id = in_work(city, &resident, "one").await;
        let first_due = look(&resident, &id).await["dueAt"].clone();
        city.clock().advance(Duration::hours(1));
        let asked = json!({
            "deadline": "2026-03-20",
            "items": [{ "target": "paper", "reason": "unreadable" },
                      { "target": "/fullName", "reason": "field-mismatch" }],
        });
        let _asked = act(city, &officer(city), &id, "ask", &asked).await.ok();
        let stopped = look(&resident, &id).await;
        assert_eq!((&stopped["clock"], &stopped["dueAt"]), (&json!("STOPPED"), &Value::Null));
        assert_eq!(stopped["requests"][0]["items"].as_array().map(Vec::len), Some(2));
        assert!(stopped["dueIfResumedNow"].is_string());
        city.clock().advance(Duration::days(2));

        let held = Held::of(&look(&resident, &id).await);
        let nothing =
            ask(&resident, "supplement-dossier", &held.with("more-001", &json!({}))).await;
        assert_eq!(
            (nothing.status(), nothing.code()),
            ("409 Conflict".into(), "ITEMS_OPEN".into())
        );
        let held = attach(&resident, &held, "paper-02", "paper", &pdf("clear")).await;
        let expected = look(&resident, &id).await["dueIfResumedNow"].clone();
        let wrong = held.with("more-002", &json!({ "answers": { "fullName": "x" } }));
        assert_eq!(ask(&resident, "supplement-dossier", &wrong).await.code(), "INCOMPLETE");
        let more = held.with("more-003", &json!({ "answers": answers(), "note": "đã chụp lại" }));
        let view = ask(&resident, "supplement-dossier", &more).await.ok();

        assert_eq!((&view["status"], &view["clock"]), (&json!("PROCESSING"), &json!("RUNNING")));
        assert_eq!(view["dueAt"], expected);
        assert_ne!(view["dueAt"], first_due, "two days moved it");
        assert_eq!(view["firstDueAt"], first_due);
        assert!(view["requests"][0]["closedAt"].is_string());
        let days = view["dueExplanation"].as_array().unwrap();
        assert!(
            days.iter().any(|day| day["label"] == "STOPPED"
                && day["cause"]["en"] == "Waiting for more documents")
        );
        assert_eq!(days.iter().filter(|day| day["label"] == "COUNTED").count(), 5);
        assert!(events(city).await.contains(&"DossierSupplemented".to_owned()));
        city.settle().await;
    });
}

#[test]
fn a_withdrawn_dossier_has_ended_and_its_bill_is_cancelled() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let dossier = sent(&resident, "one").await;
        let held = Held::of(&dossier);

        let view =
            ask(&resident, "withdraw-dossier", &held.with("take-001", &json!({}))).await.ok();

        assert_eq!(
            (&view["status"], &view["bills"][0]["state"]),
            (&json!("WITHDRAWN"), &json!("CANCELLED"))
        );
        assert_eq!(events(city).await[2..], ["DossierWithdrawn", "DossierFeeCancelled"]);
        let again = Held::of(&view).with("take-002", &json!({}));
        let refused = ask(&resident, "withdraw-dossier", &again).await;
        assert_eq!(
            (refused.code(), &refused.json()["details"]["state"]),
            ("DOSSIER_STATE".into(), &json!("WITHDRAWN"))
        );
        let accept = act(city, &clerk(city), &held.id, "accept", &json!({})).await;
        assert_eq!(accept.code(), "DOSSIER_STATE");
        city.settle().await;
    });
}

#[test]
fn whoever_opened_the_answers_shows_in_the_access_log() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let dossier = sent(&resident, "one").await;
        let id = dossier["id"].as_str().unwrap();
        assert_eq!(
            look(&resident, id).await["accessLog"],
            json!([]),
            "one's own reading is no access"
        );
        let mut helper = resident.clone();
        helper.principal.kind = PrincipalKind::Assisted;
        helper.principal.actor = Some(city.resident().account());

        let seen = look(&helper, id).await;

        assert_eq!(seen["id"], id);
        let log = look(&resident, id).await["accessLog"].clone();
        assert_eq!(
            (log.as_array().map(Vec::len), &log[0]["actor"], &log[0]["purpose"]),
            (Some(1), &json!("HELPER"), &json!("ASSISTED"))
        );

        let path = format!("/admin/v1/dossiers/{id}/answers");
        assert_eq!(
            officer(city).get(&path).await.status(),
            "422 Unprocessable Entity",
            "no purpose"
        );
        let read = officer(city).get(&format!("{path}?purpose=check-identity")).await.ok();
        assert_eq!(read["answers"], answers());
        let log = look(&resident, id).await["accessLog"].clone();
        assert_eq!(
            (&log[0]["actor"], &log[0]["purpose"]),
            (&json!("OFFICER"), &json!("check-identity"))
        );
        assert_eq!(
            city.officer("HUE-SXD").get(&format!("{path}?purpose=curious")).await.code(),
            "SCOPE"
        );
        city.settle().await;
    });
}

#[test]
fn the_way_of_a_dossier_is_told_page_by_page() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let id = in_work(city, &resident, "one").await;

        let page =
            ask(&resident, "dossier", &json!({ "id": id, "events": { "first": 2 } })).await.ok();
        let after = page["events"]["edges"][1]["cursor"].clone();
        let rest = ask(
            &resident,
            "dossier",
            &json!({ "id": id, "events": { "first": 50, "after": after } }),
        )
        .await
        .ok();

        let kinds = |page: &Value| -> Vec<String> {
            let edges = page["events"]["edges"].as_array().unwrap();
            edges.iter().map(|edge| edge["node"]["kind"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(kinds(&page), ["SUBMIT", "BILL_REQUESTED"]);
        assert_eq!(kinds(&rest), ["ACCEPT", "START"]);
        assert_eq!(page["events"]["edges"][0]["node"]["actor"], "RESIDENT");
        assert_eq!(rest["events"]["edges"][0]["node"]["actor"], "OFFICER");
        assert_eq!(
            (&page["events"]["hasNextPage"], &rest["events"]["hasNextPage"]),
            (&json!(true), &json!(false))
        );
        let bad =
            ask(&resident, "dossier", &json!({ "id": id, "events": { "first": 0, "after": "x" } }))
                .await;
        assert_eq!(bad.fields(), ["/events/first", "/events/after"]);
        city.settle().await;
    });
}

#[test]
fn a_code_and_four_digits_open_the_tracking_page_and_five_wrong_tries_shut_it_for_an_hour() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let dossier = sent(&resident, "one").await;
        let code = dossier["code"].as_str().unwrap().to_owned();
        let anybody = city.anonymous();
        let track = async |code: &str, last4: &str| {
            ask(&anybody, "track-dossier", &json!({ "code": code, "phoneLast4": last4 })).await
        };

        let seen = track(&code.to_lowercase(), LAST4).await.ok();
        assert_eq!(
            (&seen["code"], &seen["statusText"]["en"]),
            (&json!(code), &json!("Newly registered"))
        );
        let names: Vec<_> = seen.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["code", "dueAt", "receiving", "statusText", "updatedAt"]);

        let (wrong, unknown) =
            (track(&code, "0000").await, track("HUE-W19753-PVHCC-260304-999999", LAST4).await);
        assert_eq!(
            (wrong.status(), wrong.json()),
            ("404 Not Found".into(), unknown.json()),
            "not told apart"
        );
        assert_eq!(track("x", "12a4").await.fields(), ["/code", "/phoneLast4"]);
        for _ in 0..4 {
            assert_eq!(track(&code, "0000").await.status(), "404 Not Found");
        }
        city.clock().advance(Duration::minutes(20));
        let shut = track(&code, LAST4).await;
        assert_eq!(
            (shut.status(), shut.code()),
            ("429 Too Many Requests".into(), "TRACK_LIMIT".into())
        );
        assert_eq!(shut.header("retry-after"), "2401");
        assert_eq!(
            value(city.db(), "select count(*)::text from catalogue.track_try").await,
            "6",
            "kept where restarts cannot reset it"
        );
        city.clock().advance(Duration::minutes(40) + Duration::seconds(1));
        assert_eq!(track(&code, LAST4).await.status(), "200 OK");
        city.settle().await;
        assert_eq!(value(city.db(), "select count(*)::text from catalogue.track_try").await, "0");
    });
}

#[test]
fn a_person_who_wants_to_be_forgotten_loses_drafts_and_is_unlinked_from_what_was_filed() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let dossier = sent(&resident, "one").await;
        let id = dossier["id"].as_str().unwrap().to_owned();
        let draft = crate::dossier_kit::complete(&resident, "two").await;
        let accounts = city.service(ServiceName::Accounts);
        let body = json!({ "account": resident.account() });
        let call = async |step: &str| {
            let path = format!("/internal/v1/privacy/01890000-0000-7000-8000-00000000beef/{step}");
            accounts.post(&path, &body).await
        };

        let blocked = call("precheck").await.ok();
        assert_eq!(
            (&blocked["blockers"][0]["code"], &blocked["blockers"][0]["subject"]),
            (&json!("DOSSIER_OPEN"), &json!(id))
        );
        let exported = call("export").await.ok();
        assert_eq!(exported["dossiers"], 2);
        let file = crate::dossier_kit::store(city)
            .get(exported["key"].as_str().unwrap(), 1 << 20)
            .await
            .unwrap()
            .unwrap();
        let file: Value = serde_json::from_slice(&file).unwrap();
        assert_eq!(file["dossiers"][0]["answers"], answers());
        let withdrawn =
            ask(&resident, "withdraw-dossier", &Held::of(&dossier).with("take-001", &json!({})))
                .await;
        assert_eq!(withdrawn.status(), "200 OK");
        assert_eq!(call("precheck").await.ok()["blockers"], json!([]));

        let receipt = call("erase").await.ok();

        assert_eq!((&receipt["deleted"], &receipt["pseudonymised"]), (&json!(1), &json!(1)));
        assert_eq!(ask(&resident, "dossier", &json!({ "id": id })).await.status(), "404 Not Found");
        assert_eq!(
            ask(&resident, "dossier", &json!({ "id": draft.id })).await.status(),
            "404 Not Found"
        );
        let code = dossier["code"].as_str().unwrap();
        let tracked =
            ask(&city.anonymous(), "track-dossier", &json!({ "code": code, "phoneLast4": LAST4 }))
                .await;
        assert_eq!(tracked.status(), "404 Not Found");
        assert_eq!(call("erase").await.ok()["deleted"], 0, "again: nothing is left");
        assert_eq!(
            resident
                .post("/internal/v1/privacy/01890000-0000-7000-8000-00000000beef/erase", &body)
                .await
                .code(),
            "FORBIDDEN"
        );
        city.clock().advance(Duration::days(3651));
        city.settle().await;
        let sealed = "select (sealed is null and wrapped_key is null)::text from catalogue.dossier";
        assert_eq!(
            value(city.db(), sealed).await,
            "true",
            "at the end of its term its key is dropped"
        );
    });
}
