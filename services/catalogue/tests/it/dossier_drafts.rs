//! Drafts: written, saved, sent, moved to another form, forgotten.

use chrono::Duration;
use city_testkit::run;
use serde_json::json;

use crate::dossier_kit::{
    Dossiers, Held, NAME, PROCEDURE, answers, ask, attach, complete, create, events, look, pdf,
    publish_form, run_sql, save, sent, value,
};

#[test]
fn a_complete_draft_is_sent_with_a_code_a_frozen_quote_and_a_bill() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();

        let dossier = sent(&resident, "one").await;

        assert_eq!(dossier["code"], "HUE-W19753-PVHCC-260304-000001");
        assert_eq!(
            (&dossier["status"], &dossier["clock"]),
            (&json!("REGISTERED"), &json!("NOT_STARTED"))
        );
        assert_eq!(dossier["statusText"]["vi"], "Mới đăng ký");
        assert_eq!(dossier["answers"]["fullName"], NAME);
        assert_eq!(dossier["competent"]["code"], "HUE-W19753");
        assert_eq!(dossier["fee"]["total"], "20000");
        assert_eq!(
            (
                &dossier["bills"][0]["purpose"],
                &dossier["bills"][0]["amount"],
                &dossier["bills"][0]["state"]
            ),
            (&json!("INTAKE"), &json!(20_000), &json!("REQUESTED"))
        );
        assert_eq!(events(city).await, ["DossierSubmitted", "DossierFeeRequested"]);
        city.settle().await;
    });
}

#[test]
fn everything_that_keeps_a_draft_from_being_sent_is_named_at_once_and_it_keeps_everything() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = create(&resident, "draft-01").await;
        let held = save(
            &resident,
            &held,
            "save-001",
            &json!({ "identityNumber": "12", "wardCode": "19753" }),
        )
        .await;

        let refused = ask(&resident, "submit-dossier", &held.with("send-001", &json!({}))).await;

        assert_eq!(
            (refused.status(), refused.code()),
            ("422 Unprocessable Entity".into(), "INCOMPLETE".into())
        );
        let fields = refused.fields();
        assert!(fields.iter().any(|field| field == "/answers/fullName"), "{fields:?}");
        assert!(fields.iter().any(|field| field == "/answers/identityNumber"), "{fields:?}");
        assert!(fields.iter().any(|field| field == "/components/paper"), "{fields:?}");
        let kept = look(&resident, &held.id).await;
        assert_eq!(
            (&kept["status"], &kept["answers"]["identityNumber"]),
            (&json!("DRAFT"), &json!("12"))
        );
        assert_eq!(kept["version"], held.version);
        assert_eq!(events(city).await, Vec::<String>::new());
    });
}

#[test]
fn the_check_beforehand_and_the_check_of_sending_find_the_same() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let mut more = answers();
        more["extra"] = json!(true);
        let cases = [
            json!({}),
            json!({ "fullName": "x", "identityNumber": "12", "wardCode": "19753", "unknown": 1 }),
            json!({ "fullName": NAME, "identityNumber": "046301009876", "wardCode": "99999" }),
            more,
        ];
        for (n, written) in cases.iter().enumerate() {
            let held = create(&resident, &format!("draft-{n:02}")).await;
            let held = save(&resident, &held, &format!("save-{n:03}"), written).await;
            let asked = json!({ "nationalCode": PROCEDURE, "answers": written, "components": [] });

            let checked = ask(&resident, "check-file", &asked).await.ok();
            let refused =
                ask(&resident, "submit-dossier", &held.with(&format!("send-{n:03}"), &json!({})))
                    .await;

            let found = checked["findings"].as_array().unwrap().iter();
            let blocking = found.filter(|finding| finding["severity"] == "BLOCKING");
            let before: Vec<_> = blocking
                .map(|finding| {
                    (
                        finding["target"].clone(),
                        finding["code"].clone(),
                        finding["message"]["vi"].clone(),
                    )
                })
                .collect();
            let json = refused.json();
            let then: Vec<_> = json["errors"]
                .as_array()
                .unwrap()
                .iter()
                .map(|finding| {
                    (finding["field"].clone(), finding["code"].clone(), finding["message"].clone())
                })
                .collect();
            assert_eq!(
                (checked["ok"].clone(), refused.code()),
                (json!(false), "INCOMPLETE".into()),
                "{written}"
            );
            assert_eq!(before, then, "{written}");
            assert!(!before.is_empty());
        }
    });
}

