//! Files: what is taken, what never attaches, who gets what back.

use city_testkit::run;
use serde_json::{Value, json};

use crate::dossier_kit::{
    Dossiers, Held, act, ask, attach, create, in_work, look, officer, pdf, put, run_sql, sha256,
    store, upload, upload_request, value,
};

#[test]
fn wrong_files_never_attach_and_the_component_stays() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = create(&resident, "draft-01").await;
        let held = attach(&resident, &held, "paper-01", "paper", &pdf("right")).await;
        let before = look(&resident, &held.id).await;
        let attach_it = async |file: &Value, key: &str| {
            let input = held.with(key, &json!({ "componentCode": "paper", "fileId": file }));
            let answer = ask(&resident, "attach-component", &input).await;
            (answer.status(), answer.code(), answer.fields())
        };

        // A web page that says it is a PDF.
        let page = b"<html><script>alert(1)</script></html>".to_vec();
        let fake = upload(&resident, &held, "ticket-1", "paper", &page).await;
        // Bytes of the announced length and type, but not those that were announced.
        let (told, other) = (pdf("told"), pdf("else"));
        let ticket = ask(
            &resident,
            "request-component-upload",
            &upload_request(&held, "ticket-2", "paper", &told),
        )
        .await
        .ok();
        assert_eq!(put(&ticket, &other).await, 200);
        // Longer than announced: the store refuses.
        let short = ask(
            &resident,
            "request-component-upload",
            &upload_request(&held, "ticket-3", "paper", &told),
        )
        .await
        .ok();
        assert_eq!(put(&short, &[told.as_slice(), b"x"].concat()).await, 403);

        let wrong = (
            "422 Unprocessable Entity".to_owned(),
            "FILE_TYPE".to_owned(),
            vec!["/fileId".to_owned()],
        );
        assert_eq!(attach_it(&fake, "attach-1").await, wrong);
        assert_eq!(attach_it(&ticket["fileId"], "attach-2").await, wrong);
        assert_eq!(attach_it(&short["fileId"], "attach-3").await.1, "UPLOAD_MISSING");
        assert_eq!(
            attach_it(&json!("fil_00000000000000000000000000000007"), "attach-4").await.1,
            "UPLOAD_UNKNOWN"
        );
        assert_eq!(look(&resident, &held.id).await, before);
    });
}

#[test]
fn a_file_belongs_to_one_component_of_one_dossier() {
    run::<Dossiers>(async |city| {
        let (resident, stranger) = (city.resident(), city.resident());
        let (held, other) =
            (create(&resident, "draft-01").await, create(&resident, "draft-02").await);
        let file = upload(&resident, &held, "ticket-1", "paper", &pdf("mine")).await;
        let attach_to =
            async |who: &city_testkit::Character, held: &Held, key: &str, component: &str| {
                let input = held.with(key, &json!({ "componentCode": component, "fileId": file }));
                ask(who, "attach-component", &input).await
            };

        assert_eq!(
            attach_to(&resident, &other, "attach-1", "paper").await.code(),
            "UPLOAD_UNKNOWN"
        );
        assert_eq!(
            attach_to(&resident, &held, "attach-2", "pledge").await.code(),
            "UPLOAD_UNKNOWN"
        );
        assert_eq!(
            attach_to(&resident, &held, "attach-3", "form").await.fields(),
            ["/componentCode"]
        );
        assert_eq!(
            attach_to(&stranger, &held, "attach-4", "paper").await.status(),
            "404 Not Found"
        );
        let done = attach_to(&resident, &held, "attach-5", "paper").await.ok();
        assert_eq!(
            attach_to(&resident, &held, "attach-5", "paper").await.ok(),
            done,
            "a repetition"
        );
        let paper = done["components"]
            .as_array()
            .and_then(|all| all.iter().find(|one| one["code"] == "paper").cloned());
        assert_eq!(paper.map(|paper| paper["file"]["id"].clone()), Some(file.clone()));
    });
}

#[test]
fn an_announcement_names_everything_wrong_and_a_dossier_holds_fifty_mebibytes() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let held = create(&resident, "draft-01").await;
        let wrong = json!({
            "idempotencyKey": "ticket-0", "id": held.id, "componentCode": "paper", "contentType": "image/svg+xml",
            "byteLength": 10_485_761, "sha256": "zz", "fileName": "",
        });
        let answer = ask(&resident, "request-component-upload", &wrong).await;
        assert_eq!(answer.fields(), ["/contentType", "/byteLength", "/sha256", "/fileName"]);

        let big = |n: i32| {
            json!({
                "idempotencyKey": format!("ticket-big-{n}"), "id": held.id, "componentCode": "paper",
                "contentType": "application/pdf", "byteLength": 10_485_760, "sha256": sha256(b"x"),
            })
        };
        for n in 0..5 {
            let _ticket = ask(&resident, "request-component-upload", &big(n)).await.ok();
        }
        let sixth = ask(&resident, "request-component-upload", &big(5)).await;

        assert_eq!(
            (sixth.code(), sixth.fields()),
            ("INPUT".into(), vec!["/byteLength".to_owned()])
        );
        assert_eq!(
            ask(&resident, "request-component-upload", &big(2)).await.status(),
            "200 OK",
            "a replay is no new ticket"
        );
        city.clock().advance(chrono::Duration::hours(2));
        city.settle().await;
        assert_eq!(
            ask(&resident, "request-component-upload", &big(6)).await.status(),
            "200 OK",
            "unused tickets lapse"
        );
    });
}

