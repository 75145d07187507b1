//! Fees: asked for, paid late, twice or for nothing.

use city_clock::Clock as _;
use city_contracts::event::Envelope;
use serde_json::{Value, json};

use super::world::{self, Case, Plan, Town, at, dossier, published, say};
use crate::subject::Catalogue;

async fn paid(city: &Town, case: &Case, local: &str) {
    let at: chrono::DateTime<chrono::Utc> = format!("{local}+07:00").parse().expect("a local time");
    let body = json!({ "billNo": "B1", "sourceRef": case.bill.to_string(), "paidAt": at });
    say(city, "city.payments", "BillPaid", body).await;
}

async fn bill(city: &Town, case: &Case, purpose: &str, state: &str) {
    let (dossier, bill) = (case.id.as_uuid(), case.bill);
    let settled = if state == "PAID" { "now()" } else { "null" };
    let sql = format!(
        "insert into catalogue.dossier_bill
             (bill_ref, dossier, purpose, amount, lines, state, requested_at, settled_at)
         values ('{bill}', '{dossier}', '{purpose}', 8000, '[]', '{state}', now(), {settled})"
    );
    world::tamper(city, &sql).await;
}

#[test]
fn a_paid_duty_goes_on_from_the_time_of_payment_and_only_once() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer) = (world::clerk(city), world::officer(city));
        at(city, "2026-03-02T08:00:00");
        let rule = json!({ "rule": "WORKING_DAYS", "n": 5 });
        let mut case = dossier(city, Plan { rule, ..Plan::default() }).await;
        case.act(&clerk, "accept", json!({})).await.ok();
        at(city, "2026-03-04T08:00:00");
        case.act(&officer, "ask-payment", json!({ "amount": "3000000000", "note": "Điều 5" }))
            .await
            .ok();
        let view = case.read(&officer).await;
        assert_eq!(view["bills"][0]["amount"], "3000000000");
        case.bill = view["bills"][0]["billRef"].as_str().expect("a ref").parse().expect("a uuid");

        say(
            city,
            "city.payments",
            "BillOpened",
            json!({ "billNo": "B1", "sourceRef": case.bill.to_string() }),
        )
        .await;
        at(city, "2026-03-10T09:00:00");
        let when = "2026-03-09T16:30:00+07:00";
        let body = json!({ "billNo": "B1", "sourceRef": case.bill.to_string(), "paidAt": when });
        let now = city.clock().now();
        let event: Envelope<Value> =
            Envelope::new(city.infra().ids.next(now), "BillPaid", now, body);
        world::repeat(city, "city.payments", &event).await;
        world::repeat(city, "city.payments", &event).await;
        paid(city, &case, "2026-03-09T16:30:00").await;
        city.settle().await;

        let view = case.read(&officer).await;
        assert_eq!((&view["status"], &view["dueAt"]), (&json!(4), &json!("2026-03-12T10:00:00Z")));
        assert_eq!(
            (&view["bills"][0]["state"], &view["refundDue"]),
            (&json!("PAID"), &json!(false))
        );
        let resumed = published(city).await.iter().filter(|kind| *kind == "DossierResumed").count();
        assert_eq!(resumed, 1);
    });
}

#[test]
fn a_bill_paid_after_withdrawal_is_due_back_until_the_lead_clears_it() {
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer, lead) = (world::clerk(city), world::officer(city), world::lead(city));
        let mut case = dossier(city, Plan { status: 6, ..Plan::default() }).await;
        case.act(&clerk, "withdraw", json!({})).await.ok();

        paid(city, &case, "2026-03-04T09:00:00").await;
        paid(city, &case, "2026-03-04T09:00:00").await;
        city.settle().await;
        let view = case.read(&officer).await;
        case.version = i32::try_from(view["version"].as_i64().expect("a version")).expect("small");
        let by_officer = case.act(&officer, "clear-refund", json!({ "note": "đã hoàn" })).await;
        let cleared = case.act(&lead, "clear-refund", json!({ "note": "đã hoàn" })).await.ok();
        let twice = case.act(&lead, "clear-refund", json!({ "note": "đã hoàn" })).await;

        assert_eq!((&view["status"], &view["refundDue"]), (&json!(7), &json!(true)));
        assert_eq!(by_officer.code(), "SCOPE");
        assert_eq!(cleared["refundDue"], false);
        assert_eq!(twice.code(), "DOSSIER_STATE");
        assert!(published(city).await.contains(&"DossierFeeCancelled".to_owned()));
        city.settle().await;
    });
}

