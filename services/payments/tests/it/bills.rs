//! Fees of dossiers: asked for by the catalogue, paid from a wallet, told back once.

use city_auth::Principal;
use city_contracts::event::Envelope;
use city_contracts::payments::BillEvent;
use city_ids::AccountId;
use city_testkit::{Answer, Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::subject::Payments;
use crate::town::{
    Town, available, catalogue_says, confirm, new_id, one, person, quote, repeat, rich, told,
};

/// What the catalogue sends when a dossier is taken in.
fn fee(bill_ref: Uuid, payer: Option<AccountId>, amounts: &[i64]) -> Value {
    let lines: Vec<_> = amounts
        .iter()
        .map(|amount| json!({ "code": "LPHT", "name": "Lệ phí hộ tịch", "amount": amount.to_string() }))
        .collect();
    let amount = amounts.iter().sum::<i64>().to_string();
    json!({
        "billRef": bill_ref.to_string(), "dossier": "dos_00000000000070008000000000000007", "code": "H57.26-0017",
        "payer": payer, "purpose": "INTAKE", "amount": amount, "payeeAgency": "HUE-STP", "deadline": "2026-03-10",
        "lines": lines,
    })
}

/// A bill of a resident, and what it was asked for with.
async fn billed(
    city: &Town,
    payer: Option<&Principal>,
    amounts: &[i64],
) -> (Envelope<Value>, Uuid) {
    let bill_ref = city.infra().ids.uuid(city_clock::Clock::now(city.clock()));
    let payer = payer.and_then(|payer| payer.account);
    let event = catalogue_says(city, "DossierFeeRequested", fee(bill_ref, payer, amounts)).await;
    city.settle().await;
    (event, bill_ref)
}

async fn my_bills(who: &Character) -> Vec<Value> {
    let page = who.post("/internal/v1/my-bills", &json!({ "first": 20 })).await.ok();
    let edges = page["edges"].as_array().expect("a page has edges");
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

async fn paying(city: &Town, who: &Character, id: &str, bill: &Value) -> Value {
    let offer = json!({ "idempotencyKey": id, "billId": bill["id"] });
    let offer = quote(who, &offer).await;
    let token = confirm(city, who, &offer);
    json!({ "idempotencyKey": id, "billId": bill["id"], "amount": bill["due"], "stepUpToken": token })
}

async fn pay(city: &Town, who: &Character, bill: &Value) -> Answer {
    let body = paying(city, who, &new_id(city), bill).await;
    who.post("/internal/v1/pay-bill", &body).await
}

async fn cancel(city: &Town, bill_ref: Uuid) {
    catalogue_says(city, "DossierFeeCancelled", json!({ "billRef": bill_ref.to_string() })).await;
}

#[test]
fn a_fee_becomes_a_bill_is_paid_and_told_once() {
    run::<Payments>(async |city: &Town| {
        let (payer, wallet) = rich(city, 100_000).await;
        let (event, bill_ref) = billed(city, Some(&payer.principal), &[50_000, 25_000]).await;
        repeat(city, &event).await;
        catalogue_says(city, "DossierFeeRequested", event.body.clone()).await; // another event, the same wish
        city.settle().await;

        let bills = my_bills(&payer).await;
        let bill = &bills[0];
        assert_eq!(bills.len(), 1);
        assert_eq!(
            (&bill["due"], &bill["state"], &bill["dueDate"]),
            (&json!("75000"), &json!("OPEN"), &json!("2026-03-10"))
        );
        assert_eq!(
            (&bill["biller"]["code"], &bill["customerCode"]),
            (&json!("HUE-STP"), &json!("H57.26-0017"))
        );
        assert_eq!(bill["heads"].as_array().map(Vec::len), Some(2));
        let opened = told(city, "BillOpened").await;
        assert_eq!(opened.len(), 1);
        let opened: BillEvent = serde_json::from_value(opened[0].clone()).unwrap();
        assert_eq!(opened.source_ref, Some(bill_ref.to_string()));

        let body = paying(city, &payer, &new_id(city), bill).await;
        let sends = (0..10).map(|_| payer.post("/internal/v1/pay-bill", &body));
        let paid: Vec<_> = join_all(sends).await.into_iter().map(Answer::ok).collect();

        assert!(paid.iter().all(|answer| *answer == paid[0]));
        assert_eq!(available(&payer).await, 25_000);
        let bill = payer.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await.ok();
        assert_eq!((&bill["state"], &bill["payment"]), (&json!("PAID"), &paid[0]["id"]));
        assert_eq!(
            (&paid[0]["bill"], &paid[0]["payee"], &paid[0]["purpose"]),
            (&bill["id"], &json!("HUE-STP"), &json!("PUBLIC_FEE"))
        );
        let told_paid = told(city, "BillPaid").await;
        assert_eq!(told_paid.len(), 1);
        let event: BillEvent = serde_json::from_value(told_paid[0].clone()).unwrap();
        assert_eq!((event.source_ref, event.bill_no), (Some(bill_ref.to_string()), opened.bill_no));
        assert_eq!(event.paid_at, Some(city_clock::Clock::now(city.clock())));
        assert_eq!(told(city, "PaymentSucceeded").await[0]["wallet"], wallet);
        assert_eq!(
            one(city, "select count(*) from payments.ledger_transfer where purpose = 3").await,
            1,
            "one leg an account"
        );
        city.settle().await;
    });
}

#[test]
fn a_paid_bill_is_neither_cancelled_nor_paid_again() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (_, bill_ref) = billed(city, Some(&payer.principal), &[30_000]).await;
        let bill = my_bills(&payer).await.remove(0);
        drop(pay(city, &payer, &bill).await.ok());

        cancel(city, bill_ref).await;
        city.settle().await;
        let body = paying(city, &payer, &new_id(city), &bill).await;
        let again = payer.post("/internal/v1/pay-bill", &body).await;
        let repeated = payer.post("/internal/v1/pay-bill", &body).await;

        assert_eq!(repeated.json(), again.json());
        assert_eq!(again.json()["details"]["outcome"], "PAID");
        assert_eq!(
            (again.status().as_str(), again.code().as_str()),
            ("409 Conflict", "ALREADY_RESOLVED")
        );
        assert_eq!(again.json()["details"]["winner"], my_bills(&payer).await[0]["payment"]);
        assert_eq!(my_bills(&payer).await[0]["state"], "PAID");
        assert_eq!(available(&payer).await, 70_000);
        assert!(told(city, "BillCancelled").await.is_empty());
        for bypass in [
            "delete from payments.ledger_claim",
            "update payments.ledger_claim set outcome = 2",
            "truncate payments.ledger_claim",
            "update payments.bill_revision set amount = 1",
            "delete from payments.bill_revision",
        ] {
            let refused = sqlx::raw_sql(AssertSqlSafe(bypass)).execute(city.db()).await;
            assert!(refused.is_err(), "{bypass}");
        }
        city.settle().await;
    });
}

