//! Payments while somebody else is away: accounts, or whoever leads the ledger.

use std::net::{SocketAddr, TcpListener as FreePort};
use std::sync::LazyLock;

use city_boot::{Infra, Service};
use city_ids::ServiceName;
use city_payments::{Config, MIGRATOR, build};
use city_testkit::{Character, City, Subject, run};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::billers::{by_code, import, water};
use crate::neighbour;
use crate::shop::{paying as paying_shop, shop};
use crate::subject::{Payments, config, warm};
use crate::town::{Town, available, new_id, one, rich, sending};

/// Where accounts is reached while the line is up.
static LINE: LazyLock<SocketAddr> = LazyLock::new(|| {
    let free = FreePort::bind("127.0.0.1:0").expect("a port is free");
    free.local_addr().expect("it has an address")
});

/// The line to accounts; it is cut when this is dropped.
struct Line(#[expect(dead_code, reason = "the tasks end with it")] JoinSet<()>);

impl Line {
    async fn up(accounts: &str) -> Self {
        let listener = TcpListener::bind(*LINE).await.expect("the port is free");
        let accounts = accounts.trim_start_matches("http://").to_owned();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let accounts = accounts.clone();
                calls.spawn(async move {
                    let mut far = TcpStream::connect(accounts).await.expect("it listens");
                    copy_bidirectional(&mut near, &mut far).await.unwrap_or_default(); // cut: that is the point
                });
            }
        });
        Self(tasks)
    }
}

/// Payments with accounts at the end of a line.
struct OnALine;

impl Subject for OnALine {
    const NAME: ServiceName = ServiceName::Payments;

    fn migrator() -> &'static Migrator {
        &MIGRATOR
    }

    async fn build(infra: Infra) -> Service {
        warm(&infra.db).await;
        let config = Config { accounts_url: format!("http://{}", *LINE), ..config() };
        build(config, infra).await.expect("development needs no configuration")
    }
}

/// A resident with a wallet, and its id.
async fn resident(city: &City<OnALine>) -> (Character, String) {
    let mut who = city.resident();
    who.principal.identity_level = 2;
    let body = json!({ "idempotencyKey": id(city), "termsAccepted": true });
    let wallet = who.post("/internal/v1/open-wallet", &body).await.ok();
    let wallet = wallet["id"].as_str().expect("a wallet has an id").to_owned();
    (who, wallet)
}

fn id(city: &City<OnALine>) -> String {
    city.infra().ids.uuid(city_clock::Clock::now(city.clock())).to_string()
}

/// To send money, confirmed with a key.
async fn confirmed(
    city: &City<OnALine>,
    who: &Character,
    payee: &str,
    key: &city_auth::SigningKey,
) -> Value {
    use city_auth::step_up::{Operation, OperationDigest, StepUpClaims};
    let mut body = json!({ "idempotencyKey": id(city), "payeeId": payee, "amount": "700" });
    let quote = who.post("/internal/v1/payment-quote", &body).await.ok();
    let digest = quote["operationDigest"].as_str().and_then(OperationDigest::parse);
    let operation = Operation {
        audience: ServiceName::Payments,
        account: who.account(),
        session: who.principal.session.expect("with a session"),
        name: "sendMoney",
        digest: digest.expect("a quote has a digest"),
    };
    let now = city_clock::Clock::now(city.clock());
    body["stepUpToken"] = StepUpClaims::new(&operation, id(city), now).sign(key).into();
    body
}

#[test]
fn while_accounts_is_away_confirmed_payments_go_on_and_only_lookups_wait() {
    run::<OnALine>(async |city: &City<OnALine>| {
        let accounts = neighbour::start().await;
        let ((payer, wallet), (_, to)) = (resident(city).await, resident(city).await);
        money(city, &wallet, 5_000).await;
        let path = "/internal/v1/send-money";
        let early = confirmed(city, &payer, &to, &neighbour::key()).await;

        // It was never there: nobody knows its keys, so nobody can say whether the confirmation is right.
        let unknown = payer.post(path, &early).await;
        assert_eq!(
            (unknown.status().as_str(), unknown.code().as_str()),
            ("503 Service Unavailable", "UNAVAILABLE")
        );
        let line = Line::up(&accounts).await;
        city.clock().advance(chrono::Duration::seconds(11)); // it is asked again after ten
        assert_eq!(payer.post(path, &early).await.ok()["state"], "SUCCEEDED");
        drop(line);

        let phone = payer.post("/internal/v1/payee-by-phone", &json!({ "phone": "0123" })).await;
        assert_eq!(
            (phone.status().as_str(), phone.code().as_str()),
            ("503 Service Unavailable", "UNAVAILABLE")
        );
        let good = confirmed(city, &payer, &to, &neighbour::key()).await;
        assert_eq!(payer.post(path, &good).await.ok()["state"], "SUCCEEDED");
        let stranger = city_auth::SigningKey::from_seed(&[1; 32]);
        let forged = confirmed(city, &payer, &to, &stranger).await;
        assert_eq!(payer.post(path, &forged).await.code(), "STEP_UP_MISMATCH");
        city.clock().advance(chrono::Duration::seconds(125));
        let mut other = good.clone();
        other["idempotencyKey"] = id(city).into();
        assert_eq!(payer.post(path, &other).await.code(), "STEP_UP_MISMATCH");
        assert_eq!(payer.post(path, &good).await.ok()["state"], "SUCCEEDED", "a repetition is one");
        let wallet = payer.post("/internal/v1/my-wallet", &json!({})).await.ok();
        assert_eq!(wallet["available"], "3600");
        let _line = Line::up(&accounts).await; // its keys are fetched again
        city.settle().await;
    });
}

