//! What becomes of bills, told to the systems of their billers: signed, once, tried again, and to nobody else.

use chrono::Duration;
use city_clock::Clock as _;
use city_testkit::run;
use http::Method;
use serde_json::{Value, json};

use crate::biller_api::{file, line, power};
use crate::billers::{by_code, pay, water};
use crate::settlement::midnight;
use crate::shop::{System, hmac};
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, one, rich, told};
use crate::treasury::pay_outside;
use crate::webhooks::{Manner, Receiver};

const EVENTS: &str = "/merchant/v1/events";
const WEBHOOKS: &str = "/merchant/v1/webhooks";

/// The water company and the power company, each with a system that listens.
struct Billers {
    water: Listener,
    power: Listener,
}

struct Listener {
    biller: Value,
    system: System,
    receiver: Receiver,
    endpoint: Value,
}

impl Listener {
    async fn start(city: &Town, biller: Value) -> Self {
        let code = biller["code"].as_str().expect("a biller has a code");
        let (system, receiver) = (System::of_biller(city, code).await, Receiver::start().await);
        let url = json!({ "url": receiver.url });
        let endpoint = system.post(city, WEBHOOKS, &url).await.ok();
        Self { biller, system, receiver, endpoint }
    }

    /// Sends bills, each of its customer `KH-` and the number.
    async fn bills(&self, city: &Town, bills: &[(&str, i64)]) {
        let lines: Vec<_> = bills.iter().map(|(number, amount)| line(number, *amount)).collect();
        let path = format!("/merchant/v1/bills?id={}", new_id(city));
        let sent = self.system.call(city, Method::POST, &path, &file(&lines)).await;
        assert_eq!(sent.status(), "202 Accepted", "{}", sent.json());
        city.settle().await;
    }

    /// Somebody pays one of them; the payment.
    async fn is_paid(&self, city: &Town, number: &str) -> Value {
        let (payer, _) = rich(city, 100_000).await;
        let bill = by_code(&payer, &self.biller, &format!("KH-{number}")).await.remove(0);
        pay(city, &payer, &bill).await.ok()["id"].clone()
    }

    /// What was heard since the last time.
    fn heard(&self) -> Vec<Value> {
        let heard = self.receiver.heard();
        heard.iter().map(|(_, body)| serde_json::from_str(body).expect("JSON")).collect()
    }

    async fn acts(&self, city: &Town, verb: &str, body: &Value) -> city_testkit::Answer {
        self.system.post(city, &self.path(verb), body).await
    }

    fn path(&self, verb: &str) -> String {
        format!("{WEBHOOKS}/{}/{verb}", self.endpoint["id"].as_str().expect("an id"))
    }
}

async fn billers(city: &Town) -> Billers {
    let (water, power) = (water(city).await, power(city).await);
    Billers { water: Listener::start(city, water).await, power: Listener::start(city, power).await }
}

/// The stream has an event of a kind once more.
async fn comes_again(city: &Town, kind: &str) {
    let sql = format!(
        "select json_build_object('id', 'evt_' || replace(event_id::text, '-', ''), 'kind', kind, 'at', at, 'body', body)::text
         from payments.outbox where kind = '{kind}' order by seq limit 1"
    );
    let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(city.db()).await.expect("one");
    let envelope: String = sqlx::Row::get(&row, 0);
    let redis = &city.infra().redis;
    let mut command = redis::cmd("XADD");
    command.arg(redis.key("city.payments")).arg("*").arg("envelope").arg(envelope);
    let _: String = redis.run(&command).await.expect("Redis answers");
}

