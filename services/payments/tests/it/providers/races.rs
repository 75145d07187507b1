//! Two ways of ending the same money, at once: one of them happens, and the money agrees with it.

use std::time::Duration;

use city_testkit::run;
use serde_json::json;

use super::answers::{signed, told as vnpay_is_told};
use super::paid::{bill, through};
use super::{CLEARING_VNPAY, SUSPENSE, happens, net, pass, start, state};
use crate::closing::{close, closing};
use crate::subject::Payments;
use crate::till::simulator;
use crate::town::{REASON, Town, approve, approver, available, finance, new_id, one, rich, told};
use crate::treasury::the_books_agree;

const ROUNDS: usize = 8;

/// Lets others go first so often.
async fn after(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

#[test]
fn doubted_money_is_credited_or_given_back_when_officers_do_both_at_once() {
    run::<Payments>(async |city: &Town| {
        let (who, _) = rich(city, 0).await;
        let mut credited = 0;
        for round in 0..ROUNDS {
            let started = start(city, &who, "VNPAY", 80_000).await;
            happens(city, &started, "suspicious").await;
            pass(city, [0]).await;
            assert_eq!(state(&who, &started).await, "REVIEW");
            let (officer, second) = (finance(city), approver(city));
            let path = |verb: &str| {
                format!("/admin/v1/payments/reviews/{}/{verb}", started.id.as_str().expect("an id"))
            };
            let body = json!({ "reason": REASON });
            let asked = officer.post_once(&path("refund"), &new_id(city), &body).await.ok();
            let request = json!({ "id": asked["approval"] });

            let (credit, approved) = tokio::join!(
                async {
                    after(round * 9).await;
                    officer.post(&path("credit"), &body).await
                },
                async {
                    after((ROUNDS - round) * 9).await;
                    approve(&second, &request).await
                },
            );
            pass(city, [0, 1, 3, 10]).await;

            let ended = state(&who, &started).await;
            if credit.code().is_empty() {
                assert_eq!(ended, "PAID", "{}", approved.json());
                credited += 1;
            } else {
                assert_eq!((credit.code().as_str(), ended.as_str()), ("STATE", "REFUNDED"));
            }
        }
        eprintln!("{credited} of {ROUNDS} were credited");

        let back = ROUNDS - credited;
        assert_eq!(told(city, "TopUpSucceeded").await.len(), credited);
        assert_eq!(told(city, "RefundDone").await.len(), back);
        let credited = 80_000 * i64::try_from(credited).expect("few");
        assert_eq!((available(&who).await, net(city, SUSPENSE).await), (credited, 0));
        assert_eq!(net(city, CLEARING_VNPAY).await, -credited);
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn a_bill_that_is_paid_from_a_wallet_and_through_a_provider_at_once_is_paid_once() {
    run::<Payments>(async |city: &Town| {
        let ((who, _), (other, _)) = (rich(city, 1_000_000).await, rich(city, 0).await);
        let at = city.anonymous();
        let mut from_wallet = 0;
        for round in 0..ROUNDS {
            let bill = bill(city, &who, 10_000).await;
            let started = through(city, &other, "VNPAY", &bill).await;
            happens(city, &started, "paid_no_ipn").await;
            simulator(city).step().await;
            let body = crate::billers::paying(city, &who, &bill).await;
            let notice = super::answers::vnpay(&started.our_ref, "00", "00", &format!("77{round}"));
            let notice = signed(&notice.replace("vnp_Amount=5000000", "vnp_Amount=1000000"));

            let (paid, code) = tokio::join!(
                async {
                    after(round * 11).await;
                    who.post("/internal/v1/pay-bill", &body).await
                },
                async {
                    after((ROUNDS - round) * 11).await;
                    vnpay_is_told(&at, &notice).await
                },
            );
            assert_eq!(code, "00");
            pass(city, [0, 1, 3, 10]).await;

            let ended = state(&other, &started).await;
            let seen = who.post("/internal/v1/bill", &json!({ "id": bill["id"] })).await.ok();
            assert_eq!(seen["state"], "PAID");
            if paid.code().is_empty() {
                assert_eq!(ended, "REFUNDED");
                from_wallet += 1;
            } else {
                assert_eq!((paid.code().as_str(), ended.as_str()), ("ALREADY_RESOLVED", "PAID"));
            }
        }
        eprintln!("{from_wallet} of {ROUNDS} were paid from the wallet");

        assert_eq!(told(city, "BillPaid").await.len(), ROUNDS);
        let received = "select sum(credits_posted - debits_posted) from payments.ledger_account where class = 22";
        assert_eq!(one(city, received).await, 80_000);
        assert_eq!(available(&who).await, 1_000_000 - 10_000 * from_wallet);
        assert_eq!(net(city, SUSPENSE).await, 0);
        assert_eq!(net(city, CLEARING_VNPAY).await, -(80_000 - 10_000 * from_wallet));
        city.settle().await;
        the_books_agree(city).await;
    });
}

#[test]
fn money_that_comes_while_its_wallet_is_closed_is_in_it_or_goes_back() {
    run::<Payments>(async |city: &Town| {
        let (mut closed, mut kept) = (0, 0);
        for round in 0..16 {
            let (who, _) = rich(city, 0).await;
            let started = start(city, &who, "VNPAY", 80_000).await;
            happens(city, &started, "paid_after_expiry").await;
            pass(city, [0, 1, 3, 10]).await;
            pass(city, [6]).await;
            assert_eq!(state(&who, &started).await, "EXPIRED");
            city.clock().advance(chrono::Duration::minutes(4));
            let body = closing(city, &who).await;

            let sends = simulator(city);
            let (ended, _) = tokio::join!(
                async {
                    // A notice goes over HTTP and asks more before it reaches the ledger.
                    tokio::time::sleep(Duration::from_millis(5 * round)).await;
                    close(&who, &body).await
                },
                sends.step(),
            );
            pass(city, [0, 1, 3, 10, 60]).await;

            let state = state(&who, &started).await;
            match ended.code().as_str() {
                "" => {
                    assert_eq!((state.as_str(), available(&who).await), ("REFUNDED", 0));
                    closed += 1;
                }
                code => {
                    assert_eq!((code, state.as_str()), ("WALLET_NOT_EMPTY", "PAID"));
                    assert_eq!(available(&who).await, 80_000);
                    kept += 1;
                }
            }
        }
        eprintln!("{closed} wallets were closed before, {kept} after the money came");

        assert_eq!(net(city, SUSPENSE).await, 0);
        assert_eq!(net(city, CLEARING_VNPAY).await, -80_000 * kept);
        assert_eq!(told(city, "WalletClosed").await.len(), closed);
        city.settle().await;
        the_books_agree(city).await;
    });
}
