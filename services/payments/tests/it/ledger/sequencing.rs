//! The sequencer on a real database.

use std::sync::Arc;

use city_clock::Clock as _;
use city_payments::ledger::{
    AccountNo, Action, Class, Code, Command, CommandRefusal, Count, Decision, Event, Leg, Posting,
    Purpose, Verdict, flags,
};
use city_payments::{Durability, Ledger, NotNow, Settings, Status, open_account};
use city_receipt::HeadKey;
use city_testkit::{City, run};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::subject::Books;

pub fn settings(city: &City<Books>) -> Settings {
    Settings {
        durability: Durability::Throwaway,
        own_url: None,
        backing_days: 3,
        key: Arc::new(HeadKey::from_seed(&[7; 32])),
        http: city.infra().http.clone(),
        identity: city.infra().identity.clone(),
    }
}

/// A ledger over the test's database.
pub fn another(city: &City<Books>) -> Ledger {
    Ledger::start(city.db(), city.infra().clock.clone(), settings(city))
}

pub fn new_id(city: &City<Books>) -> Uuid {
    city.infra().ids.uuid(city.clock().now())
}

pub async fn account(city: &City<Books>, class: Class) -> AccountNo {
    let mut db = city.db().acquire().await.expect("the database answers");
    open_account(&mut db, new_id(city), class, None).await.expect("an account opens")
}

pub fn pay(id: Uuid, dr: AccountNo, cr: AccountNo, amount: i64) -> Posting {
    Posting::new(id, [7; 32], vec![Leg::post(dr, cr, amount, Purpose::Goods)])
}

/// A ledger, a bank, a payer with so much money, a payee.
pub struct Scene {
    pub ledger: Ledger,
    pub bank: AccountNo,
    pub payer: AccountNo,
    pub payee: AccountNo,
}

impl Scene {
    pub async fn of(city: &City<Books>, money: i64) -> Self {
        Self::on(city, another(city), money).await
    }

    pub async fn on(city: &City<Books>, ledger: Ledger, money: i64) -> Self {
        let bank = account(city, Class::Guarantee).await;
        let wallet = account(city, Class::Wallet).await;
        let payee = account(city, Class::Merchant).await;
        let funding = ledger.post(pay(new_id(city), bank, wallet, money)).await;
        assert!(matches!(funding, Ok(Verdict::Created(_))), "{funding:?}");
        Self { ledger, bank, payer: wallet, payee }
    }
}

pub async fn one(city: &City<Books>, sql: &str) -> i64 {
    let sql = format!("select ({sql})::bigint");
    let row =
        sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(city.db()).await.expect("the query is right");
    sqlx::Row::get(&row, 0)
}

pub async fn balance(city: &City<Books>, no: AccountNo) -> i64 {
    let no = no.0;
    one(
        city,
        &format!(
            "select credits_posted - debits_posted from payments.ledger_account where id = {no}"
        ),
    )
    .await
}

pub fn code(verdict: &Result<Verdict, NotNow>) -> Option<Code> {
    match verdict {
        Ok(Verdict::Refused(refused)) => Some(refused.code),
        other => {
            assert!(matches!(other, Ok(Verdict::Created(_))), "{other:?}");
            None
        }
    }
}

#[test]
fn a_thousand_sends_of_one_id_move_money_once_and_answer_alike() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let posting = pay(new_id(city), scene.payer, scene.payee, 70);

        let sends = (0..1_000).map(|_| scene.ledger.post(posting.clone()));
        let answers = futures_join(sends).await;

        let first = answers[0].clone().unwrap();
        assert!(matches!(first, Verdict::Created(_)));
        assert!(answers.iter().all(|answer| answer.as_ref() == Ok(&first)));
        assert_eq!(balance(city, scene.payee).await, 70);
        let other = Posting { req_hash: [8; 32], ..posting.clone() };
        assert_eq!(scene.ledger.post(other).await, Ok(Verdict::KeyReused));
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer").await, 2);
    });
}

pub async fn futures_join<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    futures_util::future::join_all(all).await
}

