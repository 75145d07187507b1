//! A wallet is closed for ever, and only when nothing is in it or on its way.

use city_auth::step_up::OperationDigest;
use city_testkit::{Answer, Character, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::shop::{pay, shop};
use crate::subject::Payments;
use crate::town::{
    REASON, Town, approver, available, finance, fund, new_id, one, open, person, rich, send,
    sending, token, told,
};

/// Asks to close the resident's wallet.
pub async fn close(who: &Character, body: &Value) -> Answer {
    who.post("/internal/v1/close-wallet", body).await
}

/// What the resident sends after they entered the PIN for what the first answer said.
pub async fn closing(city: &Town, who: &Character) -> Value {
    let mut body = json!({ "idempotencyKey": new_id(city) });
    let wanted = close(who, &body).await;
    assert_eq!(
        (wanted.status().as_str(), wanted.code().as_str()),
        ("409 Conflict", "STEP_UP_REQUIRED")
    );
    let details = &wanted.json()["details"];
    let digest = details["operationDigest"].as_str().and_then(OperationDigest::parse);
    let digest = digest.expect("a refusal says what to confirm");
    body["stepUpToken"] = token(city, &who.principal, &details["operation"], digest).into();
    body
}

#[test]
fn an_empty_wallet_is_closed_once_with_a_confirmation_and_takes_nothing_more() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let (payer, _) = rich(city, 1_000).await;
        let body = closing(city, &who).await;

        let mut other = body.clone();
        other["idempotencyKey"] = new_id(city).into();
        assert_eq!(close(&who, &other).await.code(), "STEP_UP_MISMATCH", "of another key");
        let closed: Vec<_> = join_all((0..5).map(|_| close(&who, &body)))
            .await
            .into_iter()
            .map(Answer::ok)
            .collect();
        let late = close(&who, &json!({ "idempotencyKey": new_id(city) })).await.ok();

        assert!(closed.iter().all(|one| one["state"] == "CLOSED" && one["id"] == wallet.as_str()));
        assert_eq!(late["state"], "CLOSED", "closed is closed, whatever the key");
        assert_eq!(
            told(city, "WalletClosed").await,
            [json!({ "wallet": wallet, "account": who.account() })]
        );
        assert_eq!(send(city, &payer, &wallet, 5).await.code(), "ACCOUNT_CLOSED");
        assert_eq!(open(city, &who).await, wallet, "a person has one wallet");
        let actor = format!(
            "select count(*) from payments.ledger_command where actor::text = replace('{}', 'acc_', '')",
            who.account()
        );
        assert_eq!(one(city, &actor).await, 0, "the ledger keeps no person");
        assert_eq!(available(&payer).await, 1_000);
        city.settle().await;
    });
}

#[test]
fn what_keeps_a_wallet_open_is_named() {
    run::<Payments>(async |city: &Town| {
        let ((who, _), (other, to)) = (rich(city, 700).await, rich(city, 0).await);
        let key = || json!({ "idempotencyKey": new_id(city) });

        let full = close(&who, &key()).await;
        assert_eq!(
            (full.status().as_str(), full.code().as_str(), &full.json()["details"]),
            ("409 Conflict", "WALLET_NOT_EMPTY", &json!({ "blockers": ["WALLET_NOT_EMPTY"] }))
        );
        assert_eq!(close(&person(city), &key()).await.code(), "WALLET_REQUIRED");
        assert_eq!(close(&other, &json!({ "idempotencyKey": "x" })).await.code(), "INPUT");
        drop(send(city, &who, &to, 700).await.ok());
        assert_eq!(close(&other, &key()).await.code(), "WALLET_NOT_EMPTY");
        let body = closing(city, &who).await;
        drop(close(&who, &body).await.ok());

        // A reserve that would put money in keeps an empty wallet open.
        let (payee, payee_wallet) = rich(city, 0).await;
        hold(city, &to, &payee_wallet, 300).await;
        assert_eq!(close(&payee, &key()).await.code(), "HOLD_OPEN");
        let both = close(&other, &key()).await;
        assert_eq!(both.json()["details"]["blockers"], json!(["WALLET_NOT_EMPTY", "HOLD_OPEN"]));
        city.settle().await;
    });
}

