//! Wallets: opened once, read, stopped by one officer and opened again by two.

use chrono::Duration;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::subject::Payments;
use crate::town::{
    REASON, Town, approve, approver, available, finance, fund, new_id, one, open, person, rich,
    send, told,
};
use city_testkit::{Character, run};

fn opening(key: &str) -> Value {
    json!({ "idempotencyKey": key, "termsAccepted": true })
}

#[test]
fn a_wallet_is_opened_once_however_often_it_is_asked_for() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);
        let key = new_id(city);
        assert_eq!(who.post("/internal/v1/my-wallet", &json!({})).await.ok(), Value::Null);

        let first = who.post("/internal/v1/open-wallet", &opening(&key)).await.ok();
        let tries = join_all((0..8).map(|_| async {
            who.post("/internal/v1/open-wallet", &opening(&new_id(city))).await.ok()
        }));
        let again = who.post("/internal/v1/open-wallet", &opening(&key)).await.ok();
        let other = json!({ "idempotencyKey": key, "termsAccepted": false });
        let other = who.post("/internal/v1/open-wallet", &other).await;

        assert_eq!(
            (first["state"].as_str(), first["available"].as_str()),
            (Some("OPEN"), Some("0"))
        );
        assert_eq!(again, first);
        assert!(tries.await.iter().all(|wallet| wallet["id"] == first["id"]));
        assert_eq!(other.code(), "KEY_REUSED");
        assert_eq!(who.post("/internal/v1/my-wallet", &json!({})).await.ok(), first);
        assert_eq!(
            one(city, "select count(*) from payments.ledger_account where class = 20").await,
            1
        );
        let told = told(city, "WalletOpened").await;
        assert_eq!(told, [json!({ "wallet": first["id"], "account": who.account() })]);
        city.settle().await;
    });
}

#[test]
fn many_first_openings_at_once_give_one_wallet() {
    run::<Payments>(async |city: &Town| {
        let who = person(city);

        let opened = join_all((0..10).map(|_| open(city, &who))).await;

        assert!(opened.iter().all(|wallet| *wallet == opened[0]), "{opened:?}");
        assert_eq!(one(city, "select count(*) from payments.wallet").await, 1);
        assert_eq!(
            one(city, "select count(*) from payments.ledger_account where class = 20").await,
            1
        );
        assert_eq!(told(city, "WalletOpened").await.len(), 1);
        city.settle().await;
    });
}

#[test]
fn who_may_not_open_a_wallet_is_told_why() {
    run::<Payments>(async |city: &Town| {
        let body = opening(&new_id(city));
        let path = "/internal/v1/open-wallet";
        let unproven = city.resident();
        let terms = json!({ "idempotencyKey": new_id(city), "termsAccepted": false });

        assert_eq!(unproven.post(path, &body).await.code(), "IDENTITY_LEVEL_REQUIRED");
        let refused = person(city).post(path, &terms).await;
        assert_eq!(
            (refused.code().as_str(), refused.fields()),
            ("INPUT", vec!["/termsAccepted".into()])
        );
        assert_eq!(city.anonymous().post(path, &body).await.code(), "SIGN_IN_REQUIRED");
        assert_eq!(finance(city).post(path, &body).await.code(), "FORBIDDEN");
        assert_eq!(person(city).degraded().post(path, &body).await.code(), "SESSION_UNCONFIRMED");
        assert_eq!(one(city, "select count(*) from payments.wallet").await, 0);
    });
}

async fn page(who: &Character, first: u32, after: Option<&str>) -> Value {
    let body = json!({ "page": { "first": first, "after": after } });
    who.post("/internal/v1/wallet-statement", &body).await.ok()
}

