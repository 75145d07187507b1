//! The same asked a thousand times, and the same thing asked for in several ways at once.

use city_clock::Clock as _;
use city_payments::ledger::{AccountNo, Action, Code, Leg, Posting, Purpose, Verdict};
use city_payments::{Ledger, NotNow};
use city_testkit::{City, run};

use super::checking::judged_right;
use super::sequencing::{Scene, another, balance, code, futures_join, new_id, one, pay};
use crate::subject::Books;

/// Sends a posting a thousand times at once; the one answer.
async fn a_thousand(ledger: &Ledger, posting: &Posting) -> Result<Verdict, NotNow> {
    let answers = futures_join((0..1_000).map(|_| ledger.post(posting.clone()))).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{:?}", answers[0]);
    answers[0].clone()
}

#[test]
fn a_thousand_at_once_are_answered_alike_also_refused_after_restarts_and_thirteen_months_later() {
    run::<Books>(async |city: &City<Books>| {
        let Scene { ledger, payer, payee, .. } = Scene::of(city, 100).await;
        let paid = pay(new_id(city), payer, payee, 60);
        let refused = pay(new_id(city), payer, payee, 41);
        let first = [a_thousand(&ledger, &paid).await, a_thousand(&ledger, &refused).await];
        assert_eq!((code(&first[0]), code(&first[1])), (None, Some(Code::InsufficientFunds)));
        drop(ledger);
        for _ in 0..13 {
            city.clock().advance(chrono::Duration::days(31));
            another(city).leads().await; // each makes its months
        }
        let ledger = another(city);
        ledger.leads().await;

        let again = [a_thousand(&ledger, &paid).await, a_thousand(&ledger, &refused).await];

        assert_eq!(again, first);
        let rows = "select (select count(*) from payments.ledger_transfer) * 10
                         + (select count(*) from payments.ledger_rejection)";
        assert_eq!((one(city, rows).await, balance(city, payee).await), (21, 60));
        judged_right(city).await;
    });
}

fn one_leg(id: uuid::Uuid, action: Action) -> Posting {
    let leg = Leg { action, purpose: Purpose::Goods, reference: None };
    Posting::new(id, [7; 32], vec![leg])
}

/// A reserve of 100 that ends in a minute.
async fn reserve(city: &City<Books>, ledger: &Ledger, dr: AccountNo, cr: AccountNo) -> uuid::Uuid {
    let (id, amount) = (new_id(city), 100);
    let expires_at = city.clock().now() + chrono::Duration::minutes(1);
    let held = ledger.post(one_leg(id, Action::Hold { dr, cr, amount, expires_at })).await;
    assert_eq!(code(&held), None);
    id
}

#[test]
fn of_those_who_end_a_reserve_at_once_one_does() {
    run::<Books>(async |city: &City<Books>| {
        let Scene { ledger, payer, payee, .. } = Scene::of(city, 10_000).await;
        let (mut captured, mut kinds) = (0, [0; 3]);
        for round in 0..30 {
            let hold = reserve(city, &ledger, payer, payee).await;
            if round % 3 == 2 {
                city.clock().advance(chrono::Duration::minutes(1)); // it is over: only its expiry may end it
            }
            let mut ends = [
                Action::Capture { hold, amount: 40 },
                Action::Void { hold },
                Action::Expire { hold },
                Action::Capture { hold, amount: 100 },
                Action::Void { hold },
                Action::Expire { hold },
            ];
            ends.rotate_left(round % 6);

            let asked = ends.map(|action| ledger.post(one_leg(new_id(city), action)));
            let answers = futures_join(asked.into_iter()).await;

            let mut winner = None;
            for (action, answer) in ends.iter().zip(&answers) {
                match answer {
                    Ok(Verdict::Created(_)) => {
                        assert!(winner.replace(*action).is_none(), "{ends:?} {answers:?}");
                    }
                    Ok(Verdict::TooEarly) => {
                        assert!(matches!(action, Action::Expire { .. }) && round % 3 != 2);
                    }
                    Ok(Verdict::Refused(refused)) => {
                        let over = [Code::HoldResolved, Code::HoldExpired];
                        assert!(over.contains(&refused.code), "{answers:?}");
                    }
                    other => panic!("{other:?}"),
                }
            }
            match winner.expect("somebody ends it") {
                Action::Capture { amount, .. } => {
                    captured += amount;
                    kinds[0] += 1;
                }
                Action::Void { .. } => kinds[1] += 1,
                _ => kinds[2] += 1,
            }
        }

        assert!(kinds.iter().all(|times| *times > 3), "{kinds:?}");
        assert_eq!(
            (balance(city, payer).await, balance(city, payee).await),
            (10_000 - captured, captured)
        );
        let open =
            "select count(*) from payments.ledger_hold where state = 0 or resolved_by is null";
        let pending = "select sum(debits_pending + credits_pending) from payments.ledger_account";
        assert_eq!((one(city, open).await, one(city, pending).await), (0, 0));
        judged_right(city).await;
    });
}
