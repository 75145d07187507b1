//! Money that waits for an officer: of payers whom VNPAY doubts, and what could not be given back.

use city_auth::Scope;
use city_testkit::{Character, run};
use serde_json::{Value, json};

use super::{SUSPENSE, answers, happens, net, pass, start, state};
use crate::subject::Payments;
use crate::town::{REASON, Town, approver, available, finance, new_id, one, rich, told};

#[test]
fn doubted_money_waits_aside_until_an_officer_credits_it_once() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &started, "suspicious").await;

        pass(city, [0, 1, 3, 10, 16, 60, 1440]).await;

        assert!(answers(city, &started)[0].contains(r#""00""#));
        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("REVIEW", 0));
        assert_eq!(net(city, SUSPENSE).await, 80_000);
        let officer = finance(city);
        let list = officer.get("/admin/v1/payments/reviews").await.ok();
        assert_eq!(list["edges"][0]["node"]["id"], started.id);
        assert_eq!(list["edges"][0]["node"]["state"], "REVIEW");

        let path = format!("/admin/v1/payments/reviews/{}/credit", started.id.as_str().unwrap());
        let body = json!({ "reason": REASON });
        let stranger = city.staff().with_role("IOC", Scope::City);
        for other in [&stranger, &approver(city)] {
            assert_eq!(other.post(&path, &body).await.code(), "SCOPE");
        }
        assert_eq!(officer.post(&path, &json!({ "reason": "so" })).await.fields(), ["/reason"]);
        let (one_answer, other) =
            tokio::join!(officer.post(&path, &body), officer.post(&path, &body));
        assert_eq!(
            (one_answer.ok()["state"].clone(), other.ok()["state"].clone()),
            (json!("PAID"), json!("PAID"))
        );
        let again = officer.post(&path, &body).await.ok();

        assert_eq!(again["state"], "PAID");
        assert_eq!((available(&who).await, net(city, SUSPENSE).await), (80_000, 0));
        assert_eq!(told(city, "TopUpSucceeded").await.len(), 1);
        let list = officer.get("/admin/v1/payments/reviews").await.ok();
        assert_eq!(list["edges"], json!([]));
        assert_eq!(one(city, "select count(*) from payments.provider_review").await, 1);
        pass(city, [1]).await;
        assert_eq!(available(&who).await, 80_000);
    });
}

#[test]
fn an_order_that_nobody_doubts_is_not_reviewed() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        let path = format!("/admin/v1/payments/reviews/{}/credit", started.id.as_str().unwrap());
        let body = json!({ "reason": REASON });

        let answer = finance(city).post(&path, &body).await;

        assert_eq!((answer.code().as_str(), available(&who).await), ("STATE", 0));
        let missing = "/admin/v1/payments/reviews/pvo_00000000000070008000000000000001/credit";
        assert_eq!(finance(city).post(missing, &body).await.code(), "NOT_FOUND");
        city.settle().await;
    });
}

#[test]
fn doubt_that_ends_credits_what_waited() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        assert_eq!(state(&who, &started).await, "REVIEW");

        happens(city, &started, "paid").await;
        pass(city, [0]).await;

        assert_eq!((state(&who, &started).await.as_str(), available(&who).await), ("PAID", 80_000));
        assert_eq!(net(city, SUSPENSE).await, 0);
    });
}

/// All pages of what waits for officers: order, state and reason.
async fn listed(officer: &Character, first: u32) -> Vec<(Value, Value, Value)> {
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/admin/v1/payments/reviews?first={first}{after}");
        let page = officer.get(&path).await.ok();
        for edge in page["edges"].as_array().expect("a page has edges") {
            let node = &edge["node"];
            assert!(node["txnNo"].is_string(), "{node}");
            found.push((node["id"].clone(), node["state"].clone(), node["reason"].clone()));
            after = format!("&after={}", edge["cursor"].as_str().expect("a cursor"));
        }
        if page["hasNextPage"] == false {
            return found;
        }
    }
}

