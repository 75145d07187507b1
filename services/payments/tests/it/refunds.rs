//! Money that goes back: asked for by one officer, approved by another, moved once and never beyond what was paid.

use city_clock::Clock as _;
use city_payments::ledger::{Class, Command, Decision, Leg, Posting, Purpose, flags};
use city_testkit::{Answer, Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::subject::Payments;
use crate::town::{
    REASON, Town, approve, approver, available, finance, new_id, one, rich, send, told,
};
use crate::treasury::{
    account, balance, bill, biller_account, command, later, pay, pay_outside, payment, post,
    refusal, sql, the_books_agree, wallet_account,
};

const REFUNDS: &str = "/admin/v1/payments/refunds";

async fn ask(officer: &Character, key: &str, payment: &Value, legs: &[(i16, i64)]) -> Answer {
    let legs: Vec<_> = legs
        .iter()
        .map(|(leg, amount)| json!({ "leg": leg, "amount": amount.to_string() }))
        .collect();
    let body = json!({ "payment": payment["id"], "legs": legs, "reason": REASON });
    officer.post_once(REFUNDS, key, &body).await
}

/// The request to a second officer behind a refund.
fn request(refund: &Value) -> Value {
    json!({ "id": refund["approval"] })
}

async fn read(officer: &Character, refund: &Value) -> Value {
    let id = refund["id"].as_str().expect("a refund has an id");
    officer.get(&format!("{REFUNDS}/{id}")).await.ok()
}

#[test]
fn a_refund_takes_two_officers_and_gives_back_what_was_paid() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 50_000), ("B", 25_000)]).await;
        let paid = pay(city, &payer, &bill).await;
        let (officer, second) = (finance(city), approver(city));

        let asked = ask(&officer, &new_id(city), &paid, &[(0, 20_000)]).await.ok();
        assert_eq!(
            (&asked["state"], &asked["amount"], &asked["target"]),
            (&json!("REQUESTED"), &json!("20000"), &json!("WALLET"))
        );
        assert_eq!(available(&payer).await, 25_000);
        let mut both = officer.clone();
        both = both.with_role("FINANCE_APPROVER", city_auth::Scope::City);
        assert_eq!(approve(&both, &request(&asked)).await.code(), "TWO_PERSONS");
        let nobody = officer.post_once(REFUNDS, &new_id(city), &json!({})).await;
        assert_eq!(nobody.status(), "422 Unprocessable Entity");
        assert_eq!(ask(&second, &new_id(city), &paid, &[]).await.code(), "SCOPE");

        let approved = approve(&second, &request(&asked)).await.ok();
        drop(approve(&second, &request(&asked)).await.ok());

        assert_eq!(
            (&approved["state"], &approved["kind"], &approved["subject"]),
            (&json!("DONE"), &json!("REFUND"), &asked["id"])
        );
        assert_eq!(available(&payer).await, 45_000);
        let after = payment(&payer, &paid).await;
        assert_eq!((&after["refunded"], &after["amount"]), (&json!("20000"), &json!("75000")));
        assert_eq!(after["refunds"][0]["state"], "DONE");
        let nodes = json!({ "ids": [asked["id"], paid["id"]] });
        let nodes = payer.post("/internal/v1/nodes:batch", &nodes).await.ok();
        assert_eq!(nodes[0]["node"], after["refunds"][0]);
        assert_eq!(nodes[1]["node"], after);
        let done = told(city, "RefundDone").await;
        assert_eq!(done.len(), 1);
        assert_eq!(
            (&done[0]["refund"], &done[0]["payment"], &done[0]["account"], &done[0]["amount"]),
            (&asked["id"], &paid["id"], &json!(payer.account()), &json!("20000"))
        );
        assert_eq!(done[0].get("providerPayment"), None, "it is in the wallet");
        let posting = asked["posting"].as_str().expect("a posting").to_owned();
        let receipt = officer.get(&format!("/admin/v1/payments/postings/{posting}")).await.ok();
        assert_eq!(receipt["legs"][0]["purpose"], "REFUND");
        let list = officer.get(REFUNDS).await.ok();
        assert_eq!(list["edges"][0]["node"], read(&officer, &asked).await);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn two_equal_partials_are_two_a_replay_is_one_and_a_raced_excess_is_refused() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 75_000).await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 75_000)]).await;
        let paid = pay(city, &payer, &bill).await;
        let (officer, second) = (finance(city), approver(city));
        let keys: Vec<_> = (0..4).map(|_| new_id(city)).collect();

        let mut asked = Vec::new();
        for key in &keys {
            asked.push(ask(&officer, key, &paid, &[(0, 30_000)]).await.ok());
        }
        let replay = ask(&officer, &keys[0], &paid, &[(0, 30_000)]).await.ok();
        let other = ask(&officer, &keys[0], &paid, &[(0, 29_999)]).await;
        assert_eq!((&replay, other.code().as_str()), (&asked[0], "KEY_REUSED"));
        let requests: Vec<_> = asked.iter().map(request).collect();
        // Each approved twice, all at once: 120,000 asked back of 75,000.
        let approvals = requests.iter().chain(&requests).map(|request| approve(&second, request));
        let answers = join_all(approvals).await;

        for answer in &answers {
            assert_eq!(answer.code(), "", "{}", answer.json());
        }
        let mut states = Vec::new();
        for refund in &asked {
            let refund = read(&officer, refund).await;
            states.push((refund["state"].clone(), refund["failure"].clone()));
        }
        let done = states.iter().filter(|(state, _)| state == "DONE").count();
        let over = (json!("FAILED"), json!("REFUND_TOO_LARGE"));
        assert_eq!((done, states.iter().filter(|state| **state == over).count()), (2, 2));
        assert_eq!(available(&payer).await, 60_000);
        assert_eq!(payment(&payer, &paid).await["refunded"], "60000");
        assert_eq!(told(city, "RefundDone").await.len(), 2);
        let failed = told(city, "RefundFailed").await;
        assert_eq!(failed.len(), 2);
        assert_eq!(failed[0]["failure"], "REFUND_TOO_LARGE");
        // What is left can still go back, to the dong.
        let rest = ask(&officer, &new_id(city), &paid, &[(0, 15_000)]).await.ok();
        assert_eq!(approve(&second, &request(&rest)).await.ok()["state"], "DONE");
        assert_eq!(available(&payer).await, 75_000);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_part_of_a_payment_in_many_legs_names_them() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        drop(pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 1)]).await).await);
        let (second_account, _) = account(city, Class::Biller).await;
        sql(
            city,
            &format!(
                "insert into payments.biller_head select biller, 'B', {} from payments.biller_head",
                second_account.0
            ),
        )
        .await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 50_000), ("B", 25_000)]).await;
        let paid = pay(city, &payer, &bill).await;
        let (officer, second) = (finance(city), approver(city));
        let tries = [
            (vec![(2, 1)], "/legs/0/leg"),
            (vec![(1, 25_001)], "/legs/0/amount"),
            (vec![(1, 0)], "/legs/0/amount"),
            (vec![(1, 5), (1, 5)], "/legs/1/leg"),
        ];
        for (legs, field) in tries {
            let refused = ask(&officer, &new_id(city), &paid, &legs).await;
            assert_eq!(refusal(&refused), ("INPUT".into(), vec![field.into()]), "{legs:?}");
        }

        let part = ask(&officer, &new_id(city), &paid, &[(1, 25_000)]).await.ok();
        drop(approve(&second, &request(&part)).await.ok());
        let all = ask(&officer, &new_id(city), &paid, &[]).await.ok();
        drop(approve(&second, &request(&all)).await.ok());

        assert_eq!(all["amount"], "75000");
        assert_eq!(read(&officer, &all).await["failure"], "REFUND_TOO_LARGE"); // and no leg of it moved
        assert_eq!(balance(city, second_account).await, 0);
        assert_eq!(balance(city, biller_account(city, "HUE-STP").await).await, 50_001);
        assert_eq!(available(&payer).await, 49_999);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn money_for_a_closed_wallet_waits_for_an_officer_and_for_a_stopped_one_stays() {
    run::<Payments>(async |city: &Town| {
        let ((payer, wallet), (stopped, other)) =
            (rich(city, 75_000).await, rich(city, 5_000).await);
        let paid = pay(city, &payer, &bill(city, &payer, "HUE-STP", &[("A", 75_000)]).await).await;
        let held =
            pay(city, &stopped, &bill(city, &stopped, "HUE-STP", &[("A", 5_000)]).await).await;
        for (wallet, more) in
            [(&wallet, flags::CLOSED), (&other, flags::NO_CREDIT | flags::NO_DEBIT)]
        {
            let account = wallet_account(city, wallet).await;
            let decision = Decision::SetFlags {
                account,
                flags: Class::Wallet.flags() | more,
                only_from: None,
            };
            let id = city.infra().ids.uuid(city.clock().now());
            let closing =
                Command { id, decision, actor: id, reason: REASON.into(), events: Vec::new() };
            command(city, closing).await;
        }
        let (officer, second) = (finance(city), approver(city));

        let closed = ask(&officer, &new_id(city), &paid, &[]).await.ok();
        drop(approve(&second, &request(&closed)).await.ok());
        let frozen = ask(&officer, &new_id(city), &held, &[]).await.ok();
        let answer = approve(&second, &request(&frozen)).await.ok();

        assert_eq!(read(&officer, &closed).await["state"], "SUSPENSE");
        let suspense = one(
            city,
            "select credits_posted - debits_posted from payments.ledger_account where class = 25",
        );
        assert_eq!(suspense.await, 75_000);
        assert_eq!(
            (&answer["state"], &answer["failure"]),
            (&json!("FAILED"), &json!("ACCOUNT_FROZEN"))
        );
        assert_eq!(read(&officer, &frozen).await["state"], "FAILED");
        assert_eq!(balance(city, biller_account(city, "HUE-STP").await).await, 5_000);
        // A closed wallet's money went once: the leg has nothing left.
        let again = ask(&officer, &new_id(city), &paid, &[]).await.ok();
        drop(approve(&second, &request(&again)).await.ok());
        assert_eq!(read(&officer, &again).await["state"], "FAILED");
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn money_from_a_provider_is_set_aside_until_the_provider_has_paid() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 0).await;
        let bill = bill(city, &payer, "HUE-STP", &[("A", 40_000)]).await;
        let paid = pay_outside(city, &payer, &bill).await;
        let (officer, second) = (finance(city), approver(city));

        let asked = ask(&officer, &new_id(city), &paid, &[(0, 30_000)]).await.ok();
        let more = ask(&officer, &new_id(city), &paid, &[(0, 10_001)]).await.ok();
        assert_eq!(approve(&second, &request(&asked)).await.ok()["state"], "DONE");
        assert_eq!(approve(&second, &request(&more)).await.ok()["failure"], "REFUND_TOO_LARGE");

        let held = read(&officer, &asked).await;
        assert_eq!((&held["state"], &held["target"]), (&json!("HELD"), &json!("PROVIDER")));
        assert_eq!(read(&officer, &more).await["state"], "FAILED");
        let biller = biller_account(city, "HUE-STP").await;
        assert_eq!(balance(city, biller).await, 40_000);
        let open = "select debits_pending from payments.ledger_account where id = ";
        assert_eq!(one(city, &format!("{open}{}", biller.0)).await, 30_000);
        let lasts = "select extract(day from expires_at - '2026-03-04') from payments.ledger_hold";
        assert_eq!(one(city, lasts).await, 3_650, "no worker frees it by time");

        later(city).await; // the provider pays

        assert_eq!(read(&officer, &asked).await["state"], "DONE");
        assert_eq!(balance(city, biller).await, 10_000);
        let done = told(city, "RefundDone").await;
        assert_eq!((done.len(), &done[0]["amount"]), (1, &json!("30000")));
        the_books_agree(city).await;
    });
}

