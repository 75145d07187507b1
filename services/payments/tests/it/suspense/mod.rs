//! Money that was put aside because nobody waited for it: listed, and let out once, by two officers.

mod listed;

use axum::body::Body;
use chrono::Duration;
use city_auth::Scope;
use city_clock::Clock as _;
use city_payments::ledger::{Class, Command, Decision, flags};
use city_testkit::{Answer, Character, run};
use http::Method;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _, Row as _};
use uuid::Uuid;

use crate::providers::{happens, pass, start, state};
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, available, finance, new_id, one, rich, told};
use crate::treasury::{bill, command, pay, payment, refusal, the_books_agree, wallet_account};

const SUSPENSE: &str = "/admin/v1/payments/suspense";
const REVIEWS: &str = "/admin/v1/payments/reviews";

/// All that stands aside, by pages of so many.
async fn standing(officer: &Character, first: u32) -> Vec<Value> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = officer.get(&format!("{SUSPENSE}?first={first}{after}")).await.ok();
        let edges = page["edges"].as_array().expect("a page has edges");
        found.extend(edges.iter().map(|edge| edge["node"].clone()));
        if page["hasNextPage"] == false {
            assert_eq!(page["endCursor"], Value::Null);
            return found;
        }
        assert_eq!(page["endCursor"], edges[edges.len() - 1]["cursor"]);
        after = format!("&after={}", page["endCursor"].as_str().expect("a cursor"));
    }
}

/// Asks that what stands there get out.
async fn ask(officer: &Character, key: &str, aside: &Value, wallet: Option<&str>) -> Answer {
    let to = if wallet.is_some() { "WALLET" } else { "PROVIDER" };
    let body = json!({ "leg": aside["leg"], "to": to, "wallet": wallet, "reason": REASON });
    send(officer, key, aside, &body).await
}

async fn send(officer: &Character, key: &str, aside: &Value, body: &Value) -> Answer {
    let posting = aside["posting"].as_str().expect("a posting");
    officer.post_once(&format!("{SUSPENSE}/{posting}/release"), key, body).await
}

/// Net of an account that exists once, by the end of its public id.
async fn net(city: &Town, ext: &str) -> i64 {
    let sql = "select credits_posted - debits_posted from payments.ledger_account where ext = ";
    one(city, &format!("{sql}'01950000-00{ext}'")).await
}

async fn aside_in_all(city: &Town) -> i64 {
    net(city, "25-7000-8000-000000000025").await
}

async fn owed_to_vnpay(city: &Town) -> i64 {
    net(city, "11-7000-8000-000000000001").await
}

/// Closes an empty wallet for ever.
async fn close(city: &Town, wallet: &str) {
    let account = wallet_account(city, wallet).await;
    let flags = Class::Wallet.flags() | flags::CLOSED;
    let decision = Decision::SetFlags { account, flags, only_from: None };
    let id = city.infra().ids.uuid(city.clock().now());
    let reason = REASON.to_owned();
    command(city, Command { id, decision, actor: id, reason, events: Vec::new() }).await;
}

/// A payment that goes back to a wallet which is closed by then; what stands aside of it.
async fn refunded_to_nobody(city: &Town, amount: i64) -> Value {
    let (payer, wallet) = rich(city, amount).await;
    let paid = pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", amount)]).await).await;
    close(city, &wallet).await;
    let body = json!({ "payment": paid["id"], "reason": REASON });
    let officer = finance(city);
    let refund = officer.post_once("/admin/v1/payments/refunds", &new_id(city), &body).await.ok();
    drop(approve(&approver(city), &json!({ "id": refund["approval"] })).await.ok());
    standing(&officer, 1).await.swap_remove(0)
}

/// A statement of VNPAY with payments that nobody here waits for, each with its own number.
async fn told_by_a_statement(city: &Town, amounts: &[i64]) {
    city.clock().advance(Duration::days(1));
    let lines = amounts.iter().enumerate().map(|(number, amount)| {
        let at = "2026-03-04T10:00:00+07:00,2026-03-05";
        format!("90{number},T0000000000000000000000000{number},pay,{amount},0,done,{at}\n")
    });
    let columns = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on\n".to_owned();
    let csv: String = std::iter::once(columns).chain(lines).collect();
    let path = "/admin/v1/payments/statements?provider=VNPAY&day=2026-03-04";
    let headers = [("content-type", "text/csv")];
    let run = finance(city).send_bytes(Method::POST, path, Body::from(csv), &headers).await.ok();
    assert_eq!(run["classes"], json!({ "MISSING_HERE": amounts.len() }));
}

