//! What proves nothing changes nothing: notices that do not verify, providers that do not answer.

use chrono::Duration;
use city_testkit::run;
use serde_json::json;

use super::{ALL, answers, happens, pass, start, start_as, state, to_start, try_start};
use crate::subject::Payments;
use crate::town::{Town, available, new_id, one, person, rich};

#[test]
fn f08_a_notice_that_does_not_verify_changes_nothing_and_a_question_tells() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let mut all = Vec::new();
        for provider in ALL {
            for name in ["wrong_amount_ipn", "forged_ipn", "unsigned_ipn", "unknown_ref_ipn"] {
                let started = start(city, &who, provider, 30_000).await;
                happens(city, &started, name).await;
                all.push((started, name));
            }
        }

        super::super::till::simulator(city).step().await;

        let expected = |provider: &str, name: &str| match (provider, name) {
            ("VNPAY", "wrong_amount_ipn") => r#""RspCode":"04""#,
            ("VNPAY", "unknown_ref_ipn") => r#""RspCode":"01""#,
            ("VNPAY", _) => r#""RspCode":"97""#,
            ("MOMO", "wrong_amount_ipn") => "204",
            ("MOMO", "unknown_ref_ipn") => "404",
            ("MOMO", _) => "400",
            (_, "wrong_amount_ipn") => r#""return_code":1"#,
            _ => r#""return_code":-1"#,
        };
        for (started, name) in &all {
            let given = answers(city, started);
            let wanted = expected(started.provider, name);
            assert!(
                given.len() == 1 && given[0].contains(wanted),
                "{} {name}: {given:?}",
                started.provider
            );
            assert_eq!(state(&who, started).await, "AWAITING", "{} {name}", started.provider);
        }
        let differs = "select count(*) from payments.provider_break where class = 'AMOUNT_DIFFERS' and amount = 3000";
        assert_eq!(one(city, differs).await, 3);
        let kept = |proven| {
            format!(
                "select count(*) from payments.provider_message where direction = 'IN' and verified = {proven}"
            )
        };
        assert_eq!((one(city, &kept(true)).await, one(city, &kept(false)).await), (6, 6));
        assert_eq!(one(city, "select unverified from payments.provider_message_day").await, 6);

        pass(city, [1]).await;

        for (started, name) in &all {
            assert_eq!(state(&who, started).await, "PAID", "{} {name}", started.provider);
        }
        assert_eq!(available(&who).await, 12 * 30_000);
    });
}

#[test]
fn a_provider_whose_answers_prove_nothing_is_left_alone_after_five() {
    for name in ["query_unsigned", "query_5xx", "query_silent"] {
        run::<Payments>(async |city: &Town| {
            let (who, _) = rich(city, 0).await;
            let mut all = Vec::new();
            for provider in ALL {
                let started = start(city, &who, provider, 30_000).await;
                happens(city, &started, name).await;
                happens(city, &started, "paid_no_ipn").await;
                all.push(started);
            }

            pass(city, [1, 3, 10, 16]).await;
            // Whoever has no wallet is asked for it only while the provider is up.
            let (nobody, up) = (person(city), "WALLET_REQUIRED");
            for provider in ALL {
                let other = try_start(&nobody, &to_start(&new_id(city), provider, 20_000)).await;
                assert_eq!(other.code(), up, "four are not enough: {name} {provider}");
            }
            pass(city, [44]).await;

            for started in &all {
                assert_eq!(state(&who, started).await, "AWAITING", "{name} {}", started.provider);
                let other =
                    try_start(&who, &to_start(&new_id(city), started.provider, 20_000)).await;
                assert_eq!(
                    (other.status().as_str(), other.code().as_str()),
                    ("503 Service Unavailable", "PROVIDER_AWAY"),
                    "{name} {}",
                    started.provider
                );
                assert_eq!(other.header("retry-after"), "30");
            }
            assert_eq!(available(&who).await, 0);
            city.clock().advance(Duration::seconds(31));
            assert_eq!(try_start(&who, &to_start(&new_id(city), "MOMO", 20_000)).await.code(), "");
            city.settle().await;
        });
    }
}

#[test]
fn silence_when_an_order_is_made_leaves_it_open() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        for provider in ["MOMO", "ZALOPAY"] {
            let mut all = Vec::new();
            for _ in 0..5 {
                let started = start_as(city, &who, provider, 30_000, Some("create_timeout")).await;
                assert_eq!(
                    (&started.view["state"], &started.view["payUrl"]),
                    (&json!("AWAITING"), &json!(null))
                );
                all.push(started);
            }

            let sixth = try_start(&who, &to_start(&new_id(city), provider, 30_000)).await;
            assert_eq!(sixth.code(), "PROVIDER_AWAY", "{provider}");

            // The order is there all the same, and its money counts.
            happens(city, &all[0], "paid").await;
            pass(city, [0]).await;
            assert_eq!(state(&who, &all[0]).await, "PAID");
            assert_eq!(state(&who, &all[1]).await, "AWAITING");
        }
        assert_eq!(available(&who).await, 60_000);
        pass(city, [1]).await;
        let (kept, fresh) =
            ("select count(*) from payments.provider_order where ended is not null", "MOMO");
        assert_eq!(one(city, kept).await, 0);
        assert_eq!(try_start(&who, &to_start(&new_id(city), fresh, 30_000)).await.code(), "");
    });
}

#[test]
fn strangers_fill_no_disk_and_a_proven_notice_always_counts() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let full = "insert into payments.provider_message_day values ('2026-03-04', 10000)";
        sqlx::raw_sql(full).execute(city.db()).await.expect("it writes");
        let (good, bad) =
            (start(city, &who, "MOMO", 30_000).await, start(city, &who, "MOMO", 40_000).await);
        happens(city, &bad, "forged_ipn").await;
        happens(city, &good, "paid").await;

        super::super::till::simulator(city).step().await;

        let kept = "select count(*) from payments.provider_message where direction = 'IN'";
        assert_eq!((one(city, kept).await, state(&who, &good).await.as_str()), (1, "PAID"));
        assert_eq!(state(&who, &bad).await, "AWAITING");
        let huge = vec![b'x'; 16 * 1024 + 1];
        let answer = city.anonymous();
        let answer = answer.send_bytes(http::Method::POST, "/ipn/momo", huge.into(), &[]).await;
        assert_eq!(answer.status(), "400 Bad Request");
        city.settle().await;
    });
}

#[test]
fn what_was_never_proven_is_forgotten_after_a_week() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let (good, bad) =
            (start(city, &who, "MOMO", 30_000).await, start(city, &who, "MOMO", 40_000).await);
        happens(city, &bad, "forged_ipn").await;
        happens(city, &good, "paid").await;
        pass(city, [0]).await;
        let kept = |proven| {
            format!("select count(*) from payments.provider_message where verified = {proven}")
        };
        let proven = one(city, &kept(true)).await;
        assert_eq!(one(city, &kept(false)).await, 1);

        pass(city, [7 * 24 * 60 + 1]).await;

        assert_eq!(one(city, &kept(false)).await, 0);
        assert!(one(city, &kept(true)).await >= proven);
    });
}
