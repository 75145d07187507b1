//! The store or accounts goes away and comes back.

use city_testkit::run;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::dossier_kit::{
    ACCOUNTS, Held, Line, NAME, OnALine, PROCEDURE, answers, ask, attach, create, look, pdf, save,
    upload,
};

#[test]
fn while_the_store_is_away_uploads_wait_and_all_else_works() {
    run::<OnALine>(async |city| {
        let resident = city.resident();
        let line = Line::up().await;
        let held = create(&resident, "draft-01").await;
        let held = attach(&resident, &held, "paper-01", "paper", &pdf("one")).await;
        let file = upload(&resident, &held, "ticket-2", "paper", &pdf("two")).await;
        drop(line);

        let input = held.with("attach-2", &json!({ "componentCode": "paper", "fileId": file }));
        let away = ask(&resident, "attach-component", &input).await;
        assert_eq!(
            (away.status(), away.code()),
            ("503 Service Unavailable".into(), "UNAVAILABLE".into())
        );
        assert_ne!(away.header("retry-after"), "");
        let held = save(&resident, &held, "save-001", &answers()).await;
        let done = ask(&resident, "submit-dossier", &held.with("send-001", &json!({}))).await.ok();
        assert_eq!(done["dossier"]["status"], "REGISTERED");
        assert_eq!(look(&resident, &held.id).await["code"], done["dossier"]["code"]);
        let line = Line::up().await;
        city.settle().await;
        drop(line);
    });
}

/// Answers one question after another as accounts would.
async fn accounts(asked: Value) -> JoinSet<()> {
    let listener = TcpListener::bind(*ACCOUNTS).await.expect("the port is free");
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _read = stream.read(&mut request).await.expect("a request comes");
            let body = asked.to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.expect("the answer goes");
        }
    });
    tasks
}

#[test]
fn a_form_is_prefilled_from_accounts_and_begins_empty_with_a_notice_while_they_are_away() {
    run::<OnALine>(async |city| {
        let resident = city.resident();
        let input = |key: &str| json!({ "idempotencyKey": key, "nationalCode": PROCEDURE });

        let without = ask(&resident, "create-dossier", &input("draft-01")).await.ok();
        let answering =
            accounts(json!({ "fullName": NAME, "phone": "+84905123987", "homeWardCode": "19753" }))
                .await;
        let with = ask(&resident, "create-dossier", &input("draft-02")).await.ok();
        drop(answering);

        assert_eq!(without["answers"], json!({}));
        assert!(without["notice"]["vi"].is_string());
        assert_eq!(with["answers"], json!({ "fullName": NAME, "wardCode": "19753" }));
        assert_eq!(
            (&with["contact"]["phone"], &with["notice"]),
            (&json!("+84905123987"), &Value::Null)
        );
        let held = Held::of(&with);
        assert_eq!(
            look(&resident, &held.id).await["answers"],
            with["answers"],
            "it is kept with the draft"
        );
    });
}
