//! Who gets a socket, what it takes, and when it ends.

use city_auth::PrincipalKind;
use city_auth::session::{CHANNEL, SessionChanged, SessionStatus};
use futures_util::SinkExt as _;
use http::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::socket::Socket;
use super::{REPORT, new_report, report, shown, watching};
use crate::door::{Setting, run};

#[test]
fn a_socket_of_another_protocol_is_told_so() {
    run(Setting::default(), async |door| {
        let mut socket = Socket::open(door, &[]).await.expect("the gateway switches protocols");

        assert_eq!(socket.close_code().await, 4406);
    });
}

#[test]
fn who_does_not_begin_is_closed() {
    run(Setting::default(), async |door| {
        let mut socket = Socket::of_protocol(door).await;

        assert_eq!(socket.close_code().await, 4408);
    });
}

#[test]
fn who_breaks_the_protocol_is_closed_with_its_code() {
    run(Setting::default(), async |door| {
        let init = || Message::text(r#"{"type":"connection_init"}"#);
        let subscribe = || {
            Message::text(json!({ "type": "subscribe", "id": "1", "payload": { "query": watching(new_report()) } }).to_string())
        };
        let bad_token = || {
            Message::text(
                r#"{"type":"connection_init","payload":{"authorization":"Bearer x.y.z"}}"#,
            )
        };
        // Held back for a while, so that the id is still in use.
        door.spy.hangs(REPORT);
        let table = [
            (4429, vec![init(), init()]),
            (4401, vec![subscribe()]),
            (4403, vec![bad_token()]),
            (4400, vec![init(), Message::text("{}")]),
            (4400, vec![Message::binary(vec![1])]),
            (4409, vec![init(), subscribe(), subscribe()]),
            (1009, vec![init(), Message::text("x".repeat(64 * 1024 + 1))]),
            (1008, [vec![init()], vec![Message::text(r#"{"type":"ping"}"#); 200]].concat()),
        ];
        for (code, messages) in table {
            let mut socket = Socket::of_protocol(door).await;
            for message in messages {
                if socket.0.feed(message).await.is_err() {
                    break; // closed already
                }
            }
            socket.0.flush().await.unwrap_or_default();

            assert_eq!(socket.close_code().await, code);
        }
    });
}

#[test]
fn a_foreign_page_gets_no_socket() {
    run(Setting::default(), async |door| {
        let protocol = ("sec-websocket-protocol", "graphql-transport-ws");

        let foreign = Socket::open(door, &[protocol, ("origin", "https://evil.test")]).await;
        let ours = Socket::open(door, &[protocol, ("origin", "https://console.test")]).await;

        assert!(
            matches!(foreign, Err(Error::Http(answer)) if answer.status() == StatusCode::FORBIDDEN)
        );
        assert!(ours.is_ok());
    });
}

#[test]
fn an_ended_session_closes_its_sockets_and_no_others() {
    run(Setting::default(), async |door| {
        let (person, other) =
            (door.sign_in(PrincipalKind::Resident), door.sign_in(PrincipalKind::Resident));
        let (mut socket, mut others) =
            (Socket::of(door, Some(&person)).await, Socket::of(door, Some(&other)).await);
        door.is_listening_to_sessions().await;

        let ended = SessionChanged { sid: person.session, rev: 2, status: SessionStatus::Ended };
        let ended = serde_json::to_string(&ended).expect("an announcement is JSON");
        door.redis
            .run::<u64>(redis::cmd("PUBLISH").arg(door.redis.key(CHANNEL)).arg(ended))
            .await
            .expect("Redis publishes");

        assert_eq!(socket.close_code().await, 4403);
        others.say(json!({ "type": "ping" })).await;
        assert_eq!(others.hear().await, json!({ "type": "pong" }));
    });
}

#[test]
fn queries_run_over_a_socket_under_the_same_rules() {
    run(Setting::default(), async |door| {
        let id = new_report();
        door.spy.answers(REPORT, &report(id, 7));
        let mut socket = Socket::of(door, None).await;

        socket.subscribe("q", &format!("{{ report(id: \"{id}\") {{ version }} }}")).await;
        let answered = [socket.hear().await, socket.hear().await];
        socket.subscribe("bad", "{ nothing }").await;
        let refused = socket.hear().await;
        socket.subscribe("bomb", &format!("{{ {} }}", "a:__typename ".repeat(3_000))).await;
        let guarded = socket.hear().await;
        socket.say(json!({ "type": "subscribe", "id": "p", "payload": [] })).await;
        let batch = socket.hear().await;

        let next = json!({ "type": "next", "id": "q", "payload": { "data": { "report": { "version": 7 } } } });
        assert_eq!(answered, [next, json!({ "type": "complete", "id": "q" })]);
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("bad")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(guarded["payload"][0]["extensions"]["code"], "GUARD_LIMIT");
        assert_eq!(batch["payload"][0]["extensions"]["code"], "BAD_REQUEST");
    });
}

#[test]
fn one_operation_too_many_is_refused_and_the_others_go_on() {
    run(Setting::default(), async |door| {
        let id = new_report();
        door.spy.answers(REPORT, &report(id, 1));
        let mut socket = Socket::of(door, None).await;
        for number in 0..20 {
            let name = number.to_string();
            socket.subscribe(&name, &watching(id)).await;
            assert_eq!(socket.hear().await, shown(&name, 1));
        }

        socket.subscribe("more", &watching(id)).await;

        let refused = socket.hear().await;
        assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("more")));
        assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY");
        socket.say(json!({ "type": "ping" })).await;
        assert_eq!(socket.hear().await, json!({ "type": "pong" }));
    });
}

#[test]
fn an_account_has_five_sockets() {
    run(Setting::default(), async |door| {
        let person = door.sign_in(PrincipalKind::Resident);
        let mut open = Vec::new();
        for _ in 0..5 {
            open.push(Socket::of(door, Some(&person)).await);
        }

        let mut sixth = Socket::of_protocol(door).await;
        sixth.say(json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {}", person.token) } })).await;

        assert_eq!(sixth.close_code().await, 1013);
    });
}

#[test]
fn f15_the_end_of_the_process_closes_sockets_as_such() {
    run(Setting::default(), async |door| {
        let mut socket = Socket::of(door, None).await;

        door.tasks.stopping().cancel();

        assert_eq!(socket.close_code().await, 1012);
    });
}
