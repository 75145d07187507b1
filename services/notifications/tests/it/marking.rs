//! Marking messages read.

use city_testkit::{Character, run};
use serde_json::{Value, json};

use crate::subject::{Notifications, ids, inbox, published, tell};

const PATH: &str = "/internal/v1/mark-messages-read";

async fn unread(of: &Character) -> Value {
    of.post("/internal/v1/unread-count", &json!(null)).await.ok()["unreadCount"].clone()
}

#[test]
fn marking_twice_with_one_key_takes_effect_once() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        tell(city, resident.account(), 3).await;
        let all = ids(&inbox(&resident, 10, None).await);
        let command = json!({ "idempotencyKey": "key-00000001", "ids": [all[0]] });

        let first = resident.post(PATH, &command).await.ok();
        tell(city, resident.account(), 1).await;
        let again = resident.post(PATH, &command).await.ok();

        assert_eq!(first, json!({ "unreadCount": 2 }));
        assert_eq!(again, first, "the first answer, although another message came");
        assert_eq!(unread(&resident).await, 3);
        let read: Vec<_> =
            published(city).await.into_iter().filter(|(kind, _)| kind == "MessagesRead").collect();
        assert_eq!(read, [("MessagesRead".to_owned(), resident.account().to_string())]);
    });
}

#[test]
fn one_key_with_another_command_is_a_conflict() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        tell(city, resident.account(), 2).await;
        let all = ids(&inbox(&resident, 10, None).await);
        drop(
            resident
                .post(PATH, &json!({ "idempotencyKey": "key-00000001", "ids": [all[0]] }))
                .await
                .ok(),
        );

        let answer = resident
            .post(PATH, &json!({ "idempotencyKey": "key-00000001", "ids": [all[1]] }))
            .await;

        assert_eq!(
            (answer.status(), answer.code()),
            ("409 Conflict".to_owned(), "KEY_REUSED".to_owned())
        );
        city.settle().await;
    });
}

#[test]
fn everything_up_to_one_is_read_and_what_came_later_is_not() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        tell(city, resident.account(), 4).await;
        let all = ids(&inbox(&resident, 10, None).await);

        let answer = resident
            .post(PATH, &json!({ "idempotencyKey": "key-00000001", "upTo": all[1] }))
            .await
            .ok();

        assert_eq!(answer, json!({ "unreadCount": 1 }));
        let body = json!({ "unreadOnly": true, "page": { "first": 10 }, "locale": "vi" });
        let left = resident.post("/internal/v1/messages", &body).await.ok();
        assert_eq!(ids(&left), [all[0].clone()]);
        city.settle().await;
    });
}

#[test]
fn a_read_message_shows_when_and_a_greater_version() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        tell(city, resident.account(), 1).await;
        let before = inbox(&resident, 1, None).await["edges"][0]["node"].clone();

        let command = json!({ "idempotencyKey": "key-00000001", "ids": [before["id"]] });
        drop(resident.post(PATH, &command).await.ok());

        let after = inbox(&resident, 1, None).await["edges"][0]["node"].clone();
        assert_eq!((&before["version"], &before["readAt"]), (&json!(1), &json!(null)));
        assert_eq!(after["version"], 2);
        assert!(after["readAt"].is_string());
        city.settle().await;
    });
}

#[test]
fn a_foreign_message_cannot_be_marked() {
    run::<Notifications>(async |city| {
        let (owner, other) = (city.resident(), city.resident());
        tell(city, owner.account(), 1).await;
        let foreign = ids(&inbox(&owner, 1, None).await);

        let by_id = json!({ "idempotencyKey": "key-00000001", "ids": foreign });
        let up_to = json!({ "idempotencyKey": "key-00000002", "upTo": foreign[0] });
        let answers = [other.post(PATH, &by_id).await.ok(), other.post(PATH, &up_to).await.ok()];

        assert_eq!(answers, [json!({ "unreadCount": 0 }), json!({ "unreadCount": 0 })]);
        assert_eq!(unread(&owner).await, 1);
        assert!(
            published(city).await.iter().all(|(kind, _)| kind == "MessageAdded"),
            "nothing changed, nothing told"
        );
    });
}

#[test]
fn a_command_that_names_nothing_or_too_much_is_refused() {
    run::<Notifications>(async |city| {
        let resident = city.resident();
        let id = "msg_00000000000000000000000000000000";
        let refused = async |command: Value| resident.post(PATH, &command).await.fields();

        assert_eq!(refused(json!({ "idempotencyKey": "key-00000001" })).await, ["/ids"]);
        assert_eq!(
            refused(json!({ "idempotencyKey": "key-00000001", "ids": vec![id; 101] })).await,
            ["/ids"]
        );
        assert_eq!(
            refused(json!({ "idempotencyKey": "key-00000001", "ids": [id], "upTo": id })).await,
            ["/upTo"]
        );
    });
}

#[test]
fn an_unconfirmed_session_reads_but_does_not_mark() {
    run::<Notifications>(async |city| {
        let command = json!({ "idempotencyKey": "key-00000001", "ids": ["msg_00000000000000000000000000000000"] });

        let answer = city.resident().degraded().post(PATH, &command).await;

        assert_eq!(answer.code(), "SESSION_UNCONFIRMED");
    });
}
