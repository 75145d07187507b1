//! Instances that do not lead, as their callers see them.

use std::sync::Arc;

use axum::Router;
use city_auth::Keyring;
use city_boot::{Infra, Process, Profile, Tasks};
use city_http::Limits;
use city_ids::ServiceName;
use city_payments::ledger::{Code, Input, Verdict};
use city_payments::{Config, Ledger, NotNow, Settings, Status, build};
use city_testkit::{City, run};
use serde_json::json;

use super::sequencing::{Scene, account, another, balance, code, new_id, one, pay, settings};
use crate::subject::{Books, config};
use city_payments::ledger::Class;

const INPUTS: &str = "/internal/v1/ledger/inputs";

async fn router(city: &City<Books>, config: Config) -> Router {
    let service = build(config, city.infra().clone()).await.expect("it is built");
    service.router(city.infra().ids.clone(), None)
}

/// An instance that is reached at an address until its tasks are shut down.
async fn listening(city: &City<Books>) -> (String, Router, Tasks) {
    let process = Process::detached();
    let listener = process.listen("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", Process::address(&listener).expect("it has one"));
    let routes = router(city, Config { own_url: Some(url.clone()), ..config() }).await;
    let (served, stop) = (routes.clone(), process.tasks.stopping());
    process.tasks.spawn(async move {
        city_http::serve(listener, served, Limits::default(), stop).await;
    });
    (url, routes, process.tasks)
}

async fn until_ready(city: &City<Books>, routes: &Router) {
    let anyone = city.anonymous().through(routes.clone());
    while anyone.get("/readyz").await.status() != "200 OK" {
        tokio::task::yield_now().await;
    }
}

#[test]
fn a_follower_forwards_to_the_leader_and_says_when_there_is_none() {
    run::<Books>(async |city: &City<Books>| {
        let (url, routes, tasks) = listening(city).await;
        until_ready(city, &routes).await;
        let bank = account(city, Class::Guarantee).await;
        let wallet = account(city, Class::Wallet).await;
        let follower = another(city);
        let fund = pay(new_id(city), bank, wallet, 100);
        let overdraw = pay(new_id(city), wallet, bank, 101);
        let overdrawn = overdraw.id;

        let first = follower.post(fund.clone()).await;
        let refused = follower.post(overdraw).await;

        assert_eq!(follower.status(), Status::Following { leader_url: Some(url.clone()) });
        assert_eq!(code(&first), None);
        assert_eq!(code(&refused), Some(Code::InsufficientFunds));
        assert_eq!(balance(city, wallet).await, 100);
        let known = (follower.knows(fund.id).await, follower.knows(overdrawn).await);
        assert_eq!(known, (Ok(true), Ok(true)), "what the leader knows, whoever asks");
        assert_eq!(follower.knows(new_id(city)).await, Ok(false));
        let again = city.service(ServiceName::Payments).through(routes);
        let input = serde_json::to_value(Input::Posting(fund)).unwrap();
        let direct = again.post(INPUTS, &input).await;
        assert_eq!(direct.status(), "200 OK");
        assert_eq!(serde_json::from_value::<Verdict>(direct.json()).unwrap(), first.unwrap());

        // The leader's door closes while it still leads: nothing was sent, so nothing was applied.
        tasks.shutdown(std::time::Duration::from_secs(5)).await;
        let nobody = follower.post(pay(new_id(city), wallet, bank, 1)).await;
        assert!(matches!(nobody, Err(NotNow::NoLeader { .. })), "{nobody:?}");
        assert_eq!(balance(city, wallet).await, 100);
    });
}

#[test]
fn what_was_forwarded_is_not_forwarded_again() {
    run::<Books>(async |city: &City<Books>| {
        // A leader whose address is wrong: it is this follower's.
        let scene = Scene::of(city, 100).await;
        let (url, routes, _tasks) = listening(city).await;
        let told = format!("update payments.ledger_writer set leader_url = '{url}'");
        sqlx::Executor::execute(city.db(), sqlx::AssertSqlSafe(told)).await.unwrap();
        let follower = another(city);
        let payments = city.service(ServiceName::Payments).through(routes);
        let posting = pay(new_id(city), scene.payer, scene.payee, 1);

        let input = serde_json::to_value(Input::Posting(posting.clone())).unwrap();
        let mut answer = payments.post(INPUTS, &input).await;
        while answer.code() == "UNAVAILABLE" {
            answer = payments.post(INPUTS, &input).await; // it does not know yet who leads
        }

        assert_eq!(
            (answer.status().as_str(), answer.code()),
            ("503 Service Unavailable", "NO_LEADER".to_owned())
        );
        assert_eq!(answer.header("retry-after"), "1");
        let over = follower.post(posting).await;
        assert_eq!(over, Err(NotNow::NoLeader { leader_url: Some(url) }));
        assert_eq!(balance(city, scene.payee).await, 0);
    });
}

