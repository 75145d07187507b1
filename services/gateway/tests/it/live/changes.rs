//! What subscribers are told, and in which order.

use city_auth::PrincipalKind;
use serde_json::json;

use super::socket::Socket;
use super::{
    REPORT, change, new_report, publish, publish_at, report, report_event, shown, watching,
};
use crate::door::{Setting, run};
use crate::payments_wire;

const UNREAD: &str = "/notifications/internal/v1/unread-count";

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
fn a_payment_through_a_provider_is_followed_by_its_id_and_its_version_only_rises() {
    run(Setting::default(), async |door| {
        const PATH: &str = "/payments/internal/v1/provider-payment";
        let person = door.sign_in(PrincipalKind::Resident);
        let of = |state: &str, version: i64| {
            let mut payment = payments_wire::provider_payment();
            payment["state"] = json!(state);
            payment["version"] = json!(version);
            payment
        };
        let shown = |state: &str| json!({ "type": "next", "id": "a", "payload": { "data": { "providerPaymentChanged": { "state": state } } } });
        door.spy.answers(PATH, &of("AWAITING", 2));
        let mut socket = Socket::of(door, Some(&person)).await;
        let id = payments_wire::PROVIDER_PAYMENT;
        let watching =
            format!("subscription {{ providerPaymentChanged(id: \"{id}\") {{ state }} }}");
        socket.subscribe("a", &watching).await;
        assert_eq!(socket.hear().await, shown("AWAITING"));

        let change = async |state: &str, version: i64| {
            door.spy.answers(PATH, &of(state, version));
            let body = json!({
                "providerPayment": id, "account": person.account, "provider": "VNPAY", "state": state, "amount": "75000",
            });
            publish(door, "payments", "ProviderPaymentChanged", body).await;
        };
        change("PAID", 4).await;
        assert_eq!(socket.hear().await, shown("PAID"));
        let before = door.spy.seen(PATH).len();
        change("AWAITING", 2).await; // a read that was overtaken
        door.spy.waits_for(PATH, before + 1).await;
        change("REFUNDING", 6).await;

        assert_eq!(socket.hear().await, shown("REFUNDING"));
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