#[test]
fn answers_survive_a_restart_and_thirteen_months_of_partitions() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100).await;
        let paid = pay(new_id(city), scene.payer, scene.payee, 60);
        let refused = pay(new_id(city), scene.payer, scene.payee, 60);
        let first =
            [scene.ledger.post(paid.clone()).await, scene.ledger.post(refused.clone()).await];
        assert_eq!(code(&first[1]), Some(Code::InsufficientFunds));

        drop(scene);
        for _ in 0..13 {
            city.clock().advance(chrono::Duration::days(31));
            let ledger = another(city);
            ledger.leads().await;
        }
        let ledger = another(city);
        ledger.leads().await; // the one before it may still hold the lock
        let again = [ledger.post(paid).await, ledger.post(refused).await];

        assert_eq!(again, first);
        let months = "select count(*) from pg_inherits where inhparent = 'payments.ledger_transfer'::regclass";
        assert!(one(city, months).await > 13);
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer_default").await, 0);
    });
}

#[test]
fn many_at_once_share_batches_and_the_books_agree() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let sends: Vec<_> = (0..1_000)
            .map(|n| pay(new_id(city), scene.payer, scene.payee, if n == 500 { 5_000 } else { 1 }))
            .collect();

        let answers =
            futures_join(sends.into_iter().map(|posting| scene.ledger.post(posting))).await;

        let refused = answers.iter().filter(|answer| code(answer).is_some()).count();
        assert_eq!(refused, 1);
        assert_eq!(balance(city, scene.payee).await, 999);
        assert_eq!(balance(city, scene.payer).await, 4_001);
        assert_eq!(balance(city, scene.bank).await, -5_000);
        assert!(
            one(city, "select count(*) from payments.ledger_batch").await < 500,
            "callers share commits"
        );
    });
}

#[test]
fn everything_a_posting_brings_is_written_with_it() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 5_000).await;
        let (id, key, subject) = (new_id(city), new_id(city), new_id(city));
        let expires_at = city.clock().now() + chrono::Duration::days(7);
        let action = Action::Hold { dr: scene.payer, cr: scene.payee, amount: 900, expires_at };
        let event = Event {
            id: new_id(city),
            kind: "PaymentAuthorised".into(),
            body: json!({ "amount": "900" }),
            trace: None,
        };
        let hold = Posting {
            legs: vec![Leg { action, purpose: Purpose::Goods, reference: Some(subject) }],
            claims: vec![city_payments::ledger::Claim { subject, outcome: 1 }],
            counts: vec![Count { key, win: 20_260_304, add: 900, cap: None }],
            doc: Some("{\"v\":1}".into()),
            note: Some("cảm ơn".into()),
            events: vec![event],
            ..pay(id, scene.payer, scene.payee, 1)
        };

        assert_eq!(code(&scene.ledger.post(hold.clone()).await), None);
        let rival =
            Posting { id: new_id(city), counts: Vec::new(), events: Vec::new(), ..hold.clone() };
        let Ok(Verdict::Refused(lost)) = scene.ledger.post(rival.clone()).await else { panic!() };
        assert_eq!((lost.code, lost.winner), (Code::AlreadyResolved, Some(id)));
        assert_eq!(
            scene.ledger.post(rival).await,
            Ok(Verdict::Refused(lost)),
            "the winner is named again"
        );
        let capture = Leg {
            action: Action::Capture { hold: id, amount: 400 },
            purpose: Purpose::Goods,
            reference: None,
        };
        let capture =
            Posting { legs: vec![capture], ..pay(new_id(city), scene.payer, scene.payee, 1) };
        assert_eq!(code(&scene.ledger.post(capture).await), None);

        assert_eq!(balance(city, scene.payee).await, 400);
        for (what, sql, expected) in [
            (
                "pending",
                "select sum(debits_pending + credits_pending) from payments.ledger_account",
                0,
            ),
            (
                "hold",
                "select count(*) from payments.ledger_hold where state = 1 and captured = 400",
                1,
            ),
            ("counter", "select used from payments.ledger_counter", 400),
            ("counts", "select sum(added) from payments.ledger_counted", 400),
            ("claim", "select count(*) from payments.ledger_claim", 1),
            ("refusal", "select count(*) from payments.ledger_rejection", 1),
            (
                "doc",
                "select count(*) from payments.posting_doc where doc is not null and note is not null",
                1,
            ),
            ("event", "select count(*) from payments.outbox where kind = 'PaymentAuthorised'", 1),
            ("head", "select last_seq from payments.ledger_writer", 3),
        ] {
            assert_eq!(one(city, sql).await, expected, "{what}");
        }
        city.settle().await;
    });
}