#[test]
fn a_file_comes_back_as_it_was_and_as_an_attachment_and_goes_when_it_is_replaced() {
    run::<Dossiers>(async |city| {
        let (resident, stranger) = (city.resident(), city.resident());
        let held = create(&resident, "draft-01").await;
        let held = attach(&resident, &held, "paper-01", "paper", &pdf("one")).await;
        let view = look(&resident, &held.id).await;
        let file = view["components"][0]["file"]["id"].clone();
        assert_eq!(view["components"][0]["file"]["sha256"], sha256(&pdf("one")));
        let input = json!({ "idempotencyKey": "fetch-001", "id": held.id, "fileId": file });

        let ticket = ask(&resident, "download-dossier-file", &input).await.ok();
        let answer = city_http::client().get(ticket["url"].as_str().unwrap()).send().await.unwrap();

        assert_eq!(answer.headers()["content-disposition"], "attachment");
        assert_eq!(answer.bytes().await.unwrap(), pdf("one"));
        assert_eq!(ask(&stranger, "download-dossier-file", &input).await.status(), "404 Not Found");
        let object = value(city.db(), "select object_key from catalogue.dossier_file").await;
        let held = attach(&resident, &held, "paper-02", "paper", &pdf("two")).await;
        city.clock().advance(chrono::Duration::minutes(10));
        city.settle().await;
        assert_eq!(store(city).head(&object).await.unwrap(), None, "the replaced one is gone");
        let detached = ask(
            &resident,
            "detach-component",
            &held.with("detach-1", &json!({ "componentCode": "paper" })),
        )
        .await
        .ok();
        assert_eq!(detached["components"][0]["file"], Value::Null);
        city.clock().advance(chrono::Duration::minutes(10));
        city.settle().await;
        assert_eq!(
            value(city.db(), "select count(*)::text from catalogue.dossier_file").await,
            "0"
        );
    });
}

#[test]
fn a_result_is_proven_named_handed_over_by_its_download_and_rated_once() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let id = in_work(city, &resident, "one").await;
        let bytes = pdf("result");
        let officer = officer(city);
        let announced = json!({ "contentType": "application/pdf", "byteLength": bytes.len(), "sha256": sha256(&bytes) });
        let path = format!("/admin/v1/dossiers/{id}/result-files");
        let ticket = officer.post_once(&path, "result-01", &announced).await.ok();
        let file = ticket["fileId"].as_str().unwrap().to_owned();
        let finish = json!({ "outcome": "GRANTED", "results": [{ "file": file }] });
        let fetch = json!({ "idempotencyKey": "fetch-001", "id": id, "fileId": file });

        assert!(
            !act(city, &officer, &id, "finish", &finish).await.status().starts_with('2'),
            "nothing was uploaded"
        );
        assert_eq!(put(&ticket, &bytes).await, 200);
        let _kept =
            officer.post_once(&format!("{path}/{file}/keep"), "keep-0001", &json!({})).await.ok();
        assert_eq!(
            ask(&resident, "download-dossier-file", &fetch).await.status(),
            "404 Not Found",
            "not decided yet"
        );
        run_sql(city.db(), "delete from catalogue.idempotency where key like 'finish%'".into())
            .await;
        let _done = act(city, &officer, &id, "finish", &finish).await.ok();
        assert_eq!(look(&resident, &id).await["results"][0]["file"]["id"], file);
        let rate = async |key: &str| {
            let held = Held::of(&look(&resident, &id).await);
            ask(&resident, "rate-dossier", &held.with(key, &json!({ "score": 5, "text": "Nhanh" })))
                .await
        };
        assert_eq!(rate("rate-001").await.code(), "RATING_CLOSED", "not handed over yet");

        let ticket = ask(&resident, "download-dossier-file", &fetch).await.ok();
        let got = city_http::client().get(ticket["url"].as_str().unwrap()).send().await.unwrap();

        assert_eq!(got.bytes().await.unwrap(), bytes);
        let view = look(&resident, &id).await;
        assert_eq!((&view["status"], &view["canRate"]), (&json!("RETURNED"), &json!(true)));
        let _again = ask(&resident, "download-dossier-file", &fetch).await.ok();
        assert_eq!(rate("rate-002").await.status(), "200 OK");
        assert_eq!(rate("rate-003").await.code(), "RATING_CLOSED", "once");
        assert_eq!(look(&resident, &id).await["canRate"], false);
        let kinds = crate::dossier_kit::events(city).await;
        assert_eq!(kinds[kinds.len() - 2..], ["DossierReturned", "DossierRated"]);
        city.settle().await;
    });
}

#[test]
fn a_rating_after_thirty_days_is_too_late() {
    run::<Dossiers>(async |city| {
        let resident = city.resident();
        let id = in_work(city, &resident, "one").await;
        let bare = id.trim_start_matches("dos_");
        run_sql(city.db(), format!(
            "update catalogue.dossier set status = 10, outcome = 'GRANTED', processed_at = '2026-03-04T02:00:00Z',
                 returned_at = '2026-03-04T02:00:00Z', ended_at = '2026-03-04T02:00:00Z' where id = '{bare}'"
        )).await;
        city.clock().advance(chrono::Duration::days(30));
        assert_eq!(look(&resident, &id).await["canRate"], true, "the last instant");
        city.clock().advance(chrono::Duration::seconds(1));

        let held = Held::of(&look(&resident, &id).await);
        let late =
            ask(&resident, "rate-dossier", &held.with("rate-001", &json!({ "score": 1 }))).await;

        assert_eq!(late.code(), "RATING_CLOSED");
        city.settle().await;
    });
}