#[test]
fn whatever_waits_for_an_officer_is_listed_with_its_reason_and_nothing_else() {
    run::<Payments>(async |city: &Town| {
        let ((who, wallet), (fine, _)) = (rich(city, 0).await, rich(city, 0).await);
        let begin = async |who, provider, amount| {
            city.clock().advance(chrono::Duration::seconds(1));
            start(city, who, provider, amount).await
        };
        let credited = begin(&fine, "VNPAY", 20_000).await;
        let doubted = begin(&fine, "VNPAY", 30_000).await;
        let back = begin(&who, "MOMO", 40_000).await; // given back by itself
        let failed = begin(&who, "MOMO", 50_000).await; // its provider refuses to
        let running = begin(&who, "VNPAY", 60_000).await; // on its way
        let refused = begin(&who, "MOMO", 5_000_001).await; // an officer refuses to
        let waiting = begin(&who, "MOMO", 5_000_002).await; // an officer has not said
        let freeze = json!({ "mode": "FROZEN", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &freeze).await.ok());
        happens(city, &failed, "refund_refused").await;
        happens(city, &running, "refund_running").await;
        happens(city, &doubted, "suspicious").await;
        for started in [&credited, &back, &failed, &running, &refused, &waiting] {
            happens(city, started, "paid").await;
        }
        pass(city, [0, 1]).await;
        let list = approver(city).get("/admin/v1/payments/approvals").await.ok();
        let requests = list["edges"].as_array().expect("a page has edges");
        let of = |amount: &str| {
            let found = requests.iter().find(|edge| edge["node"]["amount"] == amount);
            found.expect("it waits for an officer")["node"]["id"]
                .as_str()
                .expect("an id")
                .to_owned()
        };
        let path = format!("/admin/v1/payments/approvals/{}/refuse", of("5000001"));
        drop(approver(city).post(&path, &json!({})).await.ok());
        let officer = finance(city);

        let wanted = [
            (doubted.id.clone(), json!("REVIEW"), json!("PAYER_DOUBTED")),
            (failed.id.clone(), json!("REVIEW"), json!("REFUND_FAILED")),
            (refused.id.clone(), json!("REVIEW"), json!("REFUND_REFUSED")),
        ];
        for first in [1, 2, 100] {
            assert_eq!(listed(&officer, first).await, wanted, "{first} a page");
        }
        for (started, state_is) in
            [(&back, "REFUNDED"), (&running, "REFUNDING"), (&waiting, "REFUNDING")]
        {
            assert_eq!(state(&who, started).await, state_is);
        }
        // Asked for again, and on its way: it waits no more.
        let path = format!("/admin/v1/payments/reviews/{}/refund", refused.id.as_str().unwrap());
        let body = json!({ "reason": REASON });
        let asked = officer.post_once(&path, &new_id(city), &body).await.ok();
        assert_eq!(listed(&officer, 9).await, wanted, "nobody decided yet");
        let asked = json!({ "id": asked["approval"] });
        drop(crate::town::approve(&approver(city), &asked).await.ok());
        assert_eq!(listed(&officer, 1).await, wanted[..2]);
        pass(city, [1, 3]).await;
        assert_eq!(state(&who, &refused).await, "REFUNDED");
        assert_eq!(listed(&officer, 1).await, wanted[..2]);
    });
}

#[test]
fn an_officers_no_to_a_refund_of_the_citys_own_is_told_with_the_decision() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let started = start(city, &who, "MOMO", 5_000_001).await;
        let freeze = json!({ "mode": "FROZEN", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &freeze).await.ok());
        happens(city, &started, "paid").await;
        pass(city, [0]).await;
        assert_eq!(state(&who, &started).await, "REFUNDING");
        let second = approver(city);
        let list = second.get("/admin/v1/payments/approvals").await.ok();
        let request = &list["edges"][0]["node"];
        let path =
            format!("/admin/v1/payments/approvals/{}/refuse", request["id"].as_str().unwrap());

        let nothing = json!({});
        let answers = tokio::join!(second.post(&path, &nothing), second.post(&path, &nothing));

        assert_eq!(answers.0.ok()["state"], "REFUSED");
        assert_eq!(answers.1.ok()["state"], "REFUSED");
        let failed = told(city, "RefundFailed").await;
        assert_eq!(failed.len(), 1);
        assert_eq!(
            (
                &failed[0]["refund"],
                &failed[0]["account"],
                &failed[0]["amount"],
                &failed[0]["failure"]
            ),
            (
                &request["subject"],
                &json!(who.account()),
                &json!("5000001"),
                &json!("OFFICER_REFUSED")
            )
        );
        // Written by one transaction: whoever sees the decision sees the event, and the other way round.
        let together = "select count(*) from payments.outbox o join payments.approval a on a.xmin = o.xmin
                        where o.kind in ('RefundFailed', 'ProviderPaymentChanged') and a.decision = 'REFUSE'";
        assert_eq!(one(city, together).await, 2);
        let states = told(city, "ProviderPaymentChanged").await;
        let states: Vec<_> = states.iter().map(|event| event["state"].clone()).collect();
        assert_eq!(states, ["REFUNDING", "REVIEW"]);
        assert_eq!(
            (state(&who, &started).await.as_str(), net(city, SUSPENSE).await),
            ("REVIEW", 5_000_001)
        );
        city.settle().await;
    });
}

#[test]
fn an_officers_no_to_what_another_officer_asked_is_told_to_nobody() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let started = start(city, &who, "VNPAY", 80_000).await;
        happens(city, &started, "suspicious").await;
        pass(city, [0]).await;
        let path = format!("/admin/v1/payments/reviews/{}/refund", started.id.as_str().unwrap());
        let body = json!({ "reason": REASON });
        let asked = finance(city).post_once(&path, &new_id(city), &body).await.ok();
        let before = one(city, "select count(*) from payments.outbox").await;

        let refuse = format!(
            "/admin/v1/payments/approvals/{}/refuse",
            asked["approval"].as_str().expect("a request")
        );
        drop(approver(city).post(&refuse, &json!({})).await.ok());

        assert_eq!(one(city, "select count(*) from payments.outbox").await, before);
        assert_eq!(state(&who, &started).await, "REVIEW");
        city.settle().await;
    });
}
