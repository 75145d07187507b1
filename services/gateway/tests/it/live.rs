use std::time::Duration;

use chrono::DateTime;
use city_auth::PrincipalKind;
use city_auth::session::{CHANNEL, SessionChanged, SessionStatus};
use city_contracts::event::Envelope;
use city_ids::{EventId, Ids, ReportId};
use futures_util::{SinkExt as _, StreamExt as _};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::door::{Door, Person, Setting, run};
use crate::payments_wire;

const REPORT: &str = "/reports/internal/v1/report";
const UNREAD: &str = "/notifications/internal/v1/unread-count";
/// Nothing here takes this long; a test that waits for it has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// An app's socket.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(door: &Door, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{}/graphql", door.address).into_client_request()?;
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_str(value).expect("a header of the test"));
        }
        Ok(Self(connect_async(request).await?.0))
    }

    async fn of_protocol(door: &Door) -> Self {
        let socket = Self::open(door, &[("sec-websocket-protocol", "graphql-transport-ws")]).await;
        socket.expect("the gateway switches protocols")
    }

    /// After init and ack.
    async fn of(door: &Door, person: Option<&Person>) -> Self {
        let mut socket = Self::of_protocol(door).await;
        let authorization = person.map(|person| format!("Bearer {}", person.token));
        socket
            .say(
                json!({ "type": "connection_init", "payload": { "authorization": authorization } }),
            )
            .await;
        assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn say(&mut self, frame: Value) {
        self.send(Message::text(frame.to_string())).await;
    }

    async fn send(&mut self, message: Message) {
        self.0.send(message).await.expect("the gateway reads");
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    async fn hear(&mut self) -> Value {
        match self.next().await {
            Message::Text(text) => serde_json::from_str(&text).expect("frames are JSON"),
            other => json!({ "unexpected": format!("{other:?}") }),
        }
    }

    /// The code with which the gateway closes; what it says before does not matter.
    async fn close_code(&mut self) -> u16 {
        loop {
            if let Message::Close(frame) = self.next().await {
                return frame.expect("the gateway says why").code.into();
            }
        }
    }

    async fn next(&mut self) -> Message {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next())
                .await
                .expect("the gateway says something");
            match next.expect("the socket is open").expect("the gateway speaks the protocol") {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }
}

fn new_report() -> ReportId {
    Ids::random().next(DateTime::UNIX_EPOCH)
}

fn report(id: ReportId, version: i32) -> Value {
    let category = json!({
        "code": "ROAD", "label": { "vi": "Đường" }, "help": null, "parentCode": null,
        "targetText": { "vi": "3 ngày" }, "emergencyPhone": null, "isPublic": true,
    });
    json!({
        "id": id, "code": "PA26-00012344", "version": version, "title": "Ổ gà", "description": null, "state": "SUBMITTED",
        "stateText": { "vi": "Mới" }, "category": category, "ward": null, "agency": null, "address": null, "point": null,
        "approximate": false, "photos": [], "afterPhotos": [], "result": null, "reason": null,
        "filedAt": "2026-03-04T02:00:00Z", "updatedAt": "2026-03-04T02:00:00Z", "clock": "RUNNING", "dueAt": null,
        "firstDueAt": null, "resolvedAt": null, "closedAt": null, "contestUntil": null, "followerCount": 0,
        "rating": null, "isMine": false, "canWithdraw": false, "canRate": false, "canContest": false,
    })
}

fn report_event(id: ReportId, version: i32) -> Value {
    json!({
        "report": id, "code": "PA26-00012344", "version": version, "state": "ASSIGNED", "round": 1, "category": "ROAD",
        "ward": null, "agency": null, "assignee": null, "reporter": null, "listed": true, "dueAt": null, "onTime": null,
        "score": null, "level": null,
    })
}

/// Appends an event to a service's stream, as its relay does.
async fn publish(door: &Door, service: &str, kind: &str, body: Value) {
    publish_at(door, "*", service, kind, body).await;
}

async fn publish_at(door: &Door, entry: &str, service: &str, kind: &str, body: Value) {
    let id: EventId = Ids::random().next(DateTime::UNIX_EPOCH);
    let envelope = serde_json::to_string(&Envelope::new(id, kind, DateTime::UNIX_EPOCH, body))
        .expect("an event is JSON");
    let mut command = redis::cmd("XADD");
    command
        .arg(door.redis.key(&format!("city.{service}")))
        .arg(entry)
        .arg("envelope")
        .arg(envelope);
    door.redis.run::<String>(&command).await.expect("Redis appends");
}

fn watching(id: ReportId) -> String {
    format!("subscription {{ reportChanged(id: \"{id}\") {{ title version }} }}")
}

fn shown(id: &str, version: i32) -> Value {
    let data = json!({ "reportChanged": { "title": "Ổ gà", "version": version } });
    json!({ "type": "next", "id": id, "payload": { "data": data } })
}

/// A change, published; the socket hears of it.
async fn change(door: &Door, id: ReportId, version: i32) {
    door.spy.answers(REPORT, &report(id, version));
    publish(door, "reports", "ReportAssigned", report_event(id, version)).await;
}

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
fn a_snapshot_comes_first_and_then_each_change_and_never_an_older_one() {
    run(Setting::default(), async |door| {
        let id = new_report();
        door.spy.answers(REPORT, &report(id, 1));
        let mut socket = Socket::of(door, None).await;
        socket.subscribe("a", &watching(id)).await;
        assert_eq!(socket.hear().await, shown("a", 1));

        change(door, id, 3).await;
        assert_eq!(socket.hear().await, shown("a", 3));
        let before = door.spy.seen(REPORT).len();
        change(door, id, 2).await; // a read that was overtaken
        door.spy.waits_for(REPORT, before + 1).await;
        change(door, id, 4).await;

        assert_eq!(socket.hear().await, shown("a", 4));
    });
}

#[test]
fn what_may_no_longer_be_seen_is_complete() {
    run(Setting::default(), async |door| {
        let id = new_report();
        door.spy.answers(REPORT, &report(id, 1));
        let mut socket = Socket::of(door, None).await;
        socket.subscribe("a", &watching(id)).await;
        assert_eq!(socket.hear().await, shown("a", 1));

        door.spy.forgets(REPORT);
        publish(door, "reports", "ReportHidden", report_event(id, 2)).await;

        assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "a" }));
    });
}

