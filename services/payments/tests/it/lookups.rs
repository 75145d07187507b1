//! Whom a phone leads to, and how often one may ask.

use city_contracts::accounts::MaskedPerson;
use city_testkit::{Answer, Character, run};
use futures_util::future::join_all;
use serde_json::json;

use crate::closing::{close, closing};
use crate::neighbour;
use crate::subject::Payments;
use crate::town::{REASON, Town, finance, new_id, one, person, rich};

fn phone_of(who: &Character) -> String {
    format!("09{}", who.account().as_uuid().simple())
}

fn registers(who: &Character) {
    let person = MaskedPerson { account: who.account(), name_masked: "N*** T***".into() };
    neighbour::registers(&phone_of(who), person);
}

async fn look(who: &Character, phone: &str) -> Answer {
    who.post("/internal/v1/payee-by-phone", &json!({ "phone": phone })).await
}

#[test]
fn a_closed_wallet_is_none_and_a_stopped_one_is_still_somebodys() {
    run::<Payments>(async |city: &Town| {
        let asking = person(city);
        let ((gone, _), (stopped, wallet)) = (rich(city, 0).await, rich(city, 0).await);
        for who in [&gone, &stopped] {
            registers(who);
        }
        let body = closing(city, &gone).await;
        drop(close(&gone, &body).await.ok());
        let freeze = json!({ "mode": "NO_DEBIT", "reason": REASON });
        let path = format!("/admin/v1/payments/wallets/{wallet}/freeze");
        drop(finance(city).post_once(&path, &new_id(city), &freeze).await.ok());

        let (closed, unknown) =
            (look(&asking, &phone_of(&gone)).await, look(&asking, "0123456").await);
        let found = look(&asking, &phone_of(&stopped)).await.ok();

        assert_eq!((closed.status(), closed.bytes()), (unknown.status(), unknown.bytes()));
        assert_eq!(closed.header("content-length"), unknown.header("content-length"));
        assert_eq!(found["id"], wallet, "what it takes is not for whoever asks to know");
        city.settle().await;
    });
}

#[test]
fn many_lookups_at_once_are_ten_a_minute_all_the_same() {
    run::<Payments>(async |city: &Town| {
        let (asking, other) = (person(city), person(city));

        let insist = async || loop {
            let answer = look(&asking, "0123456").await;
            if answer.code() != "UNAVAILABLE" {
                return answer; // a busy machine has no connection for a moment
            }
        };
        let answers = join_all((0..24).map(|_| insist())).await;

        let found = answers.iter().filter(|answer| answer.status() == "200 OK").count();
        let refused = answers.iter().filter(|answer| answer.code() == "LOOKUP_LIMIT").count();
        assert!(found > 0 && found <= 10 && refused == 24 - found, "{found} {refused}");
        drop(look(&other, "0123456").await.ok());
        let most = one(city, "select max(used) from payments.payee_lookup").await;
        assert_eq!(most, 10, "what is refused does not count for the day either");
        city.settle().await;
    });
}