#[test]
fn only_instances_of_payments_may_write_and_only_what_is_well_formed() {
    run::<Books>(async |city: &City<Books>| {
        let (_, routes, _tasks) = listening(city).await;
        until_ready(city, &routes).await;
        let bank = account(city, Class::Guarantee).await;
        let wallet = account(city, Class::Wallet).await;
        let input = |amount| {
            let posting = pay(new_id(city), bank, wallet, amount);
            serde_json::to_value(Input::Posting(posting)).unwrap()
        };

        for (who, status) in [
            (city.anonymous(), "403 Forbidden"),
            (city.resident(), "403 Forbidden"),
            (city.admin(), "403 Forbidden"),
            (city.service(ServiceName::Catalogue), "403 Forbidden"),
            (city.service(ServiceName::Gateway), "403 Forbidden"),
        ] {
            let answer = who.through(routes.clone()).post(INPUTS, &input(5)).await;
            assert_eq!(answer.status(), status);
        }
        let payments = city.service(ServiceName::Payments).through(routes);
        for wrong in [0, -5, 100_000_000_001] {
            let answer = payments.post(INPUTS, &input(wrong)).await;
            assert_eq!(
                (answer.status().as_str(), answer.code()),
                ("422 Unprocessable Entity", "INPUT".to_owned())
            );
        }
        let garbage = payments.post(INPUTS, &json!({ "Posting": { "id": "x" } })).await;
        assert_eq!(garbage.status(), "422 Unprocessable Entity");
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer").await, 0);
        assert_eq!(payments.post(INPUTS, &input(5)).await.status(), "200 OK");
        assert_eq!(balance(city, wallet).await, 5);
    });
}

#[test]
fn a_server_that_would_lose_payments_is_refused_and_callers_get_503() {
    run::<Books>(async |city: &City<Books>| {
        // The servers of a test run have fsync=off.
        let safe = Settings { durability: city_payments::Durability::Local, ..settings(city) };
        let ledger = Ledger::start(city.db(), city.infra().clock.clone(), safe);
        let bank = account(city, Class::Guarantee).await;
        let wallet = account(city, Class::Wallet).await;

        let answer = ledger.post(pay(new_id(city), bank, wallet, 5)).await;

        assert_eq!(answer, Err(NotNow::NoLeader { leader_url: None }));
        let Status::Unsafe(reason) = ledger.status() else { panic!("{:?}", ledger.status()) };
        assert_eq!(reason, "the server has fsync=off; the ledger needs on");
        let local = Config { durability: "local".to_owned(), ..config() };
        let routes = router(city, local).await;
        let input =
            serde_json::to_value(Input::Posting(pay(new_id(city), bank, wallet, 5))).unwrap();
        let answer =
            city.service(ServiceName::Payments).through(routes.clone()).post(INPUTS, &input).await;
        assert_eq!(
            (answer.status().as_str(), answer.code()),
            ("503 Service Unavailable", "NO_LEADER".to_owned())
        );
        let ready = city.anonymous().through(routes).get("/readyz").await;
        assert_eq!(ready.status(), "503 Service Unavailable");
        assert_eq!(balance(city, wallet).await, 0);
        drop(Arc::new(ledger));
    });
}

#[test]
fn production_has_to_say_where_others_reach_an_instance() {
    run::<Books>(async |city: &City<Books>| {
        let name = city.db().connect_options().get_database().expect("a name").to_owned();
        let file = std::env::temp_dir().join(format!("own-url-{name}.json"));
        std::fs::write(&file, Keyring::generate(&city.infra().ids).to_json()).expect("it writes");
        let refusal = async |own_url: Option<&str>| {
            let config = Config {
                keyring_file: Some(file.clone()),
                webhook_loopback: false,
                durability: "local".to_owned(),
                own_url: own_url.map(str::to_owned),
                ..config()
            };
            let infra = Infra { profile: Profile::Production, ..city.infra().clone() };
            build(config, infra).await.err().map(|error| error.to_string()).unwrap_or_default()
        };

        let missing = [refusal(None).await, refusal(Some("")).await, refusal(Some(" ")).await];
        let said = refusal(Some("http://payments-1:8080")).await;

        for missing in missing {
            assert!(missing.contains("set PAYMENTS_OWN_URL"), "{missing}");
        }
        assert!(said.contains("PAYMENTS_HEAD_KEY_FILE"), "the next that is missing: {said}");
        std::fs::remove_file(&file).expect("it was there");
    });
}