#[test]
fn a_cancelled_bill_takes_no_money() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (_, bill_ref) = billed(city, Some(&payer.principal), &[30_000]).await;
        let bill = my_bills(&payer).await.remove(0);

        cancel(city, bill_ref).await;
        cancel(city, bill_ref).await;
        city.settle().await;

        assert_eq!(my_bills(&payer).await[0]["state"], "CANCELLED");
        let refused = pay(city, &payer, &bill).await;
        assert_eq!(refused.code(), "ALREADY_RESOLVED");
        assert_eq!(refused.json()["details"], json!({ "outcome": "CANCELLED" }));
        assert_eq!(available(&payer).await, 100_000);
        let cancelled = told(city, "BillCancelled").await;
        assert_eq!(cancelled.len(), 1);
        assert_eq!(cancelled[0]["sourceRef"], bill_ref.to_string());
        assert!(told(city, "BillPaid").await.is_empty());
        city.settle().await;
    });
}

#[test]
fn paying_and_cancelling_at_once_end_a_bill_one_way() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 50_000_000).await;
        let mut refs = Vec::new();
        for _ in 0..20 {
            refs.push(billed(city, Some(&payer.principal), &[1_000]).await.1);
        }
        let bills = my_bills(&payer).await;
        for bill_ref in &refs {
            cancel(city, *bill_ref).await;
        }

        let (answers, ()) = tokio::join!(
            join_all(bills.iter().map(|bill| pay(city, &payer, bill))),
            city.settle(),
        );
        city.settle().await;

        let paid = answers.iter().filter(|answer| answer.code().is_empty()).count();
        let after = my_bills(&payer).await;
        let state = |state: &str| after.iter().filter(|bill| bill["state"] == state).count();
        assert_eq!((state("PAID"), state("CANCELLED")), (paid, 20 - paid));
        assert_eq!(available(&payer).await, 50_000_000 - 1_000 * i64::try_from(paid).unwrap());
        assert_eq!(told(city, "BillPaid").await.len(), paid);
        assert_eq!(told(city, "BillCancelled").await.len(), 20 - paid);
        city.settle().await;
    });
}

#[test]
fn of_two_who_pay_a_bill_that_is_nobodys_one_pays() {
    run::<Payments>(async |city: &Town| {
        let ((one_payer, _), (other, _)) = (rich(city, 10_000).await, rich(city, 10_000).await);
        billed(city, None, &[4_000]).await;
        let id = told(city, "BillOpened").await[0]["bill"].clone();
        let bill = one_payer.post("/internal/v1/bill", &json!({ "id": id })).await.ok();

        let (first, second) = tokio::join!(pay(city, &one_payer, &bill), pay(city, &other, &bill));

        let mut codes = [first.code(), second.code()];
        codes.sort();
        assert_eq!(codes, ["", "ALREADY_RESOLVED"]);
        assert_eq!(available(&one_payer).await + available(&other).await, 16_000);
        assert!(my_bills(&other).await.is_empty());
        city.settle().await;
    });
}