#[test]
fn statement_pages_meet_without_gap_or_repeat_while_money_moves() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, receiver)) = (rich(city, 100_000).await, rich(city, 0).await);
        for amount in 1..=7 {
            drop(send(city, &payer, &receiver, amount).await.ok());
        }

        let mut amounts = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = page(&payer, 3, after.as_deref()).await;
            for edge in page["edges"].as_array().expect("a page has edges") {
                amounts.push(edge["node"]["amount"].as_str().expect("money is text").to_owned());
                after = edge["cursor"].as_str().map(str::to_owned);
            }
            drop(send(city, &payer, &receiver, 1_000).await.ok()); // what is new lies before every page
            if page["hasNextPage"] == false {
                break;
            }
        }

        assert_eq!(amounts, ["-7", "-6", "-5", "-4", "-3", "-2", "-1", "100000"]);
        let newest = page(&payer, 1, None).await["edges"][0]["node"].clone();
        assert_eq!(newest["balanceAfter"], available(&payer).await.to_string());
        let label = format!("Ví ••••{}", &receiver[receiver.len() - 4..]);
        assert_eq!(
            (newest["counterparty"].as_str(), newest["purpose"].as_str()),
            (Some(&*label), Some("PERSON"))
        );
        for (body, field) in [
            (json!({ "page": { "first": 51 } }), "/page/first"),
            (json!({ "page": { "first": 5, "after": "x" } }), "/page/after"),
            (json!({ "page": { "first": 5 }, "from": "2026-03-05", "to": "2026-03-04" }), "/from"),
        ] {
            let refused = payer.post("/internal/v1/wallet-statement", &body).await;
            assert_eq!(refused.fields(), [field]);
        }
        city.settle().await;
    });
}

#[test]
fn a_statement_of_civil_days_begins_and_ends_at_midnight_in_hue() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, receiver)) = (rich(city, 100).await, rich(city, 0).await);
        drop(send(city, &payer, &receiver, 4).await.ok()); // on 4 March
        city.clock().advance(Duration::hours(15)); // midnight in Hue: 5 March
        let mut payer = payer;
        payer.principal.auth_at = Some(city_clock::Clock::now(city.clock()));
        drop(send(city, &payer, &receiver, 5).await.ok());

        let amounts = async |from: &str, to: &str| {
            let body = json!({ "page": { "first": 9 }, "from": from, "to": to });
            let page = payer.post("/internal/v1/wallet-statement", &body).await.ok();
            let edges = page["edges"].as_array().expect("a page has edges").clone();
            edges.iter().map(|edge| edge["node"]["amount"].to_string()).collect::<Vec<_>>()
        };

        assert_eq!(amounts("2026-03-05", "2026-03-05").await, ["\"-5\""]);
        assert_eq!(amounts("2026-03-04", "2026-03-04").await, ["\"-4\"", "\"100\""]);
        assert_eq!(amounts("2026-03-04", "2026-03-06").await.len(), 3);
        city.settle().await;
    });
}