#[test]
fn commands_stand_in_one_order_with_money() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100).await;
        let command = |decision| Command {
            id: new_id(city),
            decision,
            actor: new_id(city),
            reason: "lost phone".into(),
            events: Vec::new(),
        };
        let set = |account, flags| command(Decision::SetFlags { account, flags, only_from: None });

        let freeze = set(scene.payer, flags::DEBITS_COVERED | flags::NO_DEBIT);
        let done = scene.ledger.command(freeze.clone()).await;
        assert!(matches!(done, Ok(Verdict::Commanded { .. })), "{done:?}");
        assert_eq!(scene.ledger.command(freeze).await, done);
        let stopped = scene.ledger.post(pay(new_id(city), scene.payer, scene.payee, 1)).await;
        assert_eq!(code(&stopped), Some(Code::AccountFrozen));
        let close = |account| set(account, flags::DEBITS_COVERED | flags::CLOSED);
        let refused = |refusal| Ok(Verdict::CommandRefused(refusal));
        assert_eq!(
            scene.ledger.command(close(scene.payer)).await,
            refused(CommandRefusal::AccountNotEmpty)
        );
        assert!(matches!(
            scene.ledger.command(close(scene.payee)).await,
            Ok(Verdict::Commanded { .. })
        ));
        let late = scene.ledger.post(pay(new_id(city), scene.bank, scene.payee, 1)).await;
        assert_eq!(code(&late), Some(Code::AccountClosed));

        assert_eq!(one(city, "select count(*) from payments.ledger_command").await, 2);
        let closed = "select count(*) from payments.ledger_account where flags & 16 <> 0";
        assert_eq!(one(city, closed).await, 1);
    });
}

#[test]
fn a_second_ledger_follows_until_the_first_is_gone() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100).await;
        let second = another(city);
        let posting = pay(new_id(city), scene.payer, scene.payee, 30);

        assert_eq!(second.post(posting.clone()).await, Err(NotNow::NoLeader { leader_url: None }));
        let Scene { ledger, payee, .. } = scene;
        drop(ledger);
        second.leads().await;

        assert!(matches!(second.status(), Status::Leading { epoch } if epoch > 1));
        assert_eq!(code(&second.post(posting).await), None);
        assert_eq!(balance(city, payee).await, 30);
    });
}

#[test]
fn legs_that_find_no_month_raise_an_alarm_and_stop_nobody() {
    run::<Books>(async |city: &City<Books>| {
        let scene = Scene::of(city, 100).await;
        let (half_a_year, stray) =
            (chrono::Duration::days(183), "payments.ledger_transfer_default");
        let far = city.infra().ids.uuid(city.clock().now() + half_a_year);
        assert_eq!(code(&scene.ledger.post(pay(far, scene.payer, scene.payee, 30)).await), None);
        assert_eq!(one(city, &format!("select count(*) from {stray}")).await, 1);

        // Now that month would be made, and cannot be while the default partition holds legs of it.
        city.clock().advance(half_a_year);
        drop(scene.ledger);
        let ledger = another(city);
        let late = ledger.post(pay(new_id(city), scene.payer, scene.payee, 5)).await;

        assert_eq!(code(&late), None);
        assert_eq!(balance(city, scene.payee).await, 35);
        assert_eq!(one(city, &format!("select count(*) from {stray}")).await, 2);
        let again = ledger.post(pay(far, scene.payer, scene.payee, 30)).await;
        assert_eq!(code(&again), None, "a stray leg is known all the same");
        assert_eq!(balance(city, scene.payee).await, 35);
    });
}
