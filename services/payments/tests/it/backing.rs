//! What backs the wallets: kept up with every batch, said in public every day, alarmed about, and never in the way.

use chrono::Duration;
use city_boot::Progress;
use city_clock::Clock as _;
use city_payments::ledger::{AccountNo, Class, Leg, Posting, Purpose};
use city_payments::{Config, build};
use city_receipt::{PublishedKeys, Unproven, verify_backing};
use city_testkit::run;
use serde_json::{Value, json};
use sqlx::Executor as _;
use tokio::time::timeout;

use crate::subject::{Payments, config};
use crate::town::{Town, approver, available, finance, one, rich, send, told};
use crate::treasury::{account, bill, pay, post, the_books_agree, wallet_account};

const BACKING: &str = "/admin/v1/payments/backing";

async fn moves(city: &Town, from: AccountNo, to: AccountNo, amount: i64, purpose: Purpose) {
    let id = city.infra().ids.uuid(city.clock().now());
    let leg = Leg::post(from, to, amount, purpose);
    assert_eq!(post(city, Posting::new(id, [1; 32], vec![leg])).await, None);
}

/// Wallets, guarantee, transit and shortfall, as officers see them.
async fn seen(city: &Town) -> [i64; 4] {
    let view = finance(city).get(BACKING).await.ok();
    ["wallets", "guarantee", "transit", "shortfall"]
        .map(|member| view[member].as_str().expect("money").parse().expect("digits"))
}

/// The same sums added up from the legs alone, by nobody's rule but this one.
async fn summed(city: &Town, young: &str) -> [i64; 3] {
    let of = |class: i16| {
        format!(
            "select coalesce(sum(case when c.class = {class} then t.amount else 0 end)
                           - sum(case when d.class = {class} then t.amount else 0 end), 0)
             from payments.ledger_transfer t
             join payments.ledger_account d on d.id = t.dr join payments.ledger_account c on c.id = t.cr
             where t.kind in (1, 3)"
        )
    };
    let came = format!(
        "select coalesce(sum(t.amount), 0) from payments.ledger_transfer t
         join payments.ledger_account d on d.id = t.dr
         where d.class = 11 and t.kind in (1, 3) and t.at >= {young}"
    );
    let owed = -one(city, &of(11)).await;
    [one(city, &of(20)).await, -one(city, &of(10)).await, owed.min(one(city, &came).await).max(0)]
}

async fn keys(city: &Town) -> PublishedKeys {
    let keys = city.anonymous().get("/.well-known/payment-receipt-keys.json").await;
    PublishedKeys::parse(&keys.json().to_string()).expect("keys")
}

