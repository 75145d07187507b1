//! Refunds in statements: a line ends one that its provider was asked for, and no other.

use city_testkit::{Answer, Character, run};
use serde_json::{Value, json};

use super::reconciliation::{DAY, breaks, classes, days, import, of};
use super::{CLEARING_VNPAY, net, our_ref};
use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, rich, told};
use crate::treasury::{bill, pay_outside, sql, the_books_agree};

const HEAD: &str = "provider_txn_no,our_ref,kind,amount,fee,status,paid_at,settled_on";
const AT: &str = "2026-03-04T10:00:00+07:00,2026-03-05";

/// Refunds of parts of a bill that was paid through VNPAY, held and not sent. The bank account has enough for what goes back.
async fn held(city: &Town, amounts: &[&str]) -> Vec<Value> {
    let (payer, _) = rich(city, 100_000).await;
    let bill = bill(city, &payer, "HUE-STP", &[("A", 40_000)]).await;
    let paid = pay_outside(city, &payer, &bill).await;
    let (officer, second) = (finance(city), approver(city));
    let mut refunds = Vec::new();
    for amount in amounts {
        let legs = json!([{ "leg": 0, "amount": amount }]);
        let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
        let path = "/admin/v1/payments/refunds";
        let asked = officer.post_once(path, &new_id(city), &body).await.ok();
        drop(approve(&second, &json!({ "id": asked["approval"] })).await.ok());
        refunds.push(asked);
    }
    refunds
}

fn uuid(refund: &Value) -> String {
    let id = city_ids::RefundId::parse(refund["id"].as_str().expect("an id"));
    id.expect("of a refund").as_uuid().to_string()
}

/// Our reference of a refund.
fn reference(refund: &Value) -> String {
    our_ref(&uuid(refund)).replacen('T', "R", 1)
}

/// Its provider was asked for it, and what became of that.
async fn asked_for(city: &Town, refund: &Value, sent: &str) {
    let id = uuid(refund);
    let sent =
        format!("update payments.refund set sent = '{sent}', sent_at = now() where id = '{id}'");
    sql(city, &sent).await;
}

async fn state_of(officer: &Character, refund: &Value) -> Value {
    let id = refund["id"].as_str().expect("an id");
    officer.get(&format!("/admin/v1/payments/refunds/{id}")).await.ok()["state"].clone()
}

#[test]
fn a_statement_proves_a_refund_that_the_provider_was_silent_about() {
    run::<Payments>(async |city: &Town| {
        let refunds = held(city, &["20000", "10000", "4000"]).await;
        for (refund, sent) in refunds.iter().zip(["SENT", "UNKNOWN", "SENT"]) {
            asked_for(city, refund, sent).await;
        }
        let csv = format!(
            "{HEAD}\n9001,{},refund,20000,0,done,{AT}\n9002,{},refund,10000,0,done,{AT}\n\
             9003,{},refund,3999,0,done,{AT}\n9004,R00000000000000000000000077,refund,500,0,done,{AT}\n",
            reference(&refunds[0]),
            reference(&refunds[1]),
            reference(&refunds[2])
        );
        days(city, 1);

        let officer = finance(city);
        let seen = import(&officer, DAY, &csv).await;

        let mut states = Vec::new();
        for refund in &refunds {
            states.push(state_of(&officer, refund).await);
        }
        assert_eq!(states, ["DONE", "DONE", "SENT"]);
        let seen = seen.ok();
        assert_eq!(seen["classes"], json!({ "AMOUNT_DIFFERS": 1, "MISSING_HERE": 3 }));
        assert_eq!(classes(&breaks(&officer, false).await), ["AMOUNT_DIFFERS", "MISSING_HERE"]);
        let done = told(city, "RefundDone").await;
        let done: Vec<_> = done.iter().map(|event| &event["refund"]).collect();
        assert_eq!(done, [&refunds[0]["id"], &refunds[1]["id"]]);
        the_books_agree(city).await;
        city.settle().await;
    });
}

#[test]
fn a_statement_ends_no_refund_that_its_provider_was_not_asked_for() {
    run::<Payments>(async |city: &Town| {
        let refunds = held(city, &["30000"]).await;
        let csv = format!("{HEAD}\n9001,{},refund,30000,0,done,{AT}\n", reference(&refunds[0]));
        days(city, 1);
        let officer = finance(city);
        let owed = net(city, CLEARING_VNPAY).await;

        let seen = import(&officer, DAY, &csv).await.ok();

        assert_eq!(seen["classes"], json!({ "MISSING_HERE": 1 }));
        assert_eq!(state_of(&officer, &refunds[0]).await, "HELD");
        assert_eq!(told(city, "RefundDone").await.len(), 0);
        let open = breaks(&officer, false).await;
        assert_eq!(of(&open, "MISSING_HERE")["amount"], "30000", "somebody looks at it");
        assert_eq!(net(city, CLEARING_VNPAY).await, owed - 30_000, "the line itself, no capture");
        the_books_agree(city).await;
        city.settle().await;
    });
}

/// The same as an import of VNPAY's, of MoMo's.
async fn import_of_momo(officer: &Character, csv: String) -> Answer {
    let path = format!("/admin/v1/payments/statements?provider=MOMO&day={DAY}");
    let headers = [("content-type", "text/csv")];
    officer.send_bytes(http::Method::POST, &path, csv.into(), &headers).await
}

#[test]
fn a_statement_of_another_provider_ends_no_refund() {
    run::<Payments>(async |city: &Town| {
        let refunds = held(city, &["30000"]).await;
        asked_for(city, &refunds[0], "SENT").await;
        let csv = format!("{HEAD}\n9001,{},refund,30000,0,done,{AT}\n", reference(&refunds[0]));
        days(city, 1);
        let officer = finance(city);

        let seen = import_of_momo(&officer, csv).await.ok();

        assert_eq!(seen["classes"], json!({ "MISSING_HERE": 1 }));
        assert_eq!(state_of(&officer, &refunds[0]).await, "SENT");
        let open = breaks(&officer, false).await;
        assert_eq!(of(&open, "MISSING_HERE")["provider"], "MOMO");
        the_books_agree(city).await;
        city.settle().await;
    });
}