#[test]
fn a_biller_hears_once_what_becomes_of_its_own_bills_and_of_no_others() {
    run::<Payments>(async |city: &Town| {
        let Billers { water, power } = billers(city).await;
        water.bills(city, &[("A", 1_000), ("B", 2_000), ("C", 3_000)]).await;
        power.bills(city, &[("D", 7_000)]).await;
        let (payer, wallet) = rich(city, 10_000).await;
        let bill = async |of: &Listener, number: &str| {
            by_code(&payer, &of.biller, &format!("KH-{number}")).await.remove(0)
        };
        let (a, b) = (bill(&water, "A").await, bill(&water, "B").await);

        let paid = pay(city, &payer, &a).await.ok();
        let reason = json!({ "reason": REASON });
        drop(water.system.post(city, "/merchant/v1/bills/B/cancel", &reason).await.ok());
        drop(power.is_paid(city, "D").await);
        city.settle().await;
        comes_again(city, "BillPaid").await;
        city.settle().await;

        let heard = water.receiver.heard();
        let now = city.clock().now().timestamp();
        let secret = water.endpoint["secret"].as_str().unwrap();
        for (signature, body) in &heard {
            let signed = hmac(secret, &format!("{now}.{body}"));
            assert_eq!(*signature, format!("t={now},v1={signed}"));
            let payers = [wallet.clone(), payer.account().to_string()];
            assert!(!payers.iter().any(|payer| body.contains(payer)), "{body}");
        }
        let mut bodies: Vec<Value> =
            heard.iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect();
        bodies.sort_by_key(|body| body["seq"].as_i64());
        let kinds: Vec<_> = bodies.iter().map(|body| body["type"].clone()).collect();
        assert_eq!(kinds, ["bill.paid", "bill.cancelled"]);
        let at = &bodies[0]["data"]["paidAt"];
        assert_eq!(
            bodies[0]["data"],
            json!({
                "bill": a["id"], "billNo": "A", "amount": "1000", "purpose": "WATER", "dueDate": "2026-03-20",
                "paidAt": at, "payment": paid["id"],
            })
        );
        assert_eq!(
            bodies[1]["data"],
            json!({
                "bill": b["id"], "billNo": "B", "amount": "2000", "purpose": "WATER", "dueDate": "2026-03-20",
            })
        );
        let theirs = power.heard();
        assert_eq!(theirs.len(), 1);
        assert_eq!(
            (&theirs[0]["type"], &theirs[0]["data"]["billNo"], &theirs[0]["seq"]),
            (&json!("bill.paid"), &json!("D"), &json!(1))
        );
        let read = water.system.get(city, EVENTS).await.ok();
        assert_eq!(read["events"], json!(bodies), "read again as they were sent");
        let rest = power.system.get(city, &format!("{EVENTS}?after=1")).await.ok();
        assert_eq!(rest, json!({ "events": [], "hasNextPage": false }));
    });
}

#[test]
fn what_was_paid_outside_given_back_and_settled_is_told_too() {
    run::<Payments>(async |city: &Town| {
        let Billers { water, power } = billers(city).await;
        water.bills(city, &[("A", 10_000), ("B", 2_000)]).await;
        let (payer, _) = rich(city, 0).await;
        let outside = by_code(&payer, &water.biller, "KH-A").await.remove(0);
        let outside = pay_outside(city, &payer, &outside).await["id"].clone();
        let inside = water.is_paid(city, "B").await;
        let body = json!({
            "payment": inside, "legs": [{ "leg": 0, "amount": "500" }], "reason": REASON,
        });
        let path = "/admin/v1/payments/refunds";
        let refund = finance(city).post_once(path, &new_id(city), &body).await.ok();
        drop(approve(&approver(city), &json!({ "id": refund["approval"] })).await.ok());
        city.settle().await;
        midnight(city);
        city.settle().await;
        city.settle().await;

        let mut heard = water.heard();
        heard.sort_by_key(|body| body["seq"].as_i64());
        let seen = |kind: &str| {
            let found = heard.iter().filter(|body| body["type"] == kind);
            found.map(|body| body["data"].clone()).collect::<Vec<_>>()
        };
        let paid: Vec<_> = seen("bill.paid").iter().map(|data| data["payment"].clone()).collect();
        assert_eq!(paid, [outside, inside.clone()]);
        let back = seen("refund.done");
        assert_eq!(back.len(), 1);
        assert_eq!(
            (&back[0]["payment"], &back[0]["amount"], &back[0]["billNo"], &back[0]["refund"]),
            (&inside, &json!("500"), &json!("B"), &refund["id"])
        );
        let settled = seen("settlement.closed");
        assert_eq!((settled.len(), &settled[0]["amount"]), (1, &json!("11500")));
        assert_eq!(heard.len(), 4);
        assert!(power.heard().is_empty());
        city.settle().await;
    });
}