#[test]
fn one_officer_stops_a_wallet_and_two_open_it_again() {
    run::<Payments>(async |city: &Town| {
        let ((payer, wallet), (_, receiver)) = (rich(city, 1_000).await, rich(city, 0).await);
        let (officer, second) = (finance(city), approver(city));
        let both = finance(city).with_role("FINANCE_APPROVER", city_auth::Scope::City);
        let at = |action: &str| format!("/admin/v1/payments/wallets/{wallet}/{action}");
        let freeze = |mode: &str| json!({ "mode": mode, "reason": REASON });
        let key = new_id(city);

        let stopped = officer.post_once(&at("freeze"), &key, &freeze("NO_DEBIT")).await.ok();
        assert_eq!(stopped["state"], "NO_DEBIT");
        assert_eq!(send(city, &payer, &receiver, 1).await.code(), "ACCOUNT_FROZEN");
        fund(city, &wallet, 5).await; // money may still arrive
        drop(officer.post_once(&at("freeze"), &new_id(city), &freeze("FROZEN")).await.ok());
        let again = officer.post_once(&at("freeze"), &key, &freeze("NO_DEBIT")).await.ok();
        assert_eq!(again["state"], "FROZEN", "a repetition changes nothing");
        let looser = officer.post_once(&at("freeze"), &new_id(city), &freeze("NO_DEBIT")).await;
        assert_eq!(looser.code(), "STATE", "giving back takes two");

        let reason = json!({ "reason": REASON });
        let asked = both.post_once(&at("unfreeze"), &new_id(city), &reason).await.ok();
        assert_eq!(asked["state"], "WAITING");
        assert_eq!(approve(&both, &asked).await.code(), "TWO_PERSONS");
        assert_eq!(approve(&officer, &asked).await.code(), "SCOPE");
        let mut late = second.clone();
        late.principal.auth_at = late.principal.auth_at.map(|at| at - Duration::seconds(601));
        assert_eq!(approve(&late, &asked).await.code(), "REAUTH_REQUIRED");
        let list = second.get("/admin/v1/payments/approvals").await.ok();
        assert_eq!(list["edges"][0]["node"]["id"], asked["id"]);
        assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE");
        assert_eq!(approve(&second, &asked).await.ok()["state"], "DONE", "done twice, done once");
        assert_eq!(approve(&approver(city), &asked).await.code(), "STATE");

        drop(send(city, &payer, &receiver, 1).await.ok());
        assert_eq!(available(&payer).await, 1_004);
        assert_eq!(told(city, "WalletFrozen").await.len(), 2);
        assert_eq!(told(city, "WalletUnfrozen").await.len(), 1);
        assert_eq!(one(city, "select count(*) from payments.ledger_command").await, 3);
        city.settle().await;
    });
}

#[test]
fn what_was_approved_is_done_although_the_approving_instance_died() {
    run::<Payments>(async |city: &Town| {
        let (payer, wallet) = rich(city, 0).await;
        let body = json!({ "wallet": wallet, "amount": "700", "reason": REASON });
        let path = "/admin/v1/payments/adjustments";
        drop(finance(city).post_once(path, &new_id(city), &body).await.ok());
        let second = approver(city).account().as_uuid();
        let approved = format!(
            "update payments.approval set decided_by = '{second}', decision = 'APPROVE', decided_at = requested_at"
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(approved)).execute(city.db()).await.unwrap();

        city.settle().await;
        city.settle().await;

        assert_eq!(available(&payer).await, 700);
        assert_eq!(one(city, "select count(*) from payments.ledger_transfer").await, 1);
    });
}

#[test]
fn officers_need_the_permission_and_a_reason_that_is_kept() {
    run::<Payments>(async |city: &Town| {
        let (payer, wallet) = rich(city, 40).await;
        let search = "/admin/v1/payments/wallets/search";
        let body = json!({ "account": payer.account(), "reason": REASON });
        let short = json!({ "account": payer.account(), "reason": "why not" });
        let page = format!("/admin/v1/payments/wallets/{wallet}/statement?first=5&reason=");

        assert_eq!(city.officer("HUE-STC").post(search, &body).await.code(), "SCOPE");
        let elsewhere =
            city.staff().with_role("FINANCE", city_auth::Scope::Agency("HUE-STC".into()));
        assert_eq!(elsewhere.post(search, &body).await.code(), "SCOPE");
        assert_eq!(payer.post(search, &body).await.code(), "FORBIDDEN");
        assert_eq!(finance(city).post(search, &short).await.fields(), ["/reason"]);
        assert_eq!(one(city, "select count(*) from payments.payment_access").await, 0);
        let found = finance(city).post(search, &body).await.ok();
        let lines = finance(city).get(&format!("{page}asked%20for%20by%20letter")).await.ok();
        assert_eq!(finance(city).get(&format!("{page}why")).await.fields(), ["/reason"]);

        assert_eq!(found["available"], "40");
        assert_eq!(lines["edges"][0]["node"]["amount"], "40");
        assert_eq!(one(city, "select count(*) from payments.payment_access").await, 2);
        city.settle().await;
    });
}
