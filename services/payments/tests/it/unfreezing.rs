//! A stopped wallet is opened again by two officers, who agree about one stop and undo no later one.

use city_testkit::{Answer, Character, run};
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

use crate::subject::Payments;
use crate::town::{REASON, Town, approve, approver, finance, new_id, one, rich, told};

/// Officers at one wallet.
struct Officers<'a> {
    city: &'a Town,
    wallet: String,
    first: Character,
    second: Character,
}

impl<'a> Officers<'a> {
    async fn at_a_wallet(city: &'a Town) -> (Self, Character) {
        let (owner, wallet) = rich(city, 0).await;
        (Self { city, wallet, first: finance(city), second: approver(city) }, owner)
    }

    fn path(&self, action: &str) -> String {
        format!("/admin/v1/payments/wallets/{}/{action}", self.wallet)
    }

    async fn stop(&self, mode: &str) {
        let body = json!({ "mode": mode, "reason": REASON });
        drop(self.first.post_once(&self.path("freeze"), &new_id(self.city), &body).await.ok());
    }

    async fn ask(&self) -> Value {
        let body = json!({ "reason": REASON });
        self.first.post_once(&self.path("unfreeze"), &new_id(self.city), &body).await.ok()
    }

    async fn refuse(&self, request: &Value) -> Answer {
        let id = request["id"].as_str().expect("a request has an id");
        let path = format!("/admin/v1/payments/approvals/{id}/refuse");
        self.second.post(&path, &json!({})).await
    }

    /// What waits for a second officer.
    async fn waiting(&self) -> Vec<Value> {
        let page = self.second.get("/admin/v1/payments/approvals").await.ok();
        let edges = page["edges"].as_array().expect("a page has edges");
        edges.iter().map(|edge| edge["node"].clone()).collect()
    }
}

async fn state(owner: &Character) -> Value {
    owner.post("/internal/v1/my-wallet", &json!({})).await.ok()["state"].clone()
}

fn conflict(answer: &Answer) -> (String, String) {
    (answer.status(), answer.code())
}

#[test]
fn a_stricter_stop_of_later_is_not_undone_by_what_was_asked_about_the_first() {
    run::<Payments>(async |city: &Town| {
        let (officers, owner) = Officers::at_a_wallet(city).await;
        officers.stop("NO_DEBIT").await;
        let asked = officers.ask().await;
        officers.stop("FROZEN").await;

        let stale = approve(&officers.second, &asked).await;
        let again = approve(&officers.second, &asked).await;

        let stale_is = ("409 Conflict".to_owned(), "STALE".to_owned());
        assert_eq!((conflict(&stale), conflict(&again)), (stale_is.clone(), stale_is));
        assert!(stale.json()["details"]["version"].is_i64(), "{}", stale.json());
        assert_eq!(state(&owner).await, "FROZEN");
        assert_eq!(officers.waiting().await, std::slice::from_ref(&asked), "nobody decided");
        assert_eq!(officers.refuse(&asked).await.ok()["state"], "REFUSED");
        let anew = officers.ask().await;
        assert_eq!(approve(&officers.second, &anew).await.ok()["state"], "DONE");
        assert_eq!(state(&owner).await, "OPEN");
        assert_eq!(told(city, "WalletUnfrozen").await.len(), 1);
        city.settle().await;
    });
}

#[test]
fn the_same_stop_once_more_is_another_stop() {
    run::<Payments>(async |city: &Town| {
        let (officers, owner) = Officers::at_a_wallet(city).await;
        officers.stop("FROZEN").await;
        let (one_request, other) = (officers.ask().await, officers.ask().await);
        assert_eq!(approve(&officers.second, &one_request).await.ok()["state"], "DONE");
        assert_eq!(state(&owner).await, "OPEN");
        officers.stop("FROZEN").await;

        let stale = approve(&officers.second, &other).await;
        let again = approve(&officers.second, &one_request).await.ok();

        assert_eq!(conflict(&stale), ("409 Conflict".to_owned(), "STALE".to_owned()));
        assert_eq!(again["state"], "DONE", "as it was answered first");
        assert_eq!(state(&owner).await, "FROZEN");
        city.settle().await;
        assert_eq!(state(&owner).await, "FROZEN");
    });
}

#[test]
fn two_requests_about_one_stop_undo_it_once() {
    run::<Payments>(async |city: &Town| {
        let (officers, owner) = Officers::at_a_wallet(city).await;
        officers.stop("FROZEN").await;
        let (one_request, other) = (officers.ask().await, officers.ask().await);

        let (first, second) = tokio::join!(
            approve(&officers.second, &one_request),
            approve(&officers.second, &other)
        );

        assert_eq!((&first.ok()["state"], &second.ok()["state"]), (&json!("DONE"), &json!("DONE")));
        assert_eq!(state(&owner).await, "OPEN");
        assert_eq!(told(city, "WalletUnfrozen").await.len(), 1);
        assert_eq!(one(city, "select count(*) from payments.ledger_command").await, 2);
        city.settle().await;
    });
}

#[test]
fn what_was_approved_before_a_later_stop_and_not_done_is_not_done_after_it() {
    run::<Payments>(async |city: &Town| {
        let (officers, owner) = Officers::at_a_wallet(city).await;
        officers.stop("NO_DEBIT").await;
        let asked = officers.ask().await;
        // It is approved, and the instance dies before the ledger hears of it.
        let second = officers.second.account().as_uuid();
        let approved = format!(
            "update payments.approval set decided_by = '{second}', decision = 'APPROVE', decided_at = requested_at"
        );
        sqlx::raw_sql(AssertSqlSafe(approved)).execute(city.db()).await.unwrap();
        officers.stop("FROZEN").await;

        city.settle().await;

        assert_eq!(state(&owner).await, "FROZEN");
        let told_later = approve(&officers.second, &asked).await.ok();
        assert_eq!(
            (&told_later["state"], &told_later["failure"]),
            (&json!("FAILED"), &json!("STALE"))
        );
        assert!(told(city, "WalletUnfrozen").await.is_empty());
    });
}

#[test]
fn a_request_of_before_that_names_no_stop_is_asked_anew() {
    run::<Payments>(async |city: &Town| {
        let (officers, owner) = Officers::at_a_wallet(city).await;
        officers.stop("FROZEN").await;
        let old = officers.ask().await;
        sqlx::raw_sql("update payments.approval set subject = null")
            .execute(city.db())
            .await
            .unwrap();

        let stale = approve(&officers.second, &old).await;
        assert_eq!(conflict(&stale), ("409 Conflict".to_owned(), "STALE".to_owned()));
        let anew = officers.ask().await;
        assert_eq!(approve(&officers.second, &anew).await.ok()["state"], "DONE");

        assert_eq!(state(&owner).await, "OPEN");
        city.settle().await;
    });
}