#[test]
fn an_unpaid_fee_keeps_a_dossier_from_being_accepted_and_a_paid_one_is_due_back_when_it_is_refused()
{
    city_testkit::run::<Catalogue>(async |city| {
        let (clerk, officer) = (world::clerk(city), world::officer(city));
        let mut case = dossier(city, Plan::default()).await;
        bill(city, &case, "INTAKE", "REQUESTED").await;

        let unpaid = case.act(&clerk, "accept", json!({})).await;
        paid(city, &case, "2026-03-04T09:00:00").await;
        city.settle().await;
        case.version = 2;
        let refused = case
            .act(&clerk, "refuse", json!({ "reasons": [{ "code": "wrong-agency" }] }))
            .await
            .ok();

        assert_eq!(
            (unpaid.status().as_str(), unpaid.code().as_str()),
            ("409 Conflict", "FEE_UNPAID")
        );
        assert_eq!((&refused["status"], &refused["refundDue"]), (&json!(3), &json!(true)));

        let mut open = dossier(city, Plan { status: 4, ..Plan::default() }).await;
        bill(city, &open, "ROUND", "OPEN").await;
        assert_eq!(open.act(&officer, "finish", open.grant()).await.code(), "FEE_UNPAID");
        let mut done = dossier(city, Plan { status: 9, ..Plan::default() }).await;
        bill(city, &done, "RESULT", "OPEN").await;
        assert_eq!(done.act(&clerk, "hand-over", json!({})).await.code(), "FEE_UNPAID");
        paid(city, &done, "2026-03-04T09:00:00").await;
        city.settle().await;
        done.version = 2;
        let handed = done.act(&clerk, "hand-over", json!({})).await.ok();
        assert_eq!((&handed["status"], &handed["refundDue"]), (&json!(10), &json!(false)));
        city.settle().await;
    });
}

#[test]
fn a_bill_of_nobody_here_is_ignored() {
    city_testkit::run::<Catalogue>(async |city| {
        for source in
            [json!("electricity-7"), json!("019d0000-0000-7000-8000-000000000000"), Value::Null]
        {
            let body = json!({ "billNo": "E7", "sourceRef": source });
            say(city, "city.payments", "BillPaid", body).await;
        }
        city.settle().await;

        assert!(published(city).await.is_empty());
    });
}

#[test]
fn a_waived_duty_cancels_its_bill() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let mut case = dossier(city, Plan { status: 6, ..Plan::default() }).await;

        case.act(&officer, "paid", json!({ "note": "được miễn" })).await.ok();

        let view = case.read(&officer).await;
        assert_eq!((&view["status"], &view["bills"][0]["state"]), (&json!(4), &json!("CANCELLED")));
        assert_eq!(published(city).await, ["DossierResumed", "DossierFeeCancelled"]);
        city.settle().await;
    });
}

#[test]
fn what_a_disabled_officer_worked_on_is_nobodys() {
    city_testkit::run::<Catalogue>(async |city| {
        let officer = world::officer(city);
        let mut case = dossier(city, Plan { status: 2, ..Plan::default() }).await;
        case.act(&officer, "start", json!({})).await.ok();

        say(city, "city.accounts", "StaffDisabled", json!({ "account": officer.account() })).await;
        city.settle().await;

        assert_eq!(case.read(&world::lead(city)).await["assignee"], Value::Null);
    });
}