#[test]
fn a_refund_that_nobody_decided_keeps_the_payers_wallet_open_and_a_refused_one_does_not() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 700).await;
        let shop = shop(city, None).await;
        let sale = json!({ "payeeId": shop.id, "amount": "700" });
        let paid = pay(city, &who, &sale).await.ok();
        let legs = json!([{ "leg": 0, "amount": "300" }]);
        let body = json!({ "payment": paid["id"], "legs": legs, "reason": REASON });
        let refunds = "/admin/v1/payments/refunds";
        let asked = finance(city).post_once(refunds, &new_id(city), &body).await.ok();
        assert_eq!((&asked["state"], available(&who).await), (&json!("REQUESTED"), 0));
        let accounts = city.service(city_ids::ServiceName::Accounts);
        let privacy = async |step: &str| {
            let path = format!("/internal/v1/privacy/01890000-0000-7000-8000-00000000beef/{step}");
            accounts.post(&path, &json!({ "account": who.account() })).await
        };
        let key = || json!({ "idempotencyKey": new_id(city) });

        let kept = close(&who, &key()).await;

        assert_eq!(
            (kept.status().as_str(), kept.code().as_str(), &kept.json()["details"]),
            ("409 Conflict", "REFUND_OPEN", &json!({ "blockers": ["REFUND_OPEN"] }))
        );
        let blocker = json!({ "code": "REFUND_OPEN", "subject": wallet, "label": null });
        assert_eq!(privacy("precheck").await.ok()["blockers"], json!([blocker]));
        assert_eq!(privacy("erase").await.code(), "REFUND_OPEN");
        let request = asked["approval"].as_str().expect("a second officer is asked");
        let path = format!("/admin/v1/payments/approvals/{request}/refuse");
        drop(approver(city).post(&path, &json!({ "reason": REASON })).await.ok());
        assert_eq!(privacy("precheck").await.ok()["blockers"], json!([]));
        let body = closing(city, &who).await;
        assert_eq!(close(&who, &body).await.ok()["state"], "CLOSED");
        drop(privacy("erase").await.ok());
        city.settle().await;
    });
}

/// Reserves money of one wallet for another, through the ledger's own door.
async fn hold(city: &Town, from: &str, to: &str, amount: i64) {
    use city_payments::ledger::{AccountNo, Action, Input, Leg, Posting, Purpose};
    let account = async |wallet: &str| {
        let id = wallet.trim_start_matches("wal_");
        AccountNo(
            one(city, &format!("select account from payments.wallet where id = '{id}'")).await,
        )
    };
    let now = city_clock::Clock::now(city.clock());
    let action = Action::Hold {
        dr: account(from).await,
        cr: account(to).await,
        amount,
        expires_at: now + chrono::Duration::days(7),
    };
    let leg = Leg { action, purpose: Purpose::Goods, reference: None };
    let posting = Posting::new(city.infra().ids.uuid(now), [7; 32], vec![leg]);
    let input = serde_json::to_value(Input::Posting(posting)).expect("it is JSON");
    let instance = city.service(city_ids::ServiceName::Payments);
    let held = instance.post("/internal/v1/ledger/inputs", &input).await.ok();
    assert!(held["Created"].is_object(), "{held}");
}

#[test]
fn money_that_arrives_while_a_wallet_is_closed_is_in_it_or_was_refused() {
    run::<Payments>(async |city: &Town| {
        let (payer, _) = rich(city, 1_000).await;
        let mut closed = 0;
        for _ in 0..10 {
            let (who, wallet) = rich(city, 0).await;
            let body = closing(city, &who).await;
            let sent = sending(city, &payer, &new_id(city), &wallet, 10).await;

            let (closing, sending) =
                tokio::join!(close(&who, &body), payer.post("/internal/v1/send-money", &sent));

            match (closing.code().as_str(), sending.code().as_str()) {
                ("", "ACCOUNT_CLOSED") => closed += 1,
                ("WALLET_NOT_EMPTY", "") => assert_eq!(available(&who).await, 10),
                other => assert_eq!(other, ("", "ACCOUNT_CLOSED"), "one of two"),
            }
        }
        let arrived =
            one(city, "select count(*) from payments.ledger_transfer where purpose = 1").await;
        assert_eq!(arrived + closed, 10);
        assert_eq!(available(&payer).await, 1_000 - 10 * arrived);
        let (who, wallet) = rich(city, 0).await;
        let body = closing(city, &who).await;
        fund(city, &wallet, 5).await;
        assert_eq!(close(&who, &body).await.code(), "WALLET_NOT_EMPTY");
        city.settle().await;
    });
}
