//! Requests that look for a row at once, find none, and then all write it.

use city_testkit::{Answer, run};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::providers::{to_start, try_start};
use crate::shop::{pay, shop};
use crate::subject::Payments;
use crate::town::{Town, finance, new_id, one, rich};
use crate::treasury::sql;

/// Lets all who insert into a table look for a conflict before any writes a row: filling the first index takes so long. Those
/// that keep rows unique are made again after it, since PostgreSQL fills indexes in the order of their making.
async fn looking_together(city: &Town, table: &str, unique: &[(&str, &str)]) {
    sql(
        city,
        "create function public.after_a_while(uuid) returns uuid immutable language plpgsql
         as $$ begin perform pg_sleep(0.3); return $1; end $$",
    )
    .await;
    sql(city, &format!("create index while_others_look on {table} (public.after_a_while(id))"))
        .await;
    for (name, rule) in unique {
        sql(city, &format!("alter table {table} drop constraint {name} cascade")).await;
        sql(city, &format!("alter table {table} add constraint {name} {rule}")).await;
    }
}

fn all_the_same(answers: Vec<Answer>) -> Value {
    let mut views: Vec<_> = answers.into_iter().map(Answer::ok).collect();
    views.dedup_by_key(|view| view["id"].clone());
    assert_eq!(views.len(), 1, "{views:?}");
    views.remove(0)
}

#[test]
fn a_key_starts_one_payment_however_close_its_requests_come() {
    run::<Payments>(async |city: &Town| {
        let unique = [
            ("provider_order_pkey", "primary key (id)"),
            ("provider_order_money", "unique (money)"),
            ("provider_order_our_ref", "unique (our_ref)"),
            ("provider_order_subject", "unique (subject)"),
        ];
        looking_together(city, "payments.provider_order", &unique).await;
        let (who, _) = rich(city, 0).await;
        let body = to_start(&new_id(city), "VNPAY", 50_000);

        let started = all_the_same(join_all((0..4).map(|_| try_start(&who, &body))).await);

        assert_eq!(started["amount"], "50000");
        assert_eq!(one(city, "select count(*) from payments.provider_order").await, 1);
        city.settle().await;
    });
}

#[test]
fn officers_who_settle_a_payee_at_once_settle_it_once() {
    run::<Payments>(async |city: &Town| {
        let unique = [
            ("settlement_pkey", "primary key (id)"),
            ("settlement_once_per_period", "unique (payee, period)"),
        ];
        looking_together(city, "payments.settlement", &unique).await;
        let (payer, _) = rich(city, 100_000).await;
        let shop = shop(city, None).await;
        drop(pay(city, &payer, &json!({ "payeeId": shop.id, "amount": "30000" })).await.ok());
        let officers: Vec<_> = (0..3).map(|_| finance(city)).collect();

        let asked = officers.iter().map(async |officer| {
            let body = json!({ "payee": shop.id });
            officer.post_once("/admin/v1/payments/settlements", &new_id(city), &body).await
        });
        let settled = all_the_same(join_all(asked).await);

        assert_eq!((&settled["net"], &settled["state"]), (&json!("30000"), &json!("CLOSED")));
        assert_eq!(one(city, "select count(*) from payments.settlement").await, 1);
        city.settle().await;
    });
}