#[test]
fn only_its_payer_sees_a_bill_and_pays_what_is_due() {
    run::<Payments>(async |city: &Town| {
        let ((payer, _), (stranger, _)) = (rich(city, 10_000).await, rich(city, 10_000).await);
        billed(city, Some(&payer.principal), &[4_000]).await;
        let bill = my_bills(&payer).await.remove(0);
        let mut body = paying(city, &payer, &new_id(city), &bill).await;

        let seen = stranger.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await;
        let stolen = stranger.post("/internal/v1/pay-bill", &body).await;
        let nodes = json!({ "ids": [bill["id"]] });
        let nodes = stranger.post("/internal/v1/nodes:batch", &nodes).await.ok();
        body["amount"] = json!("3999");
        let less = payer.post("/internal/v1/pay-bill", &body).await;
        body["amount"] = json!("4000");
        let token = body["stepUpToken"].take();
        let unconfirmed = payer.post("/internal/v1/pay-bill", &body).await;

        assert_eq!((seen.code().as_str(), stolen.code().as_str()), ("NOT_FOUND", "NOT_FOUND"));
        assert_eq!(nodes, json!([null]));
        assert_eq!(
            (less.code().as_str(), &less.json()["details"]),
            ("AMOUNT_CHANGED", &json!({ "due": "4000" }))
        );
        assert_eq!(unconfirmed.code(), "STEP_UP_REQUIRED");
        assert_eq!(person(city).post("/internal/v1/pay-bill", &body).await.code(), "NOT_FOUND");
        body["stepUpToken"] = token;
        drop(payer.post("/internal/v1/pay-bill", &body).await.ok());
        city.settle().await;
    });
}

#[test]
fn nothing_to_pay_makes_no_bill_and_a_late_one_is_overdue() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        billed(city, Some(&payer.principal), &[]).await;
        assert!(my_bills(&payer).await.is_empty());
        cancel(city, Uuid::from_u128(7)).await; // of a bill that never was
        billed(city, Some(&payer.principal), &[4_000]).await;

        city.clock().advance(chrono::Duration::days(7));
        let mut payer = payer;
        payer.principal.auth_at = None;

        let bill = my_bills(&payer).await.remove(0);
        assert_eq!(bill["state"], "OVERDUE");
        drop(pay(city, &payer, &bill).await.ok());
        assert_eq!(my_bills(&payer).await[0]["state"], "PAID");
        city.settle().await;
    });
}

#[test]
fn a_fee_does_not_count_for_the_month_but_for_a_hold() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 500_000_000).await;
        billed(city, Some(&payer.principal), &[50_000_000]).await;
        billed(city, Some(&payer.principal), &[50_000_001]).await;
        let bills = my_bills(&payer).await;
        let of = |due: &str| bills.iter().find(|bill| bill["due"] == due).unwrap();
        let mut held = payer.clone();
        held.principal.hold_until =
            Some(city_clock::Clock::now(city.clock()) + chrono::Duration::hours(1));

        assert_eq!(pay(city, &held, of("50000000")).await.code(), "LIMIT_EXCEEDED");
        drop(pay(city, &payer, of("50000000")).await.ok());
        assert_eq!(pay(city, &payer, of("50000001")).await.code(), "LIMIT_EXCEEDED");
        let wallet = payer.post("/internal/v1/my-wallet", &json!({})).await.ok();
        let limits = wallet["limits"].as_array().unwrap();
        let used =
            |code: &str| limits.iter().find(|limit| limit["code"] == code).unwrap()["used"].clone();
        assert_eq!((used("MONTH"), used("ON_HOLD_DAY")), (json!("0"), json!("50000000")));
        city.settle().await;
    });
}

#[test]
fn a_fee_that_is_cancelled_before_it_comes_makes_no_bill() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let bill_ref = city.infra().ids.uuid(city_clock::Clock::now(city.clock()));
        cancel(city, bill_ref).await;
        cancel(city, bill_ref).await;
        city.settle().await;

        let asked = fee(bill_ref, payer.principal.account, &[30_000]);
        catalogue_says(city, "DossierFeeRequested", asked).await;
        city.settle().await;

        assert!(my_bills(&payer).await.is_empty());
        assert!(told(city, "BillOpened").await.is_empty());
        billed(city, Some(&payer.principal), &[4_000]).await;
        assert_eq!(my_bills(&payer).await.len(), 1, "another fee makes its bill");
    });
}

#[test]
fn a_bill_whose_claim_is_forgotten_is_cancelled_and_not_made_twice() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 100_000).await;
        let (event, bill_ref) = billed(city, Some(&payer.principal), &[30_000]).await;
        // As after 30 days, or of before fees were claimed.
        sqlx::raw_sql("delete from payments.inbox").execute(city.db()).await.expect("it runs");

        catalogue_says(city, "DossierFeeRequested", event.body.clone()).await;
        cancel(city, bill_ref).await;
        city.settle().await;

        let bills = my_bills(&payer).await;
        assert_eq!((bills.len(), &bills[0]["state"]), (1, &json!("CANCELLED")));
        assert_eq!(told(city, "BillCancelled").await.len(), 1);
    });
}
