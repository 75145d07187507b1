//! What merchants were told long ago is forgotten, and nobody misses anything in silence.

use chrono::Duration;
use city_clock::Clock as _;
use city_payments::{Config, build};
use city_testkit::run;
use serde_json::{Value, json};

use crate::shop::{Shop, shop};
use crate::subject::{Payments, config};
use crate::town::{Town, one};
use crate::treasury::sql;

const EVENTS: &str = "/merchant/v1/events";

/// Events of a merchant that were told so many days ago, from number `first` on, each heard by its endpoint.
async fn told(city: &Town, shop: &Shop, first: i64, count: i64, days: i64) {
    let merchant = shop.id.trim_start_matches("mer_");
    let at = (city.clock().now() - Duration::days(days)).to_rfc3339();
    let last = first + count - 1;
    let rows = format!(
        "insert into payments.merchant_event (merchant, seq, id, type, body, at)
         select '{merchant}', n, gen_random_uuid(), 'payment.succeeded', json_build_object('seq', n)::text, '{at}'
         from generate_series({first}, {last}) n;
         insert into payments.webhook_delivery (endpoint, merchant, seq, state, attempts, since, next_at)
         select id, merchant, n, 'DONE', 1, '{at}', null from payments.webhook_endpoint, generate_series({first}, {last}) n
         where merchant = '{merchant}';
         insert into payments.merchant_event_head (merchant, last) values ('{merchant}', {last})
         on conflict (owner) do update set last = {last}"
    );
    sql(city, &rows).await;
}

async fn listens(city: &Town, shop: &Shop) -> String {
    let url = json!({ "url": "http://127.0.0.1:9/hook" });
    let endpoint = shop.post(city, "/merchant/v1/webhooks", &url).await.ok();
    endpoint["id"].as_str().expect("an id").to_owned()
}

async fn kept(city: &Town) -> (i64, i64) {
    let events = one(city, "select count(*) from payments.merchant_event").await;
    (events, one(city, "select count(*) from payments.webhook_delivery").await)
}

#[test]
fn events_are_read_for_ninety_days_and_then_whoever_is_behind_is_told() {
    run::<Payments>(async |city: &Town| {
        let (ours, other) = (shop(city, None).await, shop(city, None).await);
        listens(city, &ours).await;
        told(city, &ours, 1, 3, 91).await;
        told(city, &ours, 4, 2, 89).await;
        told(city, &other, 1, 1, 10).await;
        let seqs = async |path: &str| {
            let page = ours.get(city, path).await.ok();
            let events = page["events"].as_array().unwrap().clone();
            events.iter().map(|event| event["seq"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(seqs(EVENTS).await, [1, 2, 3, 4, 5]);

        city.settle().await;

        assert_eq!(kept(city).await, (3, 2));
        assert_eq!(seqs(EVENTS).await, [4, 5], "from the oldest that is kept");
        assert_eq!(seqs(&format!("{EVENTS}?after=3")).await, [4, 5], "none is missing");
        assert_eq!(seqs(&format!("{EVENTS}?after=5")).await, [0_i64; 0]);
        for after in [0, 2] {
            let behind = ours.get(city, &format!("{EVENTS}?after={after}")).await;
            assert_eq!(
                (behind.status().as_str(), behind.code().as_str(), &behind.json()["details"]),
                ("409 Conflict", "EVENTS_FORGOTTEN", &json!({ "forgotten": 3 }))
            );
        }
        let theirs = other.get(city, &format!("{EVENTS}?after=0")).await.ok();
        assert_eq!(
            theirs["events"].as_array().map(Vec::len),
            Some(1),
            "nothing of theirs is forgotten"
        );
        city.clock().advance(Duration::days(2));
        city.settle().await;
        assert_eq!(ours.get(city, &format!("{EVENTS}?after=4")).await.code(), "EVENTS_FORGOTTEN");
        assert_eq!(
            seqs(&format!("{EVENTS}?after=5")).await,
            [0_i64; 0],
            "who is up to date stays so"
        );
        assert_eq!(kept(city).await, (1, 0));
        city.settle().await;
    });
}

#[test]
fn what_still_waits_for_an_endpoint_is_kept_and_what_is_kept_is_sent_again() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        let endpoint = listens(city, &shop).await;
        told(city, &shop, 1, 2, 91).await;
        let now = city.clock().now().to_rfc3339();
        let replayed = format!(
            "update payments.webhook_delivery set state = 'WAITING', since = '{now}', next_at = timestamptz '{now}' + interval '1 day'
             where seq = 1"
        );
        sql(city, &replayed).await;

        assert_eq!(city.step("forget-events").await.unwrap(), city_boot::Progress::Worked);
        assert_eq!(city.step("forget-events").await.unwrap(), city_boot::Progress::Idle);

        assert_eq!(kept(city).await, (1, 1));
        let path = format!("/merchant/v1/webhooks/{endpoint}/replay");
        let since = json!({ "from": city.clock().now() - Duration::days(100) });
        let again = shop.post(city, &path, &since).await.ok();
        assert_eq!(again, json!({ "events": 1 }), "of what is forgotten nothing is sent");
        sql(city, "update payments.webhook_delivery set state = 'DEAD', next_at = null").await;
        city.settle().await;
        assert_eq!(kept(city).await, (0, 0));
        assert_eq!(shop.get(city, &format!("{EVENTS}?after=1")).await.code(), "EVENTS_FORGOTTEN");
    });
}