#[test]
fn viewers_of_the_same_thing_share_one_look_at_it() {
    run(Setting::default(), async |door| {
        let id = new_report();
        door.spy.answers(REPORT, &report(id, 1));
        let mut sockets = Vec::new();
        for name in ["a", "b", "c"] {
            let mut socket = Socket::of(door, None).await;
            socket.subscribe(name, &watching(id)).await;
            assert_eq!(socket.hear().await, shown(name, 1));
            sockets.push((name, socket));
        }
        change(door, id, 2).await;
        for (name, socket) in &mut sockets {
            assert_eq!(socket.hear().await, shown(name, 2));
        }

        let before = door.spy.seen(REPORT).len();
        change(door, id, 3).await;
        for (name, socket) in &mut sockets {
            assert_eq!(socket.hear().await, shown(name, 3));
        }

        assert_eq!(door.spy.seen(REPORT).len() - before, 1);
    });
}

#[test]
fn nothing_follows_a_complete() {
    run(Setting::default(), async |door| {
        let (id, other) = (new_report(), new_report());
        door.spy.answers(REPORT, &report(id, 1));
        let mut socket = Socket::of(door, None).await;
        socket.subscribe("a", &watching(id)).await;
        assert_eq!(socket.hear().await, shown("a", 1));

        socket.say(json!({ "type": "complete", "id": "a" })).await;
        socket.subscribe("b", &watching(other)).await;
        assert_eq!(socket.hear().await, shown("b", 1));
        change(door, id, 2).await;
        change(door, other, 3).await;

        assert_eq!(socket.hear().await, shown("b", 3));
    });
}