#[test]
fn the_sums_kept_with_every_batch_are_those_of_the_legs() {
    run::<Payments>(async |city: &Town| {
        let ((payer, wallet), (_, other)) = (rich(city, 300_000).await, rich(city, 20_000).await);
        drop(send(city, &payer, &other, 30_000).await.ok());
        drop(pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 50_000)]).await).await);
        let (clearing, _) = account(city, Class::Clearing).await;
        let (second, _) = account(city, Class::Clearing).await;
        let wallet = wallet_account(city, &wallet).await;
        let (bank, _) = account(city, Class::Guarantee).await;
        moves(city, clearing, wallet, 70_000, Purpose::TopUp).await;
        moves(city, second, wallet, 9_000, Purpose::TopUp).await;
        moves(city, bank, clearing, 20_000, Purpose::Reconciliation).await;

        let now = summed(city, "'2026-03-02 00:00+07'").await;
        assert_eq!(now, [349_000, 340_000, 59_000]);
        let [wallets, guarantee, transit, shortfall] = seen(city).await;
        assert_eq!([wallets, guarantee, transit], now);
        assert_eq!(shortfall, 0);

        // On Monday, Wednesday is three working days old: what is still owed backs nothing.
        city.clock().advance(Duration::days(5));
        assert_eq!(seen(city).await, [349_000, 340_000, 0, 9_000]);
        moves(city, second, wallet, 1_000, Purpose::TopUp).await;
        let [wallets, guarantee, transit, _] = seen(city).await;
        assert_eq!([wallets, guarantee, transit], summed(city, "'2026-03-05 00:00+07'").await);
        assert_eq!((wallets, transit), (350_000, 1_000));
        assert_eq!(told(city, "BackingShort").await.len(), 1);
        assert_eq!(
            approver(city).get(BACKING).await.ok()["batch"],
            one(city, "select last_batch from payments.ledger_writer").await
        );
        assert_eq!(city.resident().get(BACKING).await.code(), "FORBIDDEN");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_shortfall_alarms_once_and_blocks_nothing() {
    run::<Payments>(async |city: &Town| {
        let ((payer, wallet), (_, other)) = (rich(city, 10_000).await, rich(city, 0).await);
        let wallet = wallet_account(city, &wallet).await;
        let (clearing, _) = account(city, Class::Clearing).await;
        let (suspense, _) = account(city, Class::Suspense).await;
        // Money that no bank and no young debt of a provider stands behind: the city's fault, made on purpose.
        moves(city, clearing, suspense, 4_000, Purpose::TopUp).await;
        city.clock().advance(Duration::days(9));
        moves(city, suspense, wallet, 4_000, Purpose::Adjustment).await;
        drop(send(city, &payer, &other, 11_000).await.ok());

        assert_eq!(seen(city).await[3], 4_000);
        let short = told(city, "BackingShort").await;
        assert_eq!(short.len(), 1, "told once, not with every batch");
        assert_eq!(
            (&short[0]["wallets"], &short[0]["guarantee"], &short[0]["transit"]),
            (&json!("14000"), &json!("10000"), &json!("0"))
        );
        assert_eq!(available(&payer).await, 3_000);
        let (bank, _) = account(city, Class::Guarantee).await;
        moves(city, bank, clearing, 4_000, Purpose::Reconciliation).await;
        assert_eq!(seen(city).await[3], 0);
        assert_eq!(told(city, "BackingShort").await.len(), 1);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn every_day_a_signed_statement_says_what_backs_the_wallets() {
    run::<Payments>(async |city: &Town| {
        let (_, wallet) = rich(city, 10_000).await;
        let (clearing, _) = account(city, Class::Clearing).await;
        moves(city, clearing, wallet_account(city, &wallet).await, 5_000, Purpose::TopUp).await;
        city.settle().await;
        let path = "/public/v1/payments/backing/2026-03-04";
        let anyone = city.anonymous();
        assert_eq!(anyone.get(path).await.code(), "NOT_FOUND", "the day is not over");
        let entry = |day: &str, amount: &str| json!({ "day": day, "amount": amount });
        let officer = finance(city);
        let enter = "/admin/v1/payments/bank-balances";
        drop(officer.post(enter, &entry("2026-03-03", "9990")).await.ok());
        drop(officer.post(enter, &entry("2026-03-03", "9990")).await.ok());
        assert_eq!(officer.post(enter, &entry("2026-03-03", "9991")).await.code(), "STATE");
        assert_eq!(officer.post(enter, &entry("2026-03-04", "1")).await.fields(), ["/day"]);
        assert_eq!(officer.post(enter, &entry("2026-03-02", "-1")).await.fields(), ["/amount"]);
        assert_eq!(approver(city).post(enter, &entry("2026-03-02", "1")).await.code(), "SCOPE");

        city.clock().advance(Duration::days(1));
        city.settle().await;
        city.settle().await;

        let published = anyone.get(path).await.ok();
        let proven =
            verify_backing(&published.to_string(), &keys(city).await).expect("it is proven");
        assert_eq!(
            (proven.day, proven.wallets, proven.guarantee, proven.transit),
            (20_260_304, 15_000, 10_000, 5_000)
        );
        assert_eq!(proven.bank.map(|bank| (bank.day, bank.amount)), Some((20_260_303, 9_990)));
        assert_eq!(proven.shortfall(), 0);
        let last = one(city, "select max(batch) from payments.backing_day").await;
        assert_eq!(i64::try_from(proven.batch).unwrap(), last);
        let mut forged: Value = published.clone();
        forged["backing"]["wallets"] = json!("14999");
        let judged = verify_backing(&forged.to_string(), &keys(city).await);
        assert!(matches!(judged, Err(Unproven::False(_))), "{judged:?}");
        let heads = format!("/public/v1/payments/heads?after={}", last - 1);
        let head = anyone.get(&heads).await.ok()[0].clone();
        assert_eq!(head["n"], last, "the batch it names is public too");
        let events = told(city, "BackingPublished").await;
        assert_eq!(events.last().expect("it was told")["day"], "2026-03-04");
        for bypass in
            ["update payments.backing_day set wallets = 1", "delete from payments.backing_day"]
        {
            let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(bypass)).execute(city.db()).await;
            assert!(refused.is_err(), "{bypass}");
        }
    });
}

#[test]
fn an_instance_that_was_overtaken_publishes_nothing() {
    run::<Payments>(async |city: &Town| {
        drop(rich(city, 10_000).await);
        city.settle().await;
        let mut other = city.db().begin().await.unwrap();
        let published = "select count(*) from payments.backing_day where day = '2026-03-04'";

        // Another instance waits for the lead, and has taken it over before the first one notices.
        let waits = other.execute(
            "set local lock_timeout = 0; set local statement_timeout = 0; select pg_advisory_xact_lock(7214590032)",
        );
        let waits = timeout(std::time::Duration::from_secs(30), waits);
        let overtaken = async {
            let queued = "select count(*) from pg_locks where locktype = 'advisory' and not granted
                          and database = (select oid from pg_database where datname = current_database())";
            while one(city, queued).await == 0 {}
            city.db().execute("update payments.ledger_writer set epoch = epoch + 1").await.unwrap();
            city.clock().advance(Duration::days(1));
            let stale = city.step("publish-backing").await.expect("it looks");
            (stale, one(city, published).await)
        };
        let (led, stale) = tokio::join!(waits, overtaken);

        led.expect("the idle leader lets the lead go").expect("a lock");
        assert_eq!(stale, (Progress::Idle, 0));
        other.rollback().await.unwrap();
        while one(city, published).await == 0 {
            city.step("publish-backing").await.expect("it looks");
        }
        let last = one(city, "select last_batch from payments.ledger_writer").await;
        assert_eq!(one(city, "select max(batch) from payments.backing_day").await, last);
        city.settle().await;
    });
}

#[test]
fn for_how_long_what_providers_owe_backs_the_wallets_is_configured() {
    run::<Payments>(async |city: &Town| {
        let (_, wallet) = rich(city, 10_000).await;
        let (clearing, _) = account(city, Class::Clearing).await;
        moves(city, clearing, wallet_account(city, &wallet).await, 5_000, Purpose::TopUp).await;
        let one_day = Config { backing_days: 1, ..config() };
        let strict = build(one_day, city.infra().clone()).await.expect("it is built");
        let strict = strict.router(city.infra().ids.clone(), None);

        city.clock().advance(Duration::days(1)); // to Thursday

        assert_eq!(seen(city).await[2], 5_000);
        let officer = finance(city).through(strict);
        assert_eq!(officer.get(BACKING).await.ok()["transit"], "0");
        for days in [0, 11] {
            let refused = build(Config { backing_days: days, ..config() }, city.infra().clone());
            let refused = refused.await.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(refused.contains("PAYMENTS_BACKING_DAYS"), "{days}: {refused}");
        }
        city.settle().await;
    });
}