#[test]
fn a_billers_secret_is_rotated_by_itself_and_for_a_day_both_sign() {
    run::<Payments>(async |city: &Town| {
        let Billers { water, power } = billers(city).await;
        water.bills(city, &[("A", 1_000), ("B", 2_000)]).await;
        let foreign = power.system.post(city, &water.path("rotate"), &json!({})).await;
        assert_eq!(foreign.code(), "NOT_FOUND");
        let rotated = water.acts(city, "rotate", &json!({})).await.ok();
        assert_eq!(water.acts(city, "rotate", &json!({})).await.code(), "STATE");
        let (old, new) =
            (water.endpoint["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
        assert_ne!(old, new);

        for (number, later, secrets) in [("A", 0, vec![new, old]), ("B", 24, vec![new])] {
            city.clock().advance(Duration::hours(later));
            water.is_paid(city, number).await;
            city.settle().await;
            let now = city.clock().now().timestamp();
            let heard = water.receiver.heard();
            let paid = heard.iter().find(|(_, body)| body.contains("bill.paid")).unwrap();
            let wanted = secrets.iter().fold(format!("t={now}"), |header, secret| {
                format!("{header},v1={}", hmac(secret, &format!("{now}.{}", paid.1)))
            });
            assert_eq!(paid.0, wanted, "{later} hours later");
        }
        city.settle().await;
    });
}

#[test]
fn a_biller_whose_receiver_was_down_is_told_again_and_later_replays_what_it_missed() {
    run::<Payments>(async |city: &Town| {
        let Billers { water, power } = billers(city).await;
        water.bills(city, &[("A", 1_000), ("B", 2_000)]).await;
        power.bills(city, &[("D", 7_000)]).await;
        let begun = city.clock().now();
        water.receiver.behaves(Manner::Answers(503));
        water.is_paid(city, "A").await;
        power.is_paid(city, "D").await;
        city.settle().await;
        assert_eq!((water.heard().len(), power.heard().len()), (1, 1));
        city.clock().advance(Duration::minutes(1));
        city.settle().await;
        assert_eq!(water.heard().len(), 1, "it is tried again");
        for _ in 0..13 {
            city.clock().advance(Duration::hours(6));
            city.settle().await;
        }
        assert_eq!(
            told(city, "WebhookDisabled").await,
            [json!({ "biller": water.biller["id"], "endpoint": water.endpoint["id"] })]
        );
        water.is_paid(city, "B").await;
        city.settle().await;
        water.heard();
        water.receiver.behaves(Manner::Answers(204));

        let foreign = json!({ "from": begun });
        let refused = power.system.post(city, &water.path("replay"), &foreign).await;
        assert_eq!(refused.code(), "NOT_FOUND");
        let missed = json!({ "from": begun, "until": city.clock().now() + Duration::seconds(1) });
        let again = water.acts(city, "replay", &missed).await.ok();
        city.settle().await;

        let mut heard = water.heard();
        heard.sort_by_key(|body| body["seq"].as_i64());
        let events = water.system.get(city, EVENTS).await.ok();
        assert_eq!(events["events"], json!(heard), "all of it, with the ids it had");
        assert_eq!(again["events"], json!(heard.len()));
        let bills: Vec<_> = heard.iter().map(|body| &body["data"]["billNo"]).collect();
        assert!(bills.contains(&&json!("A")) && bills.contains(&&json!("B")), "{heard:?}");
        assert!(!bills.contains(&&json!("D")), "{heard:?}");
        let listed = water.system.get(city, WEBHOOKS).await.ok();
        assert_eq!((&listed[0]["disabledAt"], &listed[0]["dead"]), (&Value::Null, &json!(0)));
        city.settle().await;
    });
}

#[test]
fn no_row_sends_an_event_to_an_endpoint_of_somebody_else() {
    run::<Payments>(async |city: &Town| {
        let Billers { water, power } = billers(city).await;
        water.bills(city, &[("A", 1_000)]).await;
        water.is_paid(city, "A").await;
        city.settle().await;
        let id = |of: &Value| of["id"].as_str().unwrap().split_once('_').unwrap().1.to_owned();
        let (ours, theirs) = (id(&water.biller), id(&power.biller));
        let delivery = |owners: String| {
            format!(
                "insert into payments.webhook_delivery (endpoint, merchant, biller, seq, state, attempts, since)
                 values ('{}', {owners}, 1, 'DONE', 1, now())",
                id(&power.endpoint)
            )
        };

        for (owners, constraint) in [
            (format!("null, '{ours}'"), "webhook_delivery_own_endpoint"),
            (format!("null, '{theirs}'"), "webhook_delivery_event"),
            (format!("'{theirs}', '{theirs}'"), "webhook_delivery_one_owner"),
        ] {
            let row = sqlx::AssertSqlSafe(delivery(owners));
            let written = sqlx::raw_sql(row).execute(city.db()).await;
            let refused = written.unwrap_err().to_string();
            assert!(refused.contains(constraint), "{refused}");
        }
        assert_eq!(one(city, "select count(*) from payments.webhook_delivery").await, 1);
        city.settle().await;
    });
}
