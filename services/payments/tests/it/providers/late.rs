//! Money that comes when whom it was meant for cannot take it.

use city_testkit::run;
use serde_json::json;

use super::{ALL, SUSPENSE, happens, net, pass, start, state};
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
