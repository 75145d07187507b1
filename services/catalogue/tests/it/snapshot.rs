//! The picture that reads answer from.

use std::time::{Duration, Instant};

use city_boot::Tasks;
use city_catalogue::{build, seed};
use city_clock::Clock as _;
use city_testkit::{City, run};
use serde_json::json;

use crate::subject::{Catalogue, config};

async fn rename_and_publish(city: &City<Catalogue>, name: &str) {
    let mut tx = city.db().begin().await.expect("a transaction");
    for place in ["19753", "19777"] {
        sqlx::query!(
            "update catalogue.place_text set body = $2 where place_id = $1 and locale = 'vi' and field = 'name'",
            place,
            name
        )
        .execute(&mut *tx)
        .await
        .expect("renamed");
        sqlx::query!("select pg_sleep(0.02)")
            .fetch_one(&mut *tx)
            .await
            .expect("a pause in the middle");
    }
    sqlx::query!("update catalogue.publication set number = number + 1")
        .execute(&mut *tx)
        .await
        .expect("raised");
    sqlx::query!("select pg_notify('city_catalogue_snapshot', '')")
        .fetch_one(&mut *tx)
        .await
        .expect("told");
    tx.commit().await.expect("committed");
}

#[test]
fn seeding_again_publishes_nothing() {
    run::<Catalogue>(async |city| {
        let number = || async {
            let row = sqlx::query_scalar!("select number from catalogue.publication");
            row.fetch_one(city.db()).await.expect("there is a number")
        };
        let before = number().await;

        seed(city.db(), city.clock().now()).await.expect("the seed fits");

        assert_eq!((before, number().await), (1, 1));
    });
}

#[test]
fn the_seed_leaves_what_a_person_edited() {
    run::<Catalogue>(async |city| {
        sqlx::query!("update catalogue.agency set updated_by = gen_random_uuid(), kind = 'CENTRE' where code = 'HUE-SXD'")
            .execute(city.db())
            .await
            .expect("edited");

        seed(city.db(), city.clock().now()).await.expect("the seed fits");

        let kind = sqlx::query_scalar!("select kind from catalogue.agency where code = 'HUE-SXD'");
        assert_eq!(kind.fetch_one(city.db()).await.expect("it is there"), "CENTRE");
    });
}

#[test]
fn a_publication_is_read_within_two_seconds_of_its_commit() {
    run::<Catalogue>(async |city| {
        let tasks = Tasks::new();
        let service = build(config(), city.infra().clone()).await.expect("the service is built");
        let loader = service.workers.iter().find(|worker| worker.name() == "load-snapshot");
        tasks.run(loader.expect("it is there").clone());
        let router = service.router(city.infra().ids.clone(), None);
        let reader = city.anonymous().through(router);

        rename_and_publish(city, "Phường Mới").await;
        let committed = Instant::now();
        let mut name = String::new();
        while name != "Phường Mới" && committed.elapsed() < Duration::from_secs(4) {
            let place = reader.post("/internal/v1/place", &json!({ "code": "19753" })).await.ok();
            name = place["name"]["vi"].as_str().unwrap_or_default().to_owned();
            tokio::task::yield_now().await;
        }

        let took = committed.elapsed();
        tasks.shutdown(Duration::from_secs(5)).await;
        assert_eq!(name, "Phường Mới");
        assert!(took < Duration::from_secs(2), "{took:?}");
    });
}

#[test]
fn nobody_sees_half_a_publication() {
    run::<Catalogue>(async |city| {
        let tasks = Tasks::new();
        let service = build(config(), city.infra().clone()).await.expect("the service is built");
        let loader = service.workers.iter().find(|worker| worker.name() == "load-snapshot");
        tasks.run(loader.expect("it is there").clone());
        let reader = city.anonymous().through(service.router(city.infra().ids.clone(), None));
        let publishing = async {
            for round in 0..20 {
                rename_and_publish(city, &format!("Phường {round}")).await;
            }
        };
        let mut seen = Vec::new();
        let reading = async {
            let ids = json!({ "ids": ["plc_19753", "plc_19777"] });
            loop {
                let nodes = reader.post("/internal/v1/nodes:batch", &ids).await.ok();
                seen.push((nodes[0]["name"]["vi"].clone(), nodes[1]["name"]["vi"].clone()));
                if nodes[0]["name"]["vi"] == "Phường 19" {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(1)).await; // reading never waits for anything by itself
            }
        };

        tokio::time::timeout(Duration::from_secs(30), async { tokio::join!(publishing, reading) })
            .await
            .expect("the last publication is seen");

        tasks.shutdown(Duration::from_secs(5)).await;
        let begun = seen.iter().filter(|(one, _)| one != "Phường Phú Xuân");
        assert!(begun.clone().count() > 0);
        for (one, other) in begun {
            assert_eq!(one, other, "both were renamed in one publication");
        }
    });
}

#[test]
fn reads_go_on_while_postgresql_is_away_and_writes_say_so() {
    run::<Catalogue>(async |city| {
        let mut infra = city.infra().clone();
        let options = infra.db.connect_options().as_ref().clone();
        infra.db = sqlx::postgres::PgPoolOptions::new()
            .acquire_timeout(Duration::from_secs(1))
            .connect_lazy_with(options);
        let service = build(config(), infra.clone()).await.expect("the service is built");
        let router = service.router(infra.ids.clone(), None);
        infra.db.close().await;

        let reader = city.anonymous().through(router.clone());
        let wards = reader.post("/internal/v1/wards", &json!(null)).await;
        let ready = reader.get("/readyz").await;
        let admin = city.admin().through(router);
        let draft = crate::editors::agency_draft(Some(1));
        let refused = admin
            .send(
                http::Method::PUT,
                "/admin/v1/agencies/HUE-SXD",
                Some(&draft),
                &[("idempotency-key", "key-00000001")],
            )
            .await;

        assert_eq!(wards.ok().as_array().map(Vec::len), Some(40));
        assert_eq!(ready.status(), "200 OK");
        assert_eq!(
            (refused.status(), refused.code()),
            ("503 Service Unavailable".into(), "UNAVAILABLE".into())
        );
        assert_eq!(refused.header("retry-after"), "2");
    });
}

#[test]
fn a_service_that_never_read_the_picture_is_not_ready() {
    run::<Catalogue>(async |city| {
        let mut infra = city.infra().clone();
        let options = infra.db.connect_options().as_ref().clone().port(1);
        infra.db = sqlx::postgres::PgPoolOptions::new()
            .acquire_timeout(Duration::from_millis(200))
            .connect_lazy_with(options);

        let service = build(config(), infra.clone()).await.expect("it starts without its database");

        let reader = city.anonymous().through(service.router(infra.ids.clone(), None));
        let (read, ready) =
            (reader.post("/internal/v1/wards", &json!(null)).await, reader.get("/readyz").await);
        assert_eq!(
            (read.status(), read.code()),
            ("503 Service Unavailable".into(), "NOT_READY".into())
        );
        assert_eq!(ready.status(), "503 Service Unavailable");
    });
}
