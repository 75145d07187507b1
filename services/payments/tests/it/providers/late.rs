//! Money that comes when whom it was meant for cannot take it.

use city_testkit::run;
use serde_json::json;

use super::paid::through;
use super::{ALL, SUSPENSE, happens, net, pass, start, state};
use crate::billers::{by_code, cancel, import, water};
use crate::closing::{close, closing};
use crate::subject::Payments;
use crate::town::{REASON, Town, available, finance, new_id, one, rich, told};

#[test]
fn money_for_a_wallet_that_takes_none_goes_aside_once_and_back() {
    run::<Payments>(async |city: &Town| {
        let (who, wallet) = rich(city, 0).await;
        let mut all = Vec::new();
        for provider in ALL {
            all.push(start(city, &who, provider, 80_000).await);
        }
        let freeze = json!({ "mode": "FROZEN", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &freeze).await.ok());

        for started in &all {
            happens(city, started, "paid_ipn_x10").await;
        }
        pass(city, [0, 1, 3, 60]).await;

        for started in &all {
            assert_eq!(state(&who, started).await, "REFUNDED", "{}", started.provider);
        }
        assert_eq!((available(&who).await, net(city, SUSPENSE).await), (0, 0));
        let legs = "select count(*) from payments.ledger_transfer where purpose = 14";
        assert_eq!(one(city, legs).await, 3);
        assert!(told(city, "TopUpSucceeded").await.is_empty());
        let refused = try_again(city, &who).await;
        assert_eq!(refused, "ACCOUNT_FROZEN");
    });
}

async fn try_again(city: &Town, who: &city_testkit::Character) -> String {
    super::try_start(who, &super::to_start(&new_id(city), "VNPAY", 20_000)).await.code()
}

#[test]
fn money_that_comes_after_its_wallet_was_closed_or_its_bill_cancelled_goes_back_once() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let biller = water(city).await;
        import(city, "W1,KH-07,,03/2026,2026-03-20,NUOC,Tiền nước,75000,,,,\n").await;
        let bill = by_code(&who, &biller, "KH-07").await.remove(0);
        let mut all = Vec::new();
        for provider in ALL {
            let started = start(city, &who, provider, 80_000).await;
            happens(city, &started, "paid_after_expiry").await;
            all.push(started);
        }
        let for_bill = through(city, &who, "MOMO", &bill).await;
        assert_eq!(
            close(&who, &json!({ "idempotencyKey": new_id(city) })).await.code(),
            "ORDER_OPEN"
        );
        assert_eq!(cancel(city, "W1").await.code(), "");
        happens(city, &for_bill, "paid_ipn_x10").await;

        pass(city, [0, 1, 3, 10]).await;
        pass(city, [6]).await;
        for started in &all {
            assert_eq!(state(&who, started).await, "EXPIRED", "{}", started.provider);
        }
        let body = closing(city, &who).await;
        assert_eq!(close(&who, &body).await.ok()["state"], "CLOSED");
        pass(city, [4, 5, 10, 60, 120]).await;

        let done = told(city, "RefundDone").await;
        assert_eq!(done.len(), 4);
        for started in all.iter().chain([&for_bill]) {
            assert_eq!(state(&who, started).await, "REFUNDED", "{}", started.provider);
            // The posting that put it aside is nobody's to see, so the event names what the payer started.
            let told_of_it = done.iter().filter(|event| event["providerPayment"] == started.id);
            assert_eq!(told_of_it.count(), 1, "{}", started.provider);
        }
        let refunds = "select count(*) from payments.refund";
        assert_eq!((net(city, SUSPENSE).await, one(city, refunds).await), (0, 4));
        assert!(
            told(city, "TopUpSucceeded").await.is_empty()
                && told(city, "BillPaid").await.is_empty()
        );
        let clearing = "select sum(abs(credits_posted - debits_posted)) from payments.ledger_account where class = 11";
        assert_eq!((one(city, clearing).await, available(&who).await), (0, 0));
    });
}