#[test]
fn money_of_a_closed_wallet_goes_to_the_wallet_that_two_officers_name() {
    run::<Payments>(async |city: &Town| {
        let aside = refunded_to_nobody(city, 75_000).await;
        let ((heir, wallet), (_, other)) = (rich(city, 0).await, rich(city, 0).await);
        let (officer, second, key) = (finance(city), approver(city), new_id(city));
        assert_eq!(
            (&aside["leg"], &aside["amount"], &aside["purpose"], &aside["from"]),
            (&json!(0), &json!("75000"), &json!("REFUND"), &json!("BILLER"))
        );
        assert_eq!(aside["provider"], Value::Null);

        let asked = ask(&officer, &key, &aside, Some(&wallet)).await.ok();
        assert_eq!(ask(&officer, &key, &aside, Some(&wallet)).await.ok(), asked);
        assert_eq!(ask(&officer, &key, &aside, Some(&other)).await.code(), "KEY_REUSED");
        let both = officer.clone().with_role("FINANCE_APPROVER", Scope::City);
        assert_eq!(approve(&both, &asked).await.code(), "TWO_PERSONS");
        assert_eq!(approve(&officer, &asked).await.code(), "SCOPE");
        assert_eq!(standing(&officer, 20).await, std::slice::from_ref(&aside), "nothing moved");
        let done = approve(&second, &asked).await.ok();
        assert_eq!(approve(&second, &asked).await.ok(), done);

        assert_eq!(
            (&done["state"], &done["kind"], &done["subject"], &done["leg"]),
            (&json!("DONE"), &json!("RELEASE_SUSPENSE"), &aside["posting"], &aside["leg"])
        );
        assert_eq!(
            (&done["wallet"], &done["detail"], &done["amount"]),
            (&json!(wallet), &json!("WALLET"), &aside["amount"])
        );
        assert_eq!((available(&heir).await, aside_in_all(city).await), (75_000, 0));
        assert!(standing(&officer, 20).await.is_empty());
        let page = json!({ "page": { "first": 5 } });
        let statement = heir.post("/internal/v1/wallet-statement", &page).await.ok();
        let line = &statement["edges"][0]["node"];
        assert_eq!((&line["amount"], &line["purpose"]), (&json!("75000"), &json!("REFUND")));
        let paid = payment(&heir, &json!({ "id": line["payment"] })).await;
        assert_eq!((&paid["state"], &paid["amount"]), (&json!("SUCCEEDED"), &json!("75000")));
        let received = told(city, "MoneyReceived").await;
        let received = received.last().expect("they are told");
        assert_eq!(
            (&received["account"], &received["payment"], &received["amount"]),
            (&json!(heir.account()), &line["payment"], &json!("75000"))
        );
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn money_that_nobody_knows_goes_back_to_the_provider_that_told_of_it() {
    run::<Payments>(async |city: &Town| {
        told_by_a_statement(city, &[90_000]).await;
        let (officer, second) = (finance(city), approver(city));
        let aside = standing(&officer, 20).await.swap_remove(0);
        assert_eq!(
            (&aside["purpose"], &aside["from"], &aside["provider"]),
            (&json!("RECONCILIATION"), &json!("PROVIDER"), &json!("VNPAY"))
        );
        let before = owed_to_vnpay(city).await;

        let asked = ask(&officer, &new_id(city), &aside, None).await.ok();
        let done = approve(&second, &asked).await.ok();

        assert_eq!(
            (&done["state"], &done["detail"], &done["wallet"]),
            (&json!("DONE"), &json!("PROVIDER"), &Value::Null)
        );
        assert_eq!((aside_in_all(city).await, owed_to_vnpay(city).await - before), (0, 90_000));
        assert!(told(city, "MoneyReceived").await.is_empty());
        let sql = format!(
            "select count(*) from payments.ledger_transfer where purpose = 18 and ref::text = '{}'",
            city_ids::PostingId::parse(aside["posting"].as_str().unwrap()).unwrap().as_uuid()
        );
        assert_eq!(one(city, &sql).await, 1, "it says what it is of");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn what_two_officers_ask_about_one_leg_gets_out_once() {
    run::<Payments>(async |city: &Town| {
        told_by_a_statement(city, &[90_000]).await;
        let (who, wallet) = rich(city, 0).await;
        let (officer, second) = (finance(city), approver(city));
        let aside = standing(&officer, 20).await.swap_remove(0);
        let to_person = ask(&officer, &new_id(city), &aside, Some(&wallet)).await.ok();
        let back = ask(&finance(city), &new_id(city), &aside, None).await.ok();
        let before = owed_to_vnpay(city).await;

        let answers = tokio::join!(approve(&second, &to_person), approve(&second, &back));

        let answers = [answers.0.ok(), answers.1.ok()];
        let mut ends: Vec<_> = answers.iter().map(|it| (&it["state"], &it["failure"])).collect();
        ends.sort_by_key(|(state, _)| state.as_str());
        let twice = json!("ALREADY_RESOLVED");
        assert_eq!(ends, [(&json!("DONE"), &Value::Null), (&json!("FAILED"), &twice)]);
        let moved = available(&who).await + owed_to_vnpay(city).await - before;
        assert_eq!((moved, aside_in_all(city).await), (90_000, 0));
        let again = ask(&officer, &new_id(city), &aside, Some(&wallet)).await;
        assert_eq!(again.code(), "STATE");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_wallet_that_is_not_open_gets_nothing_and_the_money_stays() {
    run::<Payments>(async |city: &Town| {
        let aside = refunded_to_nobody(city, 75_000).await;
        let ((_, closed), (_, stopped)) = (rich(city, 0).await, rich(city, 0).await);
        let ((_, closing), (who, open)) = (rich(city, 0).await, rich(city, 0).await);
        let (officer, second) = (finance(city), approver(city));
        close(city, &closed).await;
        let freeze = json!({ "mode": "NO_DEBIT", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{stopped}/freeze");
        drop(officer.post_once(&path, &new_id(city), &freeze).await.ok());

        for wallet in [&closed, &stopped] {
            let refused = ask(&officer, &new_id(city), &aside, Some(wallet)).await;
            assert_eq!(refused.code(), "STATE");
        }
        let asked = ask(&officer, &new_id(city), &aside, Some(&closing)).await.ok();
        close(city, &closing).await;
        let failed = approve(&second, &asked).await.ok();

        assert_eq!(
            (&failed["state"], &failed["failure"]),
            (&json!("FAILED"), &json!("ACCOUNT_CLOSED"))
        );
        assert_eq!(aside_in_all(city).await, 75_000);
        assert_eq!(standing(&officer, 20).await, std::slice::from_ref(&aside));
        let anew = ask(&officer, &new_id(city), &aside, Some(&open)).await.ok();
        assert_eq!(approve(&second, &anew).await.ok()["state"], "DONE");
        assert_eq!((available(&who).await, aside_in_all(city).await), (75_000, 0));
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn the_money_of_an_order_gets_out_by_its_review_alone() {
    run::<Payments>(async |city: &Town| {
        let ((who, wallet), (other, elsewhere)) = (rich(city, 0).await, rich(city, 0).await);
        let order = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &order, "suspicious").await;
        pass(city, [0]).await;
        let (officer, reviewer) = (finance(city), finance(city));
        let review = &officer.get(REVIEWS).await.ok()["edges"][0]["node"]["id"];
        let path = format!("{REVIEWS}/{}/credit", review.as_str().unwrap());
        let sql = "select posting from payments.suspense_leg where of_order".to_owned();
        let posting: Uuid = city.db().fetch_one(AssertSqlSafe(sql)).await.unwrap().get(0);
        let aside = json!({ "posting": city_ids::PostingId::restore(posting), "leg": 0 });
        assert_eq!(
            (state(&who, &order).await.as_str(), aside_in_all(city).await),
            ("REVIEW", 80_000)
        );
        assert!(standing(&officer, 20).await.is_empty(), "it stands in the reviews");

        let (reason, first, second) = (json!({ "reason": REASON }), new_id(city), new_id(city));
        let (credited, to_wallet, back) = tokio::join!(
            reviewer.post(&path, &reason),
            ask(&officer, &first, &aside, Some(&elsewhere)),
            ask(&officer, &second, &aside, None)
        );
        let later = ask(&officer, &new_id(city), &aside, Some(&wallet)).await;

        assert_eq!(credited.ok()["state"], "PAID");
        assert_eq!([to_wallet.code(), back.code(), later.code()], ["STATE", "STATE", "STATE"]);
        assert_eq!((available(&who).await, available(&other).await), (80_000, 0));
        assert_eq!(aside_in_all(city).await, 0);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn what_makes_no_sense_is_not_asked_of_a_second_officer() {
    run::<Payments>(async |city: &Town| {
        let aside = refunded_to_nobody(city, 75_000).await;
        let (_, wallet) = rich(city, 0).await;
        let officer = finance(city);
        let unknown = format!("wal_{}", new_id(city).replace('-', ""));
        let nothing = format!("pay_{}", new_id(city).replace('-', ""));
        let no_leg = json!({ "posting": aside["posting"], "leg": 1 });
        let asked = "select count(*) from payments.approval";
        let before = one(city, asked).await;

        for (aside, wallet, code) in [
            (&aside, None, "STATE"), // it came from no provider
            (&aside, Some(&unknown), "NOT_FOUND"),
            (&json!({ "posting": nothing, "leg": 0 }), Some(&wallet), "NOT_FOUND"),
            (&no_leg, Some(&wallet), "NOT_FOUND"),
        ] {
            let wallet = wallet.map(String::as_str);
            assert_eq!(ask(&officer, &new_id(city), aside, wallet).await.code(), code);
        }
        for (to, wallet, reason, field) in [
            ("WALLET", None, REASON, "/wallet"),
            ("PROVIDER", Some(&wallet), REASON, "/wallet"),
            ("WALLET", Some(&wallet), "so", "/reason"),
        ] {
            let body = json!({ "leg": 0, "to": to, "wallet": wallet, "reason": reason });
            let refused = send(&officer, &new_id(city), &aside, &body).await;
            assert_eq!(refusal(&refused), ("INPUT".into(), vec![field.into()]));
        }
        let second = approver(city);
        assert_eq!(second.get(SUSPENSE).await.code(), "SCOPE");
        assert_eq!(ask(&second, &new_id(city), &aside, Some(&wallet)).await.code(), "SCOPE");
        assert_eq!(one(city, asked).await, before);
        assert_eq!(aside_in_all(city).await, 75_000);
        city.settle().await;
    });
}

#[test]
fn what_breaks_the_rules_of_a_release_is_refused_by_the_table() {
    run::<Payments>(async |city: &Town| {
        let (_, wallet) = rich(city, 0).await;
        let wallet = city_ids::WalletId::parse(&wallet).unwrap().as_uuid();
        let with = |kind: &str, subject: &str, leg: &str, detail: &str, wallet: &str| {
            format!(
                "insert into payments.approval
                     (id, kind, reason, requested_by, requested_at, amount, subject, leg, detail, wallet)
                 values ('{0}', '{kind}', 'because', '{0}', '2026-03-04', 5, {subject}, {leg}, {detail}, {wallet})",
                new_id(city)
            )
        };
        let release = |leg: &str, detail: &str, wallet: &str| {
            with("RELEASE_SUSPENSE", &format!("'{}'", new_id(city)), leg, detail, wallet)
        };
        let (id, of_wallet) = (format!("'{}'", new_id(city)), format!("'{wallet}'"));

        for broken in [
            with("RELEASE_SUSPENSE", "null", "0", "'PROVIDER'", "null"),
            release("null", "'PROVIDER'", "null"),
            release("16", "'PROVIDER'", "null"),
            release("0", "null", "null"),
            release("0", "'ELSEWHERE'", "null"),
            release("0", "'WALLET'", "null"),
            release("0", "'PROVIDER'", &of_wallet),
            with("RECONCILIATION", &id, "0", "'SUSPENSE'", "null"),
        ] {
            let refused = city.db().execute(AssertSqlSafe(broken.clone())).await;
            assert!(refused.is_err(), "{broken}");
        }
        for sound in [release("15", "'PROVIDER'", "null"), release("0", "'WALLET'", &of_wallet)] {
            city.db().execute(AssertSqlSafe(sound)).await.unwrap();
        }
        city.settle().await;
    });
}