#[test]
fn a_provider_pays_nothing_back_that_no_order_of_ours_was_about() {
    run::<Payments>(async |city: &Town| {
        let ((clearing, _), (suspense, _)) =
            (account(city, Class::Clearing).await, account(city, Class::Suspense).await);
        let id = city.infra().ids.uuid(city.clock().now());
        let leg = Leg::post(clearing, suspense, 40_000, Purpose::Reconciliation);
        assert_eq!(post(city, Posting::new(id, [1; 32], vec![leg])).await, None);
        let paid = json!({ "id": city_ids::PostingId::restore(id) });

        assert_eq!(ask(&finance(city), &new_id(city), &paid, &[]).await.code(), "STATE");
    });
}

#[test]
fn nobody_takes_money_back_out_of_a_wallet() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (_, receiver)) = (rich(city, 10_000).await, rich(city, 0).await);
        let sent = send(city, &payer, &receiver, 4_000).await.ok();
        let officer = finance(city);
        let unknown = json!({ "id": format!("pay_{}", new_id(city).replace('-', "")) });

        assert_eq!(ask(&officer, &new_id(city), &sent, &[]).await.code(), "STATE");
        assert_eq!(ask(&officer, &new_id(city), &unknown, &[]).await.code(), "NOT_FOUND");
        assert_eq!(one(city, "select count(*) from payments.refund").await, 0);
        assert_eq!(
            one(city, "select count(*) from payments.approval where kind = 'REFUND'").await,
            0
        );
        city.settle().await;
    });
}