#[test]
fn a_thousand_are_forgotten_at_once_by_an_index_also_while_others_forget() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        listens(city, &shop).await;
        told(city, &shop, 1, 2_500, 91).await;

        let (first, second) = tokio::join!(city.step("forget-events"), city.step("forget-events"));
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
        let (events, deliveries) = kept(city).await;
        assert!(events == 500 || events == 1_500, "{events}");
        assert_eq!(events, deliveries);
        city.settle().await;
        assert_eq!(kept(city).await, (0, 0));

        told(city, &shop, 3_000, 5_000, 1).await;
        let explained = "explain select e.owner, e.seq from payments.merchant_event e
            where e.at < '2025-01-01' and not exists (select from payments.webhook_delivery d
                where d.owner = e.owner and d.seq = e.seq and d.state = 'WAITING')
            order by e.at limit 1000 for update skip locked";
        sql(city, "analyze payments.merchant_event; analyze payments.webhook_delivery").await;
        let rows = sqlx::raw_sql(explained).fetch_all(city.db()).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| sqlx::Row::get(row, 0)).collect();
        assert!(plan.iter().any(|line| line.contains("merchant_event_age")), "{plan:#?}");
        city.settle().await;
    });
}

#[test]
fn an_event_being_forgotten_is_sent_again_or_forgotten_and_never_half() {
    run::<Payments>(async |city: &Town| {
        let shop = shop(city, None).await;
        let endpoint = listens(city, &shop).await;
        let path = format!("/merchant/v1/webhooks/{endpoint}/replay");
        for round in 0..20 {
            told(city, &shop, 1 + 10 * round, 10, 91).await;
            let all = json!({ "from": city.clock().now() - Duration::days(100) });
            let (replayed, forgotten) =
                tokio::join!(shop.post(city, &path, &all), city.step("forget-events"));
            let replayed: Value = replayed.ok();
            assert!(forgotten.is_ok(), "{forgotten:?}");
            let waiting =
                one(city, "select count(*) from payments.webhook_delivery where state = 'WAITING'")
                    .await;
            let events = one(city, "select count(*) from payments.merchant_event").await;
            assert_eq!(Some(waiting), replayed["events"].as_i64(), "what was promised is sent");
            assert_eq!(waiting, events, "and nothing else is left");
            sql(city, "delete from payments.webhook_delivery; delete from payments.merchant_event")
                .await;
        }
        city.settle().await;
    });
}

#[test]
fn events_are_never_kept_shorter_than_they_may_wait() {
    run::<Payments>(async |city: &Town| {
        let short = Config { event_days: 13, ..config() };

        let refused = build(short, city.infra().clone()).await.err().map(|error| error.to_string());

        assert!(refused.is_some_and(|text| text.contains("PAYMENTS_EVENT_DAYS")));
        city.settle().await;
    });
}