/// Puts money into a wallet by the ledger's own door.
async fn money(city: &City<OnALine>, wallet: &str, amount: i64) {
    use city_payments::ledger::{AccountNo, Class, Input, Leg, Posting, Purpose};
    let wallet = wallet.trim_start_matches("wal_");
    let sql = format!("select account from payments.wallet where id = '{wallet}'");
    let row = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).fetch_one(city.db()).await;
    let account = AccountNo(sqlx::Row::get(&row.expect("it is open"), 0));
    let now = city_clock::Clock::now(city.clock());
    let mut db = city.db().acquire().await.expect("the database answers");
    let ext = city.infra().ids.uuid(now);
    let bank = city_payments::open_account(&mut db, ext, Class::Guarantee, None).await;
    let leg = Leg::post(bank.expect("it opens"), account, amount, Purpose::Adjustment);
    let posting = Posting::new(city.infra().ids.uuid(now), [7; 32], vec![leg]);
    let input = serde_json::to_value(Input::Posting(posting)).expect("it is JSON");
    let peer = city.service(ServiceName::Payments);
    drop(peer.post("/internal/v1/ledger/inputs", &input).await.ok());
}

#[test]
fn while_nobody_leads_whoever_pays_is_told_to_come_again_and_never_to_sign_in() {
    run::<Payments>(async |city: &Town| {
        let biller = water(city).await;
        let ((payer, wallet), (friend, to)) = (rich(city, 100_000).await, rich(city, 0).await);
        let shop = shop(city, None).await;
        import(city, "W1,KH-1,,,2026-03-20,NUOC,Tiền nước,1000,,,,\n").await;
        let bill = by_code(&payer, &biller, "KH-1").await.remove(0);
        let send = sending(city, &payer, &new_id(city), &to, 700).await;
        let buy = json!({ "payeeId": shop.id, "amount": "5000" });
        let buy = paying_shop(city, &payer, &new_id(city), &buy).await;
        let fee = crate::billers::paying(city, &payer, &bill).await;
        let freeze = json!({ "mode": "FROZEN", "reason": crate::town::REASON });
        // An instance that follows; whoever leads told no address.
        let config = Config { accounts_url: neighbour::start().await, ..config() };
        let other = build(config, city.infra().clone()).await.expect("it is built");
        let other = other.router(city.infra().ids.clone(), None);
        let follower = payer.clone().through(other.clone());
        let before = one(city, "select last_batch from payments.ledger_writer").await;

        for _ in 0..2 {
            for (path, body) in [
                ("/internal/v1/send-money", &send),
                ("/internal/v1/pay-merchant", &buy),
                ("/internal/v1/pay-bill", &fee),
            ] {
                let answer = follower.post(path, body).await;
                assert_eq!(
                    (
                        answer.status().as_str(),
                        answer.code().as_str(),
                        answer.header("retry-after")
                    ),
                    ("503 Service Unavailable", "NO_LEADER", "1"),
                    "{path}"
                );
            }
        }
        let officer = crate::town::finance(city).through(other);
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        let stopped = officer.post_once(&path, &new_id(city), &freeze).await;
        assert_eq!(
            (stopped.status().as_str(), stopped.code().as_str()),
            ("503 Service Unavailable", "NO_LEADER")
        );

        assert_eq!(one(city, "select last_batch from payments.ledger_writer").await, before);
        let seen = follower.post("/internal/v1/my-wallet", &json!({})).await.ok();
        assert_eq!(
            (&seen["available"], &seen["state"]),
            (&json!("100000"), &json!("OPEN")),
            "reads go on"
        );
        for (path, body) in [
            ("/internal/v1/send-money", &send),
            ("/internal/v1/pay-merchant", &buy),
            ("/internal/v1/pay-bill", &fee),
        ] {
            drop(payer.post(path, body).await.ok()); // the same ids were left free
        }
        assert_eq!((available(&payer).await, available(&friend).await), (93_300, 700));
        city.settle().await;
    });
}