#[test]
fn what_breaks_the_rules_of_a_request_is_refused_by_the_table() {
    run::<Payments>(async |city: &Town| {
        let (id, now) = (new_id(city), "timestamptz '2026-03-04'");
        let approval = |kind: &str, columns: &str, values: &str| {
            format!(
                "insert into payments.approval (id, kind, reason, requested_by, requested_at{columns})
                 values ('{}', '{kind}', 'because', '{id}', {now}{values})",
                new_id(city)
            )
        };
        for broken in [
            approval("REFUND", "", ""),
            approval("REFUND", ", subject", &format!(", '{id}'")),
            approval("LIMIT", ", amount", ", 5"),
            approval("LIMIT", "", ""),
            approval("SETTLEMENT", ", subject, amount", &format!(", '{id}', 5")),
            approval("ADJUST_WALLET", ", amount", ", 5"),
            approval("ANYTHING", "", ""),
            format!("insert into payments.refund (id, posting, moved, legs, amounts, target, requester, requested_by,
                     requested_at, reason) values ('{id}', '{id}', '{id}', '{{0}}', '{{5}}', 'WALLET', 'OFFICER', '{id}', {now}, 'x')"),
            format!("insert into payments.refund (id, posting, moved, legs, amounts, target, requester, requested_by,
                     requested_at, reason) values ('{id}', '{id}', '{id}', '{{0,1}}', '{{5,5}}', 'PROVIDER', 'MERCHANT', '{id}', {now}, 'x')"),
            format!("insert into payments.refund (id, posting, moved, legs, amounts, target, requester, requested_by,
                     requested_at, reason) values ('{id}', '{id}', '{id}', '{{0,1}}', '{{5}}', 'WALLET', 'MERCHANT', '{id}', {now}, 'x')"),
        ] {
            let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(broken.clone())).execute(city.db()).await;
            assert!(refused.is_err(), "{broken}");
        }
    });
}
