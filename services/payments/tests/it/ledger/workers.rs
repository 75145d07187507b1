//! What the ledger does by itself: reserves that end, months that come.

use chrono::Duration;
use city_auth::Scope;
use city_boot::Progress;
use city_clock::Clock as _;
use city_ids::{PostingId, ServiceName};
use city_payments::ledger::{
    AccountNo, Action, Class, Count, Input, Leg, Posting, Purpose, Verdict,
};
use city_payments::open_account;
use city_testkit::{City, run};
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use crate::subject::Payments;

pub fn new_id(city: &City<Payments>) -> Uuid {
    city.infra().ids.uuid(city.clock().now())
}

pub async fn account(city: &City<Payments>, class: Class) -> AccountNo {
    let mut db = city.db().acquire().await.expect("the database answers");
    open_account(&mut db, new_id(city), class, None).await.expect("an account opens")
}

pub async fn one(city: &City<Payments>, sql: &str) -> i64 {
    let sql = AssertSqlSafe(format!("select ({sql})::bigint"));
    sqlx::raw_sql(sql).fetch_one(city.db()).await.expect("the query is right").get(0)
}

/// Posts as another instance would; waits until this one leads.
pub async fn post(city: &City<Payments>, id: Uuid, action: Action) -> Verdict {
    let leg = Leg { action, purpose: Purpose::Goods, reference: None };
    send(city, Posting::new(id, [7; 32], vec![leg])).await
}

pub async fn send(city: &City<Payments>, posting: Posting) -> Verdict {
    let input = serde_json::to_value(Input::Posting(posting)).expect("it has a text");
    let payments = city.service(ServiceName::Payments);
    let answer = payments.post("/internal/v1/ledger/inputs", &input).await.ok();
    serde_json::from_value(answer).expect("a verdict")
}

#[test]
fn a_reserve_whose_time_is_over_is_freed_once_and_told() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) =
            (account(city, Class::Guarantee).await, account(city, Class::Wallet).await);
        let shop = account(city, Class::Merchant).await;
        post(city, new_id(city), Action::Post { dr: bank, cr: payer, amount: 1_000 }).await;
        let ends = |days| city.clock().now() + Duration::days(days);
        let (short, long) = (new_id(city), new_id(city));
        let key = new_id(city);
        for (id, amount, expires_at) in [(short, 300, ends(7)), (long, 400, ends(8))] {
            let action = Action::Hold { dr: payer, cr: shop, amount, expires_at };
            let leg = Leg { action, purpose: Purpose::Goods, reference: None };
            let counts = vec![Count { key, win: 1, add: amount, cap: None }];
            send(city, Posting { counts, ..Posting::new(id, [7; 32], vec![leg]) }).await;
        }
        let reserved =
            "select debits_pending from payments.ledger_account where debits_pending > 0";
        assert_eq!(city.step("expire-holds").await.unwrap(), Progress::Idle, "none is over");
        assert_eq!(one(city, reserved).await, 700);

        city.clock().advance(Duration::days(7));
        assert_eq!(city.step("expire-holds").await.unwrap(), Progress::Worked);

        assert_eq!(one(city, reserved).await, 400);
        assert_eq!(one(city, "select used from payments.ledger_counter").await, 400, "given back");
        assert_eq!(city.step("expire-holds").await.unwrap(), Progress::Idle);
        let capture = post(city, new_id(city), Action::Capture { hold: short, amount: 1 }).await;
        assert!(matches!(capture, Verdict::Refused(_)), "{capture:?}");
        let told = "select count(*) from payments.outbox where kind = 'PaymentExpired'";
        assert_eq!(one(city, told).await, 1);
        let of_it = format!(
            "{told} and body = '{{\"payment\": \"{}\", \"amount\": \"300\", \"purpose\": \"GOODS\"}}'",
            PostingId::restore(short)
        );
        assert_eq!(one(city, &of_it).await, 1);
        let officer = city.staff().with_role("FINANCE", Scope::City);
        let seen = officer
            .get(&format!("/admin/v1/payments/postings/{}", PostingId::restore(short)))
            .await
            .ok();
        assert_eq!(
            (&seen["hold"]["state"], &seen["hold"]["captured"]),
            (&"EXPIRED".into(), &"0".into())
        );
        assert_eq!(
            (&seen["legs"][0]["kind"], &seen["legs"][0]["amount"]),
            (&"HOLD".into(), &"300".into())
        );
        city.settle().await;
    });
}

#[test]
fn months_are_made_ahead() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) =
            (account(city, Class::Guarantee).await, account(city, Class::Wallet).await);
        post(city, new_id(city), Action::Post { dr: bank, cr: payer, amount: 1 }).await;
        let months = "select count(*) from pg_inherits where inhparent = 'payments.ledger_transfer'::regclass";
        let before = one(city, months).await;
        assert_eq!(before, 6, "the default, the present month, three ahead and one for its end");
        assert_eq!(city.step("keep-partitions").await.unwrap(), Progress::Idle);

        city.clock().advance(Duration::days(40));
        assert_eq!(city.step("keep-partitions").await.unwrap(), Progress::Worked);

        assert_eq!(one(city, months).await, before + 1);
        post(city, new_id(city), Action::Post { dr: bank, cr: payer, amount: 1 }).await;
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer_default").await, 0);
        let truncation = "truncate payments.ledger_transfer_202608";
        let refused = sqlx::Executor::execute(city.db(), truncation).await.unwrap_err();
        let code = refused.as_database_error().and_then(sqlx::error::DatabaseError::code);
        assert_eq!(code.as_deref(), Some("LG001"), "the new month keeps what it has");
    });
}

#[test]
fn officers_read_the_ledger_and_nobody_else_does() {
    run::<Payments>(async |city: &City<Payments>| {
        let (bank, payer) =
            (account(city, Class::Guarantee).await, account(city, Class::Wallet).await);
        let refused = new_id(city);
        post(city, new_id(city), Action::Post { dr: bank, cr: payer, amount: 7 }).await;
        post(city, refused, Action::Post { dr: payer, cr: bank, amount: 8 }).await;
        let officer = city.staff().with_role("FINANCE", Scope::City);
        let posting = format!("/admin/v1/payments/postings/{}", PostingId::restore(refused));
        let status = "/admin/v1/payments/ledger/status";

        let seen = officer.get(&posting).await.ok();
        let ledger = officer.get(status).await.ok();

        assert_eq!(seen["refusal"]["code"], "INSUFFICIENT_FUNDS");
        assert_eq!(seen["legs"], serde_json::json!([]));
        assert_eq!((&ledger["instance"], &ledger["lastBatch"]), (&"LEADING".into(), &2.into()));
        assert_eq!((&ledger["lastSeq"], &ledger["strayLegs"]), (&1.into(), &false.into()));
        let unknown = format!("/admin/v1/payments/postings/{}", PostingId::restore(new_id(city)));
        assert_eq!(officer.get(&unknown).await.code(), "NOT_FOUND");
        for other in [city.anonymous(), city.resident(), city.officer("roads")] {
            for path in [&posting, status] {
                let answer = other.get(path).await;
                assert!(["401 Unauthorized", "403 Forbidden"].contains(&answer.status().as_str()));
            }
        }
    });
}
