//! Payers whom VNPAY doubts wait for an officer.

use city_auth::Scope;
use city_testkit::run;
use serde_json::json;

use super::{SUSPENSE, answers, happens, net, pass, start, state};
use crate::subject::Payments;
use crate::town::{REASON, Town, approver, available, finance, one, rich, told};

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