#[test]
fn an_inbox_is_its_owners() {
    run(Setting::default(), async |door| {
        let person = door.sign_in(PrincipalKind::Resident);
        let watching = "subscription { inboxChanged { unreadCount } }";
        let shown = |count: u32| json!({ "type": "next", "id": "a", "payload": { "data": { "inboxChanged": { "unreadCount": count } } } });
        door.spy.answers(UNREAD, &json!({ "unreadCount": 0 }));
        let mut socket = Socket::of(door, Some(&person)).await;
        socket.subscribe("a", watching).await;
        assert_eq!(socket.hear().await, shown(0));

        door.spy.answers(UNREAD, &json!({ "unreadCount": 1 }));
        publish(door, "notifications", "MessageAdded", json!({ "account": person.account })).await;

        assert_eq!(socket.hear().await, shown(1));
    });
}

#[test]
fn a_wallet_is_its_owners_and_its_version_only_rises() {
    run(Setting::default(), async |door| {
        const WALLET: &str = "/payments/internal/v1/my-wallet";
        let (person, other) =
            (door.sign_in(PrincipalKind::Resident), door.sign_in(PrincipalKind::Resident));
        let shown = |version: i64| json!({ "type": "next", "id": "a", "payload": { "data": { "walletChanged": { "version": version } } } });
        door.spy.answers(WALLET, &payments_wire::wallet(1));
        let mut socket = Socket::of(door, Some(&person)).await;
        socket.subscribe("a", "subscription { walletChanged { version } }").await;
        assert_eq!(socket.hear().await, shown(1));

        door.spy.answers(WALLET, &payments_wire::wallet(2));
        publish(door, "payments", "MoneyReceived", json!({ "account": other.account })).await;
        publish(door, "payments", "BillOpened", json!({ "billNo": "1" })).await;
        publish(door, "payments", "PaymentSucceeded", json!({ "account": person.account })).await;
        assert_eq!(socket.hear().await, shown(2));
        assert_eq!(door.spy.seen(WALLET).len(), 2, "nobody looks when another's wallet changed");

        publish(door, "payments", "WalletFrozen", json!({ "account": person.account })).await;
        door.spy.waits_for(WALLET, 3).await; // an older or equal version is not sent again
        door.spy.answers(WALLET, &payments_wire::wallet(3));
        publish(door, "payments", "MoneyReceived", json!({ "account": person.account })).await;
        assert_eq!(socket.hear().await, shown(3));
    });
}

#[test]
fn a_payment_through_a_provider_is_followed_by_its_id() {
    run(Setting::default(), async |door| {
        const PATH: &str = "/payments/internal/v1/provider-payment";
        let person = door.sign_in(PrincipalKind::Resident);
        let of = |state: &str| {
            let mut payment = payments_wire::provider_payment();
            payment["state"] = json!(state);
            payment
        };
        let shown = |state: &str| json!({ "type": "next", "id": "a", "payload": { "data": { "providerPaymentChanged": { "state": state } } } });
        door.spy.answers(PATH, &of("AWAITING"));
        let mut socket = Socket::of(door, Some(&person)).await;
        let id = payments_wire::PROVIDER_PAYMENT;
        let watching =
            format!("subscription {{ providerPaymentChanged(id: \"{id}\") {{ state }} }}");
        socket.subscribe("a", &watching).await;
        assert_eq!(socket.hear().await, shown("AWAITING"));

        door.spy.answers(PATH, &of("PAID"));
        let body = json!({
            "providerPayment": id, "account": person.account, "provider": "VNPAY", "state": "PAID", "amount": "75000",
        });
        publish(door, "payments", "ProviderPaymentChanged", body).await;

        assert_eq!(socket.hear().await, shown("PAID"));
    });
}

#[test]
fn events_lost_with_the_stream_are_made_up_for() {
    run(Setting::default(), async |door| {
        let id = new_report();
        door.spy.answers(REPORT, &report(id, 1));
        let mut socket = Socket::of(door, None).await;
        socket.subscribe("a", &watching(id)).await;
        assert_eq!(socket.hear().await, shown("a", 1));
        change(door, id, 2).await;
        assert_eq!(socket.hear().await, shown("a", 2));

        door.spy.answers(REPORT, &report(id, 3));
        door.redis
            .run::<u64>(redis::cmd("DEL").arg(door.redis.key("city.reports")))
            .await
            .expect("Redis deletes");
        publish_at(door, "1-1", "reports", "ReportAssigned", report_event(id, 3)).await;

        assert_eq!(socket.hear().await, shown("a", 3));
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