#[test]
fn an_alternative_is_as_good_and_a_condition_asks_for_more() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = create(&resident, "draft-01").await;
        let mut more = answers();
        more["extra"] = json!(true);
        let held = save(&resident, &held, "save-001", &more).await;
        let held = attach(&resident, &held, "pledge-1", "pledge", &pdf("pledge")).await;

        let refused = ask(&resident, "submit-dossier", &held.with("send-001", &json!({}))).await;
        assert_eq!(refused.fields(), ["/components/extra"]);

        let held = attach(&resident, &held, "extra-01", "extra", &pdf("extra")).await;
        let done = ask(&resident, "submit-dossier", &held.with("send-002", &json!({}))).await.ok();
        assert_eq!(done["dossier"]["status"], "REGISTERED");
        city.settle().await;
    });
}

#[test]
fn an_exempt_applicant_gets_no_bill() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = complete(&resident, "one").await;
        let mut poor = answers();
        poor["poor"] = json!(true);
        let held = save(&resident, &held, "save-poor", &poor).await;

        let done = ask(&resident, "submit-dossier", &held.with("send-001", &json!({}))).await.ok();

        assert_eq!(done["dossier"]["fee"]["total"], "0");
        assert_eq!(done["dossier"]["bills"], json!([]));
        assert_eq!(events(city).await, ["DossierSubmitted"]);
        city.settle().await;
    });
}

#[test]
fn a_repetition_gets_the_first_answer_and_others_nothing() {
    run::<Dossiers>(async |city| {
        let (resident, stranger) = (city.resident(), city.resident());
        let held = complete(&resident, "one").await;
        let input = held.with("send-001", &json!({}));

        let first = ask(&resident, "submit-dossier", &input).await.ok();
        let again = ask(&resident, "submit-dossier", &input).await.ok();

        assert_eq!(again, first);
        assert_eq!(events(city).await.len(), 2, "it was sent once");
        let other = held.with("send-001", &json!({ "version": 99 }));
        assert_eq!(ask(&resident, "submit-dossier", &other).await.code(), "KEY_REUSED");
        let stale = held.with("save-002", &json!({ "answers": {} }));
        assert_eq!(ask(&resident, "save-dossier", &stale).await.code(), "STALE");
        let now = Held::of(&first["dossier"]);
        assert_eq!(
            ask(&resident, "save-dossier", &now.with("save-003", &json!({ "answers": {} })))
                .await
                .code(),
            "DOSSIER_STATE"
        );
        assert_eq!(
            ask(&stranger, "dossier", &json!({ "id": held.id })).await.status(),
            "404 Not Found"
        );
        assert_eq!(
            ask(&stranger, "withdraw-dossier", &now.with("take-001", &json!({}))).await.status(),
            "404 Not Found"
        );
        assert_eq!(
            ask(&city.anonymous(), "dossier", &json!({ "id": held.id })).await.code(),
            "SIGN_IN_REQUIRED"
        );
        city.settle().await;
    });
}

#[test]
fn twenty_drafts_are_enough() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        for n in 0..20 {
            create(&resident, &format!("draft-{n:02}")).await;
        }

        let input =
            json!({ "idempotencyKey": "draft-20", "nationalCode": PROCEDURE, "answers": {} });
        let refused = ask(&resident, "create-dossier", &input).await;

        assert_eq!(
            (refused.status(), refused.code()),
            ("429 Too Many Requests".into(), "DRAFT_LIMIT".into())
        );
        let page = ask(&resident, "my-dossiers", &json!({ "page": { "first": 15 } })).await.ok();
        assert_eq!(
            (page["edges"].as_array().map(Vec::len), &page["hasNextPage"]),
            (Some(15), &json!(true))
        );
        let after = &page["edges"][14]["cursor"];
        let rest =
            ask(&resident, "my-dossiers", &json!({ "page": { "first": 15, "after": after } }))
                .await
                .ok();
        assert_eq!(
            (rest["edges"].as_array().map(Vec::len), &rest["hasNextPage"]),
            (Some(5), &json!(false))
        );
        let held = Held::of(&page["edges"][0]["node"]);
        let _gone =
            ask(&resident, "discard-dossier", &held.with("discard-1", &json!({}))).await.ok();
        assert_eq!(
            ask(&resident, "dossier", &json!({ "id": held.id })).await.status(),
            "404 Not Found"
        );
        assert_eq!(ask(&resident, "create-dossier", &input).await.status(), "200 OK");
    });
}

