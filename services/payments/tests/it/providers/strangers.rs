//! Notices that nobody proves: where they come from is kept, and soon none of them is taken in.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use city_boot::{Infra, RedisStore, Tasks};
use city_ids::ServiceName;
use city_payments::{Config, build};
use city_testkit::{Character, run};
use http::Method;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{happens, pass, start, state};
use crate::subject::{Payments, config};
use crate::till::simulator;
use crate::town::{Town, one, rich};

const FORGED: &str = "/ipn/vnpay?vnp_TxnRef=T1&vnp_ResponseCode=00";
const PROVIDER: &str = "198.51.100.7";
const STRANGER: &str = "203.0.113.9";

/// Instances that know the providers of the test.
async fn instances(city: &Town, redis: &RedisStore) -> [Router; 2] {
    let started = async || {
        let providers = config().providers.simulated(&simulator(city).url(), "http://127.0.0.1:9");
        let config = Config { providers, merchant_failures_per_minute: 3, ..config() };
        let infra = Infra { redis: redis.clone(), ..city.infra().clone() };
        let service = build(config, infra).await.expect("it is built");
        service.router(city.infra().ids.clone(), None)
    };
    [started().await, started().await]
}

/// A notice to VNPAY's path; its answer's code.
async fn notice(door: &Character, path: &str, headers: &[(&str, &str)]) -> Value {
    door.send_bytes(Method::GET, path, Body::empty(), headers).await.ok()["RspCode"].clone()
}

/// A port of the service itself, without the front door.
async fn open(city: &Town) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let service = city.router().into_make_service_with_connect_info::<SocketAddr>();
    Tasks::new().spawn(async move {
        axum::serve(listener, service).await.expect("it serves until the test ends");
    });
    format!("http://{address}")
}

/// What is kept of where notices came from, the newest last.
async fn remotes(city: &Town) -> Vec<Option<String>> {
    let sql = "select remote from payments.provider_message where direction = 'IN' order by id";
    let rows = sqlx::raw_sql(sql).fetch_all(city.db()).await.expect("it reads");
    rows.iter().map(|row| sqlx::Row::get(row, 0)).collect()
}

#[test]
fn a_notice_is_kept_with_the_address_that_the_front_door_saw_and_no_other_is_believed() {
    run::<Payments>(async |city: &Town| {
        let says = [("x-city-address", STRANGER)];
        let others = [("x-forwarded-for", STRANGER), ("forwarded", "for=203.0.113.9")];
        let twice = [("x-city-address", STRANGER), ("x-city-address", PROVIDER)];
        let peer = city.service(ServiceName::Notifications);

        // The first comes through the front door, as its token says.
        for (door, headers) in [
            (&city.anonymous(), says.as_slice()),
            (&city.anonymous(), others.as_slice()),
            (&city.anonymous(), twice.as_slice()),
            (&peer, says.as_slice()),
        ] {
            assert_eq!(notice(door, FORGED, headers).await, "97");
        }
        // Nor is anybody who shows no token: they come from where they connected from.
        let url = format!("{}{FORGED}", open(city).await);
        let answer = city_http::client().get(url).header("x-city-address", STRANGER).send().await;
        assert_eq!(answer.expect("it answers").status(), 200);

        let kept = remotes(city).await;
        let kept: Vec<_> = kept.iter().map(Option::as_deref).collect();
        assert_eq!(kept, [Some(STRANGER), None, None, None, Some("127.0.0.1")]);
    });
}

#[test]
fn what_nobody_proves_is_bounded_at_all_instances_together_and_what_is_proven_always_counts() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;
        happens(city, &started, "paid").await;
        pass(city, [0, 1]).await;
        let proven =
            "select raw from payments.provider_message where verified and direction = 'IN'";
        let row = sqlx::raw_sql(proven).fetch_one(city.db()).await.expect("one");
        let raw = String::from_utf8(sqlx::Row::get(&row, 0)).expect("a query");
        let proven = format!("/ipn/vnpay?{raw}");
        let doors = instances(city, &city.infra().redis).await;
        let doors = doors.map(|router| city.anonymous().through(router));
        let send = async |at: usize, path: &str, address: &str| {
            notice(&doors[at], path, &[("x-city-address", address)]).await
        };
        assert_eq!(send(0, &proven, PROVIDER).await, "02");

        for at in [0, 1, 0] {
            assert_eq!(send(at, FORGED, STRANGER).await, "97");
        }

        let kept = "select count(*) from payments.provider_message where not verified";
        for at in [0, 1] {
            assert_eq!(send(at, FORGED, STRANGER).await, "99", "a provider would send it again");
            assert_eq!(send(at, &proven, STRANGER).await, "02", "what is proven is never too much");
            assert_eq!(send(at, FORGED, STRANGER).await, "99", "and makes room for nothing else");
        }
        assert_eq!(one(city, kept).await, 3, "what is turned away is not kept");
        assert_eq!(send(1, FORGED, "203.0.113.10").await, "97");
        for (at, code) in [(1, "97"), (0, "97"), (1, "97"), (0, "99"), (1, "99")] {
            assert_eq!(send(at, FORGED, PROVIDER).await, code);
        }
        assert_eq!(send(1, &proven, PROVIDER).await, "02");
        city.settle().await;
    });
}

