//! What stands aside, by pages.

use city_clock::Clock as _;
use city_testkit::run;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor as _};
use uuid::Uuid;

use super::{SUSPENSE, ask, standing, told_by_a_statement};
use crate::subject::Payments;
use crate::town::{Town, approve, approver, finance, new_id, rich};
use crate::treasury::refusal;

#[test]
fn what_stands_aside_is_listed_newest_first_without_what_got_out() {
    run::<Payments>(async |city: &Town| {
        told_by_a_statement(city, &[1_000, 2_000, 3_000]).await;
        let (_, wallet) = rich(city, 0).await;
        let (officer, second) = (finance(city), approver(city));
        let all = standing(&officer, 100).await;
        let amounts: Vec<_> = all.iter().map(|it| it["amount"].clone()).collect();
        assert_eq!(amounts, ["3000", "2000", "1000"]);

        let asked = ask(&officer, &new_id(city), &all[1], Some(&wallet)).await.ok();
        for first in [1, 2, 3] {
            assert_eq!(standing(&officer, first).await, all, "{first} a page, nobody decided");
        }
        drop(approve(&second, &asked).await.ok());

        let left = [all[0].clone(), all[2].clone()];
        for first in [1, 2, 100] {
            assert_eq!(standing(&officer, first).await, left, "{first} a page");
        }
        let wrong = officer.get(&format!("{SUSPENSE}?first=101&after=-")).await;
        assert_eq!(
            refusal(&wrong),
            ("INPUT".into(), vec!["/page/first".into(), "/page/after".into()])
        );
        city.settle().await;
    });
}

/// Legs that put money aside, oldest first, of which all but the first got out: as years leave them.
async fn long_history(city: &Town, legs: usize) {
    let now = city.clock().now();
    let ids: Vec<_> = (0..legs).map(|_| city.infra().ids.uuid(now)).collect();
    let listed = |ids: &[Uuid]| ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(",");
    let gone: Vec<_> =
        ids.iter().skip(1).map(|id| city_receipt::derive("suspense.release.0", *id)).collect();
    let clearing =
        "select id from payments.ledger_account where ext = '01950000-0011-7000-8000-000000000001'";
    let suspense =
        "select id from payments.ledger_account where ext = '01950000-0025-7000-8000-000000000025'";
    let put = format!(
        "insert into payments.ledger_transfer
             (posting, leg, seq, batch, kind, purpose, dr, cr, amount, released, dr_after, cr_after, at, req_hash)
         select id, 0, n, 1, 1, 18, ({clearing}), ({suspense}), 5, 0, 0, 0, '2026-03-04', sha256('x')
         from unnest('{{{}}}'::uuid[]) with ordinality as put (id, n)",
        listed(&ids)
    );
    let claimed = format!(
        "insert into payments.ledger_claim select subject, subject, 1 from unnest('{{{}}}'::uuid[]) as subject",
        listed(&gone)
    );
    for sql in [put, claimed] {
        city.db().execute(AssertSqlSafe(sql)).await.expect("a history");
    }
}

#[test]
fn a_page_reads_a_part_of_a_long_history_and_says_where_to_go_on() {
    run::<Payments>(async |city: &Town| {
        drop(rich(city, 5).await); // the ledger has its months
        long_history(city, 10_002).await;
        let officer = finance(city);

        let first = officer.get(&format!("{SUSPENSE}?first=20")).await.ok();
        let end = first["endCursor"].as_str().unwrap();
        let second = officer.get(&format!("{SUSPENSE}?first=20&after={end}")).await.ok();

        assert_eq!((&first["edges"], &first["hasNextPage"]), (&json!([]), &json!(true)));
        assert_eq!(second["edges"][0]["node"]["amount"], "5");
        assert_eq!((&second["hasNextPage"], &second["endCursor"]), (&json!(false), &Value::Null));
        city.settle().await;
    });
}