#[test]
fn a_draft_on_form_1_is_sent_after_form_2_is_live() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = complete(&resident, "one").await;
        publish_form(city.db(), 2).await;

        let done = ask(&resident, "submit-dossier", &held.with("send-001", &json!({}))).await.ok();

        assert_eq!(done["dossier"]["procedure"]["form"], "frm_018900000000700080000000000000f1");
        city.settle().await;
    });
}

#[test]
fn after_its_form_closed_a_draft_is_refused_and_moved_without_losing_what_still_fits() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = complete(&resident, "one").await;
        let mut noted = answers();
        noted["note"] = json!("chỉ có ở mẫu 1");
        let held = save(&resident, &held, "save-note", &noted).await;
        publish_form(city.db(), 2).await;
        run_sql(
            city.db(),
            "update catalogue.form_version set closes_at = '2026-03-04T01:00:00Z' where no = 1"
                .into(),
        )
        .await;

        let refused = ask(&resident, "submit-dossier", &held.with("send-001", &json!({}))).await;
        let moved =
            ask(&resident, "move-draft-to-current-form", &held.with("move-001", &json!({})))
                .await
                .ok();

        assert_eq!(
            (refused.status(), refused.code()),
            ("409 Conflict".into(), "FORM_CLOSED".into())
        );
        assert_eq!(moved["dropped"], json!(["/note"]));
        assert_eq!(moved["dossier"]["answers"], answers());
        assert_eq!(moved["dossier"]["procedure"]["form"], "frm_018900000000700080000000000000f2");
        let held = Held::of(&moved["dossier"]);
        let done = ask(&resident, "submit-dossier", &held.with("send-002", &json!({}))).await.ok();
        assert_eq!(done["dossier"]["status"], "REGISTERED");
        city.settle().await;
    });
}

#[test]
fn answers_out_of_bounds_are_refused_by_name() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = create(&resident, "draft-01").await;
        let refused = async |key: &str, input: serde_json::Value| {
            let answer = ask(&resident, "save-dossier", &held.with(key, &input)).await;
            (answer.code(), answer.fields())
        };

        let long = json!({ "answers": { "note": "x".repeat(50_000) } });
        assert_eq!(refused("save-001", long).await, ("INPUT".into(), vec!["/answers".into()]));
        let wrong =
            json!({ "answers": [], "contact": { "fullName": "x", "phone": "12", "email": "no" } });
        let fields = ["/answers", "/contact/fullName", "/contact/phone", "/contact/email"]
            .map(str::to_owned);
        assert_eq!(refused("save-002", wrong).await, ("INPUT".into(), fields.to_vec()));
        let unknown = json!({ "idempotencyKey": "draft-02", "nationalCode": "1.999999" });
        assert_eq!(ask(&resident, "create-dossier", &unknown).await.status(), "404 Not Found");
        let former =
            json!({ "idempotencyKey": "draft-03", "nationalCode": PROCEDURE, "wardCode": "19768" });
        assert_eq!(ask(&resident, "create-dossier", &former).await.code(), "PLACE_FORMER");
    });
}

#[test]
fn an_untouched_draft_is_warned_of_once_and_ends_after_ninety_days() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = complete(&resident, "one").await;
        city.clock().advance(Duration::days(83));
        city.settle().await;
        city.settle().await;

        assert_eq!(events(city).await, ["DossierReminder"]);
        let body = value(
            city.db(),
            "select body::text from catalogue.outbox where kind = 'DossierReminder'",
        )
        .await;
        let body: serde_json::Value = serde_json::from_str(&body).expect("a body is JSON");
        assert_eq!((&body["what"], &body["deadline"]), (&json!("DRAFT"), &json!("2026-06-02")));
        assert_eq!(
            look(&resident, &held.id).await["version"],
            held.version,
            "a warning changes nothing"
        );

        city.clock().advance(Duration::days(7));
        city.settle().await;
        assert_eq!(
            ask(&resident, "dossier", &json!({ "id": held.id })).await.status(),
            "404 Not Found"
        );
        city.settle().await;
        assert_eq!(
            value(city.db(), "select count(*)::text from catalogue.dossier_file").await,
            "0",
            "its file went too"
        );
    });
}