#[test]
fn without_redis_each_instance_bounds_strangers_by_itself() {
    run::<Payments>(async |city: &Town| {
        let nowhere = RedisStore::open("redis://127.0.0.1:1", "").expect("a URL");
        let doors = instances(city, &nowhere).await;
        for router in doors {
            let door = city.anonymous().through(router);
            let mut answers = Vec::new();
            for _ in 0..4 {
                answers.push(notice(&door, FORGED, &[("x-city-address", STRANGER)]).await);
            }
            assert_eq!(answers, ["97", "97", "97", "99"]);
        }
        city.settle().await;
    });
}

#[test]
fn a_url_to_pay_is_no_notice_of_its_provider() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 50_000).await;
        let url = started.view["payUrl"].as_str().expect("somewhere to pay");
        let (_, query) = url.split_once('?').expect("a signed query");
        let notice_of_ours = format!("/ipn/vnpay?{query}");
        let [router, _] = instances(city, &city.infra().redis).await;
        let door = city.anonymous().through(router);

        let mut answers = Vec::new();
        for _ in 0..4 {
            answers.push(notice(&door, &notice_of_ours, &[("x-city-address", STRANGER)]).await);
        }

        assert_eq!(answers, ["97", "97", "97", "99"]);
        let kept = |verified: bool| {
            format!(
                "select count(*) from payments.provider_message where direction = 'IN' and verified = {verified}"
            )
        };
        assert_eq!((one(city, &kept(true)).await, one(city, &kept(false)).await), (0, 3));
        assert_eq!(state(&who, &started).await, "AWAITING");
        city.settle().await;
    });
}

#[test]
fn a_proven_notice_is_kept_once_however_often_and_in_whatever_bytes_it_comes() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let vnpay = start(city, &who, "VNPAY", 50_000).await;
        happens(city, &vnpay, "paid_ipn_x10").await;
        let momo = start(city, &who, "MOMO", 60_000).await;
        happens(city, &momo, "paid").await;
        pass(city, [0, 1]).await;
        let kept =
            "select count(*) from payments.provider_message where direction = 'IN' and verified";
        assert_eq!(one(city, kept).await, 2, "VNPAY sent it ten times");
        let raw = async |provider: &str| {
            let sql = format!(
                "select raw from payments.provider_message where provider = '{provider}' and direction = 'IN'"
            );
            let sql = sqlx::AssertSqlSafe(sql);
            let row = sqlx::raw_sql(sql).fetch_one(city.db()).await.expect("it is kept");
            String::from_utf8(sqlx::Row::get(&row, 0)).expect("text")
        };
        let (query, body) = (raw("VNPAY").await, raw("MOMO").await);
        let at = city.anonymous();

        let (first, rest) = query.split_once('&').expect("several pairs");
        let in_other_words = [
            query.clone(),
            format!("{rest}&{first}"),
            format!("{query}&vnp_SecureHashType=1"),
            format!("{query}&vnp_SecureHashType=2"),
        ];
        let told = in_other_words.iter().cycle().take(12).map(|query| {
            let (at, path) = (&at, format!("/ipn/vnpay?{query}"));
            async move { notice(at, &path, &[]).await }
        });
        let answers = futures_util::future::join_all(told).await;
        for body in [body.clone(), format!(" {body}"), body.replacen('{', "{\"more\":1,", 1)] {
            let answer = at.send_bytes(Method::POST, "/ipn/momo", body.into(), &[]).await;
            assert_eq!(answer.status(), "204 No Content");
        }

        assert!(answers.iter().all(|code| code == "02"), "{answers:?}");
        assert_eq!(one(city, kept).await, 2);
        let rest = "select count(*) from payments.provider_message where direction = 'IN' and not verified";
        assert_eq!(one(city, rest).await, 0);
        assert_eq!(one(city, "select sum(unverified) from payments.provider_message_day").await, 0);
        let outcomes = "select count(*) from payments.provider_message where direction = 'IN' and outcome = 'RECORDED'";
        assert_eq!(one(city, outcomes).await, 2, "what took effect is what is kept");
        city.settle().await;
    });
}
